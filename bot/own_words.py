"""Texts that a town may put into its own words: what must stay as it is, and what had better be mended.

A text is a list of slots. A slot is one line, or the lines of a choice, of which the first one that can be filled
is said. A town's own text has the same slots: each line keeps the fields of the line it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

Slot = str | Sequence[str]
Text = Sequence[Slot]

LINE, WHOLE = 150, 400  # letters of a line, and of a text: WeChat takes 2048 bytes, facts included
FIELD = re.compile(r"\{(\w+)\}")
CALLS = re.compile(r"(?<!\d)(?:110|119|120|122|12356)(?!\d)")  # numbers that somebody in danger must find
_QUOTED = re.compile(r"“([^“”{}]{1,12})”")
_HAN = "\u4e00-\u9fff"
_STYLE = (
    (re.compile(rf"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9%][{_HAN}]"), "汉字和数字、字母之间请空一格。"),
    (re.compile(rf"[{_HAN}”’）】」] ?[,.!?:;()]"), "标点请用中文的：，。！？：；（）。"),
    (re.compile(rf"[\"'][{_HAN}]|[{_HAN}][\"']"), "引号请用中文的“ ”。"),
    (re.compile(r"[，。！？：；（）] | [，。！？：；（）]"), "中文标点前后不用空格。"),
)
# Fields that are filled with Chinese: no space is wanted beside them.
_CHINESE = {
    "category": "类",
    "unit": "单",
    "from_unit": "单",
    "stays": "单",
    "words": "话",
    "place": "地",
    "name": "张",
    "word": "妈",
    "canteen": "堂",
    "day": "日",
    "meal": "餐",
    "wish": "肉",
    "dishes": "份",
    "who": "张",
}


def lines_of(slot: Slot) -> tuple[str, ...]:
    """The lines of one slot."""
    return (slot,) if isinstance(slot, str) else tuple(slot)


def shaped(text: Text, said: Sequence[Sequence[str]]) -> list[Slot]:
    """The lines `said`, slot by slot, in the shape of `text`."""
    return [one[0] if isinstance(slot, str) else list(one) for slot, one in zip(text, said, strict=True)]


def fits(text: Text, own: object) -> bool:
    """Whether `own` may be said in place of `text`, which a newer release may have changed since."""
    if not isinstance(own, list) or len(own) != len(text):
        return False
    try:
        return not any(wrong(text, own).values())
    except (TypeError, ValueError, AttributeError):
        return False


def wrong(text: Text, own: Text) -> dict[tuple[int, int], str]:
    """What forbids each line of `own`, by (slot, line), in words for whoever wrote it; empty where all is well."""
    found = dict(_wrong_lines(text, own))
    if sum(max(map(len, lines_of(slot))) for slot in own) > WHOLE:
        found.setdefault((0, 0), f"整条太长了，加起来请不要超过 {WHOLE} 个字。")
    return found


def _wrong_lines(text: Text, own: Text) -> Iterator[tuple[tuple[int, int], str]]:
    for n, (slot, mine) in enumerate(zip(text, own, strict=True)):
        for k, (line, said) in enumerate(zip(lines_of(slot), lines_of(mine), strict=True)):
            if why := _wrong(line, said, must=n == 0):
                yield (n, k), why


def _wrong(line: str, said: str, must: bool) -> str:
    fields, mine = set(FIELD.findall(line)), set(FIELD.findall(said))
    lost = (fields - mine) | (set(CALLS.findall(line)) - set(CALLS.findall(said)))
    checks = (
        (must and not said.strip(), "这一句不能空着。"),
        (bool(lost), f"少了 {'、'.join(_named(one) for one in sorted(lost))}，请写回去。"),
        (
            bool(mine - fields),
            f"这一句里没有 {'、'.join(_named(one) for one in sorted(mine - fields))}，请去掉。",
        ),
        (bool(re.search(r"[{}]", FIELD.sub("", said))), "花括号 { } 只用来放原文里有的内容。"),
        (bool(re.search(r"[<>\n\r]", said)), "不能写 < 和 >，也不能换行。"),
        (len(said) > LINE, f"太长了，一句请不要超过 {LINE} 个字。"),
    )
    return next((why for is_so, why in checks if is_so), "")


def _named(one: str) -> str:
    return one if one.isdigit() else f"{{{one}}}"


def advice(text: Text, own: Text) -> list[str]:
    """What had better be mended, in words; none of it forbids anything."""
    said = [line for slot in own for line in lines_of(slot) if line]
    plain = [FIELD.sub(lambda field: _CHINESE.get(field[1], "1"), line) for line in said]
    found = [
        f"{words}（{line}）"
        for line, bare in zip(said, plain, strict=True)
        for bad, words in _STYLE
        if bad.search(bare)
    ]
    known = {word for slot in text for line in lines_of(slot) for word in _QUOTED.findall(line)}
    lost = sorted(word for word in known if word not in "".join(said))
    return found + [f"原文告诉居民可以回复“{word}”，现在没有写。请确认居民还知道怎么做。" for word in lost]


def own_or_built_in(name: str, text: Text, own: Mapping[str, object]) -> Text:
    """The town's own text if it has one that fits, else the built-in one."""
    mine = own.get(name)
    return mine if mine is not None and fits(text, mine) else text  # type: ignore[return-value]  # fits() has looked

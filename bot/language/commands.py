"""What residents say to steer: control words, numbers of orders, asking after one, complaining of one."""

from __future__ import annotations

import re
from typing import Literal, cast

from bot.language.numbers import SPOKEN, read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

Control = Literal["back", "cancel", "restart", "person", "help", "more"]

FIRST_ORDER = 1001
"""Orders are numbered from here, so that a number of an order is never the number of an option."""

_TABLE = read_table("commands")
_CONTROL: dict[str, Control] = {
    word: cast(Control, verb) for verb, words in _TABLE["control"].items() for word in words
}
_END_TALK = frozenset(_TABLE["end_talk"])
# So many words at most: they can be cut in several ways, which doubles with each of them.
_ORDER = re.compile(
    rf"(?:{any_of(_TABLE['order_heads'])}[\s:,]*){{0,6}}[#【]?\s*(?P<number>[0-9]{{4,9}})\s*】?"
    rf"(?:[\s,的]*{any_of(_TABLE['order_tails'])}){{0,6}}[\s?。!.~了啊呀]*"
)
_ORDER_DIGITS = {said: digit for said, digit in read_table("phones")["spoken"].items() if not said.isascii()}
_SAID = SPOKEN.replace("]", "".join(_ORDER_DIGITS) + "]")
_SPOKEN_RUN = re.compile(rf"{_SAID}(?:\s?{_SAID}){{3,8}}|(?<![0-9])[0-9](?:\s[0-9]){{3,8}}(?![0-9])")
_MINE = frozenset(_TABLE["my_orders"])
_URGES_ALONE = frozenset(_TABLE["urges_alone"])
_URGES, _NOT_URGES = re.compile(any_of(_TABLE["urges"])), re.compile(any_of(_TABLE["not_urges"]))
_NOT_FIXED = re.compile(any_of(_TABLE["not_fixed"]))
_NOT_COMPLAINTS = re.compile(any_of(_TABLE["not_complaints"]))
_SUPPOSED = re.compile(any_of(_TABLE["supposed"]))
_ASKING = ("吗", "吗?", "么", "么?", "没有?", "嘛?", "没?")
_WRONG_BESIDES = re.compile(rf"{any_of(_TABLE['not_fixed_says'])}|[0-9]{{4,9}}|[^\w]|[了啊呀呢吧嘛哦的]")
_NOT_MENDED = re.compile("没有?修好")
LEAST_SAID = 2  # letters that say something
_QUESTION = re.compile(
    r"[?吗么嘛]|能不能|可不可以|能否|可否|可以不|怎么|如何|多久|几时|什么|有没有|是不是|要不要|行不行|谁"
)
_TAKE = _TABLE["withdraw"]
_ORDER_NUMBER = r"[#【]?\s*[0-9]{4,9}\s*】?"
_OBJECT = rf"(?:{any_of(_TAKE['objects'])}|{_ORDER_NUMBER})"
_LEAD = any_of(_TAKE["leads"])
# Possessive: these words can be cut in many ways, and no other cut would fit better.
_BEFORE = rf"(?:(?:{any_of([*_TAKE['leads'], *_TAKE['objects']])}|{_ORDER_NUMBER})\s*)*+"
_CANCEL = any_of(_TAKE["needs_object"])
_WITHDRAWS = re.compile(
    rf"(?:{_BEFORE}{any_of(_TAKE['verbs'])}(?:\s*{_OBJECT})*+"
    rf"|(?:{_LEAD}\s*)*+(?:{_OBJECT}\s*)++{_CANCEL}|(?:{_LEAD}\s*)*+{_CANCEL}(?:\s*{_OBJECT})++"
    r")(?:[吧啊呀哦呢啦了]|谢谢)*+"
)
_NOT_NEEDED = re.compile(rf"(?<!是){any_of(_TAKE['not_needed'])}(?:[吧啊呀哦啦]|谢谢){{0,4}}$")
_CLAUSES = re.compile(r"[,。.!;、\n~]+")


def control(text: str) -> Control | None:
    """The control word that the whole of `text` is, politeness aside; never one inside a sentence."""
    return next((_CONTROL[form] for form in spellings(text) if form in _CONTROL), None)


def ends_talk(text: str) -> bool:
    """Whether somebody who talks with a person says that they are done: 结束, 不聊了."""
    return any(form in _END_TALK for form in spellings(text))


def is_order(number: int) -> bool:
    """Whether `number` can be the number of an order: 1001 upwards, at most nine digits."""
    return FIRST_ORDER <= number < 1_000_000_000


def in_digits(text: str) -> str:
    """`text` cleaned, with a spoken number of four digits or more in digits: 幺洞两四, 一 零 二 四, 一千零二十四.

    >>> in_digits("查幺洞两四"), in_digits("一千零二十四怎么样了"), in_digits("三份")
    ('查1024', '1024怎么样了', '三份')
    """
    return _SPOKEN_RUN.sub(_in_digits, clean(text))


def _in_digits(found: re.Match[str]) -> str:
    said = "".join(found[0].split())
    if all(c in _ORDER_DIGITS or c.isdigit() for c in said):
        return "".join(_ORDER_DIGITS.get(c, c) for c in said)
    value = read_numeral(said)
    return found[0] if value is None else str(value)


def order_number(text: str) -> int | None:
    """The number when `text` is only about one order: 1024, 查 1024, 工单1024, 1024 怎么样了."""
    found = _ORDER.fullmatch(in_digits(text))
    number = int(found["number"]) if found else 0
    return number if is_order(number) else None


def my_orders(text: str) -> bool:
    """Whether someone asks for all that they have reported: 我的报修, 查报修, 报修进度."""
    return any(form in _MINE for form in spellings(text))


def urges(text: str) -> bool:
    """Whether someone presses for an order that is under way: 催一下, 怎么还没来."""
    said = clean(text)
    if _NOT_URGES.search(said):
        return False
    return any(form in _URGES_ALONE for form in spellings(text)) or bool(_URGES.search(said))


def not_fixed(text: str) -> bool:
    """Whether someone says that what was finished is not: 没修好, 又坏了, 还是漏.

    Questions and what is only supposed (没修好的话怎么办) do not count.
    """
    said = _NOT_COMPLAINTS.sub(" ", clean(text))
    return bool(_NOT_FIXED.search(said)) and not said.endswith(_ASKING) and not _SUPPOSED.search(said)


def still_wrong(text: str) -> bool:
    """Whether somebody who says that it is not mended says in the same breath what is wrong.

    >>> still_wrong("没修好，还在响"), still_wrong("1001 没修好"), still_wrong("你们根本没修好啊")
    (True, False, False)
    """
    said = clean(text)
    return _NOT_MENDED.search(said) is not None and len(_WRONG_BESIDES.sub("", said)) >= LEAST_SAID


def drops(text: str) -> bool:
    """Whether someone takes back what is just being said, naming no order by its number: 不修了, 算了撤回."""
    return withdraws(text) and not re.search(r"[0-9]{4}", clean(text))


def withdraws(text: str) -> bool:
    """Whether someone clearly takes an order back: 撤回 1001, 我要撤回, 撤单, 灯亮了，不用修了.

    Asking whether one may (那个申请能撤回吗) and supposing (好了的话就不用来了) are no wish.
    """
    said = clean(text).rstrip("。.!~ ")
    if _QUESTION.search(said) or _SUPPOSED.search(said):
        return False
    clauses = [clause.strip() for clause in _CLAUSES.split(said)]
    return any(_WITHDRAWS.fullmatch(clause) or _NOT_NEEDED.search(clause) for clause in clauses)

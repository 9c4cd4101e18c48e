"""What is ordered and how much of each: 两份红烧肉和一碗米饭, 大排、素什锦各一份, 来个狮子头."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.language.clocks import find_time
from bot.language.dishes import called, find_dish
from bot.language.meals import find_meal
from bot.language.numbers import read_numeral
from bot.language.quantities import Quantity, find_quantities
from bot.language.tables import any_of, read_table

_TABLE = read_table("dishes")
_GENERIC = frozenset(_TABLE["generic"])
_LIGHT = frozenset(_TABLE["light"])  # 红烧 alone is no dish
_FOOD = re.compile(any_of(_TABLE["food"]))
_LEAD = re.compile(rf"^(?:{any_of(_TABLE['lead'])}|[\s,。!?的])+")
_TAIL = re.compile(
    rf"(?:{any_of(_TABLE['tail'])}|[\s,。!?]++){{1,6}}$"
)  # more of them can be cut in too many ways
_SERVING = re.compile(rf"(?P<head>.*?)(?P<serving>{any_of(_TABLE['servings'])})")
_NEGATED = re.compile(rf"{any_of(_TABLE['negated'])}(?:[要吃放了点]|太)*$")
_NEGATED_AFTER = re.compile(
    rf"^(?:就|都|也|我)*(?:{any_of(_TABLE['negated_after'])}|[换改]成?+(?![0-9一二两三四五六七八九十俩仨半]))"
)
_EACH = re.compile(r"各|都要?|每样|分别")
_TIMES = re.compile(r"\s*[x×*乘]\s*(?P<times>[0-9]{1,3})(?![0-9])")
_BREAK = re.compile(any_of(_TABLE["breaks"]))
_CRAVED = re.compile("想吃|要吃|来点")
_CUT = re.compile(r"[,。!?;、\n()+\0]|和|跟|加上|以及|还有|另外|再来|再加|搭")
_ONE = re.compile(r"(?P<one>[个份客碗盒])")
_ASKED_FOR = re.compile(r"(?:订|来|要|点|留|叫|加|买|送)(?:我|伊)?$")
_FAR = re.compile(r"[^\s,:要来订的就我]")  # between a dish and the number behind it
_TALK = re.compile(any_of(_TABLE["talk"]))
_HAN_NUMBER = "[一二两三四五六七八九十]"
_PICK_LEAD = re.compile(r"^(?:[我要来点订选]|再来|就要)+")
_PICK_CUT = re.compile(r"[\s,、;+]+|和|跟|还有|以及")
_PICK = re.compile(
    rf"第?(?P<n>[0-9]{{1,2}}+|{_HAN_NUMBER}{{1,2}}+)(?P<mark>号菜?|个)?"
    rf"(?:(?<=[0-9号菜个])(?:要|来)?(?P<count>[0-9]+|{_HAN_NUMBER}+)[份客碗盒])?"
)
_EACH_OF = re.compile(rf"(?P<rest>.*?)\s*各\s*(?P<count>[0-9]+|{_HAN_NUMBER}+)\s*[份客碗盒]")
_LONGEST = 12  # characters of what may be a dish


@dataclass(frozen=True, slots=True)
class Portion:
    """A dish by its name on the menu, or as it was said when there is no menu; qty 2, 0.5 or "2-3".

    `others`: dishes of the menu that the same words may mean just as well.
    """

    dish: str
    qty: int | float | str
    others: tuple[str, ...] = field(default=(), compare=False, repr=False)


def find_portions(text: str, menu: Sequence[str] = (), absent: Sequence[str] = ()) -> list[Portion]:
    """The dishes in the cleaned `text` with how many of each, in order, each once, without refused ones (不要鱼).

    With a menu only what is on it counts, or a part of it as a set meal (红烧肉套餐). Without one, words beside a
    quantity that speak of food do. A dish without a number is one. `absent`: dishes that are not on the menu, which
    are found where they are named as they are called, so that what is like one of them is not taken for it.

    >>> find_portions("两份红烧肉,米饭一碗", ["红烧肉", "米饭"])
    [Portion(dish='红烧肉', qty=2), Portion(dish='米饭', qty=1)]
    >>> find_portions("红烧肉,洪烧牛肉", ["红烧牛肉"], ["红烧肉"])
    [Portion(dish='红烧肉', qty=1), Portion(dish='红烧牛肉', qty=1)]
    """
    quantities = find_quantities(text)
    named = _named(text, quantities, tuple(menu), tuple(absent))
    if not named:
        return []
    return list({one.dish: one for one in _counted(named, quantities, text)}.values())


def without_serving(dish: str) -> str:
    """A dish without the way it is served: 红烧肉 of 红烧肉套餐; empty for 套餐 alone."""
    found = _SERVING.fullmatch(dish)
    return found["head"] if found else dish


def find_strangers(
    text: str, menu: Sequence[str], *, alone: bool = True, absent: Sequence[str] = ()
) -> list[str]:
    """Words of the cleaned `text` that are ordered like a dish, with a number beside them, and not on the menu.

    `alone`: so are words that are all there is. `absent`: dishes as find_portions() finds them, which are none.

    >>> find_strangers("两份佛跳墙,一份红烧肉送到家", ["红烧肉", "米饭"]), find_strangers("佛跳墙", ["红烧肉"])
    (['佛跳墙'], ['佛跳墙'])
    """
    clock = find_time(text)
    said = text[: clock.start] + "\0" * (clock.end - clock.start) + text[clock.end :] if clock else text
    quantities = find_quantities(said)
    known = _named(said, quantities, tuple(menu), tuple(absent))
    rest = said
    for start, end in [(one.start, one.end) for one in known] + [(one.start, one.end) for one in quantities]:
        rest = rest[:start] + "\0" * (end - start) + rest[end:]
    found = []
    for start, piece in _pieces(rest):
        touching = [one for one in quantities if _touches(one, start, start + len(piece), said)]
        counted = any(_FOOD.search(piece) or not _taken(one, known, said) for one in touching)
        whole = alone and _bare(said) == piece and (_FOOD.search(piece) or not _TALK.search(piece))
        if (counted or whole) and _may_be_dish(piece, menu):
            found.append(piece)
    return found


def _bare(text: str) -> str:
    """`text` without what leads in and what follows, as a piece of a sentence is."""
    return _TAIL.sub("", _LEAD.sub("", text))


def _touches(one: Quantity, start: int, end: int, text: str) -> bool:
    """Whether a number stands right beside these words."""
    between = text[one.end : start] if one.end <= start else text[end : one.start]
    return not between.strip(" 的各")


def _taken(one: Quantity, known: Sequence[_Named], text: str) -> bool:
    """Whether a number already counts a dish that is known and stands right before it."""
    return any(dish.end <= one.start and not text[dish.end : one.start].strip(" 的") for dish in known)


def _may_be_dish(piece: str, menu: Sequence[str]) -> bool:
    """Whether a piece of a sentence reads like a name, and nothing else is known that it could be."""
    plain = len(piece) > 1 and piece not in _GENERIC and not re.search(r"[^\u4e00-\u9fff]", piece)
    return plain and _dish_of(piece, tuple(menu), True) is None and not find_meal(piece)


@dataclass(frozen=True, slots=True)
class _Named:
    dish: str
    start: int
    end: int
    others: tuple[str, ...] = ()


def _named(
    text: str, quantities: Sequence[Quantity], menu: tuple[str, ...], absent: tuple[str, ...]
) -> list[_Named]:
    """Every dish and where it stands: by its exact name first, then what the pieces of the sentence may mean."""
    found: list[_Named] = []
    rest = text
    for start, end in _exactly(text, menu, absent):
        found.append(_Named(text[start:end], start, end))
        rest = rest[:start] + "\0" * (end - start) + rest[end:]
    for one in quantities:
        rest = rest[: one.start] + "\0" * (one.end - one.start) + rest[one.end :]
    counted = bool(quantities or _CRAVED.search(text))
    for start, piece in _pieces(rest):
        dish = _missed(piece, menu, absent) or _dish_of(piece, menu, counted)
        if dish:
            found.append(_Named(dish, start, start + len(piece), _others(piece, dish, menu)))
    kept = [one for one in found if not _refused(one, text)]
    return sorted(kept, key=lambda one: one.start)


def _exactly(text: str, menu: tuple[str, ...], absent: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where dishes of the menu are named; a longer name of an absent dish around one (红烧肉圆) is the other's."""
    longer = [one.span() for one in _exact(absent).finditer(text)] if absent else []
    found = [one.span() for one in _exact(menu).finditer(text)] if menu else []
    around = {one: next((b for b in longer if b[0] <= one[0] and one[1] <= b[1]), one) for one in found}
    return list(dict.fromkeys(around.values()))


def _missed(said: str, menu: tuple[str, ...], absent: tuple[str, ...]) -> str:
    """The absent dish that these words name, where none on the menu is called so; else empty."""
    head = without_serving(said) or said
    return called(head, absent) if absent and not called(head, menu) else ""


@lru_cache(8)
def _exact(menu: tuple[str, ...]) -> re.Pattern[str]:
    """Names of the menu in a sentence; followed by a word that makes another meal of it, it is read as a piece."""
    return re.compile(rf"{any_of(menu)}(?!{any_of(_TABLE['servings'])}|饭|面|汤|包)")


def _pieces(text: str) -> list[tuple[int, str]]:
    """The parts of a sentence between signs, numbers and words that join, without what leads in or follows."""
    pieces: list[tuple[int, str]] = []
    position = 0
    for cut in (*_CUT.finditer(text), None):
        end = cut.start() if cut else len(text)
        piece = text[position:end]
        lead = _LEAD.match(piece)
        start = lead.end() if lead else 0
        stop = _BREAK.search(piece, start + 1)
        piece_end = min(stop.start() if stop else len(piece), len(piece))
        said = _TAIL.sub("", piece[start:piece_end])
        if said:
            pieces.append((position + start, said))
        position = cut.end() if cut else end
    return pieces


def _dish_of(said: str, menu: tuple[str, ...], counted: bool) -> str | None:
    if len(said) > _LONGEST or said in _GENERIC or (menu and set(said) <= _LIGHT):
        return None
    serving = _SERVING.fullmatch(said)
    if serving and (not serving["head"] or not menu or find_dish(serving["head"], menu)):
        return said
    if menu:
        return next(iter(find_dish(said, menu)), None) if len(said) > 1 else None
    return said if counted and _FOOD.search(said) and len(said) > 1 else None


def _others(said: str, dish: str, menu: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in find_dish(said, menu) if one != dish) if menu and dish in menu else ()


def _refused(one: _Named, text: str) -> bool:
    return bool(_NEGATED.search(text[: one.start])) or bool(_NEGATED_AFTER.match(text[one.end :]))


def _counted(named: Sequence[_Named], quantities: Sequence[Quantity], text: str) -> list[Portion]:
    """Each dish with the number right before it, right behind it, or behind 各; else one."""
    free = list(quantities)
    counts: list[int | float | str | None] = []
    for one in named:
        times = _TIMES.match(text, one.end)
        near = None if times else _beside(one, free, text)
        if near:
            free.remove(near)
        counts.append(int(times["times"]) if times else near.value if near else None)
    if None in counts and free and (len(named) == 1 or _EACH.search(text[: free[0].start][-3:])):
        counts = [free[0].value if count is None else count for count in counts]
    elif _EACH.search(text) and None in counts and any(counts):
        said = next(count for count in counts if count)
        counts = [said if count is None else count for count in counts]
    return [
        Portion(one.dish, 1 if count is None else count, one.others)
        for one, count in zip(named, counts, strict=True)
    ]


def _beside(one: _Named, free: Sequence[Quantity], text: str) -> Quantity | None:
    before = [q for q in free if q.end <= one.start and not text[q.end : one.start].strip(" 的")]
    if before:
        return before[-1]
    after = [q for q in free if q.start >= one.end and not _FAR.search(text[one.end : q.start])]
    return after[0] if after else None


def read_picks(text: str) -> dict[int, int]:
    """Numbers of a list, with how many of each, when the cleaned `text` is nothing else; {} otherwise.

    >>> read_picks("1和3"), read_picks("2号两份,4号一份"), read_picks("1、3各两份"), read_picks("12份")
    ({1: 1, 3: 1}, {2: 2, 4: 1}, {1: 2, 3: 2}, {})
    """
    bare = _PICK_LEAD.sub("", _TAIL.sub("", text))
    each = _EACH_OF.fullmatch(bare)
    found = [_PICK.fullmatch(part) for part in _PICK_CUT.split(each["rest"] if each else bare) if part]
    picks = [one for one in found if one]
    if not picks or len(picks) < len(found) or (len(picks) == 1 and not picks[0]["mark"]):
        return {}
    of_each = _count(each["count"]) if each else 0
    picked = {_count(one["n"]): of_each or _count(one["count"]) or 1 for one in picks}
    return picked if len(picked) == len(picks) and 0 not in picked else {}


def _count(numeral: str | None) -> int:
    return (read_numeral(numeral) if numeral else None) or 0


def asks_for_one(text: str) -> bool:
    """Whether one meal is asked for without a number: 给我妈订个饭.

    >>> asks_for_one("给我妈订个饭"), asks_for_one("订饭")
    (True, False)
    """
    return any(
        _ASKED_FOR.search(text[: one.start()]) and text[one.end() :].lstrip().startswith(tuple(_GENERIC))
        for one in _ONE.finditer(text)
    )

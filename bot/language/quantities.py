"""How many: 两份, 俩, 半打, 一份半, 一人一份三个人; 两三份 and 四到五份 have two readings and are asked back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("quantities")
_PAIRS: Mapping[str, int] = _TABLE["pairs"]
_DOUBLE: Mapping[str, int] = _TABLE["double"]
_SERVINGS = frozenset("份客碗盒")
_DOZEN = 12
_MOST = 10_000  # servings; more is a number of something else

_DIGIT = "[一二两三四五六七八九]"
_NUMBER = r"(?:[0-9]{1,4}(?![0-9.:/])|[零一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾百佰廿卅]{1,5}|俩|仨)"
_MEASURE = any_of(_TABLE["measures"])
_LOOSE = any_of(_TABLE["loose_measures"])
_ONE = re.compile(rf"{any_of(_TABLE['asking'])}(?P<one>[份客碗盒笼杯盘屉套])(?=[^\s,。0-9\0])")
_SAID = re.compile(
    rf"(?<![0-9.:/零一二两三四五六七八九十百几第-])(?:(?P<double>{any_of(_DOUBLE)})"
    rf"|(?P<half>半)(?:(?P<half_dozen>打)|(?:{_MEASURE}|{_LOOSE}))"
    rf"|(?:(?P<guess>(?:二十|三十|十)?{_DIGIT}{_DIGIT}|[1-9][、][1-9])"
    rf"|(?P<low>{_NUMBER})\s*(?:{_MEASURE})?\s*(?:到|至|-|~|或者?是?|还是)\s*(?P<high>{_NUMBER})"
    rf"|(?P<number>{_NUMBER}))\s*(?:(?P<dozen>打)|(?P<measure>{_MEASURE})|(?P<loose>{_LOOSE})|(?<=[俩仨])))(?P<more>半)?(?P<vague>多|来(?![拿取吃送]))?"
)
_NO_COUNT = re.compile(
    rf"(?:(?<![0-9.])0+|(?<![一二三四五六七八九十百])[零〇]|[-负]\s*{_NUMBER}"
    rf"|(?<![0-9])[0-9]+(?:\.[0-9]+|(?<=[0-9]{{5}}))|[几多]|若干|[千万亿])\s*{_MEASURE}"
)
_VAGUE_BEFORE = re.compile(r"(?:几|好几|十几|若干|多少)\s*$")
_NEGATED = re.compile(any_of(_TABLE["negated"]) + r"\s*$")
_TOTAL = re.compile(any_of(_TABLE["totals"]) + r"(?:是|要|订|来)?\s*$")
_EACH = re.compile(rf"{any_of(_TABLE['each'])}(?:各|要|订|吃|来|都)?(?P<each>{_NUMBER})(?:{_MEASURE}|个)")
_PEOPLE = re.compile(rf"(?P<people>{_NUMBER})\s*{any_of(_TABLE['people'])}(?!份)")
_LOOSE_BEFORE = re.compile(rf"{any_of(_TABLE['loose_before'])}[了我]?\s*$")
_LOOSE_AFTER = re.compile(rf"\s*{any_of(_TABLE['loose_after'])}")
_FOOD_BEFORE = re.compile(rf"{any_of(read_table('dishes')['food'])}\s*$")
_NOT_ENOUGH = re.compile(rf"\s*{any_of(_TABLE['not_enough'])}")
_NOT_LOOSE = re.compile(rf"\s*{any_of(_TABLE['not_loose'])}")
_WHOLE = re.compile(r"^(?:要|来|订|加|再来|我要|就|给我)?\s*$")
_BARE_PAIR = re.compile(r"^(?:要|来|订|我要|阿拉|伲)?(?P<pair>[俩仨])[\s,。!吧]*$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of servings, `low` and `high` alike unless two readings exist; halves are .5."""

    low: float
    high: float
    start: int
    end: int

    @property
    def value(self) -> int | float | str:
        """2, 0.5, or 2-3."""
        if self.low != self.high:
            return f"{_short(self.low)}-{_short(self.high)}"
        return _short(self.low)


def _short(value: float) -> int | float:
    return int(value) if value == int(value) else value


def find_quantities(text: str) -> list[Quantity]:
    """The quantities in the cleaned `text`, in order; refused (不要两份) and vague ones (几份, 十几份) left out.

    >>> [one.value for one in find_quantities("大排两三份,米饭半打")]
    ['2-3', 6]
    """
    shared = _for_everybody(text)
    if shared:
        return [shared]
    pair = _BARE_PAIR.match(text)
    if pair:
        count = _PAIRS[pair["pair"]]
        return [Quantity(count, count, pair.start("pair"), pair.end("pair"))]
    found = [one for said in _SAID.finditer(text) if (one := _read(said, text))]
    singles = [Quantity(1, 1, *said.span("one")) for said in _ONE.finditer(text)]  # 来碗小馄饨
    return sorted(found + singles, key=lambda quantity: quantity.start)


def says_servings(text: str) -> bool:
    """Whether a number of servings is said; 两个, 第二份 and 二 may be the number of an option.

    >>> [says_servings(text) for text in ("两份", "要 2 碗", "两个", "第二份", "二")]
    [True, True, False, False, False]
    """
    said = clean(text)
    return any(said[one.start : one.end].strip()[-1:] in _SERVINGS for one in find_quantities(said))


def without_counts(text: str) -> str:
    """The cleaned `text` without its quantities.

    >>> without_counts("两份红烧肉")
    '红烧肉'
    """
    for one in reversed(find_quantities(text)):
        text = text[: one.start] + text[one.end :]
    return text


def no_count(text: str) -> bool:
    """Whether a number of servings is said that is none: 0 份, 负一份, 1.5 份, 几份, 十几份, 12345 份.

    >>> [no_count(text) for text in ("红烧肉0份", "几份", "两份红烧肉", "红烧肉半份")]
    [True, True, False, False]
    """
    return _NO_COUNT.search(text) is not None


def find_total(text: str) -> Quantity | None:
    """The quantity after 一共, else the only one, else the first."""
    found = find_quantities(text)
    return next((one for one in found if _TOTAL.search(text[: one.start])), found[0] if found else None)


def _for_everybody(text: str) -> Quantity | None:
    """一人一份,三个人: three."""
    each = _EACH.search(text)
    people = each and (_PEOPLE.search(text, each.end()) or _PEOPLE.search(text, 0, each.start()))
    if not each or not people:
        return None
    one, count = _number(each["each"]), _number(people["people"])
    if not one or not count or one * count > _MOST:
        return None
    return Quantity(
        one * count, one * count, min(each.start(), people.start()), max(each.end(), people.end())
    )


def _read(said: re.Match[str], text: str) -> Quantity | None:
    before = text[: said.start()]
    if _VAGUE_BEFORE.search(before) or _NEGATED.search(before) or said["vague"]:
        return None
    if _NOT_ENOUGH.match(text, said.end()) or (said["loose"] and not _is_serving(said, text)):
        return None
    span = _span(said)
    if span is None or not 0 < span[0] <= span[1] <= _MOST:
        return None
    return Quantity(*span, said.start(), said.end())


def _is_serving(said: re.Match[str], text: str) -> bool:
    """Whether 两个 counts servings: when asked for, before a meal, or alone."""
    if _NOT_LOOSE.match(text, said.end()):
        return False
    before, after = text[: said.start()], text[said.end() :]
    return bool(
        _LOOSE_BEFORE.search(before) or _LOOSE_AFTER.match(after) or _FOOD_BEFORE.search(before)
        or (_WHOLE.match(before) and not after.strip(" ,。!吧呀啊"))
    )  # fmt: skip


def _span(said: re.Match[str]) -> tuple[float, float] | None:
    if said["double"]:
        return _DOUBLE[said["double"]], _DOUBLE[said["double"]]
    if said["half"]:
        return (6, 6) if said["half_dozen"] else (0.5, 0.5)
    if said["guess"]:
        return _guess(said["guess"])
    low = _number(said["low"] or said["number"])
    high = _number(said["high"]) if said["high"] else low
    if low is None or high is None:
        return None
    times, more = _DOZEN if said["dozen"] else 1, 0.5 if said["more"] else 0
    return (low + more) * times, (high + more) * times


def _guess(word: str) -> tuple[float, float] | None:
    """两三, 十七八, 3、4: two neighbours."""
    tens = _number(word[: word.index("十") + 1]) if "十" in word else 0
    low, high = (
        (_number(c) for c in (word[-3], word[-1])) if "、" in word else (_number(c) for c in word[-2:])
    )
    if tens is None or low is None or high is None or high != low + 1:
        return None
    return tens + low, tens + high


def _number(word: str) -> int | None:
    return _PAIRS.get(word) or read_numeral(word)

"""Body temperatures as people write and say them: 36.8, 37度2, 三十六度八, 三六点七, 366.

The temperature of a room, of water or of the weather is none, and neither are prices, lengths or degrees of an angle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table

_TABLE = read_table("temperatures")
LOWEST, HIGHEST = 33.0, 43.5  # what a thermometer on a living person shows
_MOST_RUN = 420  # 366 is 36.6; more is a number of a room

_SPOKEN_DIGIT = "[零〇一二两三四五六七八九]"
_WHOLE = (
    "(?:[34][0-9]|[三四卅]?十[零一二三四五六七八九]|[三四]十"
    rf"|[三四]{_SPOKEN_DIGIT}|卅[零一二三四五六七八九]|3{_SPOKEN_DIGIT}|三[0-9])"
)
_PART = rf"(?:[0-9]{{1,2}}|[零〇]?{_SPOKEN_DIGIT}{{1,2}}|半)"
_DEGREE = r"(?:°c?|℃|度|摄氏度|c(?![a-z]))"
_START = r"(?<![0-9.零一二三四五六七八九十百./:-])"
_SAID = re.compile(
    rf"{_START}(?P<whole>{_WHOLE})\s*"
    rf"(?:(?P<mark>{_DEGREE})\s*(?:多|左右|上下|不到|出头)?(?:(?P<after>{_PART})(?![0-9.点]))?"
    rf"|(?:[.。·,]|点)\s*(?P<tenths>{_PART})(?![0-9])\s*(?P<mark2>{_DEGREE})?"
    rf"|(?P<bare>{_SPOKEN_DIGIT})(?![十百千度点零一二三四五六七八九])"
    rf"|\s(?P<spaced>[0-9])(?![0-9.]))",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?<![0-9.:/-])(?P<run>3[4-9][0-9]|4[0-2][0-9])(?![0-9.:/-])")
_ROUND = re.compile(rf"{_START}(?P<round>3[4-9]|4[0-2]|[三四]十[一二三四五六七八九]?)(?![0-9.:/十百度-])")
_UNIT = re.compile(rf"\s*{any_of(_TABLE['not_units'])}")
_MONEY = re.compile(r"[¥$]\s*$")
_BODY = re.compile(any_of(_TABLE["body"]))
_SURE_BODY = re.compile(any_of(_TABLE["sure_body"]))
_NOT_BODY = re.compile(any_of(_TABLE["not_body"]))
_FILLER = re.compile(rf"(?:{any_of(_TABLE['fillers'])}|[\s,。.!:;~])+")
_CLAUSE = re.compile(r"[,。.!?;、\n](?![0-9])")
_SHORT = 4  # characters that may stand beside a number that nothing else marks as a temperature


@dataclass(frozen=True, slots=True)
class Temperature:
    """A body temperature in degrees Celsius, and where it stands in the text."""

    degrees: float
    start: int
    end: int


def find_temperatures(text: str) -> list[Temperature]:
    """The body temperatures in the cleaned `text`, in order.

    366 and a plain 38 count only with a word such as 体温, 366 also alone; 房间 26 度 and 空调 36 度 never.

    >>> [one.degrees for one in find_temperatures("早上三十六度八,晚上37度2")]
    [36.8, 37.2]
    >>> find_temperatures("空调开到36度还是冷")
    []
    """
    found = [one for said in _SAID.finditer(text) if (one := _read(said, text))]
    if found:
        return found
    return [one for said in (*_RUN.finditer(text), *_ROUND.finditer(text)) if (one := _plain(said, text))]


def _read(said: re.Match[str], text: str) -> Temperature | None:
    degrees = _degrees(said)
    if degrees is None or not LOWEST <= degrees <= HIGHEST or _UNIT.match(text, said.end()):
        return None
    if _MONEY.search(text[: said.start()]) or not _of_body(said, text):
        return None
    return Temperature(degrees, said.start(), said.end())


def _degrees(said: re.Match[str]) -> float | None:
    whole = _number(said["whole"])
    part = said["after"] or said["tenths"] or said["bare"] or said["spaced"]
    if whole is None:
        return None
    if not part:
        return float(whole)
    if part == "半":
        return whole + 0.5
    digits = "".join(str(_number(c)) for c in part)
    return round(whole + float(f"0.{digits}"), 2)


def _number(word: str) -> int | None:
    """三十六, 卅六, 三六, 3六 and 36."""
    if word.isdigit() and word.isascii():
        return int(word)
    if any(c in "十卅" for c in word):
        return read_numeral(word.replace("卅", "三十"))
    return int("".join(c if c.isascii() else str(read_numeral(c)) for c in word))


def _of_body(said: re.Match[str], text: str) -> bool:
    clause = _clause(text, said.start(), said.end())
    sure = _SURE_BODY.search(clause)
    if _NOT_BODY.search(clause) and not sure:
        return False
    if said["mark"] or said["mark2"]:
        return not _NOT_BODY.search(text) or bool(_SURE_BODY.search(text))
    if _NOT_BODY.search(text) and not _SURE_BODY.search(text):
        return False
    return bool(_BODY.search(text)) or _stands_alone(text)


def _stands_alone(text: str) -> bool:
    """Whether hardly anything is said but such numbers: 李秀英 36.5, 早 36.2 晚 36.9."""
    return len(_FILLER.sub("", _SAID.sub("", text))) <= _SHORT


def _plain(said: re.Match[str], text: str) -> Temperature | None:
    """366 for 36.6 and a round 38, which need a word for them or, for 366, nothing else beside it."""
    if _UNIT.match(text, said.end()) or _MONEY.search(text[: said.start()]):
        return None
    rest = _FILLER.sub("", text[: said.start()] + text[said.end() :])
    named = bool(_SURE_BODY.search(text)) and not _NOT_BODY.search(text)
    if "run" in said.groupdict():
        value = int(said["run"])
        if value <= _MOST_RUN and (not rest or named):
            return Temperature(value / 10, said.start(), said.end())
        return None
    round_value = _number(said["round"])
    if round_value is None or not named:
        return None
    return Temperature(float(round_value), said.start(), said.end())


def _clause(text: str, start: int, end: int) -> str:
    """The part of the sentence around a number, between signs."""
    before = [one.end() for one in _CLAUSE.finditer(text, 0, start)]
    after = _CLAUSE.search(text, end)
    return text[before[-1] if before else 0 : after.start() if after else len(text)]

"""Phone numbers in what somebody wrote or said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("phones")
_SPOKEN: dict[str, str] = _TABLE["spoken"]
_DIGIT = f"[0-9{''.join(_SPOKEN)}]"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_GAP = r"[\s.-]{0,3}"
_SAID = re.compile(
    rf"(?<!{_DIGIT})(?P<fixed>[0零](?:{_GAP}{_DIGIT}){{9,11}}|[48](?:{_GAP}{_DIGIT}){{9}})(?!{_DIGIT})"
    rf"|(?<!{_DIGIT})(?P<local>[2-9二三四五六七八九](?:{_GAP}{_DIGIT}){{7}})(?!{_DIGIT})"
)
# A number as it is dictated: runs of digits with pauses between them, and 三个零 for 000.
_TIMES = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_RUN = re.compile(rf"(?:[{''.join(_TIMES)}2-6]个{_DIGIT}|{_DIGIT})+")
_REPEATED = re.compile(rf"([{''.join(_TIMES)}2-6])个({_DIGIT})")
_PAUSE = re.compile(rf"(?:[\s.,、。…/_~:()—–-]|{any_of(_TABLE['pauses'])}){{0,6}}")
_INSTEAD = re.compile(any_of(_TABLE["instead"]))
_ABROAD = re.compile(r"(?:00)?86(?=1[3-9])")
_LENGTH, _MOST_RUNS = 11, 24
_FIXED = re.compile(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}|[48]00\d{7}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_EXTENSION = re.compile(r"\s*(?:转|分机|-|#)\s*(?:分机)?\s*([0-9]{1,6})(?![0-9])")
_CALLED = re.compile(r"(?:电话|座机|打|拨|联系|号码|手机)[^0-9]{0,6}$")
_NUMBER = (
    rf"(?:(?:\+?86[\s-]?)?(?:1[3-9]\d|[1幺一][{''.join(_SPOKEN)}]{{2}})(?:[\s.-]?{_DIGIT}){{8}}"
    rf"|0\d{{2,3}}[\s-]?\d{{7,8}})(?!{_DIGIT})"
)
_LEAD, _OWNER, _NAME, _CALL, _TAIL = (
    any_of(_TABLE[key]) for key in ("leads", "owners", "names", "calls", "tails")
)
_CONTACT = re.compile(
    rf"(?:{_LEAD}\s*){{0,4}}+(?:{_CALL}\s*)?(?:{_OWNER}\s*)?(?:{_NAME}\s*)?[:,]?\s*(?<!\d){_NUMBER}(?:[\s,]*{_TAIL}){{0,4}}+"
    rf"|(?:{_LEAD}\s*){{0,4}}+(?:{any_of(_TABLE['whole'])})(?:[\s,]*{_TAIL}){{0,4}}+"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as digits only, and where it stands in the text."""

    digits: str
    start: int
    end: int

    @property
    def mobile(self) -> bool:
        """Whether it is a mobile phone, which can be sent a message."""
        return bool(_MOBILE.fullmatch(self.digits))


def find_phones(text: str) -> list[Phone]:
    """Every phone number in the cleaned `text`: mobile (幺三八 0013 8000 too), with area code, 400, or after 电话.

    >>> [one.digits for one in find_phones("幺三八零零幺三八零零零,座机021-62221234")]
    ['13800138000', '02162221234']
    >>> [one.digits for one in find_phones("幺三八,嗯,三个零幺,三八零零")]
    ['13800013800']
    """
    mobiles = _mobiles(text)
    others = [phone for said in _SAID.finditer(text) if (phone := _phone(said, text))]
    apart = [one for one in others if all(one.end <= m.start or one.start >= m.end for m in mobiles)]
    return sorted([*mobiles, *apart], key=lambda phone: phone.start)


def _mobiles(text: str) -> list[Phone]:
    runs = list(_RUN.finditer(text))
    found: list[Phone] = []
    at = 0
    while at < len(runs):
        used = _dictated(text, runs[at : at + _MOST_RUNS])
        if used:
            digits, count = used
            found.append(Phone(digits, runs[at].start(), runs[at + count - 1].end()))
        at += used[1] if used else 1
    return found


def _dictated(text: str, runs: list[re.Match[str]]) -> tuple[str, int] | None:
    """The mobile number that begins with the first of the runs, and how many of them it takes.

    A run that is said to be wrong (零零一三,不对,零零一四) gives way to the next one of its length.
    """
    parts: list[str] = []
    for count, run in enumerate(runs):
        between = text[runs[count - 1].end() : run.start()] if count else ""
        digits = _digits(run[0])
        if _PAUSE.fullmatch(between):
            parts.append(digits)
        elif _INSTEAD.search(between) and len(between) <= _LENGTH and len(parts[-1]) == len(digits) < _LENGTH:
            parts[-1] = digits
        else:
            return None
        whole = _ABROAD.sub("", "".join(parts), count=1)
        if len(whole) >= _LENGTH:
            return (whole, count + 1) if _MOBILE.fullmatch(whole) else None
    return None


def _digits(words: str) -> str:
    """三个零幺 as 0001."""
    plain = _REPEATED.sub(lambda found: found[2] * (_TIMES.get(found[1]) or int(found[1])), words)
    return "".join(_SPOKEN.get(c, c) for c in plain)


def _phone(said: re.Match[str], text: str) -> Phone | None:
    kind = said.lastgroup or "local"
    digits = "".join(_SPOKEN.get(c, c) for c in said[kind] if c.isalnum())
    known = bool(_FIXED.fullmatch(digits) if kind == "fixed" else _CALLED.search(text[: said.start()]))
    return Phone(digits, said.start(), said.end()) if known else None


def read_phone(text: str) -> str | None:
    """The only mobile number in `text`, or the one that takes the place of the other; 11 digits, or None.

    >>> read_phone("我的电话 138-0013 8000"), read_phone("幺三八零零幺三八零零零"), read_phone("12345")
    ('13800138000', '13800138000', None)
    >>> read_phone("13800138000，不对，是13900139000")
    '13900139000'
    """
    said = clean(text)
    found = [phone for phone in find_phones(said) if phone.mobile]
    if len({phone.digits for phone in found}) == 2 and len(found) == 2:
        first, last = found
        between = said[first.end : last.start]
        return last.digits if _INSTEAD.search(between) or said[: first.start].endswith("不是") else None
    return found[0].digits if len({phone.digits for phone in found}) == 1 else None


def read_call_back(text: str) -> str | None:
    """The only mobile number in `text`; with none, the only fixed line with its area code, and its extension.

    >>> read_call_back("021-62221234转12"), read_call_back("62221234"), read_call_back("138 0013 8000")
    ('02162221234-12', None, '13800138000')
    """
    said = clean(text)
    found = find_phones(said)
    if any(phone.mobile for phone in found):
        return read_phone(text)
    fixed = [phone for phone in found if phone.digits.startswith("0")]
    if len(fixed) != 1:
        return None
    extension = _EXTENSION.match(said, fixed[0].end)
    return f"{fixed[0].digits}-{extension[1]}" if extension else fixed[0].digits


def local_number(digits: str) -> bool:
    """Whether digits are a fixed line without its area code: seven or eight of them, the first no 0, 1 or 9.

    >>> local_number("62221234"), local_number("13800138"), local_number("8000")
    (True, False, False)
    """
    return _LOCAL.fullmatch(digits) is not None


def without_phone(text: str) -> str:
    """`text` cleaned, without phone numbers and the words that only say how to call somebody.

    >>> without_phone("厨房漏水，我手机138 0013 8000"), without_phone("我的电话是13800138000")
    ('厨房漏水', '')
    >>> without_phone("对讲电话坏了，请打我电话")
    '对讲电话坏了'
    """
    said = clean(text)
    for phone in reversed(find_phones(said)):
        if phone.mobile:
            said = f"{said[: phone.start]}{phone.digits}{said[phone.end :]}"
    return _CONTACT.sub(" ", said).strip(" ,，。.!;；、")

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
    rf"(?<!{_DIGIT})(?:\+?(?:00)?86{_GAP})?(?P<mobile>[1幺一](?:[\s.,、-]{{0,3}}{_DIGIT}){{10}})(?!{_DIGIT})"
    rf"|(?<!{_DIGIT})(?P<fixed>[0零](?:{_GAP}{_DIGIT}){{9,11}}|[48](?:{_GAP}{_DIGIT}){{9}})(?!{_DIGIT})"
    rf"|(?<!{_DIGIT})(?P<local>[2-9二三四五六七八九](?:{_GAP}{_DIGIT}){{7}})(?!{_DIGIT})"
)
_FIXED = re.compile(r"0(?:10|2\d|[3-9]\d\d)\d{7,8}|[48]00\d{7}")
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
    """
    return [phone for said in _SAID.finditer(text) if (phone := _phone(said, text))]


def _phone(said: re.Match[str], text: str) -> Phone | None:
    kind = said.lastgroup or "local"
    digits = "".join(_SPOKEN.get(c, c) for c in said[kind] if c.isalnum())
    if kind == "mobile":
        known = bool(_MOBILE.fullmatch(digits))
    elif kind == "fixed":
        known = bool(_FIXED.fullmatch(digits))
    else:
        known = bool(_CALLED.search(text[: said.start()]))
    return Phone(digits, said.start(), said.end()) if known else None


def read_phone(text: str) -> str | None:
    """The only mobile number in `text`, 11 digits, or None.

    >>> read_phone("我的电话 138-0013 8000"), read_phone("幺三八零零幺三八零零零"), read_phone("12345")
    ('13800138000', '13800138000', None)
    """
    found = {phone.digits for phone in find_phones(clean(text)) if phone.mobile}
    return found.pop() if len(found) == 1 else None


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


def without_phone(text: str) -> str:
    """`text` cleaned, without phone numbers and the words that only say how to call somebody.

    >>> without_phone("厨房漏水，我手机138 0013 8000"), without_phone("我的电话是13800138000")
    ('厨房漏水', '')
    >>> without_phone("对讲电话坏了，请打我电话")
    '对讲电话坏了'
    """
    return _CONTACT.sub(" ", clean(text)).strip(" ,，。.!;；、")

"""A mobile phone number in what somebody wrote."""

from __future__ import annotations

import re
import unicodedata

from bot.language.tables import any_of, read_table
from bot.language.text import clean

_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)")
_GAPS = re.compile(r"(?<=\d)[\s-]+(?=\d)")
_TABLE = read_table("phones")
_NUMBER = r"(?:(?:\+?86[\s-]?)?1[3-9]\d(?:[\s.-]?\d){8}|0\d{2,3}[\s-]?\d{7,8})(?!\d)"
_LEAD, _OWNER, _NAME, _CALL, _TAIL = (
    any_of(_TABLE[key]) for key in ("leads", "owners", "names", "calls", "tails")
)
_CONTACT = re.compile(
    rf"(?:{_LEAD}\s*){{0,4}}+(?:{_CALL}\s*)?(?:{_OWNER}\s*)?(?:{_NAME}\s*)?[:,]?\s*(?<!\d){_NUMBER}(?:[\s,]*{_TAIL}){{0,4}}+"
    rf"|(?:{_LEAD}\s*){{0,4}}+(?:{any_of(_TABLE['whole'])})(?:[\s,]*{_TAIL}){{0,4}}+"
)


def read_phone(text: str) -> str | None:
    """The only mobile number in `text`, 11 digits, or None.

    >>> read_phone("我的电话 138-0013 8000"), read_phone("１３８００１３８０００"), read_phone("12345")
    ('13800138000', '13800138000', None)
    """
    found = set(_MOBILE.findall(_GAPS.sub("", unicodedata.normalize("NFKC", text))))
    return found.pop() if len(found) == 1 else None


def without_phone(text: str) -> str:
    """`text` cleaned, without phone numbers and the words that only say how to call somebody.

    >>> without_phone("厨房漏水，我手机138 0013 8000"), without_phone("我的电话是13800138000")
    ('厨房漏水', '')
    >>> without_phone("对讲电话坏了，请打我电话")
    '对讲电话坏了'
    """
    return _CONTACT.sub(" ", clean(text)).strip(" ,，。.!;；、")

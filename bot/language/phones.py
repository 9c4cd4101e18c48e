"""A mobile phone number in what somebody wrote."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)")
_GAPS = re.compile(r"(?<=\d)[\s-]+(?=\d)")


def read_phone(text: str) -> str | None:
    """The only mobile number in `text`, 11 digits, or None.

    >>> read_phone("我的电话 138-0013 8000"), read_phone("１３８００１３８０００"), read_phone("12345")
    ('13800138000', '13800138000', None)
    """
    found = set(_MOBILE.findall(_GAPS.sub("", unicodedata.normalize("NFKC", text))))
    return found.pop() if len(found) == 1 else None

"""What blind indexes are made of: however a name was typed, the same person is found."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s·•・‧.]+")  # blanks, and the dots of names such as 阿依古丽·买买提


def name_key(name: str) -> str:
    """What the blind index of a name is made of, also of an imported one; empty for no name.

    >>> name_key(" 张　大妈 ") == name_key("张大妈"), name_key(" ")
    (True, '')
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", name)).upper()
    return f"name:{plain}" if plain else ""

"""改成三份, 不是三号楼是五号楼: what a person says instead of an earlier answer."""

from __future__ import annotations

import re

_PATTERNS = (
    re.compile(r"(?:改成|改为|换成|应该是|其实是)(?P<new>.+)$"),
    re.compile(r"^不(?:是|对)[，,、\s]*.*?[，,、\s]*(?:是|应该是)(?P<new>[^是]+)$"),
    re.compile(r"^(?:说错了|写错了|错了)[，,、\s]*(?:是)?(?P<new>.+)$"),
)


def corrected(text: str) -> str | None:
    """The new words of a correction, or None when the sentence is none.

    >>> corrected("不是三号楼是五号楼")
    '五号楼'
    >>> corrected("改成 3 份")
    '3 份'
    >>> corrected("不是") is None
    True
    """
    for pattern in _PATTERNS:
        found = pattern.search(text.strip(" 。，！"))
        if found and found["new"].strip():
            return found["new"].strip()
    return None

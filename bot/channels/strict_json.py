"""Reads the platforms' JSON without ever nesting deep: at the recursion limit even a finalizer may fail."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 32  # the deepest known message has eight (a chosen option in a card's event)

# A string, closed or not, is one match that is never gone back into: hostile quotes cost no time.
_PART = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read(raw: bytes) -> Any:
    """The value. Raises ValueError when it is no JSON, no UTF-8, or nested deeper than 32."""
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:
        raise ValueError("nested too deep")
    return json.loads(raw.decode())


def read_object(raw: bytes) -> dict[str, Any]:
    """The object; anything else reads as an empty one, which has no part that is needed."""
    try:
        value = read(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _depth(raw: bytes) -> int:
    level = deepest = 0
    for part in _PART.findall(raw):
        level += (part in (b"[", b"{")) - (part in (b"]", b"}"))
        deepest = max(deepest, level)
    return deepest

"""The limits that actions read: minutes, days, caps. Data, because they differ from city to city."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_FILE = Path(__file__).with_name("data") / "limits.json"


def load_limits(**changes: Any) -> Mapping[str, Any]:
    """The limits of models/data/limits.json with `changes`; raises KeyError for a limit that does not exist.

    Names end in their unit (`urge_minutes`, `rating_days`); `cap` and `levels` are counts.
    """
    limits: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    unknown = changes.keys() - limits.keys()
    if unknown:
        raise KeyError(f"no such limit: {', '.join(sorted(unknown))}")
    return MappingProxyType(limits | changes)

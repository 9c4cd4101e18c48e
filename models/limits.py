"""The limits that actions read: minutes, days, caps. Data, because they differ from city to city."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.rules.levels import read_levels

_DATA = Path(__file__).with_name("data")


def load_limits(**changes: Any) -> Mapping[str, Any]:
    """The limits of models/data/limits.json with `changes`; raises KeyError for a limit that does not exist.

    Names end in their unit (`urge_minutes`, `rating_days`); `cap` is a count. `levels` is the chain of
    models/data/levels.json (models.rules.levels.Levels).
    """
    limits: dict[str, Any] = _read("limits") | {"levels": read_levels(_read("levels"))}
    unknown = changes.keys() - limits.keys()
    if unknown:
        raise KeyError(f"no such limit: {', '.join(sorted(unknown))}")
    return MappingProxyType(limits | changes)


def _read(name: str) -> Any:
    return json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))

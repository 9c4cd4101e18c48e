"""The service items of the sample neighbourhood. Every one is invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.catalogue import keep_aliases, keep_item, touched
from models.rules.catalogue import title_key
from models.store import Work

DATA: Mapping[str, Any] = json.loads(
    (Path(__file__).with_name("data") / "sample_items.json").read_text(encoding="utf-8")
)


def plant_items(work: Work) -> None:
    """Enter the items whose titles are not there yet; what an operator has changed is left alone."""
    known = set(work.conn.execute(select(t.service_item.c.title_key)).scalars())
    lacking = [one for one in DATA["items"] if title_key(one["title"]) not in known]
    for one in lacking:
        rest = {
            name: value for name, value in one.items() if name not in ("class", "field", "health", "aliases")
        }
        values = {**rest, "class_key": one["class"], "field_key": one["field"], "source": DATA["source"]}
        values |= {"source_on": date.fromisoformat(DATA["source_on"]), "is_health": one.get("health", False)}
        keep_aliases(work, keep_item(work, values, None, None), tuple(one["aliases"]))
    if lacking:
        touched(work)

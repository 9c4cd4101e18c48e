"""Lines of service items into the catalogue, by title and place. What is there is changed, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.catalogue import keep_aliases, keep_item, touched
from models.actions.import_lines import Brought, Line, estate_ids, units_by_name
from models.rules.benefits import HOUSEHOLDS, rules_of
from models.rules.catalogue import title_key
from models.rules.import_cells import parts, phrases
from models.rules.importing import Values
from models.store import Work

SAME = (
    "title", "class_key", "field_key", "materials", "place", "hours", "phone", "fee", "link", "whom", "elsewhere",
    "kiosk", "source",
)  # fmt: skip
DAYS = ("starts_on", "ends_on", "source_on")
_KEYS = {name: key for key, name in HOUSEHOLDS.items()}


def bring_items(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Each line is one item, told everywhere, in one estate or in one community."""
    estates = estate_ids(work)
    units = units_by_name(work, (line.values.get("unit", "") for line in lines))
    known, areas = _known(work), set(work.conn.execute(select(t.area.c.name)).scalars())
    for line in lines:
        values = line.values
        estate, unit = estates.get(values.get("estate", "")), units.get(values.get("unit", ""))
        households = values.get("households", ())
        if "estate" in values and estate is None:
            brought.wrong(line, "estate", "unknown_estate")
        elif "unit" in values and unit is None:
            brought.wrong(line, "unit", "unknown_unit")
        elif estate and unit:
            brought.wrong(line, "unit", "one_place")
        elif any(one not in _KEYS for one in households):
            brought.wrong(line, "households", "households")
        elif not areas.issuperset(values.get("districts", ())):
            brought.wrong(line, "districts", "unknown_area")
        else:
            row = _row(values, estate, unit.id if unit else None)
            _bring(work, row, tuple(values.get("aliases", ())), known, brought)


def _known(work: Work) -> dict[tuple[str, int | None, int | None], Any]:
    rows = work.conn.execute(select(t.service_item).where(t.service_item.c.state != "ended"))
    return {(row.title_key, row.estate_id, row.unit_id): row for row in rows}


def _row(values: Values, estate: int | None, unit: int | None) -> dict[str, Any]:
    """What the line says; cells that are empty say nothing."""
    keys = [_KEYS[one] for one in values.get("households", ())]
    rules = rules_of(values.get("age_from"), values.get("age_to"), values.get("districts", ()), keys)
    row: dict[str, Any] = {name: values[name] for name in SAME if name in values}
    days: dict[str, Any] = {name: date.fromisoformat(values[name]) for name in DAYS if name in values}
    place = {"estate_id": estate, "unit_id": unit, "steps": values["steps"]}
    health = {"is_health": values["is_health"] == "yes"} if "is_health" in values else {}
    return {**row, **days, **place, **health, **({"rules": rules} if rules else {})}


def _differs(there: Any, name: str, value: Any) -> bool:
    """Whether the line says otherwise; prose is compared as it stands in a cell."""
    kept = getattr(there, name)
    if name == "steps":
        kept = parts("；".join(kept))
    elif isinstance(kept, str):
        kept = " ".join(kept.split())
    return bool(kept != value)


def _bring(
    work: Work,
    row: dict[str, Any],
    aliases: tuple[str, ...],
    known: dict[tuple[str, int | None, int | None], Any],
    brought: Brought,
) -> None:
    key = (title_key(row["title"]), row["estate_id"], row["unit_id"])
    there = known.get(key)
    if there is None:
        brought.counts["new"] += 1
        if brought.writes:
            keep_aliases(work, keep_item(work, row, None, None), aliases)
            touched(work)
        return
    if "rules" in row:
        row["rules"] = {**(there.rules or {}), **row["rules"]}
    kept = _aliases(work, there.id)
    lacking = [one for one in aliases if one not in set(phrases("、".join(kept)))]
    changed = bool(lacking) or any(_differs(there, *said) for said in row.items())
    brought.known(changed)
    if changed and brought.writes:
        keep_item(work, row, there.id, None)
        keep_aliases(work, there.id, (*kept, *lacking))
        touched(work)


def _aliases(work: Work, item_id: int) -> Sequence[str]:
    a = t.item_alias.c
    return work.conn.execute(select(a.words).where(a.service_item_id == item_id)).scalars().all()

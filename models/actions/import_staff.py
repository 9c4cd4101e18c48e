"""Lines of firms, routes and staff into the register. What is there is changed, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.import_lines import (
    Areas,
    Brought,
    Line,
    change,
    differing,
    estate_ids,
    make,
    some,
    units_by_name,
)
from models.rules.importing import Values
from models.rules.levels import Levels
from models.store import Work


def bring_firms(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Handling units by name. One that stands in an earlier line may be the parent of a later one."""
    areas = Areas(work, brought.writes)
    named = (line.values.get(name, "") for line in lines for name in ("name", "parent"))
    units: dict[str, dict[str, Any]] = {
        n: dict(row._mapping) for n, row in units_by_name(work, named).items()
    }
    for line in lines:
        name, unit = line.values["name"], units.get(line.values["name"])
        parent = units.get(line.values.get("parent", ""))
        if fault := _firm_fault(work.limits["levels"], line.values, unit, parent):
            brought.wrong(line, *fault)
            continue
        wanted = {"parent_id": parent["id"] if parent else None, "area_id": areas.of(line.values)}
        if unit is None:
            row = {**wanted, "name": name, "kind": line.values["kind"]}
            brought.counts["new"] += 1
            units[name] = {
                **row,
                "id": make(work, t.handling_unit, [row])[0] if brought.writes else -line.number,
            }
            continue
        changes = {key: value for key, value in wanted.items() if value is not None and unit[key] != value}
        brought.known(bool(changes))
        if changes and brought.writes:
            change(work, t.handling_unit, [(unit["id"], changes)])


def _firm_fault(levels: Levels, values: Values, unit: Any, parent: Any) -> tuple[str, str] | None:
    if unit is not None and unit["kind"] != values["kind"]:
        return "kind", "kind_fixed"
    if "parent" in values and parent is None:
        return "parent", "unknown_parent"
    if parent is not None and not levels.is_above(parent["kind"], values["kind"]):
        return "parent", "parent_level"
    return None


def bring_routes(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Who handles what: by estate, category and first day."""
    estates = estate_ids(work)
    units = units_by_name(work, (line.values["unit"] for line in lines))
    rows = {(row.estate_id, row.category, row.starts_on): row for row in work.conn.execute(select(t.route))}
    new: dict[Any, int] = {}
    for line in lines:
        values, unit = line.values, units.get(line.values["unit"])
        key = (
            estates.get(values.get("estate", "")),
            values.get("category"),
            date.fromisoformat(values["starts_on"]),
        )
        row = rows.get(key)
        holder = row.unit_id if row else new.get(key)
        fault = _route_fault(values, key[0], unit, holder)
        if unit is None or fault:
            brought.wrong(line, *(fault or ("unit", "unknown_unit")))
            continue
        ends_on = date.fromisoformat(values["ends_on"]) if "ends_on" in values else None
        wanted = {"ends_on": ends_on, "mode": values.get("mode")}
        if row is None:
            new[key] = unit.id
            brought.counts["new"] += 1
            if brought.writes:
                what = dict(zip(("estate_id", "category", "starts_on"), key, strict=True))
                make(
                    work, t.route, [{**what, **wanted, "mode": wanted["mode"] or "claim", "unit_id": unit.id}]
                )
        else:
            changes = differing(row, wanted)
            brought.known(bool(changes))
            if changes and brought.writes:
                change(work, t.route, [(row.id, changes)])


def _route_fault(values: Values, estate: int | None, unit: Any, holder: int | None) -> tuple[str, str] | None:
    if "estate" in values and estate is None:
        return "estate", "unknown_estate"
    if unit is not None and holder not in (None, unit.id):
        return "unit", "routed"
    return None


def bring_staff(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Workers by unit and name; skills and estates are added to those they have."""
    estates = estate_ids(work)
    units = units_by_name(work, (line.values["unit"] for line in lines))
    rows = _workers(work, [unit.id for unit in units.values()])
    for line in lines:
        unit = units.get(line.values["unit"])
        places = [estates.get(name) for name in line.values.get("estates", ())]
        if unit is None:
            brought.wrong(line, "unit", "unknown_unit")
        elif None in places:
            brought.wrong(line, "estates", "unknown_estate")
        else:
            row = rows.get((unit.id, line.values["name"]))
            _bring_worker(work, line.values, unit.id, row, [one for one in places if one], brought)


def _workers(work: Work, unit_ids: Sequence[int]) -> dict[tuple[int, str], Any]:
    w = t.worker.c
    parts = (work.conn.execute(select(t.worker).where(w.unit_id.in_(part))) for part in some(unit_ids))
    return {(row.unit_id, row.name): row for part in parts for row in part}


def _bring_worker(
    work: Work, values: Values, unit_id: int, row: Any, places: list[int], brought: Brought
) -> None:
    phone = values.get("phone", "")
    if row is None:
        brought.counts["new"] += 1
        if brought.writes:
            rest = {
                "phone_sealed": work.seal(phone) if phone else None,
                "cap": values.get("cap", work.limits["cap"]),
            }
            worker_id = make(work, t.worker, [{"unit_id": unit_id, "name": values["name"], **rest}])[0]
            _add(work, t.worker_skill, worker_id, "category", values.get("skills", ()))
            _add(work, t.worker_estate, worker_id, "estate_id", places)
        return
    changes = differing(row, {"cap": values.get("cap")})
    if phone and work.unseal(row.phone_sealed) != phone:
        changes["phone_sealed"] = work.seal(phone)
    skills = _lacking(work, t.worker_skill, row.id, "category", values.get("skills", ()))
    more = _lacking(work, t.worker_estate, row.id, "estate_id", places)
    brought.known(bool(changes or skills or more))
    if brought.writes:
        change(work, t.worker, [(row.id, changes)] if changes else [])
        _add(work, t.worker_skill, row.id, "category", skills)
        _add(work, t.worker_estate, row.id, "estate_id", more)


def _lacking(work: Work, table: Any, worker_id: int, name: str, wanted: Sequence[Any]) -> list[Any]:
    if not wanted:
        return []
    has = set(work.conn.execute(select(table.c[name]).where(table.c.worker_id == worker_id)).scalars())
    return [one for one in dict.fromkeys(wanted) if one not in has]


def _add(work: Work, table: Any, worker_id: int, name: str, values: Sequence[Any]) -> None:
    rows = [{"worker_id": worker_id, name: value} for value in dict.fromkeys(values)]
    if rows:
        work.conn.execute(work.insert_once(table), rows)

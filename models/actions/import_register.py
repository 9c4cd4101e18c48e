"""Lines of estates, buildings and homes into the register. What is there is changed, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, literal, select, update

from models import tables as t
from models.actions.import_lines import (
    Areas,
    Brought,
    Grids,
    Line,
    building_ids,
    change,
    differing,
    estate_ids,
    make,
    some,
    units_by_name,
)
from models.actions.register import SCENE
from models.rules.importing import Values
from models.store import Work


def bring_estates(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Estates by name, with the areas they lie in and the community staff behind their firms."""
    areas = Areas(work, brought.writes)
    units = units_by_name(work, (line.values["unit"] for line in lines if "unit" in line.values))
    rows = {row.name: row for row in work.conn.execute(select(t.estate))}
    owners = estate_ids(work)
    for line in lines:
        name, row = line.values["name"], rows.get(line.values["name"])
        unit = units.get(line.values.get("unit", ""))
        if fault := _estate_fault(line.values, unit, owners, row):
            brought.wrong(line, *fault)
            continue
        wanted = {"area_id": areas.of(line.values), "community_unit_id": unit.id if unit else None}
        if row is None:
            _make_estate(work, line.values, wanted, brought)
        else:
            changes = differing(row, wanted) | _more_aliases(row, line.values)
            brought.known(bool(changes))
            if changes and brought.writes:
                change(work, t.estate, [(row.id, changes)])
        owners |= dict.fromkeys((name, *line.values.get("aliases", ())), row.id if row else -line.number)


def _make_estate(work: Work, values: Values, wanted: dict[str, Any], brought: Brought) -> None:
    brought.counts["new"] += 1
    if brought.writes:
        make(work, t.estate, [{**wanted, "name": values["name"], "aliases": values.get("aliases", [])}])


def _more_aliases(row: Any, values: Values) -> dict[str, Any]:
    more = [alias for alias in values.get("aliases", ()) if alias not in row.aliases and alias != row.name]
    return {"aliases": [*row.aliases, *more]} if more else {}


def _estate_fault(values: Values, unit: Any, owners: dict[str, int], row: Any) -> tuple[str, str] | None:
    if "unit" in values and unit is None:
        return "unit", "unknown_unit"
    if unit is not None and unit.kind != "community":
        return "unit", "not_community"
    others = (owners[name] for name in values.get("aliases", ()) if name in owners)
    mine = row.id if row else None
    if any(owner != mine for owner in others):
        return "aliases", "alias_taken"
    return None


def bring_buildings(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Buildings by estate and key; a new one gets the scene of its QR code."""
    estates, grids = estate_ids(work), Grids(work, lines, brought.writes)
    known = building_ids(work, lines, estates)
    rows = _by_id(work, t.building, known.values())
    fresh: list[dict[str, Any]] = []
    changes: list[tuple[int, dict[str, Any]]] = []
    for line in lines:
        estate, key = estates.get(line.values["estate"]), line.values["building"]
        if estate is None:
            brought.wrong(line, "estate", "unknown_estate")
            continue
        wanted = {"name": line.values.get("name"), "grid_id": grids.of(line)}
        row_id = known.get((estate, key))
        if row_id is None:
            name = wanted["name"] or (key if key.endswith("号") else f"{key} 号楼")
            fresh.append({**wanted, "name": name, "estate_id": estate, "key": key})
        else:
            changes.append((row_id, differing(rows[row_id], wanted)))
    _write(work, t.building, fresh, changes, brought)
    if fresh and brought.writes:
        _give_scenes(work)


def _give_scenes(work: Work) -> None:
    b = t.building.c
    before, after = SCENE.split("{}")
    scene = literal(before).concat(cast(b.id, String)).concat(literal(after))
    work.conn.execute(update(t.building).where(b.scene.is_(None)).values(scene=scene))


def _by_id(work: Work, table: Any, ids: Any) -> dict[int, Any]:
    parts = (work.conn.execute(select(table).where(table.c.id.in_(part))) for part in some(ids))
    return {row.id: row for part in parts for row in part}


def _write(
    work: Work,
    table: Any,
    fresh: list[dict[str, Any]],
    changes: list[tuple[int, dict[str, Any]]],
    brought: Brought,
) -> None:
    """Count what is new, changed or as it was, and write it if that is wanted."""
    brought.counts.update(["new"] * len(fresh))
    for _, values in changes:
        brought.known(bool(values))
    if brought.writes:
        if fresh:
            work.conn.execute(work.insert_once(table), fresh)
        change(work, table, ((row_id, values) for row_id, values in changes if values))


def bring_homes(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Homes by building, unit and room."""
    estates, grids = estate_ids(work), Grids(work, lines, brought.writes)
    buildings = building_ids(work, lines, estates)
    known = home_rows(work, lines, estates, buildings)
    fresh: list[dict[str, Any]] = []
    changes: list[tuple[int, dict[str, Any]]] = []
    for line in lines:
        if fault := place_fault(line, estates, buildings):
            brought.wrong(line, *fault)
            continue
        building, unit, room = door_of(line, estates, buildings)
        wanted = {"grid_id": grids.of(line)}
        row = known.get((building, unit, room))
        if row is None:
            fresh.append({**wanted, "building_id": building, "unit": unit, "room": room})
        else:
            changes.append((row.id, differing(row, wanted)))
    _write(work, t.home, fresh, changes, brought)


Door = tuple[int, str, str]


def place_fault(
    line: Line, estates: dict[str, int], buildings: dict[tuple[int, str], int]
) -> tuple[str, str] | None:
    """Why the register does not know the line's building: the column and the reason."""
    estate = estates.get(line.values["estate"])
    if estate is None:
        return "estate", "unknown_estate"
    if (estate, line.values["building"]) not in buildings:
        return "building", "unknown_building"
    return None


def door_of(line: Line, estates: dict[str, int], buildings: dict[tuple[int, str], int]) -> Door:
    """The line's home as the register keys it. Raises KeyError where place_fault() finds a fault."""
    building = buildings[estates[line.values["estate"]], line.values["building"]]
    return building, line.values.get("unit", ""), line.values["room"]


def home_rows(
    work: Work, lines: Sequence[Line], estates: dict[str, int], buildings: dict[tuple[int, str], int]
) -> dict[Door, Any]:
    """The homes that the lines name, as far as they are known."""
    h = t.home.c
    doors = {door_of(line, estates, buildings) for line in lines if not place_fault(line, estates, buildings)}
    found: dict[Door, Any] = {}
    for ids in some(building for building, _, _ in doors):
        for part in some(room for _, _, room in doors):
            named = h.building_id.in_(ids) & h.room.in_(part)
            rows = work.conn.execute(select(h.id, h.building_id, h.unit, h.room, h.grid_id).where(named))
            found |= {(row.building_id, row.unit, row.room): row for row in rows}
    return found

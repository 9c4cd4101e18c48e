"""Grids (网格) and their officers: by hand, and by lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.import_lines import Areas, Brought, Line, change, differing, make, some, units_by_name
from models.actions.saving import missing, row_of, save
from models.rules.areas import GRID_KINDS, MICRO_GRID
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class SaveGrid:
    """A grid, special grid or micro-grid. `parent_id`: the grid that a micro-grid is part of; the others have none.

    `officer_id`: who looks after it; None: a micro-grid has its grid's officer. The kind of one that is there stays.
    """

    kind: str
    name: str
    parent_id: int | None = None
    area_id: int | None = None
    officer_id: int | None = None
    grid_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Refusals name the `field`."""
        known = row_of(work, t.grid, self.grid_id) if self.grid_id else None
        kind = known.kind if known else self.kind
        if kind not in GRID_KINDS:
            return Refusal(Why.UNKNOWN, field="kind")
        if refusal := missing({"name": self.name}):
            return refusal
        above = row_of(work, t.grid, self.parent_id) if self.parent_id else None
        if self.parent_id and (above is None or not lies_in(kind, above.kind)):
            return Refusal(Why.UNKNOWN, field="parent_id")
        if self.area_id and row_of(work, t.area, self.area_id) is None:
            return Refusal(Why.UNKNOWN, field="area_id")
        officer = row_of(work, t.worker, self.officer_id) if self.officer_id else None
        if self.officer_id and (officer is None or not officer.active):
            return Refusal(Why.UNKNOWN, field="officer_id")
        values = {"kind": kind, "name": self.name, "parent_id": self.parent_id, "area_id": self.area_id}
        return save(work, t.grid, self.grid_id, {**values, "officer_id": self.officer_id}, ("name",))


def lies_in(kind: str, above: str) -> bool:
    """Whether a grid of that kind can be part of one of the kind `above`: micro-grids only, so there is no loop."""
    return kind == MICRO_GRID and above != MICRO_GRID


def bring_grids(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Grids by name. One that stands in an earlier line may be what a later one is part of."""
    areas, officers = Areas(work, brought.writes), _officers(work, lines)
    g, named = t.grid.c, (line.values.get(key, "") for line in lines for key in ("name", "parent"))
    parts = (work.conn.execute(select(t.grid).where(g.name.in_(part))) for part in some(named))
    rows = {row.name: row for part in parts for row in part}
    kinds = {row.name: row.kind for row in rows.values()}
    ids = {row.name: int(row.id) for row in rows.values()}
    for line in lines:
        values, row = line.values, rows.get(line.values["name"])
        officer_id = officers.get((values.get("unit", ""), values.get("officer", "")))
        if fault := _fault(values, row, kinds, officer_id):
            brought.wrong(line, *fault)
            continue
        kinds[values["name"]] = values["kind"]
        wanted = {
            "parent_id": ids.get(values.get("parent", "")),
            "area_id": areas.of(values),
            "officer_id": officer_id,
        }
        if row is None:
            brought.counts["new"] += 1
            new = {"kind": values["kind"], "name": values["name"], **wanted}
            ids[values["name"]] = make(work, t.grid, [new])[0] if brought.writes else -line.number
            continue
        changes = differing(row, wanted)
        brought.known(bool(changes))
        if changes and brought.writes:
            change(work, t.grid, [(row.id, changes)])


def _officers(work: Work, lines: Sequence[Line]) -> dict[tuple[str, str], int]:
    """Active workers by unit and name."""
    units = units_by_name(work, (line.values["unit"] for line in lines if "unit" in line.values))
    w, names = t.worker.c, {unit.id: name for name, unit in units.items()}
    theirs = select(w.id, w.unit_id, w.name).where(w.unit_id.in_(list(names)), w.active)
    return {(names[row.unit_id], row.name): row.id for row in work.conn.execute(theirs)}


def _fault(
    values: dict[str, Any], row: Any, kinds: dict[str, str], officer_id: int | None
) -> tuple[str, str] | None:
    above = kinds.get(values["parent"]) if "parent" in values else None
    if row is not None and row.kind != values["kind"]:
        return "kind", "grid_kind_fixed"
    if "parent" in values and above is None:
        return "parent", "unknown_grid"
    if above is not None and not lies_in(values["kind"], above):
        return "parent", "grid_level"
    if "officer" in values and officer_id is None:
        return "officer", "unknown_officer"
    return None

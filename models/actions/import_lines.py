"""What bringing lines of a table into the register has in common, whatever they are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from models import tables as t
from models.rules.importing import SHEETS, Fault, Values
from models.store import Work

IN_ONE = 500  # values that one IN asks about


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table that could be read; `number` as the person's program shows it."""

    number: int
    values: Values = field(repr=False)


@dataclass
class Brought:
    """What came of some lines. `counts`: new, changed, unchanged, wrong. `notes`: on lines that are brought in.

    `user_id`: who imports, None for an administrator of former times.
    """

    kind: str
    writes: bool
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    user_id: int | None = None

    def wrong(self, line: Line, column: str, why: str) -> None:
        """Leave the whole line out."""
        self.counts["wrong"] += 1
        self.faults.append((line.number, self._head(column), why))

    def note(self, line: Line, column: str, why: str) -> None:
        """Bring the line in, and tell whoever looks at it first."""
        self.notes.append((line.number, self._head(column), why))

    def _head(self, column: str) -> str:
        return next(one.heads[0] for one in SHEETS[self.kind].columns if one.name == column)

    def known(self, changed: bool) -> None:
        """Count a line whose row is there already."""
        self.counts["changed" if changed else "unchanged"] += 1


def some(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The different values in lists that fit a statement."""
    every = list(dict.fromkeys(values))
    return (every[n : n + IN_ONE] for n in range(0, len(every), IN_ONE))


def differing(row: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the line says otherwise than the row; what it leaves empty stays as it is."""
    return {
        name: value
        for name, value in wanted.items()
        if value not in (None, "") and getattr(row, name) != value
    }


def make(work: Work, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows and give their ids in the same order."""
    if not rows:
        return []
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [int(one) for one in work.conn.execute(made, [dict(row) for row in rows]).scalars()]


def change(work: Work, table: Table, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Update rows by id; those that change the same columns go together."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row_id, values in rows:
        alike.setdefault(tuple(sorted(values)), []).append({"row_id": row_id, **values})
    for names, parameters in alike.items():
        values = {name: bindparam(name) for name in names}
        by_id = update(table).where(table.c.id == bindparam("row_id")).values(values)
        work.conn.execute(by_id, parameters)


def estate_ids(work: Work) -> dict[str, int]:
    """Every estate by its name, and by each other name that people call it."""
    rows = work.conn.execute(select(t.estate.c.id, t.estate.c.name, t.estate.c.aliases)).all()
    aliases = {alias: row.id for row in reversed(rows) for alias in row.aliases}
    return aliases | {row.name: row.id for row in rows}


def building_ids(work: Work, lines: Iterable[Line], estates: Mapping[str, int]) -> dict[tuple[int, str], int]:
    """The buildings that the lines name, by estate and key."""
    b = t.building.c
    pairs = {(estates.get(line.values["estate"]), line.values["building"]) for line in lines}
    found: dict[tuple[int, str], int] = {}
    for keys in some(key for _, key in pairs):
        named = b.estate_id.in_({estate for estate, _ in pairs if estate}) & b.key.in_(keys)
        rows = work.conn.execute(select(b.id, b.estate_id, b.key).where(named))
        found |= {(row.estate_id, row.key): row.id for row in rows}
    return found


def units_by_name(work: Work, names: Iterable[str]) -> dict[str, Any]:
    """The handling units of these names."""
    u = t.handling_unit.c
    rows = (work.conn.execute(select(t.handling_unit).where(u.name.in_(part))) for part in some(names))
    return {row.name: row for part in rows for row in part}


class Grids:
    """Micro-grids by name; one that nobody has registered is made."""

    def __init__(self, work: Work, lines: Iterable[Line], writes: bool) -> None:
        self._work, self._writes = work, writes
        g = t.grid.c
        self._ids: dict[str, int] = {}
        for names in some(line.values["grid"] for line in lines if "grid" in line.values):
            self._ids |= {
                row.name: row.id for row in work.conn.execute(select(g.id, g.name).where(g.name.in_(names)))
            }

    def of(self, line: Line) -> int | None:
        """The id of the line's grid: None where it names none, 0 for one that would be made."""
        name = line.values.get("grid")
        if name is None:
            return None
        if name not in self._ids:
            row = {"kind": "micro_grid", "name": name}
            self._ids[name] = make(self._work, t.grid, [row])[0] if self._writes else 0
        return self._ids[name]


LEVELS = ("district", "street", "community")  # the highest first


class Areas:
    """Districts, streets and communities by their path; what nobody has registered is made."""

    def __init__(self, work: Work, writes: bool) -> None:
        self._work, self._writes = work, writes
        a = t.area.c
        rows = work.conn.execute(select(a.id, a.parent_id, a.level, a.name).order_by(a.id.desc()))
        self._ids = {(row.parent_id, row.level, row.name): int(row.id) for row in rows}
        # Who names no parent means the one area of that name.
        self._alone = {(level, name): area_id for (_, level, name), area_id in self._ids.items()}

    def of(self, values: Values) -> int | None:
        """The id of the lowest area that the line names; None where it names none."""
        above: int | None = None
        for level in LEVELS:
            if level in values:
                above = self._one(above, level, values[level])
        return above

    def _one(self, above: int | None, level: str, name: str) -> int:
        known = self._ids.get((above, level, name)) if above else self._alone.get((level, name))
        if known is None:
            row = {"level": level, "name": name, "parent_id": above}
            known = make(self._work, t.area, [row])[0] if self._writes else -1 - len(self._ids)
            self._ids[above, level, name] = self._alone[level, name] = known
        return known

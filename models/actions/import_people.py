"""Lines of people into the register, bound to their home as verified.

They are found again by phone and name, by name and home, or by a phone whose owner has no name yet. Families share
phones, so a phone alone renames nobody: in another home it is another person's too, and in the same home somebody
must say whether the name was corrected or a person is new.

A batch costs a fixed number of statements. Names and phones are compared by their blind indexes: nothing is unsealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from models import tables as t
from models.actions.import_lines import Brought, Line, building_ids, change, differing, estate_ids, some
from models.actions.import_register import door_of, home_rows, place_fault
from models.rules.lookup import name_key
from models.rules.phones import line_of
from models.rules.shared_phones import SHARED
from models.store import Work

Ref = int | str  # a person's id, or the key of one who is new in this batch


@dataclass(slots=True)
class _Here:
    """One line with its home and the blind indexes of its name and phone (empty without one)."""

    line: Line
    home: int
    name: str
    phone: str


@dataclass
class _Known:
    """What the database knows about the people and homes of a batch."""

    by_phone: dict[str, list[Any]] = field(default_factory=dict)
    by_name: dict[tuple[str, int], Any] = field(default_factory=dict)
    bindings: dict[tuple[int, int], Any] = field(default_factory=dict)
    verified: set[int] = field(default_factory=set)  # people without a name but with a verified home


@dataclass
class _Writes:
    """What is to be written."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    bindings: list[tuple[Ref, dict[str, Any]]] = field(default_factory=list)
    rebound: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def bring_people(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """People, and that they live where the lines say."""
    here = _placed(work, lines, brought)
    known = _look_up(work, here)
    writes = _Writes()
    for one in here:
        _bring(work, one, known, writes, brought)
    if brought.writes:
        _write(work, writes)


def _placed(work: Work, lines: Sequence[Line], brought: Brought) -> list[_Here]:
    estates = estate_ids(work)
    buildings = building_ids(work, lines, estates)
    homes = home_rows(work, lines, estates, buildings)
    here = []
    for line in lines:
        fault = place_fault(line, estates, buildings)
        home = None if fault else homes.get(door_of(line, estates, buildings))
        if home is None:
            brought.wrong(line, *(fault or ("room", "unknown_home")))
            continue
        phone = line.values.get("phone", "")
        name = work.index(name_key(line.values["name"]))
        here.append(_Here(line, home.id, name, work.index(line_of(phone)) if phone else ""))
    return here


def _look_up(work: Work, here: Sequence[_Here]) -> _Known:
    """Each statement asks one table by one index: a join would make PostgreSQL read both tables for every batch."""
    p, b = t.person.c, t.binding.c
    known = _Known()
    for part in some(one.home for one in here):
        columns = (b.id, b.person_id, b.home_id, b.state, b.part, b.ended_at)
        for binding in work.conn.execute(select(*columns).where(b.home_id.in_(part))):
            known.bindings[binding.person_id, binding.home_id] = binding
    living = {row.id: row for row in _people(work, p.id, (person_id for person_id, _ in known.bindings))}
    for person_id, home_id in sorted(known.bindings, reverse=True):
        known.by_name[living[person_id].name_index, home_id] = living[person_id]
    for row in _people(work, p.phone_index, (one.phone for one in here if one.phone)):
        known.by_phone.setdefault(row.phone_index, []).append(row)
    nameless = (row.id for same in known.by_phone.values() for row in same if row.name_index is None)
    for part in some(nameless):
        verified = b.person_id.in_(part) & (b.state == "verified") & b.ended_at.is_(None)
        known.verified |= set(work.conn.execute(select(b.person_id).where(verified)).scalars())
    return known


def _people(work: Work, column: Any, values: Iterable[Any]) -> list[Any]:
    p = t.person.c
    found = select(p.id, p.name_index, p.phone_index)
    return [
        row
        for part in some(values)
        for row in work.conn.execute(found.where(column.in_(part)).order_by(p.id))
    ]


def _bring(work: Work, one: _Here, known: _Known, writes: _Writes, brought: Brought) -> None:
    row = _person(one, known, writes)
    if row is None and not one.line.values.get(SHARED, False):
        if _lives_under_another_name(one, known):
            brought.wrong(one.line, "name", "other_name")
            return
        if _trusted(one, known):
            brought.note(one.line, "phone", "other_home")
    binding = known.bindings.get((row.id, one.home)) if row else None
    if binding is not None and (binding.ended_at is not None or binding.state == "refused"):
        brought.wrong(one.line, "name", "ended")
        return
    part = one.line.values.get("part", "")
    who: Ref = row.id if row else f"{one.name} {one.phone or one.home}"
    if row is None:
        writes.people.setdefault(str(who), _sealed(work, one, brought.writes))
    elif changes := differing(row, {"name_index": one.name, "phone_index": one.phone}):
        writes.changes[row.id] = _resealed(work, one, changes, brought.writes)
    verified = {"state": "verified", "decided_at": work.now, "decided_by": None}
    if binding is None:
        writes.bindings.append((who, {**verified, "home_id": one.home, "part": part, "made_at": work.now}))
        brought.counts["new"] += 1
        return
    news = differing(binding, {"part": part}) | (verified if binding.state != "verified" else {})
    if news:
        writes.rebound.append((binding.id, news))
    brought.known(bool(news) or who in writes.changes)


def _person(one: _Here, known: _Known, writes: _Writes) -> Any:
    """Who the line means, if they are known."""
    shared = one.line.values.get(SHARED, False)
    trusted = _trusted(one, known)
    names = {row.id: writes.changes.get(row.id, {}).get("name_index", row.name_index) for row in trusted}
    same = (row for row in trusted if names[row.id] == one.name)
    # Of those who share a phone, the nameless one is who lives here, not whoever comes first in the table.
    nameless = (
        row
        for row in trusted
        if names[row.id] is None and (not shared or (row.id, one.home) in known.bindings)
    )
    return next(same, None) or next(nameless, None) or known.by_name.get((one.name, one.home))


def _lives_under_another_name(one: _Here, known: _Known) -> bool:
    """Whether one alone has the line's phone in its home. A family that shares it there was told apart before."""
    theirs = (known.bindings.get((row.id, one.home)) for row in _trusted(one, known))
    return len([b for b in theirs if b is not None and b.ended_at is None and b.state != "refused"]) == 1


def _trusted(one: _Here, known: _Known) -> list[Any]:
    """Who has the line's phone, those of its home first.

    A phone that somebody only typed in a chat proves nothing: their home must fit too.
    """
    trusted = (
        row
        for row in known.by_phone.get(one.phone, ())
        if row.name_index is not None or row.id in known.verified or (row.id, one.home) in known.bindings
    )
    return sorted(trusted, key=lambda row: (row.id, one.home) not in known.bindings)


def _sealed(work: Work, one: _Here, writes: bool) -> dict[str, Any]:
    return {**_field(work, "name", one, writes), **_field(work, "phone", one, writes), "made_at": work.now}


def _resealed(work: Work, one: _Here, changes: Mapping[str, Any], writes: bool) -> dict[str, Any]:
    fields = (_field(work, name.removesuffix("_index"), one, writes) for name in changes)
    return {name: value for part in fields for name, value in part.items()}


def _field(work: Work, name: str, one: _Here, writes: bool) -> dict[str, Any]:
    text = one.line.values.get(name)
    if not text:
        return {f"{name}_sealed": None, f"{name}_index": None}
    # Sealing is what costs: who only looks does without.
    return {f"{name}_sealed": work.seal(text) if writes else "", f"{name}_index": getattr(one, name)}


def _write(work: Work, writes: _Writes) -> None:
    ids = _made(work, writes.people)
    change(work, t.person, writes.changes.items())
    bindings = [{**row, "person_id": ids.get(who, who)} for who, row in writes.bindings]
    if bindings:
        work.conn.execute(work.insert_once(t.binding), bindings)
    change(work, t.binding, writes.rebound)


def _made(work: Work, people: Mapping[str, Mapping[str, Any]]) -> dict[Ref, int]:
    """Insert new people and give each one's id by key.

    The ids come back in no order. People with equal indexes are equal rows, so any of their ids will do; asking for
    the order would cost SQLite a statement a person.
    """
    if not people:
        return {}
    p = t.person.c
    made = insert(t.person).returning(p.id, p.name_index, p.phone_index)
    ids: dict[Any, list[int]] = {}
    for row in work.conn.execute(made, list(people.values())):
        ids.setdefault((row.name_index, row.phone_index), []).append(row.id)
    return {who: ids[one["name_index"], one["phone_index"]].pop() for who, one in people.items()}

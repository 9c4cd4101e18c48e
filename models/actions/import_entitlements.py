"""Lines of what subsidies go by: days of birth, and groups with the time for which they hold, of known people.

A line adds to what is kept of its person or changes it; what no line says stays. Only who is known to live where the
line says is meant: what is kept is shown to its person, and nobody else may learn of it by giving a name and a door.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update

from models import tables as t
from models.actions.desk import AuditAll
from models.actions.import_lines import Brought, Line, building_ids, estate_ids, some
from models.actions.import_register import door_of, home_rows, place_fault
from models.rules.entitlements import is_birthday
from models.rules.lookup import name_key
from models.rules.phones import line_of
from models.store import Work
from models.views.calendar import today


@dataclass
class _Papers:
    """What is kept of one person. `there`: already before these lines."""

    there: bool = False
    verified: bool = False
    facts: dict[str, Any] = field(default_factory=lambda: {"born": None, "groups": [], "periods": {}})
    changed: bool = False


def bring_entitlements(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Days of birth and groups, each as checked."""
    named = list(_named(work, lines, brought))
    papers = _kept(work, {person_id for _, person_id in named})
    for line, person_id in named:
        _bring(work, line, papers.setdefault(person_id, _Papers()), brought)
    if brought.writes:
        _write(work, {one: kept for one, kept in papers.items() if kept.changed}, brought.user_id)


def _named(work: Work, lines: Sequence[Line], brought: Brought) -> Iterable[tuple[Line, int]]:
    """Each line that says enough, with its person."""
    estates = estate_ids(work)
    buildings = building_ids(work, lines, estates)
    homes = home_rows(work, lines, estates, buildings)
    living = _living(work, [row.id for row in homes.values()])
    for line in lines:
        fault = _fault(work, line) or place_fault(line, estates, buildings)
        home = None if fault else homes.get(door_of(line, estates, buildings))
        if home is None:
            brought.wrong(line, *(fault or ("room", "unknown_home")))
            continue
        found = _who(work, line, living.get(home.id, ()))
        if isinstance(found, str):
            brought.wrong(line, "name", found)
        else:
            yield line, found


def _fault(work: Work, line: Line) -> tuple[str, str] | None:
    """What the line itself lacks."""
    said = line.values
    if "group" not in said and ("starts_on" in said or "ends_on" in said):
        return "group", "no_group"
    if "group" not in said and "born" not in said:
        return "group", "nothing_said"
    if "born" in said and not is_birthday(date.fromisoformat(said["born"]), today(work)):
        return "born", "birthday"
    return None


def _living(work: Work, homes: Iterable[int]) -> dict[int, list[Any]]:
    """Who lives in these homes, by home."""
    b, p = t.binding.c, t.person.c
    found: dict[int, list[Any]] = {}
    for part in some(homes):
        lives = select(b.home_id, b.state, p.id, p.name_index, p.phone_index).join_from(t.binding, t.person)
        there = lives.where(b.home_id.in_(part), b.ended_at.is_(None), b.state != "refused")
        for row in work.conn.execute(there.order_by(p.id)):
            found.setdefault(row.home_id, []).append(row)
    return found


def _who(work: Work, line: Line, living: Sequence[Any]) -> int | str:
    """The person of a line, or why it is nobody."""
    name = work.index(name_key(line.values["name"]))
    same = [row for row in living if row.name_index == name]
    if not same:
        return "unknown_person"
    verified = [row for row in same if row.state == "verified"]
    if not verified:
        return "not_verified"
    phone = line.values.get("phone")
    if len(verified) > 1 and phone:
        verified = [row for row in verified if row.phone_index == work.index(line_of(phone))]
    return int(verified[0].id) if len(verified) == 1 else "several_people"


def _kept(work: Work, person_ids: Iterable[int]) -> dict[int, _Papers]:
    e = t.entitlement.c
    found: dict[int, _Papers] = {}
    for part in some(person_ids):
        columns = select(e.person_id, e.facts_sealed, e.verified_at)
        for row in work.conn.execute(columns.where(e.person_id.in_(part))):
            facts = json.loads(work.unseal(row.facts_sealed))
            facts = {"born": None, "groups": [], "periods": {}} | facts
            found[row.person_id] = _Papers(True, row.verified_at is not None, facts)
    return found


def _bring(work: Work, line: Line, papers: _Papers, brought: Brought) -> None:
    said, before = line.values, papers.facts
    group, born = said.get("group"), said.get("born") or before["born"]
    after = {**before, "born": born}
    if group is not None:
        starts, ends = before["periods"].get(group, (None, None))
        period = [said.get("starts_on") or starts, said.get("ends_on") or ends]
        if all(period) and period[0] > period[1]:
            brought.wrong(line, "ends_on", "period_order")
            return
        periods = {**before["periods"], group: period} if any(period) else before["periods"]
        after |= {"groups": sorted({*before["groups"], group}), "periods": periods}
    if not papers.there or (group is not None and group not in before["groups"]):
        brought.counts["new"] += 1
        papers.changed = True
    else:
        changed = after != before or not papers.verified
        brought.known(changed)
        papers.changed = papers.changed or changed
    papers.there = papers.verified = True
    papers.facts = after


def _write(work: Work, papers: Mapping[int, _Papers], user_id: int | None) -> None:
    """Somebody else may have kept papers of the same person meanwhile: they are overwritten, never doubled."""
    if not papers:
        return
    checked = {"verified_at": work.now, "verified_by": user_id, "changed_at": work.now}
    rows = [
        {"person_id": one, "facts_sealed": work.seal(json.dumps(kept.facts)), **checked}
        for one, kept in papers.items()
    ]
    work.conn.execute(work.insert_once(t.entitlement), rows)
    mine = update(t.entitlement).where(t.entitlement.c.person_id == bindparam("whose"))
    names = ("facts_sealed", *checked)
    again = mine.values({name: bindparam(f"new_{name}") for name in names})
    said = [{"whose": row["person_id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    work.conn.execute(again, said)
    if user_id is not None:
        AuditAll(user_id, "entitlement_saved", tuple(map(str, papers))).run(work)

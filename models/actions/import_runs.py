"""One run of an import: uploaded, read, checked, looked at by a person, done batch by batch.

`done` moves in the transaction that writes a batch, from where the batch began: a job that runs twice, late or after
a kill writes nothing twice and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.grids import bring_grids
from models.actions.import_entitlements import bring_entitlements
from models.actions.import_items import bring_items
from models.actions.import_lines import Brought, Line
from models.actions.import_menus import bring_dishes, bring_estate_canteens, bring_menus
from models.actions.import_people import bring_people
from models.actions.import_register import bring_buildings, bring_estates, bring_homes
from models.actions.import_staff import bring_firms, bring_routes, bring_staff
from models.rules.importing import DATA, LOOKED_UP, SHEETS, Fault
from models.rules.orders import Refusal, Why
from models.store import Work

LEASE = timedelta(seconds=30)  # while somebody works on it
OPEN = ("reading", "checking", "preview", "running")
OUTCOMES = ("new", "changed", "unchanged", "wrong")

BRING: Mapping[str, Callable[[Work, Sequence[Line], Brought], None]] = {
    "firms": bring_firms,
    "estates": bring_estates,
    "buildings": bring_buildings,
    "homes": bring_homes,
    "grids": bring_grids,
    "people": bring_people,
    "entitlements": bring_entitlements,
    "routes": bring_routes,
    "staff": bring_staff,
    "items": bring_items,
    "estate_canteens": bring_estate_canteens,
    "dishes": bring_dishes,
    "menus": bring_menus,
}


def look_at(work: Work, kind: str, lines: Sequence[Line]) -> Brought:
    """What importing these lines would do now; nothing is written."""
    brought = Brought(kind, writes=False)
    BRING[kind](work, lines, brought)
    return brought


@dataclass(frozen=True, slots=True)
class StartImport:
    """A file was uploaded as `file` in the folder of imports. The same file is taken in once."""

    kind: str
    file: str
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        if self.kind not in SHEETS:
            return Refusal(Why.UNKNOWN)
        r = t.import_run.c
        known = work.conn.execute(select(r.id).where(r.file == self.file)).scalar()
        if known is not None:
            return {"ok": True, "id": known, "new": False}
        row = {"kind": self.kind, "state": "reading", "file": self.file, "console_user_id": self.user_id}
        made = insert(t.import_run).values(**row, made_at=work.now, next_at=work.now).returning(r.id)
        run_id = work.conn.execute(made).scalar_one()
        Audit(self.user_id, "import_uploaded", str(run_id)).run(work)
        return {"ok": True, "id": run_id, "new": True}


@dataclass(frozen=True, slots=True)
class TryImport:
    """A worker begins, or goes on. Reading begins anew. After too many tries without progress it is given up."""

    run_id: int
    attempts: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: already (another worker was quicker), too_many (given up)."""
        r = t.import_run.c
        mine = (r.id == self.run_id) & r.state.in_(OPEN) & (r.attempts == self.attempts)
        if self.attempts >= DATA["tries"]:
            given_up = _ended(work, "failed", facts={"problem": "stopped"})
            done = work.conn.execute(update(t.import_run).where(mine).values(given_up))
            return Refusal(Why.TOO_MANY if done.rowcount else Why.ALREADY)
        begun = {"attempts": self.attempts + 1, "next_at": work.now + LEASE}
        again = work.conn.execute(update(t.import_run).where(mine).values(begun))
        return {"ok": True} if again.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class NoteRead:
    """So many lines of the file have been read: shown to who waits."""

    run_id: int
    lines: int

    def run(self, work: Work) -> dict[str, Any]:
        """Prolongs the lease."""
        r = t.import_run.c
        mine = update(t.import_run).where(r.id == self.run_id, r.state == "reading")
        done = work.conn.execute(mine.values(done=self.lines, next_at=work.now + LEASE))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class EndReading:
    """The file is read: `total` lines can be checked against the register; the others have faults."""

    run_id: int
    total: int
    wrong: int
    faults: tuple[Fault, ...] = ()

    def run(self, work: Work) -> dict[str, Any]:
        """Once."""
        values = {"total": self.total, "facts": {"wrong": self.wrong, "unread": self.wrong}}
        errors = [list(fault) for fault in self.faults[: DATA["most_errors"]]]
        return _step(
            work, self.run_id, "reading", state="checking", done=0, errors=errors, attempts=0, **values
        )


@dataclass(frozen=True, slots=True)
class BringLines:
    """Check some lines (state checking) or import them (running); they come after the `done` first ones."""

    run_id: int
    done: int
    lines: tuple[Line, ...] = field(repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"state", "done"}. Refusal already: somebody has been there."""
        r = t.import_run.c
        row = _begin(work, self.run_id, self.done, len(self.lines))
        if row is None:
            return Refusal(Why.ALREADY)
        brought = Brought(row.kind, row.state == "running", user_id=row.console_user_id)
        BRING[row.kind](work, self.lines, brought)
        facts = {**row.facts, **{name: row.facts.get(name, 0) + brought.counts[name] for name in OUTCOMES}}
        errors = [*row.errors, *map(list, (*brought.faults, *brought.notes))][: DATA["most_errors"]]
        this = update(t.import_run).where(r.id == self.run_id)
        work.conn.execute(this.values(facts=facts, errors=errors, attempts=0, next_at=work.now + LEASE))
        done = self.done + len(self.lines)
        return {"ok": True, "state": _end(work, row) if done >= row.total else row.state, "done": done}


def _begin(work: Work, run_id: int, done: int, more: int) -> Any:
    """The run, locked, if its next line is the one after `done`; compare-and-set of the mark."""
    r = t.import_run.c
    here = (r.id == run_id) & (r.done == done) & r.state.in_(("checking", "running"))
    moved = update(t.import_run).where(here).values(done=r.done + more)
    return work.conn.execute(
        moved.returning(r.id, r.kind, r.state, r.total, r.facts, r.errors, r.console_user_id)
    ).first()


def _end(work: Work, row: Any) -> str:
    """After the last line: a checked run waits for a person, an imported one is done."""
    if row.state == "checking":
        _step(
            work,
            row.id,
            "checking",
            state="preview",
            next_at=work.now + timedelta(hours=DATA["preview_hours"]),
        )
        return "preview"
    _step(work, row.id, "running", **_ended(work, "done"))
    Audit(row.console_user_id, "import_done", str(row.id)).run(work)
    return "done"


@dataclass(frozen=True, slots=True)
class ConfirmImport:
    """A person has looked at the preview and wants it."""

    run_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """What the register said is asked anew; faults of the file itself stay listed.

        Refusal not_same: of a table that is brought in whole or not at all some line is wrong.
        """
        r = t.import_run.c
        row = work.conn.execute(select(r.kind, r.facts, r.errors).where(r.id == self.run_id)).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        if SHEETS[row.kind].whole and row.facts.get("wrong"):
            return Refusal(Why.NOT_SAME)
        own = [fault for fault in row.errors if fault[2] not in LOOKED_UP]
        unread = row.facts.get("unread", 0)
        facts = {"wrong": unread, "unread": unread}
        outcome = _step(work, self.run_id, "preview", state="running", done=0, errors=own, facts=facts)
        if outcome["ok"]:
            Audit(self.user_id, "import_started", str(self.run_id)).run(work)
        return outcome


@dataclass(frozen=True, slots=True)
class DropImport:
    """A person does not want it (or nobody has wanted it for a day: no user). What is running goes on."""

    run_id: int
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """The worker deletes the file."""
        r = t.import_run.c
        mine = (r.id == self.run_id) & r.state.in_(("reading", "checking", "preview"))
        dropped = update(t.import_run).where(mine).values(_ended(work, "dropped"))
        if not work.conn.execute(dropped).rowcount:
            return Refusal(Why.ALREADY)
        Audit(self.user_id, "import_dropped", str(self.run_id)).run(work)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class FailImport:
    """It cannot be done. `problem`: a key of imports.json; `facts` fill its words."""

    run_id: int
    problem: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def run(self, work: Work) -> dict[str, Any]:
        """Whatever it was doing, unless it has ended."""
        r = t.import_run.c
        mine = update(t.import_run).where(r.id == self.run_id, r.state.in_(OPEN))
        values = _ended(work, "failed", facts={**self.facts, "problem": self.problem})
        return {"ok": True} if work.conn.execute(mine.values(values)).rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class FilesGone:
    """The files of an import that has ended are deleted."""

    run_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Nothing is due any more."""
        r = t.import_run.c
        work.conn.execute(
            update(t.import_run).where(r.id == self.run_id, r.state.not_in(OPEN)).values(file="")
        )
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class YieldImport:
    """The worker's time is up: whoever is next may go on at once."""

    run_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """The lease ends."""
        r = t.import_run.c
        mine = update(t.import_run).where(r.id == self.run_id, r.state.in_(("checking", "running")))
        work.conn.execute(mine.values(next_at=work.now))
        return {"ok": True}


def _ended(work: Work, state: str, **more: Any) -> dict[str, Any]:
    """What an end writes; the files are deleted soon after."""
    return {"state": state, "ended_at": work.now, "next_at": work.now, **more}


def _step(work: Work, run_id: int, begins: str, **values: Any) -> dict[str, Any]:
    """From one state to another, at once, if it is still in the first."""
    r = t.import_run.c
    mine = update(t.import_run).where(r.id == run_id, r.state == begins)
    done = work.conn.execute(mine.values(**{"next_at": work.now, **values}))
    return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)

"""One order inside an action: read again and locked, changed along the table of steps, timed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from models import tables as t
from models.actions.app_cards import move_cards
from models.actions.order_telling import OrderTelling
from models.rules.orders import HELD, STEPS, Refusal, refused
from models.store import Work


class OrderInHand(OrderTelling):
    """A work order's row, locked until the transaction ends (on SQLite the whole database is)."""

    @classmethod
    def take(cls, work: Work, order_id: int) -> OrderInHand | None:
        """Read it again under a lock; None when there is no such order."""
        row = work.conn.execute(
            select(t.work_order).where(t.work_order.c.id == order_id).with_for_update()
        ).first()
        return cls(work, row) if row else None

    def refusal(self, step: str, by: str) -> Refusal | None:
        """Why `by` may not take this step now; None when it is allowed."""
        why = refused(step, self.row.state, by)
        return Refusal(why, number=self.row.number, by=self.holder_name(), **self.merged()) if why else None

    def merged(self) -> dict[str, Any]:
        """What a refusal says besides where this order is part of another: {"about", "into"}."""
        into = select(t.work_order.c.number).where(t.work_order.c.id == self.row.merged_into_id)
        number = self.work.conn.execute(into).scalar() if self.row.merged_into_id else None
        return {} if number is None else {"about": "merged", "into": number}

    def holder_name(self) -> str:
        """The name of whoever holds it, or did."""
        name = select(t.worker.c.name).where(t.worker.c.id == self.row.holder_id)
        return self.work.conn.execute(name).scalar() or ""

    def done(self, **more: Any) -> dict[str, Any]:
        """What an action gives back that went well."""
        return {"ok": True, "order_id": self.row.id, "number": self.row.number, **more}

    # --- the ledger -----------------------------------------------------------------------------------

    def write(
        self,
        step: str,
        by: str,
        by_id: int | None,
        changes: Mapping[str, Any] | None = None,
        *,
        words: str = "",
        facts: dict[str, Any] | None = None,
        origin: str = "",
    ) -> int:
        """Change the order and add the step to its ledger; gives the entry's id.

        A step that moves it raises its stage.
        """
        values = self._with_ends(dict(changes or {}))
        if STEPS[step].moves:
            values["stage"] = self.row.stage + 1
        if self.row.stripped_at is not None:
            values["stripped_at"] = None  # what is written now may name somebody
        if values:
            moved = update(t.work_order).where(t.work_order.c.id == self.row.id).values(values)
            self.row = self.work.conn.execute(moved.returning(*t.work_order.c)).one()
        if "stage" in values:
            move_cards(self.work, self.row.id, self.row.stage)
        return enter(self.work, self.row.id, step, by, by_id, words=words, facts=facts, origin=origin)

    def _with_ends(self, values: dict[str, Any]) -> dict[str, Any]:
        """What ends with another state, unit or holder: a pause, an appointment, help, being part of another."""
        nothing = {"visit_at": None, "visit_ends_at": None}
        if "state" in values:
            values.setdefault("paused_until", None)
        if values.get("state") in ("waiting", "closed"):
            values = nothing | values
        moved = values.get("unit_id", self.row.unit_id) != self.row.unit_id
        if moved:
            values = nothing | values
        if moved or values.get("state") == "closed":
            self._release_elsewhere(values.get("unit_id"))
            self._end_help()
        if values.get("holder_id") is not None:
            self._end_help(t.order_helper.c.worker_id == values["holder_id"])
        if values.get("state", "closed") != "closed":
            values.setdefault("merged_into_id", None)
        if self.row.state == "paused" and values.get("state") in HELD:
            values.setdefault("claimed_at", self._claimed_without_pause())
        return values

    def _claimed_without_pause(self) -> datetime:
        """When its holder got it, as late as if the pause had not been: nobody has to come while it lasts."""
        e = t.order_entry.c
        pauses = select(func.max(e.at)).where(e.work_order_id == self.row.id, e.step == "pause")
        since = self.work.conn.execute(pauses).scalar() or self.work.now
        later: datetime = self.row.claimed_at + (self.work.now - since)
        return later

    def _end_help(self, *whose: ColumnElement[bool]) -> None:
        h = t.order_helper.c
        helping = update(t.order_helper).where(h.work_order_id == self.row.id, h.done_at.is_(None), *whose)
        self.work.conn.execute(helping.values(done_at=self.work.now))

    def _release_elsewhere(self, to_unit_id: int | None) -> None:
        """Tell those of other units who still help that it is over; not the unit that now gets the order."""
        h, w = t.order_helper.c, t.worker.c
        query = select(w.id, w.name, w.unit_id).join_from(t.order_helper, t.worker)
        theirs = query.where(h.work_order_id == self.row.id, h.done_at.is_(None))
        elsewhere = theirs.where(w.unit_id.not_in([self.row.unit_id, to_unit_id or self.row.unit_id]))
        for one in self.work.conn.execute(elsewhere.order_by(h.id)).all():
            self.tell_groups("order_helper_let_go", mention=one.id, unit_id=one.unit_id, helper=one.name)

    def repeated(
        self, step: str, by: str, by_id: int | None, words: str, facts: dict[str, Any] | None = None
    ) -> bool:
        """Whether the ledger's last line is the very same, minutes ago: a message that came twice.

        `facts`: these too must be the same.
        """
        e = t.order_entry.c
        last = select(t.order_entry).where(e.work_order_id == self.row.id).order_by(e.id.desc()).limit(1)
        row = self.work.conn.execute(last).first()
        since = self.work.now - timedelta(minutes=self.work.limits["same_words_minutes"])
        return row is not None and (row.step, row.by, row.by_id, row.words, row.at > since) == (
            step, by, by_id, words, True,
        ) and facts in (None, row.facts)  # fmt: skip

    def wait_for_claim(self) -> None:
        """Set the timer that goes off when nobody has claimed it in time."""
        self._wait("unclaimed")

    def wait_for_arrival(self) -> None:
        """Set the timer that goes off when whoever was given it has neither come nor said a word in time.

        Where a visit has been agreed upon, that is its end; and they are reminded before it.
        """
        row, work = self.row, self.work
        if row.visit_ends_at is None or row.visit_ends_at <= work.now:
            self._wait("unattended")
            return
        work.remind("unattended", row.id, row.stage, row.visit_ends_at - work.now)
        soon = row.visit_at - timedelta(minutes=work.limits["visit_soon_minutes"])
        if soon > work.now:
            work.remind("visit_soon", row.id, row.stage, soon - work.now)

    def wait_again(self) -> None:
        """Set the timer of the state it is in, after something that shortens the time."""
        if self.row.state == "waiting":
            self.wait_for_claim()
        elif self.row.state == "claimed":
            self.wait_for_arrival()
        elif self.row.state == "paused":
            self.work.remind("paused", self.row.id, self.row.stage, self.row.paused_until - self.work.now)

    def _wait(self, timer: str) -> None:
        minutes = self.work.limits[f"{timer}_minutes"][self.row.urgency]
        self.work.remind(timer, self.row.id, self.row.stage, timedelta(minutes=minutes))


def enter(
    work: Work,
    order_id: int,
    step: str,
    by: str,
    by_id: int | None,
    *,
    words: str = "",
    facts: dict[str, Any] | None = None,
    origin: str = "",
) -> int:
    """Add one line to an order's ledger, which is never changed afterwards."""
    row = {
        "work_order_id": order_id,
        "at": work.now,
        "step": step,
        "by": by,
        "by_id": by_id,
        "words": words,
        "facts": facts or {},
        "origin": origin,
    }
    return int(work.run(_ENTER, row).scalar_one())


# Built once: building it costs as much as running it.
_ENTER = insert(t.order_entry).returning(t.order_entry.c.id)

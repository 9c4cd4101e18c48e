"""One order inside an action: read again and locked, changed along the table of steps, told about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, func, insert, or_, select, update

from models import tables as t
from models.actions.app_cards import hearers, move_cards, tell_accounts
from models.rules.masking import mask
from models.rules.orders import HELD, STEPS, Refusal, refused
from models.store import To, Work
from models.views.album import album_link
from models.views.page import page_link


class OrderInHand:
    """A work order's row, locked until the transaction ends (on SQLite the whole database is)."""

    def __init__(self, work: Work, row: Any) -> None:
        self.work = work
        self.row = row
        self._named: dict[tuple[int | None, ...], Any] = {}
        self._told: dict[tuple[Any, ...], list[tuple[int, str | None, list[str]]]] = {}

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
        return Refusal(why, number=self.row.number, by=self.holder_name()) if why else None

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
        if values.get("unit_id", self.row.unit_id) != self.row.unit_id:
            values = nothing | values
            self._end_help()
        elif values.get("state") == "closed":
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

    # --- telling --------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """The facts of every order message; nothing in them says who the resident is or which door it is."""
        row, letters = self.row, int(self.work.limits["summary_letters"])
        names = self._names()
        return {
            "number": row.number,
            "category": row.category,
            "place": row.place,
            "urgency": row.urgency,
            "summary_group": mask(row.summary, letters, rooms=(names.room,) if names.room else ()),
            "unit": names.unit or "",
            "worker": names.worker or "",
        }

    def _names(self) -> Any:
        """The names of unit and holder and the home's room; asked once while they stay."""
        row = self.row
        wanted = {"unit": row.unit_id, "holder": row.holder_id, "home": row.home_id}
        key = tuple(wanted.values())
        if key not in self._named:
            self._named[key] = self.work.conn.execute(_NAMES, wanted).one()
        return self._named[key]

    def visit(self) -> list[str]:
        """The appointment as facts hold it: from and until, as ISO text."""
        return [self.row.visit_at.isoformat(), self.row.visit_ends_at.isoformat()]

    def counts(self) -> dict[str, Any]:
        """What a group is told besides: the tail of the reporter's phone, photos, people."""
        row = self.work.conn.execute(_COUNTS, {"order": self.row.id, "reporter": self.row.reporter_id}).one()
        return {"tail": self.work.unseal(row.phone)[-4:], "photos": row.photos, "people": row.people}

    def tell_groups(
        self,
        kind: str,
        *,
        mention: int | Iterable[int] | None = None,
        unit_id: int | None = None,
        read: bool = False,
        **more: Any,
    ) -> None:
        """Tell every bound group with a robot of the unit in charge (or `unit_id`); mention these workers.

        A group without a bot is told the address of the order's page in place of what to write to the bot. In the
        unit's WeCom app these workers, else the holder, else everybody on duty are told alone.
        `read`: it was said to the bot in the chat, so only groups that hear nothing are told.
        """
        facts, unit = {**self.facts(), **self.counts(), **more}, unit_id or self.row.unit_id
        for group_id, display, userids in self._groups(mention, unit):
            named = {**facts, "mention": userids}
            if display is None and unit is not None:
                named["page"] = page_link(self.work, self.row.id, unit)
            elif read:
                continue
            else:
                named["bot"] = display
            self.work.tell(To(work_group_id=group_id), kind, named, order_id=self.row.id)
        if not read:
            holder = self.row.holder_id if unit == self.row.unit_id else None
            tell_accounts(self.work, self.row, kind, facts, _ids(mention) or _ids(holder), unit)

    def _groups(
        self, mention: int | Iterable[int] | None, unit_id: int | None
    ) -> list[tuple[int, str | None, list[str]]]:
        """What groups_of() gives, asked once for the same."""
        key = (unit_id, *_ids(mention))
        if key not in self._told:
            self._told[key] = list(groups_of(self.work, mention, unit_id))
        return self._told[key]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every message of `kind` about this order."""
        m = t.outbox.c
        rows = select(m.facts).where(m.work_order_id == self.row.id, m.kind == kind)
        return list(self.work.conn.execute(rows).scalars())

    def told_of_photos(self, kind: str, photos: int) -> bool:
        """Whether a message of `kind` told of photos a moment ago. One that still waits now tells of these too."""
        m, work = t.outbox.c, self.work
        since = work.now - timedelta(seconds=work.limits["photo_burst_seconds"])
        burst = (m.work_order_id == self.row.id) & (m.kind == kind) & (m.made_at > since)
        rows = work.conn.execute(select(m.id, m.facts).where(burst)).all()
        told = [row for row in rows if row.facts.get("photos")]
        for row in told:
            waits = update(t.outbox).where(m.id == row.id, m.state.in_(("queued", "held")))
            more = {**row.facts, "photos": row.facts["photos"] + photos}
            work.conn.execute(waits.values(facts=more))
        return bool(told)

    def masked(self, words: str) -> str:
        """Words for a group or a neighbour: no phone, and not the order's own door in any spelling."""
        home = select(t.home.c.room).where(t.home.c.id == self.row.home_id)
        room = self.work.conn.execute(home).scalar() if self.row.home_id is not None else None
        return mask(words, rooms=(room,) if room else ())

    def heard(self) -> bool:
        """Whether a group of the unit in charge hears of it, or somebody in its app."""
        unit = self.row.unit_id
        return bool(self._groups(None, unit)) or bool(hearers(self.work, (), unit))

    def followers(self) -> Sequence[Any]:
        """The accounts (account_id, person_id) that follow it and have not left."""
        f = t.order_follower.c
        query = (
            select(f.account_id, f.person_id)
            .join_from(t.order_follower, t.account)
            .where(f.work_order_id == self.row.id, t.account.c.left_at.is_(None))
            .order_by(f.id)
        )
        return self.work.conn.execute(query).all()

    def follows(self, account_id: int) -> Any:
        """This account's row among the followers, with its person."""
        f = t.order_follower.c
        query = select(t.order_follower).where(f.work_order_id == self.row.id, f.account_id == account_id)
        return self.work.conn.execute(query).first()

    def tell_followers(
        self,
        kind: str,
        *,
        words: str | None = None,
        questions: Mapping[int, int] | None = None,
        **more: Any,
    ) -> None:
        """Tell every follower; `words` of staff reach the reporter as they are, other followers masked.

        `questions`: what ask_followers() gave; whoever sends the message marks it with QuestionShown.
        """
        facts = {**self.facts(), **more}
        for account_id, person_id in self.followers():
            if words is not None:
                facts["words"] = words if person_id == self.row.reporter_id else self.masked(words)
            if questions:
                facts["question_id"] = questions[account_id]
            if facts.get("photos"):
                facts["album"] = album_link(self.work, self.row.id, account_id)
            self.work.tell(To(account_id=account_id), kind, facts, order_id=self.row.id)

    def ask_followers(self, kind: str, subject: int, stamp: int, days: int) -> dict[int, int]:
        """Open a question to every follower: their next fitting words answer it. Gives its id by account."""
        asked: dict[int, int] = {}
        for account_id, _ in self.followers():
            row = {"account_id": account_id, "kind": kind, "subject": subject, "stamp": stamp}
            row["ends_at"] = self.work.now + timedelta(days=days)
            made = insert(t.open_question).values(row).returning(t.open_question.c.id)
            asked[account_id] = self.work.conn.execute(made).scalar_one()
        return asked


def _ids(mention: int | Iterable[int] | None) -> list[int]:
    if mention is None or isinstance(mention, int):
        return [] if mention is None else [mention]
    return list(mention)


def groups_of(
    work: Work, mention: int | Iterable[int] | None, unit_id: int | None
) -> Iterator[tuple[int, str | None, list[str]]]:
    """The groups of a unit that can be told: id, what the bot is called there (None: it has none and only reads),
    userids of whom to `mention`."""
    found: dict[int, tuple[str | None, list[str]]] = {}
    wanted = {"unit": unit_id, "mentioned": _ids(mention), "pages": bool(work.limits["public_url"])}
    for group_id, display, userid in work.conn.execute(_GROUPS, wanted):
        found.setdefault(group_id, (display, []))[1].extend([userid] if userid else [])
    return ((group_id, display, userids) for group_id, (display, userids) in found.items())


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
    return int(work.conn.execute(_ENTER, row).scalar_one())


# Statements of nearly every step are built once: building one costs as much as running it.
_ENTER = insert(t.order_entry).returning(t.order_entry.c.id)


def _names() -> Select[Any]:
    unit = select(t.handling_unit.c.name).where(t.handling_unit.c.id == bindparam("unit"))
    holder = select(t.worker.c.name).where(t.worker.c.id == bindparam("holder"))
    room = select(t.home.c.room).where(t.home.c.id == bindparam("home"))
    return select(
        unit.scalar_subquery().label("unit"),
        holder.scalar_subquery().label("worker"),
        room.scalar_subquery().label("room"),
    )


def _counts() -> Select[Any]:
    p, f, order_id = t.photo.c, t.order_follower.c, bindparam("order", type_=t.Id)
    photos = select(func.count()).where(p.work_order_id == order_id, p.state.in_(("wanted", "kept")))
    people = select(func.count(f.person_id.distinct())).where(f.work_order_id == order_id)
    phone = select(t.person.c.phone_sealed).where(t.person.c.id == bindparam("reporter"))
    return select(
        photos.scalar_subquery().label("photos"),
        people.scalar_subquery().label("people"),
        phone.scalar_subquery().label("phone"),
    )


def _groups() -> Select[Any]:
    g, a = t.work_group.c, t.worker_account.c
    theirs = and_(
        a.bot_id == g.bot_id, a.worker_id.in_(bindparam("mentioned", expanding=True)), a.ended_at.is_(None)
    )
    return (
        select(g.id, t.bot.c.display, a.userid)
        .select_from(t.work_group)
        .outerjoin(t.bot)
        .outerjoin(t.worker_account, theirs)
        .where(g.unit_id == bindparam("unit"), g.bound_at.is_not(None), g.robot_key_sealed.is_not(None))
        .where(or_(t.bot.c.active, and_(g.bot_id.is_(None), bindparam("pages", type_=Boolean))))
        .order_by(g.id, a.id)
    )


_NAMES, _COUNTS, _GROUPS = _names(), _counts(), _groups()

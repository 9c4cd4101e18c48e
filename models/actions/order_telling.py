"""What is told of an order: to the groups and the app of its unit, and to everybody who follows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Boolean, FromClause, Select, and_, bindparam, func, insert, null, or_, select, update

from models import tables as t
from models.actions.app_cards import hearers, tell_accounts
from models.rules.masking import hide
from models.rules.phones import tail
from models.store import To, Work
from models.views.album import album_link
from models.views.page import page_link


class OrderTelling:
    """A work order's row, and who hears of it. What does not change while the row stays is asked once."""

    def __init__(self, work: Work, row: Any) -> None:
        self.work = work
        self.row = row
        self._named: dict[tuple[int | None, ...], Any] = {}
        self._told: dict[tuple[Any, ...], list[tuple[int, str | None, list[str]]]] = {}

    def facts(self) -> dict[str, Any]:
        """The facts of every order message; nothing in them says who the resident is or which door it is."""
        row, letters = self.row, int(self.work.limits["summary_letters"])
        names = self._names()
        return {
            "number": row.number,
            "category": row.category,
            "place": row.place,
            "urgency": row.urgency,
            "summary_group": self.masked(row.summary, letters),
            "unit": names.unit or "",
            "worker": names.worker or "",
        }

    def _names(self) -> Any:
        """The names of unit, holder and reporter (sealed) and the home's room; asked once while they stay."""
        wanted = self._wanted()
        key = tuple(wanted.values())
        if key not in self._named:
            self._named[key] = self.work.run(_NAMES, wanted).one()
        return self._named[key]

    def _wanted(self) -> dict[str, int | None]:
        row = self.row
        return {
            "unit": row.unit_id,
            "holder": row.holder_id,
            "home": row.home_id,
            "reporter": row.reporter_id,
        }

    def visit(self) -> list[str]:
        """The appointment as facts hold it: from and until, as ISO text."""
        return [self.row.visit_at.isoformat(), self.row.visit_ends_at.isoformat()]

    def counts(self) -> dict[str, Any]:
        """What a group is told besides: the tail of the reporter's phone, photos, people."""
        wanted = self._wanted()
        row = self.work.run(_COUNTS, {"order": self.row.id, **wanted}).one()
        self._named[tuple(wanted.values())] = row
        return {"tail": tail(self.work.unseal(row.phone)), "photos": row.photos, "people": row.people}

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
        counts = self.counts()  # with the names, so before the facts
        facts, unit = {**self.facts(), **counts, **more}, unit_id or self.row.unit_id
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

    def tell_left(self, before: int | None, *, mention: int | None = None, **said: Any) -> None:
        """Tell the unit that had the order `before` that it is gone, if it is. `paged`: who has it by its page."""
        if before is None or before == self.row.unit_id:
            return
        displays = [display for _, display, _ in self._groups(None, self.row.unit_id)]
        only_page = bool(displays) and not any(displays)
        paged = self.facts()["unit"] if only_page else ""
        self.tell_groups("order_left", mention=mention, unit_id=before, paged=paged, **said)

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

    def masked(self, words: str, letters: int | None = None) -> str:
        """Words for a group or a neighbour: no phone, not the order's own door in any spelling, nor its reporter's
        name; at most so many `letters`."""
        names = self._names()
        return hide(words, [self.work.unseal(names.reporter)], [names.room], letters)

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
    mentioned = _ids(mention)
    for group_id, display, userid in _groups_found(work, mentioned, unit_id):
        found.setdefault(group_id, (display, []))[1].extend([userid] if userid else [])
    return ((group_id, display, userids) for group_id, (display, userids) in found.items())


def _groups_found(work: Work, mentioned: list[int], unit_id: int | None) -> Iterable[Any]:
    """Groups with the userids of who is mentioned there; mostly that is nobody."""
    wanted = {"unit": unit_id, "pages": bool(work.limits["public_url"])}
    if not mentioned:
        return work.run(_GROUPS, wanted)
    return work.conn.execute(_GROUPS_MENTIONED, {**wanted, "mentioned": mentioned})


# Statements of nearly every step are built once: building one costs as much as running it.


def _names() -> Select[Any]:
    unit = select(t.handling_unit.c.name).where(t.handling_unit.c.id == bindparam("unit"))
    holder = select(t.worker.c.name).where(t.worker.c.id == bindparam("holder"))
    room = select(t.home.c.room).where(t.home.c.id == bindparam("home"))
    reporter = select(t.person.c.name_sealed).where(t.person.c.id == bindparam("reporter"))
    return select(
        unit.scalar_subquery().label("unit"),
        holder.scalar_subquery().label("worker"),
        room.scalar_subquery().label("room"),
        reporter.scalar_subquery().label("reporter"),
    )


def _counts() -> Select[Any]:
    p, f, order_id = t.photo.c, t.order_follower.c, bindparam("order", type_=t.Id)
    photos = select(func.count()).where(
        p.work_order_id == order_id, or_(p.state == "wanted", p.state == "kept")
    )
    people = select(func.count(f.person_id.distinct())).where(f.work_order_id == order_id)
    phone = select(t.person.c.phone_sealed).where(t.person.c.id == bindparam("reporter"))
    return _names().add_columns(
        photos.scalar_subquery().label("photos"),
        people.scalar_subquery().label("people"),
        phone.scalar_subquery().label("phone"),
    )


def _groups(sources: FromClause, userid: Any) -> Select[Any]:
    g = t.work_group.c
    return (
        select(g.id, t.bot.c.display, userid)
        .select_from(sources)
        .where(g.unit_id == bindparam("unit"), g.bound_at.is_not(None), g.robot_key_sealed.is_not(None))
        .where(or_(t.bot.c.active, and_(g.bot_id.is_(None), bindparam("pages", type_=Boolean))))
        .order_by(g.id)
    )


def _groups_mentioned() -> Select[Any]:
    a = t.worker_account.c
    theirs = and_(
        a.bot_id == t.work_group.c.bot_id,
        a.worker_id.in_(bindparam("mentioned", expanding=True)),
        a.ended_at.is_(None),
    )
    return _groups(_OF_BOTS.outerjoin(t.worker_account, theirs), a.userid).order_by(a.id)


_OF_BOTS = t.work_group.outerjoin(t.bot)
_NAMES, _COUNTS, _GROUPS = _names(), _counts(), _groups(_OF_BOTS, null().label("userid"))
_GROUPS_MENTIONED = _groups_mentioned()

"""One talk with a person inside an action: read again and locked, its ledger, what is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from models import tables as t
from models.actions.order_telling import groups_of
from models.rules import phones
from models.rules.calendar import Calendar
from models.rules.hours import Hours, after_duty, next_duty, on_duty, read_hours
from models.rules.masking import mask
from models.store import To, Work
from models.views.askers import Resident
from models.views.calendar import calendar
from models.views.orders import orders_of_resident
from models.views.people import account_of, homes_of
from models.views.staff import on_duty_accounts

ANSWERS = ("worker", "console")  # by whom an answer is
JOINT = "” “"  # between two things said one after the other, inside the quotation marks of the text
JOINS = ("talk_message", "queued")
NEARLY_SENT = timedelta(seconds=2)  # whoever sends it may have read it already
CONSOLE = "工作台"  # where talks are answered by whoever no bot hears
SOMEBODY = "社区"  # answers for a talk that no unit has


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a group may know of a resident, and the rooms that it may not."""

    estate_id: int | None
    place: str
    tail: str
    rooms: tuple[str, ...]


def whereabouts(work: Work, account_id: int | None) -> Whereabouts:
    """The building of the first home, else the place of the last order; the tail of the phone."""
    account = account_of(work, account_id) if account_id is not None else None
    if account is None:
        return Whereabouts(None, "", "", ())
    sealed = select(t.person.c.phone_sealed).where(t.person.c.id == account.person_id)
    tail = phones.tail(work.unseal(work.conn.execute(sealed).scalar()))
    homes = [one.home for one in homes_of(work, account.person_id)]
    if homes:
        place = f"{homes[0].estate} {homes[0].building}"
        return Whereabouts(homes[0].estate_id, place, tail, tuple(home.room for home in homes))
    orders = orders_of_resident(work, Resident(account.id, account.person_id))
    last = next((one for one in orders if one.estate_id is not None), None)
    return Whereabouts(last.estate_id, last.place, tail, ()) if last else Whereabouts(None, "", tail, ())


@dataclass(frozen=True, slots=True)
class Duty:
    """The hours of the unit that answers, by the calendar."""

    hours: Hours
    zone: str
    calendar: Calendar

    @classmethod
    def of(cls, work: Work, unit_id: int | None) -> Duty:
        """A unit without hours of its own has those of the limits."""
        own = select(t.handling_unit.c.hours).where(t.handling_unit.c.id == unit_id)
        rows = work.conn.execute(own).scalar()
        hours = read_hours(work.limits["duty_hours"] if rows is None else rows)
        return cls(hours, work.limits["time_zone"], calendar(work))

    def on(self, at: datetime) -> bool:
        """Whether somebody is there at that time."""
        return on_duty(self.hours, at, self.zone, self.calendar)

    def next(self, at: datetime) -> datetime | None:
        """When somebody is there next."""
        return next_duty(self.hours, at, self.zone, self.calendar)

    def after(self, at: datetime, lasts: timedelta) -> datetime:
        """When somebody will have been there for so long."""
        return after_duty(self.hours, at, lasts, self.zone, self.calendar)


class TalkInHand:
    """A talk's row, locked until the transaction ends (on SQLite the whole database is)."""

    def __init__(self, work: Work, row: Any) -> None:
        self.work = work
        self.row = row

    @classmethod
    def take(cls, work: Work, talk_id: int) -> TalkInHand | None:
        """Read it again under a lock; None when there is no such talk.

        The account is locked first, as whoever unfollows does: the other way round they would block each other.
        """
        mine = select(t.person_talk.c.account_id).where(t.person_talk.c.id == talk_id)
        whose = select(t.account.c.id).where(t.account.c.id == mine.scalar_subquery())
        work.conn.execute(whose.with_for_update(read=True, key_share=True))
        this = select(t.person_talk).where(t.person_talk.c.id == talk_id).with_for_update()
        row = work.conn.execute(this).first()
        return cls(work, row) if row else None

    @property
    def open(self) -> bool:
        """Whether the bot keeps quiet."""
        return bool(self.row.state == "open")

    @property
    def silence(self) -> timedelta:
        """How long nobody may say anything before it ends."""
        return timedelta(minutes=int(self.work.limits["talk_silence_minutes"]))

    def done(self, **more: Any) -> dict[str, Any]:
        """What an action gives back that went well."""
        return {"ok": True, "talk_id": self.row.id, "number": self.row.number, **more}

    # --- the ledger -----------------------------------------------------------------------------------

    def write(
        self, by: str, by_id: int | None, words: str, *, photos: int = 0, origin: str = "", **changes: Any
    ) -> int:
        """Add a word to the ledger, sealed, and let the stage grow; gives the entry's id."""
        grown = {"stage": self.row.stage + 1, "last_at": self.work.now, **changes}
        this = update(t.person_talk).where(t.person_talk.c.id == self.row.id).values(grown)
        self.row = self.work.conn.execute(this.returning(*t.person_talk.c)).one()
        row = {"person_talk_id": self.row.id, "at": self.work.now, "by": by, "by_id": by_id}
        row |= {"words_sealed": self.work.seal(words), "photos": photos, "origin": origin}
        made = insert(t.talk_entry).values(row).returning(t.talk_entry.c.id)
        return int(self.work.conn.execute(made).scalar_one())

    def repeated(self, by: str, by_id: int | None, words: str) -> bool:
        """Whether the last word is the very same, minutes ago: a message that came twice."""
        last = self.last()
        since = self.work.now - timedelta(minutes=self.work.limits["same_words_minutes"])
        if last is None or last.at <= since or (last.by, last.by_id) != (by, by_id):
            return False
        return self.work.unseal(last.words_sealed) == words

    def last(self) -> Any:
        """The ledger's last line."""
        e = t.talk_entry.c
        mine = select(t.talk_entry).where(e.person_talk_id == self.row.id)
        return self.work.conn.execute(mine.order_by(e.id.desc()).limit(1)).first()

    def wait(self, until: datetime | None = None) -> None:
        """Set the timer that ends the talk; any further word makes it stale."""
        after = self.silence if until is None else until - self.work.now
        self.work.remind("person_talk", self.row.id, self.row.stage, after)

    # --- telling --------------------------------------------------------------------------------------

    def unit_name(self) -> str:
        """Of the unit whose staff answer."""
        name = select(t.handling_unit.c.name).where(t.handling_unit.c.id == self.row.unit_id)
        return self.work.conn.execute(name).scalar() or SOMEBODY

    def tell_groups(
        self, kind: str, *, words: str = "", after: timedelta = timedelta(0), **more: Any
    ) -> bool:
        """Tell every group of the unit, masked; whether one of them can answer.

        A group that only reads, and whoever is on duty in an app, is told to answer in the console.
        """
        groups = [(one, display) for one, display, _ in groups_of(self.work, None, self.row.unit_id)]
        alone = () if self.row.unit_id is None else on_duty_accounts(self.work, self.row.unit_id)
        where = whereabouts(self.work, self.row.account_id)
        facts = {"talk": self.row.number, "place": where.place, "tail": where.tail, **more}
        facts |= {"unit": self.unit_name(), "words": mask(words, rooms=where.rooms)}
        for group_id, display in groups:
            named = {"bot": display} if display is not None else {"console": CONSOLE}
            self.work.tell(To(work_group_id=group_id), kind, facts | named, talk_id=self.row.id, after=after)
        for account in alone:
            told = {**facts, "console": CONSOLE, "alone": True}
            self.work.tell(To(worker_account_id=account.id), kind, told, talk_id=self.row.id, after=after)
        return any(display is not None for _, display in groups)

    def tell_words(self, words: str, photos: int = 0) -> None:
        """Tell the groups what the resident said. What comes in one burst joins the message that still waits."""
        burst, now, m = timedelta(seconds=self.work.limits["talk_burst_seconds"]), self.work.now, t.outbox.c
        mine = (m.person_talk_id == self.row.id) & m.kind.in_(("talk_opened", "talk_message"))
        recent = select(m.id, m.kind, m.state, m.facts, m.next_at).where(mine, m.next_at > now - burst)
        told = self.work.conn.execute(recent.with_for_update()).all()
        waiting = [one for one in told if (one.kind, one.state) == JOINS and one.next_at > now + NEARLY_SENT]
        for one in waiting:
            self._join(one.id, one.facts, words, photos)
        if not waiting:
            self.tell_groups(
                "talk_message", words=words, photos=photos, after=burst if told else timedelta(0)
            )

    def _join(self, message_id: int, told: dict[str, Any], words: str, photos: int) -> None:
        said = mask(words, rooms=whereabouts(self.work, self.row.account_id).rooms)
        both = JOINT.join(one for one in (told["words"], said) if one)
        facts = {**told, "words": both, "photos": told["photos"] + photos}
        self.work.conn.execute(update(t.outbox).where(t.outbox.c.id == message_id).values(facts=facts))

    def tell_resident(self, kind: str, **facts: Any) -> None:
        """Tell whoever asked for a person; nobody, once the account is erased."""
        if self.row.account_id is not None:
            named = {"talk": self.row.number, "number": f"T{self.row.number}", "unit": self.unit_name()}
            self.work.tell(To(account_id=self.row.account_id), kind, named | facts, talk_id=self.row.id)


# Asked in every turn, so built once.
_OPEN_OF = (
    select(t.person_talk.c.id, t.person_talk.c.number, t.person_talk.c.last_at)
    .where(t.person_talk.c.account_id == bindparam("talker"), t.person_talk.c.state == "open")
    .order_by(t.person_talk.c.id.desc())
    .limit(1)
)


def open_talk_of(work: Work, account_id: int) -> Any:
    """The row (id, number, last_at) of the account's open talk, or None."""
    return work.run(_OPEN_OF, {"talker": account_id}).first()


def forget_talks(work: Work, talk_ids: list[int]) -> None:
    """Empty what was said in these talks and told about them; their numbers and times stay."""
    e, m = t.talk_entry.c, t.outbox.c
    said = update(t.talk_entry).where(e.person_talk_id.in_(talk_ids), e.words_sealed != "")
    work.conn.execute(said.values(words_sealed=""))
    told = update(t.outbox).where(m.person_talk_id.in_(talk_ids))
    unsent = told.where(m.state.in_(("queued", "held")))
    work.conn.execute(unsent.values(state="failed", reason="NoSuchPerson"))
    work.conn.execute(told.values(facts={}))


def erase_talks(work: Work, account_id: int) -> None:
    """The account is erased: its talks end, lose their words and do not say any more whose they were."""
    p = t.person_talk.c
    mine = select(p.id).where(p.account_id == account_id).order_by(p.id).with_for_update()
    talk_ids = list(work.conn.execute(mine).scalars())
    if not talk_ids:
        return
    over = {"state": "ended", "ended_at": work.now, "ended_by": "system", "stage": p.stage + 1}
    still = update(t.person_talk).where(p.id.in_(talk_ids), p.state == "open")
    work.conn.execute(still.values(over))
    forget_talks(work, talk_ids)
    work.conn.execute(update(t.person_talk).where(p.id.in_(talk_ids)).values(account_id=None))

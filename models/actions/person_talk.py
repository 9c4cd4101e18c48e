"""A talk between a resident and the duty staff: opened, passed on both ways, ended; the bot keeps quiet meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from models import tables as t
from models.actions.desk import Audit, OpenDeskItem
from models.actions.people import KeepPhotos
from models.actions.routing import Charge, Region
from models.actions.talk_in_hand import ANSWERS, Duty, TalkInHand, open_talk_of, whereabouts
from models.actions.worker_photos import Photos, add_to_talk
from models.rules.orders import Refusal, Why
from models.rules.routing import fallback
from models.store import Work
from models.views.album import talk_album_link
from models.views.askers import User
from models.views.desk import desk_items
from models.views.people import contact_of
from models.views.person_talk import person_talk
from models.views.users import asker_of

UNREACHED = "对话 T{number} 没有工作群收得到。请打开“对话”，在工作台上回答。"
LEFT_UNANSWERED = "对话 T{number}：居民说完就结束了，还没有人回复。请打开“对话”看看，联系居民。"
UNANSWERED = "对话 T{number} 过了 {minutes} 分钟没有人回复。请打开“对话”回答，或者打电话联系居民。"
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class OpenTalk:
    """Somebody wants a person: the community's duty staff, or whoever above them can be reached.

    `why`: asked, not_understood or defect. `before`: what was said until now, for staff; `words`: the last of
    it, for the group. While one is open it is the same talk.
    Gives {"talk_id", "number", "new", "unit", "duty" (when staff answer: now, later, or None), "reached"}.
    """

    account_id: int
    why: str
    before: str = ""
    words: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """One talk, one message a group, one timer."""
        a = t.account.c
        here = select(a.id).where(a.id == self.account_id, a.left_at.is_(None))
        if work.conn.execute(here.with_for_update(key_share=True)).first() is None:
            return Refusal(Why.UNKNOWN)
        known = open_talk_of(work, self.account_id)
        talk = TalkInHand.take(work, known.id) if known is not None else None
        if talk is not None:
            return _opened(talk, new=False, reached=True)
        charge, passed_over = self._charge(work)
        talk = self._insert(work, charge)
        talk.write("system", None, self.before)
        _wait_for_answer(talk)
        told: dict[str, Any] = {"end": self.why, "away": _away(talk), "from_unit": passed_over}
        reached = talk.tell_groups("talk_opened", words=self.words, **told) and charge.reached
        if not reached:
            _call_desk(talk, UNREACHED)
        return _opened(talk, new=True, reached=reached)

    def _charge(self, work: Work) -> tuple[Charge, str]:
        """Who answers, and the name of the community unit whose group could not be reached."""
        region = Region.of(work, whereabouts(work, self.account_id).estate_id, talks=True)
        first = fallback(region.units, region.levels, region.estates_unit_id)
        charge = region.charge(first)
        name = select(t.handling_unit.c.name).where(t.handling_unit.c.id == first)
        return charge, (work.conn.execute(name).scalar() or "") if charge.level else ""

    def _insert(self, work: Work, charge: Charge) -> TalkInHand:
        row = {"number": work.next_number(t.TALK_NUMBER), "account_id": self.account_id, "why": self.why}
        row |= {"unit_id": charge.unit_id, "opened_at": work.now, "last_at": work.now}
        made = insert(t.person_talk).values(row).returning(*t.person_talk.c)
        return TalkInHand(work, work.conn.execute(made).one())


def _opened(talk: TalkInHand, *, new: bool, reached: bool) -> dict[str, Any]:
    return talk.done(new=new, unit=talk.unit_name(), reached=reached, duty=_duty(talk))


def _duty(talk: TalkInHand) -> str | None:
    """When staff answer: "now", or the moment as ISO text; None when nobody ever does."""
    comes = Duty.of(talk.work, talk.row.unit_id).next(talk.work.now)
    return None if comes is None else "now" if comes == talk.work.now else comes.isoformat()


def _away(talk: TalkInHand) -> str:
    """The moment from which staff are there again, as ISO text; empty while they are."""
    duty = _duty(talk)
    return "" if duty in (None, "now") else str(duty)


def _wait_for_answer(talk: TalkInHand) -> None:
    """Nobody is silent while nobody is there: only time on duty counts."""
    duty = Duty.of(talk.work, talk.row.unit_id)
    talk.wait(duty.after(talk.work.now, talk.silence))


def _call_desk(talk: TalkInHand, words: str, **facts: Any) -> None:
    said = words.format(number=talk.row.number, **facts)
    OpenDeskItem("wants_person", said, account_id=talk.row.account_id).run(talk.work)


@dataclass(frozen=True, slots=True)
class SayInTalk:
    """What the resident says in their open talk: into its ledger, and masked to the groups of the unit.

    Gives {"first", "duty" (see OpenTalk), "away"}: whether it is
    the first word of this talk, and whether the person does not know yet that nobody is there.
    """

    account_id: int
    words: str
    media: tuple[str, ...] = ()
    origin: str = "official_account"

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one, and so are the same photos."""
        known = open_talk_of(work, self.account_id)
        talk = TalkInHand.take(work, known.id) if known is not None else None
        if talk is None or not talk.open:
            return Refusal(Why.UNKNOWN)
        photos = self._photos(talk)
        said = {"first": not _spoken(talk), "duty": _duty(talk), "away": self._goes_home(talk)}
        if not photos and (not self.words.strip() or talk.repeated("resident", None, self.words)):
            return talk.done(**said)
        talk.write("resident", None, self.words, photos=photos, origin=self.origin)
        _wait_for_answer(talk)
        talk.tell_words(self.words, photos)
        return talk.done(**said)

    def _photos(self, talk: TalkInHand) -> int:
        """Keep what is new of `media` for this talk; how many those are."""
        if not self.media:
            return 0
        kept = KeepPhotos(self.account_id, self.media).run(talk.work)["photo_ids"]
        p = t.photo.c
        loose = update(t.photo).where(p.id.in_(kept), p.person_talk_id.is_(None))
        return talk.work.conn.execute(loose.values(person_talk_id=talk.row.id)).rowcount

    @staticmethod
    def _goes_home(talk: TalkInHand) -> bool:
        """Whether the last word was said while staff were there, or before an earlier absence of theirs."""
        duty, before, now = Duty.of(talk.work, talk.row.unit_id), talk.row.last_at, talk.work.now
        return not duty.on(now) and duty.next(before) != duty.next(now)


def _spoken(talk: TalkInHand) -> bool:
    """Whether the resident has said anything in it."""
    e = t.talk_entry.c
    mine = select(e.id).where(e.person_talk_id == talk.row.id, e.by == "resident").limit(1)
    return talk.work.conn.execute(mine).first() is not None


@dataclass(frozen=True, slots=True)
class AnswerTalk:
    """Staff answer. `by`: worker or console, `by_id` their id; only those of the unit, and administrators.

    A talk that ended by itself, or by staff, is open again. Gives {"open": whether the resident's next words
    come back here, "photos": how many of `media` they are sent}. Refusals: unknown, not_your_unit, needs_words,
    too_late (the resident has left).
    """

    talk_id: int
    by: str
    by_id: int
    words: str
    origin: str = CONSOLE
    media: Photos = ()

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one. Photos go by an address; without one they are not taken."""
        talk = _answerable(work, self.talk_id, self.by, self.by_id)
        if isinstance(talk, Refusal):
            return talk
        link = talk_album_link(work, talk.row.id, talk.row.account_id) if self.media else ""
        if not self.words.strip() and not link:
            return Refusal(Why.NEEDS_WORDS, number=talk.row.number)
        photos = add_to_talk(work, talk.row.id, self.by_id, self.media, self.origin) if link else 0
        if photos or (self.words.strip() and not talk.repeated(self.by, self.by_id, self.words)):
            album = {"photos": photos, "album": link} if photos else {}
            _answer(talk, self.by, self.by_id, self.words, self.origin, **album)
        return talk.done(open=talk.open, photos=photos)


def _answer(talk: TalkInHand, by: str, by_id: int, words: str, origin: str, **album: Any) -> None:
    changes: dict[str, Any] = {"answered_at": talk.row.answered_at or talk.work.now}
    if _may_reopen(talk):
        changes |= {"state": "open", "ended_at": None, "ended_by": None}
    entry = talk.write(by, by_id, words, origin=origin, photos=album.get("photos", 0), **changes)
    if talk.open:
        talk.wait()
    facts = {"words": words, "worker": _name(talk.work, by, by_id), "entry": entry, **album}
    talk.tell_resident("talk_reply", end="open" if talk.open else "ended", **facts)
    if by == CONSOLE:
        talk.tell_groups("talk_answered", words=words)


def _answerable(work: Work, talk_id: int, by: str, by_id: int) -> TalkInHand | Refusal:
    """The talk, if these staff may answer in it and somebody is there to read it."""
    talk = TalkInHand.take(work, talk_id)
    if talk is None:
        return Refusal(Why.UNKNOWN)
    if not MAY[by](talk, by_id):
        return Refusal(Why.NOT_YOUR_UNIT, number=talk.row.number)
    return Refusal(Why.TOO_LATE, number=talk.row.number) if talk.row.account_id is None else talk


def _may_reopen(talk: TalkInHand) -> bool:
    """A resident who said that they were done is not drawn in again; nor out of a newer talk."""
    other = open_talk_of(talk.work, talk.row.account_id)
    return not talk.open and talk.row.ended_by != "resident" and other is None


def _name(work: Work, by: str, by_id: int) -> str:
    """A worker's name; a user of the console answers for the unit."""
    name = select(t.worker.c.name).where(t.worker.c.id == by_id)
    return (work.conn.execute(name).scalar() or "") if by == "worker" else ""


def _is_worker_of(talk: TalkInHand, worker_id: int) -> bool:
    w = t.worker.c
    mine = select(w.id).where(w.id == worker_id, w.unit_id == talk.row.unit_id, w.active)
    return talk.work.conn.execute(mine).first() is not None


def _is_seen_by(talk: TalkInHand, user_id: int) -> bool:
    asker = asker_of(talk.work, user_id)
    return asker is not None and person_talk(talk.work, asker, talk.row.number) is not None


# Who may speak in a talk and end it, by what they are.
MAY: Mapping[str, Callable[[TalkInHand, int], bool]] = {
    "resident": lambda talk, account_id: bool(talk.row.account_id == account_id),
    "worker": _is_worker_of,
    "console": _is_seen_by,
}


@dataclass(frozen=True, slots=True)
class EndTalk:
    """The talk is over. `by`: resident, worker or console; `by_id`: their account, worker or user id.

    A resident may leave before anybody has answered: the desk is called, so that what they said is not lost.
    Gives {"unanswered"}: whether that is so.
    """

    talk_id: int
    by: str
    by_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """The others are told; to whoever ended it the answer says so."""
        talk = TalkInHand.take(work, self.talk_id)
        if talk is None or not MAY[self.by](talk, self.by_id):
            return Refusal(Why.UNKNOWN)
        if not talk.open:
            return Refusal(Why.ALREADY, number=talk.row.number)
        _end(talk, self.by)
        if self.by != "resident":
            talk.tell_resident("talk_over", end="staff")
        if self.by != "worker":
            talk.tell_groups("talk_ended", end=self.by)
        unanswered = self.by == "resident" and talk.row.answered_at is None and _spoken(talk)
        if unanswered:
            _call_desk(talk, LEFT_UNANSWERED)
        return talk.done(unanswered=unanswered)


def _end(talk: TalkInHand, by: str) -> None:
    over = {"state": "ended", "ended_at": talk.work.now, "ended_by": by, "stage": talk.row.stage + 1}
    this = update(t.person_talk).where(t.person_talk.c.id == talk.row.id).values(over)
    talk.row = talk.work.conn.execute(this.returning(*t.person_talk.c)).one()


@dataclass(frozen=True, slots=True)
class Silent:
    """The timer `person_talk` of that stage has gone off: nobody has said anything for half an hour on duty.

    A resident who still waits for an answer is told honestly, and the desk is called.
    Gives {"did": "nothing" | "ended" | "called"}.
    """

    talk_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """A timer of a stage that is past does nothing."""
        talk = TalkInHand.take(work, self.talk_id)
        if talk is None:
            return Refusal(Why.UNKNOWN)
        if talk.row.stage != self.stage or not talk.open:
            return talk.done(did="nothing")
        answered = talk.last().by in ANSWERS
        _end(talk, "system")
        end, minutes = "silence" if answered else "unanswered", int(work.limits["talk_silence_minutes"])
        talk.tell_resident("talk_over", end=end)
        talk.tell_groups("talk_ended", end=end, minutes=minutes)
        if not answered:
            _call_desk(talk, UNANSWERED, minutes=minutes)
        return talk.done(did="ended" if answered else "called")


@dataclass(frozen=True, slots=True)
class StartTalk:
    """The console speaks first to somebody whom the bot has failed: a talk with these words as its first.

    `item_id`: the desk item that is answered; where it is about an order, whoever sees that may speak.
    """

    account_id: int
    user_id: int
    words: str
    item_id: int = 0

    def run(self, work: Work) -> dict[str, Any]:
        """While a talk is open the words belong to it."""
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS)
        asker = asker_of(work, self.user_id)
        if asker is None or not self._reached_by(work, asker):
            return Refusal(Why.NOT_YOUR_UNIT)
        opened = OpenTalk(self.account_id, "defect").run(work)
        if not opened["ok"]:
            return opened
        if not opened["new"]:
            return AnswerTalk(opened["talk_id"], CONSOLE, self.user_id, self.words).run(work)
        # Whoever may see how to reach them may say the first word, also where another unit answers from then on.
        talk = TalkInHand.take(work, opened["talk_id"])
        assert talk is not None
        _answer(talk, CONSOLE, self.user_id, self.words, CONSOLE)
        Audit(self.user_id, "start_talk", str(opened["number"])).run(work)
        return talk.done(open=talk.open)

    def _reached_by(self, work: Work, asker: User) -> bool:
        if contact_of(work, asker, self.account_id) is not None:
            return True
        item = next((one for one in desk_items(work, asker) if one.id == self.item_id), None)
        ordered = item is not None and item.account_id == self.account_id and item.order_id is not None
        return ordered and not asker.is_firm

"""What is kept for how long: one table. Every night what is older goes, a batch at a time, and is logged.

A batch is a transaction of its own with its line in the log of erasures, so the log says exactly what went, and no
table is locked for long. Each rule finds what is old and not yet gone: cut off, it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    Text,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from models import tables as t
from models.actions.forgetting import delete_photos, forget_person
from models.actions.stripping import UNSENT, Erased, strip_orders
from models.actions.talk_in_hand import forget_talks
from models.store import Work

BATCH = 1000  # rows of one transaction
FEW = 100  # orders or people, whose rows are gone through one by one

Old = Callable[[datetime], ColumnElement[bool]]
Values = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` that are `old`, by the limit of that name in models/data/limits.json (days).

    `empties`: what they become, without it they are deleted. `by`: what does it instead, given the rows' ids. `name`:
    of the rule in the table, which the log of erasures says.
    """

    limit: str
    table: Table
    old: Old
    empties: Values | None = None
    by: Callable[[Erased, list[int]], None] | None = None
    batch: int = BATCH
    name: str = ""

    def step(self, work: Work) -> bool:
        """One batch; whether there may be more."""
        key = self.table.primary_key.columns.values()[0]
        days = int(work.limits[self.limit])
        before = work.now - timedelta(days=days)
        old = select(key).where(self.old(before)).order_by(key).limit(self.batch)
        ids = list(work.conn.execute(old).scalars())
        if not ids:
            return False
        erased = Erased(work, "retention", self.name, days)
        if self.by:
            self.by(erased, ids)
        elif self.empties:
            erased.erase(self.table.name, update(self.table).where(key.in_(ids)).values(**self.empties()))
        else:
            erased.erase(self.table.name, delete(self.table).where(key.in_(ids)))
        return len(ids) == self.batch


def only_turn() -> ColumnElement[str]:
    """An empty talk that goes on counting its turns, which timers carry."""
    return literal('{"turn":') + cast(t.conversation.c.turn, String) + literal("}")


def _is_full(facts: Any) -> ColumnElement[bool]:
    return type_coerce(facts, Text) != "{}"


def _photos(erased: Erased, ids: list[int]) -> None:
    """Rows first: a file that no row names is swept an hour later (workers/duties.py)."""
    delete_photos(erased, t.photo.c.id.in_(ids))


def _closed(before: datetime) -> ColumnElement[bool]:
    return (t.work_order.c.state == "closed") & (t.work_order.c.closed_at < before)


def _personal(before: datetime) -> ColumnElement[bool]:
    """Whoever reported it, with whatever place: the words alone may name somebody."""
    return _closed(before) & t.work_order.c.stripped_at.is_(None)


def _of_closed(before: datetime) -> ColumnElement[bool]:
    p, o = t.photo.c, t.work_order.c
    order = select(o.id).where(o.id == p.work_order_id, _closed(before)).correlate(t.photo).exists()
    return order | (p.work_order_id.is_(None) & (p.made_at < before))


def _unseen(before: datetime) -> ColumnElement[bool]:
    return (t.outbox.c.made_at < before) & (t.outbox.c.state == "held")


def _told(before: datetime) -> ColumnElement[bool]:
    return (t.outbox.c.made_at < before) & t.outbox.c.state.not_in(UNSENT)


def _heard(before: datetime) -> ColumnElement[bool]:
    return (t.inbox.c.received_at < before) & (t.inbox.c.state != "new")


def _talked(before: datetime) -> ColumnElement[bool]:
    e, k = t.talk_entry.c, t.person_talk.c
    full = select(e.id).where(e.person_talk_id == k.id, e.words_sealed != "").correlate(t.person_talk)
    return (k.ended_at < before) & full.exists()


def _forget_talks(erased: Erased, ids: list[int]) -> None:
    forget_talks(erased.work, ids)
    erased.note("person_talk", len(ids))
    delete_photos(erased, t.photo.c.person_talk_id.in_(ids) & t.photo.c.work_order_id.is_(None))


def _left(before: datetime) -> ColumnElement[bool]:
    """People who all have left, or only ever called, and of whom nothing was heard since.

    Whom only the register knows, by a home, it keeps; and nobody goes before the last order that they reported or
    follow is without people (the rule `orders`).
    """
    p, a, b = t.person.c, t.account.c, t.binding.c
    o, f = t.work_order.c, t.order_follower.c
    had = select(a.id).where(a.person_id == p.id).correlate(t.person)
    here = had.where(or_(a.left_at.is_(None), a.left_at >= before))
    lives = select(b.id).where(b.person_id == p.id, or_(b.ended_at.is_(None), b.ended_at >= before))
    called = (p.made_at < before) & ~lives.correlate(t.person).exists()
    orders = (select(o.id).where(o.reporter_id == p.id), select(f.id).where(f.person_id == p.id))
    asked = or_(*(one.correlate(t.person).exists() for one in orders))
    full = or_(p.name_sealed.is_not(None), p.phone_sealed.is_not(None))
    gone = (had.exists() & ~here.exists()) | (~had.exists() & called)
    return full & gone & ~asked & ~_eats(before)


def _eats(before: datetime) -> ColumnElement[bool]:
    """Whoever had a meal since, or has one coming by a standing order, is served, with or without an account."""
    p, o, s = t.person.c, t.meal_order.c, t.standing_order.c
    had = select(o.id).where(o.person_id == p.id, o.made_at >= before).correlate(t.person)
    coming = select(s.id).where(s.person_id == p.id, s.state == "active").correlate(t.person)
    return had.exists() | coming.exists()


def _eaten(before: datetime) -> ColumnElement[bool]:
    o = t.meal_order.c
    whose = or_(*(one.is_not(None) for one in (o.person_id, o.by_person_id, o.account_id, o.home_id)))
    return (o.day < before.date()) & (o.state != "placed") & whose


def _part_meals(erased: Erased, ids: list[int]) -> None:
    """Who ate it goes from the order, its subsidy and its rating; what it cost stays."""
    o, nobody = t.meal_order.c, {"person_id": None}
    for table in (t.meal_subsidy, t.meal_rating):
        of_them = update(table).where(table.c.meal_order_id.in_(ids), table.c.person_id.is_not(None))
        erased.erase(table.name, of_them.values(nobody))
    all_of_them = {**nobody, "by_person_id": None, "account_id": None, "home_id": None, "missed_sealed": ""}
    erased.erase("meal_order", update(t.meal_order).where(o.id.in_(ids)).values(all_of_them))


def _ended_links(before: datetime) -> ColumnElement[bool]:
    """Refused, ended, or never answered."""
    c = t.carer.c
    return (c.state != "agreed") & (func.coalesce(c.decided_at, c.made_at) < before)


def _ended_standing(before: datetime) -> ColumnElement[bool]:
    s, d = t.standing_order.c, t.standing_day.c
    lately = select(d.id).where(d.standing_order_id == s.id, d.at >= before).correlate(t.standing_order)
    return (s.state == "ended") & (s.made_at < before) & ~lately.exists()


def _forget_standing(erased: Erased, ids: list[int]) -> None:
    d = t.standing_day.c
    erased.erase("standing_day", delete(t.standing_day).where(d.standing_order_id.in_(ids)))
    erased.erase("standing_order", delete(t.standing_order).where(t.standing_order.c.id.in_(ids)))


def _forget_people(erased: Erased, ids: list[int]) -> None:
    for person_id in ids:
        forget_person(erased, person_id)


def _over(before: datetime) -> ColumnElement[bool]:
    return or_(t.worker_phone.c.ended_at < before, t.worker_phone.c.ends_at < before)


TOO_LATE: Mapping[str, Any] = {"state": "failed", "reason": "TooLate", "facts": {}}
_INBOX, _OUTBOX, _DESK, _TALK = t.inbox.c, t.outbox.c, t.desk_item.c, t.conversation.c

_RULES: Mapping[str, Rule] = {
    "talk_heard": Rule(
        "talk_days", t.inbox, lambda b: _heard(b) & _INBOX.payload.is_not(None),
        lambda: {"payload": None, "reply": None},
    ),
    "talk_unseen": Rule("talk_days", t.outbox, lambda b: _unseen(b) & (_OUTBOX.kind == "said"), lambda: TOO_LATE),
    "talk_said": Rule(
        "talk_days", t.outbox, lambda b: _told(b) & (_OUTBOX.kind == "said") & _is_full(_OUTBOX.facts),
        lambda: {"facts": {}},
    ),
    "talk_state": Rule(
        "talk_days", t.conversation, lambda b: (_TALK.changed_at < b) & (_TALK.state != only_turn()),
        lambda: {"state": only_turn()},
    ),
    "desk_words": Rule(
        "talk_days", t.desk_item, lambda b: (_DESK.state == "done") & (_DESK.done_at < b) & (_DESK.words != ""),
        lambda: {"words": ""},
    ),
    "voice_notes": Rule("talk_days", t.voice_note, lambda b: t.voice_note.c.made_at < b),
    "person_talks": Rule("talk_days", t.person_talk, _talked, by=_forget_talks, batch=FEW),
    "heard": Rule("inbox_days", t.inbox, _heard),
    "told_unseen": Rule("told_days", t.outbox, _unseen, lambda: TOO_LATE),
    "told_facts": Rule(
        "told_days", t.outbox, lambda b: _told(b) & _is_full(_OUTBOX.facts), lambda: {"facts": {}}
    ),
    "told": Rule("order_personal_days", t.outbox, _told),
    "photos": Rule("order_photo_days", t.photo, _of_closed, by=_photos),
    "orders": Rule("order_personal_days", t.work_order, _personal, by=strip_orders, batch=FEW),
    "people": Rule("person_days", t.person, _left, by=_forget_people, batch=FEW),
    "audit": Rule("audit_days", t.audit, lambda b: t.audit.c.at < b),
    "consents": Rule("consent_days", t.consent, lambda b: t.consent.c.withdrawn_at < b),
    "imports": Rule("import_days", t.import_run, lambda b: t.import_run.c.ended_at < b),
    "binding_tries": Rule("binding_try_days", t.binding_try, lambda b: t.binding_try.c.at < b),
    "binding_words": Rule("binding_try_days", t.binding_word, lambda b: t.binding_word.c.ends_at < b),
    "worker_phones": Rule("worker_phone_days", t.worker_phone, _over),
    "app_cards": Rule("worker_phone_days", t.app_card, lambda b: t.app_card.c.made_at < b),
    "questions": Rule("inbox_days", t.open_question, lambda b: t.open_question.c.ends_at < b),
    "asked_by": Rule(
        "talk_days", t.question_asked,
        lambda b: (t.question_asked.c.asked_at < b) & t.question_asked.c.account_id.is_not(None),
        lambda: {"account_id": None},
    ),
    "asked": Rule("question_days_kept", t.question_asked, lambda b: t.question_asked.c.asked_at < b),
    "meals": Rule("meal_days", t.meal_order, _eaten, by=_part_meals),
    "standing": Rule("meal_days", t.standing_order, _ended_standing, by=_forget_standing),
    "standing_days": Rule("meal_days", t.standing_day, lambda b: t.standing_day.c.at < b),
    "carers": Rule("carer_days", t.carer, _ended_links),
    "timers": Rule("inbox_days", t.timer, lambda b: t.timer.c.done_at < b),
}  # fmt: skip
RULES: Mapping[str, Rule] = {name: replace(rule, name=name) for name, rule in _RULES.items()}
"""By the name of the nightly duty that carries it out."""

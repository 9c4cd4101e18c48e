"""A clerk enters a report for somebody who called or came by: the same order as from a chat, with the same limits.

Whose record it is: docs/decisions/0015-a-caller-from-another-area.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, insert, select

from models import tables as t
from models.actions.desk import may_act
from models.actions.following import ANONYMOUS, follow_as, people
from models.actions.order_in_hand import OrderInHand
from models.actions.orders import OpenOrder
from models.actions.people import SetPhone
from models.actions.residents import set_name
from models.rules.lookup import name_key
from models.rules.orders import Refusal, Why
from models.rules.phones import callable_number, line_of
from models.store import Work
from models.views.askers import User
from models.views.people import person_seen_by
from models.views.users import asker_of

ORIGINS = ("phone", "visit")
URGENCIES = ("normal", "urgent", "emergency")


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who is entered as having called. `far`: somebody of another area with this phone, whose accounts follow."""

    person_id: int | None = None
    far: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called. Without a phone nobody is kept, since nobody can be reached.

    `person_id`: the one of those with this phone whom the clerk chose; None: whoever has the name, or is new.
    """

    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    person_id: int | None = None

    def refused(self) -> Refusal | None:
        """A phone that is none, or a name without a phone."""
        if self.phone and not callable_number(self.phone):
            return Refusal(Why.UNKNOWN, field="phone")
        return Refusal(Why.NEEDS_WORDS, field="phone") if self.name and not self.phone else None

    def found(self, work: Work, asker: User, also: frozenset[int] = frozenset()) -> Reporter:
        """Who it is, made if need be; nobody without a phone.

        The clerk knows what the caller said, and what her area lets her see: so a record is taken only when she
        may see it, or it is one of `also` (who follows the order already). Somebody whom others look after is
        entered anew with what was said, their own record is neither shown nor changed, and their accounts hear of
        the order.
        """
        if not self.phone:
            return Reporter()
        known = self._known(work, asker)
        row = self._fitting(work, [one for one in known if one.seen or one.id in also])
        far = self._fitting(work, [one for one in known if not one.seen and one.id not in also])
        person_id = row.id if row else self._made(work)
        if self._name_index(work) and (row is None or row.name_index is None):
            set_name(work, person_id, self.name)
        return Reporter(person_id, far.id if far and not (row and row.writes) else None)

    def _known(self, work: Work, asker: User) -> Sequence[Any]:
        """Everybody with this phone: whether the asker may see them, and whether they have an account."""
        p, a = t.person.c, t.account.c
        writes = exists().where(a.person_id == p.id, a.left_at.is_(None))
        columns = (p.id, p.name_index, person_seen_by(asker, p.id).label("seen"), writes.label("writes"))
        query = select(*columns).where(p.phone_index == work.index(line_of(callable_number(self.phone))))
        return work.conn.execute(query.order_by(p.id)).all()

    def _fitting(self, work: Work, known: Sequence[Any]) -> Any:
        index = self._name_index(work)
        fitting = (
            lambda row: row.id == self.person_id,
            lambda row: index is not None and row.name_index == index,
            lambda row: index is None or row.name_index is None,
        )
        return next((row for fits in fitting for row in known if fits(row)), None)

    def _name_index(self, work: Work) -> str | None:
        return work.index(name_key(self.name)) if name_key(self.name) else None

    def _made(self, work: Work) -> int:
        made = insert(t.person).values(made_at=work.now).returning(t.person.c.id)
        person_id = int(work.conn.execute(made).scalar_one())
        SetPhone(person_id, self.phone).run(work)
        return person_id


@dataclass(frozen=True, slots=True)
class OpenForCaller:
    """Open an order as OpenOrder does. The estate must be one that the clerk looks after; no consent is asked for.

    `origin`: phone or visit. Refusals name the `field`: phone, words, estate_id, origin, urgency.
    """

    user_id: int
    caller: Caller
    category: str
    urgency: str
    words: str
    estate_id: int
    building_id: int | None = None
    home_id: int | None = None
    public_part: str | None = None
    origin: str = "phone"
    thing: str | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives what OpenOrder gives."""
        asker = asker_of(work, self.user_id)
        if refusal := self.caller.refused() or self._refused(asker):
            return refusal
        assert asker is not None, "nobody is refused"
        who = self.caller.found(work, asker)
        return OpenOrder(
            account_id=None,
            person_id=who.person_id,
            far_id=who.far,
            category=self.category,
            urgency=self.urgency,
            summary=self.words.strip(),
            estate_id=self.estate_id,
            building_id=self.building_id,
            home_id=self.home_id,
            public_part=self.public_part,
            channel="console",
            origin=self.origin,
            thing=self.thing,
            user_id=self.user_id,
        ).run(work)

    def _refused(self, asker: User | None) -> Refusal | None:
        if asker is None or not (asker.sees_all or self.estate_id in asker.estates):
            return Refusal(Why.UNKNOWN, field="estate_id")
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, field="words")
        odd = {"origin": self.origin not in ORIGINS, "urgency": self.urgency not in URGENCIES}
        wrong = next((name for name, is_wrong in odd.items() if is_wrong), None)
        return Refusal(Why.UNKNOWN, field=wrong) if wrong else None


@dataclass(frozen=True, slots=True)
class JoinForCaller:
    """A caller has the same trouble with a public part: they follow the open order, with every account of theirs."""

    user_id: int
    order_id: int
    caller: Caller

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"people"}: how many have told of it. The same caller counts once."""
        order, asker = OrderInHand.take(work, self.order_id), asker_of(work, self.user_id)
        if asker is None or order is None or not may_act(work, self.user_id, self.order_id):
            return Refusal(Why.UNKNOWN)
        if order.row.home_id is not None:
            return Refusal(Why.UNKNOWN)
        if refusal := order.refusal("join", "console") or self.caller.refused():
            return refusal
        if self._is_new(order, asker):
            facts = {} if self.caller.phone else ANONYMOUS
            order.write("join", "console", self.user_id, facts=facts, origin="console")
            order.tell_groups("order_joined", people=people(order))
        return order.done(people=people(order))

    def _is_new(self, order: OrderInHand, asker: User) -> bool:
        f = t.order_follower.c
        here = select(f.person_id).where(f.work_order_id == order.row.id)
        known = frozenset(order.work.conn.execute(here).scalars())
        who = self.caller.found(order.work, asker, also=known)
        if who.person_id is None:
            return not order.repeated("join", "console", self.user_id, "", ANONYMOUS)
        return follow_as(order, who.person_id, joined=True, far_id=who.far)

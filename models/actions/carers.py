"""Who orders for an elder: asked, agreed to by the elder or on paper, ended by either.

Whoever asks never learns whether a phone or a home is known here: the answer is always the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from models import tables as t
from models.actions.caring import ASKS, end_carer_questions, hand_back
from models.actions.desk import Audit, OpenDeskItem
from models.actions.diner_calls import DESK
from models.actions.people import BindHome
from models.actions.residents import set_name, tell_person
from models.rules.names import alike
from models.rules.orders import Refusal, Why
from models.rules.phones import callable_number, line_of, tail
from models.store import To, Work
from models.views.carers import has_consent_of, name_known
from models.views.people import accounts_here
from models.views.users import asker_of

PAPER = "carer_paper"  # a desk item: the elder's consent has to be had on paper
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AskCarer:
    """Somebody wants to order for an elder, whom they name by phone, or by home and name.

    An elder with an account is asked by message. For any other, and where it is not sure who is meant, staff have
    the consent on paper; who is not known yet is kept, so that staff can reach them. `word`: what the carer calls
    the elder. `name`: the carer's own, for whom we have none.
    """

    account_id: int
    person_id: int
    word: str
    phone: str = field(default="", repr=False)
    home_id: int | None = None
    elder_name: str = field(default="", repr=False)
    name: str = field(default="", repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"agreed"}: whether they may order already. Refusals: unknown (`field`), too_many in a day."""
        digits = callable_number(self.phone) if self.phone else ""
        if not digits and self.home_id is None:
            return Refusal(Why.UNKNOWN, field="phone")
        if self._asked_today(work) >= work.limits["carer_asks_a_day"]:
            return Refusal(Why.TOO_MANY)
        if self.name.strip() and not name_known(work, self.person_id):
            set_name(work, self.person_id, self.name)
        likely = self._with_phone(work, digits) if digits else self._at_home(work)
        here = [one for one in likely if accounts_here(work, one)]
        sure = here if len(here) == 1 else []
        elder_id = (sure or likely or [self._entered(work, digits)])[0]
        return self._ask(work, elder_id, by_message=bool(sure))

    def _asked_today(self, work: Work) -> int:
        c = t.carer.c
        mine = select(func.count()).where(c.carer_id == self.person_id, c.made_at > work.now - DAY)
        return int(work.conn.execute(mine).scalar_one())

    def _with_phone(self, work: Work, digits: str) -> list[int]:
        p = t.person.c
        same = select(p.id).where(p.phone_index == work.index(line_of(digits)), p.id != self.person_id)
        return list(work.conn.execute(same.order_by(p.id)).scalars())

    def _at_home(self, work: Work) -> list[int]:
        """Who lives there and has that name, or none that we know."""
        p, b = t.person.c, t.binding.c
        query = select(p.id, p.name_sealed).join_from(t.person, t.binding)
        lives = query.where(b.home_id == self.home_id, b.ended_at.is_(None), p.id != self.person_id)
        rows = [(row.id, work.unseal(row.name_sealed)) for row in work.conn.execute(lives.order_by(p.id))]
        named = [one for one, name in rows if name and alike(name, self.elder_name)]
        return named or [one for one, name in rows if not name]

    def _entered(self, work: Work, digits: str) -> int:
        """Somebody new, whom staff can reach by what the carer has told."""
        made: dict[str, Any] = {"made_at": work.now}
        if digits:
            made |= {"phone_sealed": work.seal(digits), "phone_index": work.index(line_of(digits))}
        elder_id = work.conn.execute(insert(t.person).values(**made).returning(t.person.c.id)).scalar_one()
        if self.elder_name.strip():
            set_name(work, elder_id, self.elder_name)
        if self.home_id is not None:
            BindHome(elder_id, self.home_id).run(work)
        return int(elder_id)

    def _ask(self, work: Work, elder_id: int, *, by_message: bool) -> dict[str, Any]:
        c = t.carer.c
        pair = {"elder_id": elder_id, "carer_id": self.person_id}
        asked = {"word": self.word, "state": "asked", "made_at": work.now}
        carer_id, new = work.made(t.carer, {**pair, **asked}), True
        if carer_id is None:
            row = work.conn.execute(
                select(t.carer).where(c.elder_id == elder_id, c.carer_id == self.person_id).with_for_update()
            ).one()
            carer_id, new = row.id, self._may_ask_again(work, row)
            if row.state == "agreed":
                return {"ok": True, "agreed": True}
            if new:
                again = {**asked, "decided_at": None, "decided_by": None}
                work.conn.execute(update(t.carer).where(c.id == carer_id).values(again))
        if new and by_message:
            self._ask_elder(work, carer_id, elder_id)
        elif new:
            OpenDeskItem(PAPER, self.word, account_id=self.account_id, person_id=elder_id).run(work)
        return {"ok": True, "agreed": False}

    def _may_ask_again(self, work: Work, row: Any) -> bool:
        """Nobody is asked again and again: a refusal holds for weeks, and so does a question that is open."""
        weeks = timedelta(days=work.limits["carer_again_days"])
        return bool(row.state == "ended" or (row.state != "agreed" and row.made_at < work.now - weeks))

    def _ask_elder(self, work: Work, carer_id: int, elder_id: int) -> None:
        q, p = t.open_question.c, t.person.c
        times = select(func.count()).where(q.kind == ASKS, q.subject == carer_id)
        stamp = int(work.conn.execute(times).scalar_one())
        columns = select(p.name_sealed, p.phone_sealed).where(p.id == self.person_id)
        me = work.conn.execute(columns).one()
        phone = work.unseal(me.phone_sealed)
        facts = {"name": work.unseal(me.name_sealed), "tail": tail(phone) if phone else ""}
        ends = work.now + timedelta(days=work.limits["carer_answer_days"])
        for account_id in accounts_here(work, elder_id):
            row = {"account_id": account_id, "kind": ASKS, "subject": carer_id, "stamp": stamp}
            made = insert(t.open_question).values(**row, ends_at=ends).returning(q.id)
            question_id = work.conn.execute(made).scalar_one()
            paper = {"kind": PAPER, "words": self.word, "person_id": elder_id, "account_id": self.account_id}
            asks = {**facts, "question_id": question_id, DESK: paper}
            work.tell(To(account_id=account_id), "carer_asked", asks)


@dataclass(frozen=True, slots=True)
class DecideCarer:
    """The elder agrees or refuses: by their own account, or on paper, which a user of the console has seen.

    The carer is told of a yes. Of a no they are not: it would tell them that the elder is here.
    """

    carer_id: int
    agrees: bool
    account_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Compare-and-set: the first decision counts. Gives {"word"}."""
        c = t.carer.c
        row = work.conn.execute(select(t.carer).where(c.id == self.carer_id)).first()
        if row is None or not self._may(work, row):
            return Refusal(Why.UNKNOWN)
        state = "agreed" if self.agrees else "refused"
        decided = {"state": state, "decided_at": work.now, "decided_by": self.user_id}
        this = update(t.carer).where(c.id == self.carer_id, c.state == "asked").values(decided)
        if not work.conn.execute(this).rowcount:
            return Refusal(Why.ALREADY)
        self._settle(work, row)
        if self.agrees:
            tell_person(work, row.carer_id, "carer_agreed", word=row.word)
        if self.user_id is not None:
            Audit(self.user_id, "carer_decided", str(row.elder_id)).run(work)
        return {"ok": True, "word": row.word}

    def _may(self, work: Work, row: Any) -> bool:
        if self.user_id is None:
            return self.account_id in accounts_here(work, row.elder_id)
        asker = asker_of(work, self.user_id)
        return asker is not None and has_consent_of(work, asker, row.elder_id, row.carer_id)

    def _settle(self, work: Work, row: Any) -> None:
        """Nothing waits for it any more, neither on the elder's phone nor on the desk."""
        end_carer_questions(work, row.id)
        d, a = t.desk_item.c, t.account.c
        theirs = select(a.id).where(a.person_id == row.carer_id)
        paper = update(t.desk_item).where(d.kind == PAPER, d.state == "open", d.person_id == row.elder_id)
        done = {"state": "done", "done_at": work.now, "done_by": self.user_id}
        work.conn.execute(paper.where(d.account_id.in_(theirs)).values(done))


@dataclass(frozen=True, slots=True)
class EndCarer:
    """Either of the two ends it. The elder's meals and standing orders stay the elder's; the other one is told."""

    carer_id: int
    person_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"word"}. Refusals: unknown (not theirs), already."""
        c = t.carer.c
        mine = or_(c.elder_id == self.person_id, c.carer_id == self.person_id)
        row = work.conn.execute(select(t.carer).where(c.id == self.carer_id, mine).with_for_update()).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        if row.state not in ("asked", "agreed"):
            return Refusal(Why.ALREADY)
        work.conn.execute(update(t.carer).where(c.id == row.id).values(state="ended", decided_at=work.now))
        end_carer_questions(work, row.id)
        hand_back(work, row.elder_id, row.carer_id)
        if row.state == "agreed":
            by_elder = self.person_id == row.elder_id
            other, facts = (row.carer_id, {"word": row.word}) if by_elder else (row.elder_id, {})
            tell_person(work, other, "carer_ended", end="by_elder" if by_elder else "by_carer", **facts)
        return {"ok": True, "word": row.word}

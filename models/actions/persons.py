"""What staff do for a person who asked for one: answer, look up how to reach them, forget their address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.store import To, Work


@dataclass(frozen=True, slots=True)
class AnswerPerson:
    """Words of the staff to somebody who asked for a person; by whatever way is open."""

    account_id: int
    user_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """Who has left cannot be told."""
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS)
        if _person(work, self.account_id) is None:
            return Refusal(Why.UNKNOWN)
        words = f"社区工作人员回复您：{self.words.strip()}"
        facts = {"reply": json.dumps({"words": words}, ensure_ascii=False)}
        if self._repeated(work, facts):
            return {"ok": True}
        work.tell(To(account_id=self.account_id), "said", facts)
        return Audit(self.user_id, "answer_person", str(self.account_id)).run(work)

    def _repeated(self, work: Work, facts: dict[str, str]) -> bool:
        """The very same minutes ago: a form that was sent twice."""
        m = t.outbox.c
        last = select(m.facts, m.made_at).where(m.account_id == self.account_id, m.kind == "said")
        row = work.conn.execute(last.order_by(m.id.desc()).limit(1)).first()
        since = work.now - timedelta(minutes=work.limits["same_words_minutes"])
        return row is not None and row.facts == facts and row.made_at > since


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """The person wants address and phone forgotten: bindings end, phone and name are emptied. Orders stay."""

    account_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """What an order needs of its place stays with the order."""
        person_id = _person(work, self.account_id)
        if person_id is None:
            return Refusal(Why.UNKNOWN)
        b = t.binding.c
        lived = update(t.binding).where(b.person_id == person_id, b.ended_at.is_(None))
        work.conn.execute(lived.values(ended_at=work.now))
        nothing = {"name_sealed": None, "phone_sealed": None, "phone_index": None}
        work.conn.execute(update(t.person).where(t.person.c.id == person_id).values(nothing))
        return Audit(self.user_id, "forget_person", str(self.account_id)).run(work)


def _person(work: Work, account_id: int) -> int | None:
    a = t.account.c
    here = select(a.person_id).where(a.id == account_id, a.left_at.is_(None))
    return work.conn.execute(here).scalar()

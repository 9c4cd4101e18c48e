"""What staff do for a person who asks for it: forget their address and phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.store import Work


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
        nothing = dict.fromkeys(("name_sealed", "name_index", "phone_sealed", "phone_index"))
        work.conn.execute(update(t.person).where(t.person.c.id == person_id).values(nothing))
        return Audit(self.user_id, "forget_person", str(self.account_id)).run(work)


def _person(work: Work, account_id: int) -> int | None:
    a = t.account.c
    here = select(a.person_id).where(a.id == account_id, a.left_at.is_(None))
    return work.conn.execute(here).scalar()

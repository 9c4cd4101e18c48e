"""What clerks do for residents: verify the homes they claim, correct names and phones, add and end homes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.people import BindHome, SetPhone
from models.rules.lookup import name_key
from models.rules.orders import Refusal, Why
from models.store import To, Work
from models.views.people import lives_elsewhere
from models.views.residents import Claim, claim_by_id, sees_person
from models.views.users import asker_of


def _sees(work: Work, user_id: int, person_id: int) -> bool:
    asker = asker_of(work, user_id)
    return asker is not None and sees_person(work, asker, person_id)


def _claim(work: Work, user_id: int, claim_id: int) -> Claim | None:
    asker = asker_of(work, user_id)
    return claim_by_id(work, asker, claim_id) if asker else None


@dataclass(frozen=True, slots=True)
class DecideHomes:
    """Verify or refuse homes that people claim; each person is told. What is refused ends.

    `state`: verified or refused. Claims of another area, and those that are decided already, are passed over.
    """

    user_id: int
    claim_ids: tuple[int, ...]
    state: str

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"decided"}: how many were still claimed."""
        if self.state not in ("verified", "refused"):
            return Refusal(Why.UNKNOWN, decided=0)
        claims = (_claim(work, self.user_id, one) for one in dict.fromkeys(self.claim_ids))
        decided = sum(self._decide(work, claim) for claim in claims if claim)
        return {"ok": True, "decided": decided} if decided else Refusal(Why.ALREADY, decided=0)

    def _decide(self, work: Work, claim: Claim) -> bool:
        b = t.binding.c
        this = update(t.binding).where(b.id == claim.id, b.state == "claimed", b.ended_at.is_(None))
        made = {"state": self.state, "decided_at": work.now, "decided_by": self.user_id}
        made["ended_at"] = work.now if self.state == "refused" else None
        if not work.conn.execute(this.values(made)).rowcount:
            return False
        tell_person(work, claim.person_id, f"home_{self.state}", place=claim.home.place)
        Audit(self.user_id, "home_decided", str(claim.id)).run(work)
        return True


def tell_person(work: Work, person_id: int, kind: str, order_id: int | None = None, **facts: Any) -> None:
    """Tell every account of the person that has not left."""
    a = t.account.c
    accounts = select(a.id).where(a.person_id == person_id, a.left_at.is_(None)).order_by(a.id)
    for account_id in work.conn.execute(accounts).scalars().all():
        work.tell(To(account_id=account_id), kind, facts, order_id=order_id)


@dataclass(frozen=True, slots=True)
class SavePerson:
    """A clerk corrects a name or a phone; an empty one keeps what is there. Both are sealed and can be looked up."""

    user_id: int
    person_id: int
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (no such person, or with `field` "phone" no mobile number), needs_words, elsewhere (they
        only reported something here: the area where they live keeps their record)."""
        asker = asker_of(work, self.user_id)
        if asker is None or not _sees(work, self.user_id, self.person_id):
            return Refusal(Why.UNKNOWN)
        if lives_elsewhere(work, asker, self.person_id):
            return Refusal(Why.ELSEWHERE)
        if not (self.name.strip() or self.phone.strip()):
            return Refusal(Why.NEEDS_WORDS)
        if self.phone.strip() and not SetPhone(self.person_id, self.phone).run(work)["ok"]:
            return Refusal(Why.UNKNOWN, field="phone")
        if self.name.strip():
            set_name(work, self.person_id, self.name)
        return Audit(self.user_id, "person_name", str(self.person_id)).run(work)


def set_name(work: Work, person_id: int, name: str) -> None:
    """Keep a person's name, sealed, with its blind index."""
    name = " ".join(name.split())
    values = {"name_sealed": work.seal(name), "name_index": work.index(name_key(name))}
    work.conn.execute(update(t.person).where(t.person.c.id == person_id).values(values))


@dataclass(frozen=True, slots=True)
class AddHome:
    """A clerk who knows that a person lives in a home of their area: it is verified at once."""

    user_id: int
    person_id: int
    home_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"new"}: whether it was not verified before."""
        if not (_sees(work, self.user_id, self.person_id) and self._near(work)):
            return Refusal(Why.UNKNOWN)
        BindHome(self.person_id, self.home_id).run(work)
        b = t.binding.c
        this = (b.person_id == self.person_id) & (b.home_id == self.home_id) & (b.state != "verified")
        made = {"state": "verified", "decided_at": work.now, "decided_by": self.user_id}
        new = work.conn.execute(update(t.binding).where(this).values(made)).rowcount == 1
        Audit(self.user_id, "home_added", str(self.person_id)).run(work)
        return {"ok": True, "new": new}

    def _near(self, work: Work) -> bool:
        asker, b = asker_of(work, self.user_id), t.building.c
        estate = select(b.estate_id).join_from(t.home, t.building).where(t.home.c.id == self.home_id)
        found = work.conn.execute(estate).scalar()
        return bool(asker and found and (asker.sees_all or found in asker.estates))


@dataclass(frozen=True, slots=True)
class EndHome:
    """The person does not live there any more, as a clerk knows."""

    user_id: int
    claim_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"person_id"}."""
        claim = _claim(work, self.user_id, self.claim_id)
        if claim is None:
            return Refusal(Why.UNKNOWN)
        b = t.binding.c
        this = update(t.binding).where(b.id == claim.id, b.ended_at.is_(None))
        if not work.conn.execute(this.values(ended_at=work.now)).rowcount:
            return Refusal(Why.ALREADY)
        Audit(self.user_id, "home_ended", str(claim.person_id)).run(work)
        return {"ok": True, "person_id": claim.person_id}

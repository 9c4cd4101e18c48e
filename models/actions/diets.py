"""Keeping what somebody may not eat: health data, sealed, with a consent of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.looking_after import not_theirs
from models.actions.stripping import Erased
from models.notices import newest
from models.rules.diets import ALLERGENS, MARKS, Diet
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.carers import served_people
from models.views.diets import HEALTH, diet_words
from models.views.people import account_of

NOTE = 60  # letters


@dataclass(frozen=True, slots=True)
class SaveDiet:
    """Keep what a person may not eat, in the place of what was kept.

    By `account_id`, theirs or an agreed carer's, whose owner has agreed to the notice on health data just now or
    before; or by `user_id`, who has the agreement on paper. Nothing of it is shown in a log.
    """

    person_id: int
    marks: tuple[str, ...] = field(default=(), repr=False)
    allergens: tuple[str, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    account_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"words"}. Refusals: unknown (not theirs to say, or no such mark), elsewhere (those of
        another area keep it), needs_words."""
        diet = Diet(self.marks, self.allergens, " ".join(self.note.split())[:NOTE])
        if not (MARKS.keys() >= set(self.marks) and ALLERGENS.keys() >= set(self.allergens)):
            return Refusal(Why.UNKNOWN)
        if not (diet.marks or diet.allergens or diet.note):
            return Refusal(Why.NEEDS_WORDS)
        if refusal := _barred(work, self.person_id, self.account_id, self.user_id):
            return refusal
        facts = {"marks": list(diet.marks), "allergens": list(diet.allergens), "note": diet.note}
        row = {"facts_sealed": work.seal(json.dumps(facts, ensure_ascii=False)), "changed_at": work.now}
        if work.made(t.dietary_restriction, {"person_id": self.person_id, **row}) is None:
            mine = t.dietary_restriction.c.person_id == self.person_id
            work.conn.execute(update(t.dietary_restriction).where(mine).values(row))
        _agreed(work, self.account_id)
        if self.user_id is not None:
            Audit(self.user_id, "diet_saved", str(self.person_id)).run(work)
        return {"ok": True, "words": diet_words(diet)}


@dataclass(frozen=True, slots=True)
class ForgetDiet:
    """Keep nothing of it any more; the consent of the person's accounts, and of the one that asks, ends with it."""

    person_id: int
    account_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"gone"}: whether anything was kept."""
        if refusal := _barred(work, self.person_id, self.account_id, self.user_id):
            return refusal
        gone = forget_diet(Erased(work, "asked" if self.user_id is None else "console"), self.person_id)
        if self.user_id is not None:
            Audit(self.user_id, "diet_forgotten", str(self.person_id)).run(work)
        return {"ok": True, "gone": gone}


def forget_diet(erased: Erased, person_id: int) -> bool:
    """Delete what is kept of it, and end the agreement to it; whether there was anything."""
    work, a, c, d = erased.work, t.account.c, t.consent.c, t.dietary_restriction.c
    rows = work.conn.execute(delete(t.dietary_restriction).where(d.person_id == person_id)).rowcount
    erased.note("dietary_restriction", rows)
    theirs = select(a.id).where(a.person_id == person_id)
    health = update(t.consent).where(c.purpose == HEALTH, c.withdrawn_at.is_(None))
    work.conn.execute(health.where(c.account_id.in_(theirs)).values(withdrawn_at=work.now))
    return bool(rows)


def _agreed(work: Work, account_id: int | None) -> None:
    """One row for each time that an account agrees anew."""
    if account_id is None:
        return
    c, version = t.consent.c, newest(HEALTH).version
    same = (c.account_id == account_id, c.purpose == HEALTH, c.version == version)
    if work.conn.execute(select(c.id).where(*same, c.withdrawn_at.is_(None))).first() is None:
        row = {"account_id": account_id, "purpose": HEALTH, "version": version, "at": work.now}
        work.conn.execute(insert(t.consent).values(row))


def _barred(work: Work, person_id: int, account_id: int | None, user_id: int | None) -> Refusal | None:
    """None for the person, an agreed carer, and a user of the console who keeps the person's record."""
    if user_id is not None:
        return not_theirs(work, user_id, person_id)
    account = account_of(work, account_id) if account_id is not None else None
    if account is None or account.left_at is not None:
        return Refusal(Why.UNKNOWN)
    served = [one["person_id"] for one in served_people(work, account.person_id)]
    return None if person_id in (account.person_id, *served) else Refusal(Why.UNKNOWN)

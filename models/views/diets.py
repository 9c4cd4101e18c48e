"""What somebody may not eat."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import exists, select

from models import tables as t
from models.rules.diets import ALLERGENS, MARKS, NO_DIET, Diet
from models.store import Work

HEALTH = "health"  # the purpose of the consent


def diet_of(work: Work, person_id: int) -> Diet:
    """What the person may not eat, and needs; NO_DIET where nothing is kept."""
    d = t.dietary_restriction.c
    sealed = work.conn.execute(select(d.facts_sealed).where(d.person_id == person_id)).scalar()
    if sealed is None:
        return NO_DIET
    facts = json.loads(work.unseal(sealed))
    return Diet(tuple(facts["marks"]), tuple(facts["allergens"]), facts["note"])


def diet_words(diet: Diet) -> str:
    """The diet in words, empty for none.

    >>> diet_words(Diet(("low_sugar",), ("peanut",), "香菜")), diet_words(NO_DIET)
    ('不能吃花生、香菜；要低糖', '')
    """
    cannot = [ALLERGENS[one] for one in diet.allergens if one in ALLERGENS] + (
        [diet.note] if diet.note else []
    )
    needs = [MARKS[one] for one in diet.marks if one in MARKS]
    parts = [f"不能吃{'、'.join(cannot)}" if cannot else "", f"要{'、'.join(needs)}" if needs else ""]
    return "；".join(part for part in parts if part)


def diet_shown(work: Work, person_id: int, account_id: int) -> dict[str, Any]:
    """For the talk about it: {"marks", "allergens", "note", "words", "agreed"}.

    `agreed`: whether this account has agreed that it is kept.
    """
    diet = diet_of(work, person_id)
    kept = {"marks": list(diet.marks), "allergens": list(diet.allergens), "note": diet.note}
    return {**kept, "words": diet_words(diet), "agreed": agreed_to_health(work, account_id)}


def agreed_to_health(work: Work, account_id: int) -> bool:
    """Whether this account has agreed that what somebody may not eat is kept."""
    c = t.consent.c
    mine = (c.account_id == account_id, c.purpose == HEALTH, c.withdrawn_at.is_(None))
    return bool(work.conn.execute(select(exists().where(*mine))).scalar_one())

"""Subsidies: their tiers, and what staff have checked of a resident that they go by. The latter is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.looking_after import not_theirs
from models.actions.saving import is_there, missing, row_of, save
from models.rules.entitlements import ALWAYS, GROUPS, Period, in_order, is_birthday
from models.rules.meals import MEALS
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.calendar import today


@dataclass(frozen=True, slots=True)
class SaveEntitlement:
    """Staff have seen the papers: day of birth and groups (those of models/rules/entitlements.py).

    With neither of them nothing is kept. `periods`: group → first and last day on which it holds, each None where
    there is none; a group that stays and is not in it keeps its time.
    """

    user_id: int
    person_id: int
    born: date | None = field(default=None, repr=False)
    groups: tuple[str, ...] = field(default=(), repr=False)
    periods: Mapping[str, Period] = field(default_factory=dict, repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (nobody they look after, a firm; `field` born, groups, or ends_ and the group that
        ends before it begins), elsewhere (those of another area keep the record)."""
        if refusal := not_theirs(work, self.user_id, self.person_id):
            return refusal
        if self.born and not is_birthday(self.born, today(work)):
            return Refusal(Why.UNKNOWN, field="born")
        if not set(self.groups) <= GROUPS.keys():
            return Refusal(Why.UNKNOWN, field="groups")
        if odd := next((one for one in self.groups if not in_order(*self.periods.get(one, ALWAYS))), None):
            return Refusal(Why.UNKNOWN, field=f"ends_{odd}")
        self._keep(work)
        return Audit(self.user_id, "entitlement_saved", str(self.person_id)).run(work)

    def _keep(self, work: Work) -> None:
        this = t.entitlement.c.person_id == self.person_id
        if self.born is None and not self.groups:
            work.conn.execute(delete(t.entitlement).where(this))
            return
        known = work.conn.execute(select(t.entitlement.c.facts_sealed).where(this)).scalar()
        periods = json.loads(work.unseal(known) or "{}").get("periods", {})
        periods |= {one: [day and day.isoformat() for day in period] for one, period in self.periods.items()}
        facts: dict[str, Any] = {"born": self.born.isoformat() if self.born else None}
        facts |= {"groups": sorted(set(self.groups))}
        facts["periods"] = {
            one: period for one, period in periods.items() if one in self.groups and any(period)
        }
        checked = {"verified_at": work.now, "verified_by": self.user_id, "changed_at": work.now}
        values = {"facts_sealed": work.seal(json.dumps(facts)), **checked}
        work.conn.execute(work.insert_once(t.entitlement).values(person_id=self.person_id, **values))
        work.conn.execute(update(t.entitlement).where(this).values(values))


@dataclass(frozen=True, slots=True)
class SaveTier:
    """A subsidy tier. `cents` off one meal; `groups`, `meals` empty: of everybody, of every meal; caps None: none.

    What has been paid by a tier stays as it was; its payer stays, too.
    """

    name: str
    payer: str
    cents: int
    starts_on: date
    ends_on: date | None = None
    canteen_id: int | None = None
    area_id: int | None = None
    lowest_age: int | None = None
    highest_age: int | None = None
    groups: tuple[str, ...] = ()
    meals: tuple[str, ...] = ()
    weekly_most: int | None = None
    monthly_most: int | None = None
    monthly_cents: int | None = None
    active: bool = True
    tier_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. `field` names what does not fit."""
        known = row_of(work, t.subsidy_tier, self.tier_id) if self.tier_id else None
        payer = known.payer if known else self.payer
        if refusal := missing({"name": self.name, "payer": payer}):
            return refusal
        if wrong := self._wrong(work):
            return Refusal(Why.UNKNOWN, field=wrong)
        names = (
            "name", "cents", "starts_on", "ends_on", "canteen_id", "area_id", "lowest_age", "highest_age",
            "weekly_most", "monthly_most", "monthly_cents", "active",
        )  # fmt: skip
        values = {name: getattr(self, name) for name in names}
        values |= {"payer": payer, "groups": list(self.groups), "meals": list(self.meals)}
        return save(work, t.subsidy_tier, self.tier_id, values, ("payer", "name"))

    def _wrong(self, work: Work) -> str | None:
        odd = {
            "cents": self.cents < 1,
            "groups": not set(self.groups) <= GROUPS.keys(),
            "meals": not set(self.meals) <= set(MEALS),
            "canteen_id": self.canteen_id is not None and not is_there(work, t.canteen, self.canteen_id),
            "area_id": self.area_id is not None and not is_there(work, t.area, self.area_id),
            "highest_age": None not in (self.lowest_age, self.highest_age)
            and (self.highest_age or 0) < (self.lowest_age or 0),
            "ends_on": self.ends_on is not None and self.ends_on < self.starts_on,
        }
        return next((name for name, is_odd in odd.items() if is_odd), None)

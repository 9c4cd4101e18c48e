"""Meals ordered for good: kept, paused, taken up again, ended, taken back for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, delete, func, insert, select, update

from models import tables as t
from models.actions.meal_telling import tell_of_standing
from models.actions.meals import CancelMeal, may_order
from models.actions.standing_days import by_id, note_day, order_due
from models.rules.meals import MEALS
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.calendar import today
from models.views.meal_price import diner_of
from models.views.standing import REOPENED, WAITING


@dataclass(frozen=True, slots=True)
class SaveStandingOrder:
    """Order a meal for good on these weekdays (1 Monday to 7 Sunday), in the place of what was ordered so before.

    Days that were paused or taken back stay so.
    `dishes` by id, for the days on which they are on the menu; none: the usual, else the first. `holidays`: also on
    public holidays. `by_person_id`: an agreed carer, whose `account_id` is told. What is due already is ordered at
    once.
    """

    person_id: int
    canteen_id: int
    meal: str
    days: tuple[int, ...]
    how: str
    home_id: int | None = None
    account_id: int | None = None
    by_person_id: int | None = None
    holidays: bool = False
    dishes: Mapping[str, int] = field(default_factory=dict)
    starts_on: date | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"standing_order_id", "new", "ordered": how many meals are ordered by now}.

        Refusals: unknown, not_yours, not_served, cap (most).
        """
        days = sorted({day for day in self.days if 1 <= day <= 7})
        if self.meal not in MEALS or not days or self.how not in ("pickup", "delivery"):
            return Refusal(Why.UNKNOWN)
        if not may_order(work, self.by_person_id, self.person_id):
            return Refusal(Why.NOT_YOURS)
        if not self._cooked_there(work):
            return Refusal(Why.UNKNOWN)
        most = int(work.limits["meal_portions"])
        if sum(self.dishes.values()) > most:
            return Refusal(Why.CAP, most=most)
        s, c = t.standing_order.c, t.meal_slot.c
        served = select(c.id).where(c.canteen_id == self.canteen_id, c.meal == self.meal, c.active)
        if work.conn.execute(served).first() is None or not self._reaches_home(work):
            return Refusal(Why.NOT_SERVED)
        row: dict[str, Any] = {
            "canteen_id": self.canteen_id,
            "days": days,
            "how": self.how,
            "holidays": self.holidays,
        }
        row |= {"home_id": self.home_id if self.how == "delivery" else None, "dishes": dict(self.dishes)}
        by = None if self.by_person_id == self.person_id else self.by_person_id
        row |= {"account_id": self.account_id, "by_person_id": by}
        mine = (s.person_id == self.person_id, s.meal == self.meal, s.state == "active")
        known = work.conn.execute(update(t.standing_order).where(*mine).values(row).returning(s.id)).scalar()
        if known is None:
            begins = self.starts_on or today(work) + timedelta(days=1)
            row |= {"person_id": self.person_id, "meal": self.meal, "starts_on": begins, "made_at": work.now}
            standing_id = work.conn.execute(insert(t.standing_order).values(row).returning(s.id)).scalar_one()
        else:
            standing_id = known
        if by is not None:
            tell_of_standing(work, self.person_id, by, self.meal, days)
        ordered = order_due(work, standing_id)
        return {"ok": True, "standing_order_id": standing_id, "new": known is None, "ordered": ordered}

    def _cooked_there(self, work: Work) -> bool:
        """Whether the wished-for dishes are the canteen's, and as many as one may eat."""
        d, wanted = t.dish.c, by_id(self.dishes)
        if not wanted:
            return True
        theirs = select(func.count()).where(d.id.in_(list(wanted)), d.canteen_id == self.canteen_id, d.active)
        known = work.conn.execute(theirs).scalar_one()
        return bool(known == len(wanted)) and all(count > 0 for count in wanted.values())

    def _reaches_home(self, work: Work) -> bool:
        """Whether the canteen serves a home of the diner's; where it is brought, that one."""
        diner = diner_of(work, self.person_id, self.canteen_id)
        home = self.home_id if self.how == "delivery" else None
        return diner is not None and diner.place(home) is not None


@dataclass(frozen=True, slots=True)
class PauseStandingOrder:
    """No meals from `since` to `until` (None: until it is taken up again); `meal`: of one meal alone.

    Pauses add up. Meals of these days that are ordered and can still be cancelled are. With `ends`, it is over for
    good.
    """

    person_id: int
    since: date
    until: date | None = None
    meal: str = ""
    by_person_id: int | None = None
    ends: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"standing": how many standing orders, "cancelled": how many meals, "kept": too late for those}."""
        if not may_order(work, self.by_person_id, self.person_id):
            return Refusal(Why.NOT_YOURS)
        s = t.standing_order.c
        mine = [s.person_id == self.person_id, s.state == "active"]
        mine += [s.meal == self.meal] if self.meal else []
        locked = select(s.id).where(*mine).order_by(s.id).with_for_update()  # as whoever orders a day does
        found = list(work.conn.execute(locked).scalars())
        if not found:
            return Refusal(Why.UNKNOWN)
        self._paused(work, found)
        return {"ok": True, "standing": len(found), **self._cancelled(work, found)}

    def _paused(self, work: Work, standing: list[int]) -> None:
        s, these = t.standing_order.c, update(t.standing_order).where(t.standing_order.c.id.in_(standing))
        if self.ends:
            work.conn.execute(these.values(state="ended", ends_on=self.since))
        elif self.until is None:
            earlier = s.paused_from < self.since
            work.conn.execute(these.values(paused_from=case((earlier, s.paused_from), else_=self.since)))
        else:
            days = [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]
            rows = [{"standing_order_id": one, "day": day} for one in standing for day in days]
            d, within = t.standing_day.c, t.standing_day.c.day.between(self.since, self.until)
            again = update(t.standing_day).where(d.standing_order_id.in_(standing), within)
            work.conn.execute(again.where(d.outcome == REOPENED).values(outcome="paused"))
            if rows:
                noted = [row | {"outcome": "paused", "at": work.now} for row in rows]
                work.conn.execute(work.insert_once(t.standing_day), noted)

    def _cancelled(self, work: Work, standing: list[int]) -> dict[str, int]:
        o, d = t.meal_order.c, t.standing_day.c
        made = select(o.id).join_from(t.standing_day, t.meal_order)
        made = made.where(d.standing_order_id.in_(standing), o.state == "placed", o.day >= self.since)
        made = made.where(o.day <= self.until) if self.until else made
        orders = work.conn.execute(made.order_by(o.menu_id)).scalars().all()
        gone = [one for one in orders if CancelMeal(one, self.by_person_id).run(work)["ok"]]
        if self.until is not None and not self.ends:
            these = update(t.standing_day).where(d.meal_order_id.in_(gone))
            work.conn.execute(these.values(outcome="paused"))
        return {"cancelled": len(gone), "kept": len(orders) - len(gone)}


@dataclass(frozen=True, slots=True)
class ResumeStandingOrder:
    """Take it up again before its pauses end. Single days that were taken back (SkipStandingDay) stay so."""

    person_id: int
    by_person_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"standing", "ordered": how many meals are ordered by now}."""
        if not may_order(work, self.by_person_id, self.person_id):
            return Refusal(Why.NOT_YOURS)
        s = t.standing_order.c
        d = t.standing_day.c
        mine = select(s.id, s.paused_from).where(s.person_id == self.person_id, s.state == "active")
        rows = work.conn.execute(mine.order_by(s.id).with_for_update()).all()
        still = (d.outcome == "paused", d.day >= today(work))
        off = delete(t.standing_day).where(d.standing_order_id.in_([row.id for row in rows]), *still)
        paused = set(work.conn.execute(off.returning(d.standing_order_id)).scalars())
        ids = [row.id for row in rows if row.id in paused or row.paused_from]
        if not ids:
            return Refusal(Why.ALREADY)
        work.conn.execute(update(t.standing_order).where(s.id.in_(ids)).values(paused_from=None))
        return {"ok": True, "standing": len(ids), "ordered": sum(order_due(work, one) for one in ids)}


@dataclass(frozen=True, slots=True)
class SkipStandingDay:
    """One day of a standing order is not wanted, said before it was ordered."""

    person_id: int
    meal: str
    day: date
    by_person_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"new"}. Refusals: unknown (nothing is ordered for good), not_yours, too_late (it was ordered, or
        something else came of it, just before)."""
        if not may_order(work, self.by_person_id, self.person_id):
            return Refusal(Why.NOT_YOURS)
        s = t.standing_order.c
        mine = (s.person_id == self.person_id, s.meal == self.meal, s.state == "active")
        standing_id = work.conn.execute(select(s.id).where(*mine)).scalar()
        if standing_id is None:
            return Refusal(Why.UNKNOWN)
        if note_day(work, standing_id, self.day, "skipped"):
            return {"ok": True, "new": True}
        d = t.standing_day.c
        this = (d.standing_order_id == standing_id, d.day == self.day)
        paused = update(t.standing_day).where(*this, d.outcome.in_(WAITING)).values(outcome="skipped")
        work.conn.execute(paused)  # so that it is not ordered either when the pause is taken back
        before = work.conn.execute(select(d.outcome).where(*this)).scalar()
        return {"ok": True, "new": False} if before == "skipped" else Refusal(Why.TOO_LATE)

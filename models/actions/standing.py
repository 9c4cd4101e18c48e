"""Meals ordered for good: kept, paused, ended, and ordered day by day well before the cut-off, each day once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, select, update

from models import tables as t
from models.actions.diner_calls import reachable, tell_diner
from models.actions.meal_telling import tell_of_standing
from models.actions.meals import CancelMeal, PlaceMeal, may_order
from models.actions.menus import slot_of
from models.rules.calendar import Calendar
from models.rules.meals import MEAL_NAMES, MEALS, serves, times
from models.rules.orders import Refusal, Why
from models.rules.standing import basket
from models.store import To, Work
from models.views.calendar import calendar, today
from models.views.meal_price import diner_of
from models.views.meals import menu_card, usual_of
from models.views.standing import for_day

DONE = frozenset(("ordered", "had_one", "skipped"))  # outcomes of which nobody need be told
OUTCOMES: Mapping[str, str] = {  # of what PlaceMeal refuses
    "sold_out": "sold_out", "full": "sold_out", "too_late": "late", "already": "had_one", "not_served": "closed",
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "sold_out": "菜订完了", "diet": "菜不合忌口", "late": "没有赶上截止时间", "closed": "食堂不供应",
}  # fmt: skip
CALL = "长期订餐：{day}的{meal}没有订上（{reason}）。请问本人要不要订别的。"
AHEAD = 3  # days that are looked at, beyond those by which orders end before the meal


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
        d, wanted = t.dish.c, _by_id(self.dishes)
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
        if _note(work, standing_id, self.day, "skipped"):
            return {"ok": True, "new": True}
        d = t.standing_day.c
        this = (d.standing_order_id == standing_id, d.day == self.day)
        paused = update(t.standing_day).where(*this, d.outcome == "paused").values(outcome="skipped")
        work.conn.execute(paused)  # so that it is not ordered either when the pause is taken back
        before = work.conn.execute(select(d.outcome).where(*this)).scalar()
        return {"ok": True, "new": False} if before == "skipped" else Refusal(Why.TOO_LATE)


@dataclass(frozen=True, slots=True)
class RunStandingDay:
    """Order one day of a standing order, or note why not and tell the diner once. `menu_id` None: there is none."""

    standing_order_id: int
    day: date
    menu_id: int | None
    late: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """Each day is done once, whatever came of it. Gives {"outcome"}. Refusals: unknown (it is not for that day,
        or no more: paused, changed or ended since it was looked for), already."""
        this_day = for_day(self.day, calendar(work))
        mine = select(t.standing_order).where(t.standing_order.c.id == self.standing_order_id, *this_day)
        row = work.conn.execute(mine.with_for_update()).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        if not _note(work, row.id, self.day, "late"):
            return Refusal(Why.ALREADY)
        outcome, order_id = self._ordered(work, row)
        d = t.standing_day.c
        this = update(t.standing_day).where(d.standing_order_id == row.id, d.day == self.day)
        work.conn.execute(this.values(outcome=outcome, meal_order_id=order_id))
        if outcome not in DONE:
            self._tell(work, row, outcome)
        return {"ok": True, "outcome": outcome}

    def _ordered(self, work: Work, row: Any) -> tuple[str, int | None]:
        if self.menu_id is None or self.late:
            return ("late" if self.late else "closed"), None
        o = t.meal_order.c
        that = (o.person_id == row.person_id, o.day == self.day, o.meal == row.meal)  # at whatever canteen
        had = select(o.id).where(*that)
        if work.conn.execute(had).first() is not None:  # cancelled ones too: nothing is born again
            return "had_one", None
        card = menu_card(work, row.person_id, self.menu_id)
        if card is None:
            return "closed", None
        usual = usual_of(work, row.person_id, row.meal) or {"dish_ids": {}}
        wanted, usually = (_by_id(one) for one in (row.dishes, usual["dish_ids"]))
        dishes, why = basket(wanted, usually, card["dishes"], card["left"])
        if not dishes:
            return why, None
        place = PlaceMeal(
            self.menu_id,
            row.person_id,
            dishes,
            row.how,
            row.home_id,
            row.account_id,
            row.by_person_id,
            via="standing",
        )
        done = place.run(work)
        if done["ok"]:
            if why:
                self._tell_instead(work, row, why, done["code"], _named(card, dishes))
            return "ordered", done["meal_order_id"]
        return OUTCOMES.get(done["why"], "closed"), None

    def _tell(self, work: Work, row: Any, outcome: str) -> None:
        facts = {"end": outcome} | self._facts(work, row)
        call = CALL.format(day=facts["day"], meal=facts["meal"], reason=REASONS[outcome])
        tell_diner(work, row.person_id, row.account_id, "standing_missed", facts, call)

    def _tell_instead(self, work: Work, row: Any, why: str, code: str, dishes: str) -> None:
        """Another dish than was wished for. There is a meal, so nobody is called for it."""
        if not reachable(work, row.account_id):
            return
        wished = select(t.dish.c.name).where(t.dish.c.id.in_(list(_by_id(row.dishes)))).order_by(t.dish.c.id)
        wish = "、".join(work.conn.execute(wished).scalars())
        facts = {"end": why, "wish": wish, "dishes": dishes, "code": code} | self._facts(work, row)
        work.tell(To(account_id=row.account_id), "standing_instead", facts)

    def _facts(self, work: Work, row: Any) -> dict[str, str]:
        c = t.carer.c
        cared = select(c.word).where(
            c.elder_id == row.person_id, c.carer_id == row.by_person_id, c.state == "agreed"
        )
        day, meal = f"{self.day.month} 月 {self.day.day} 日", MEAL_NAMES[row.meal]
        return {"day": day, "meal": meal, "word": work.conn.execute(cared).scalar() or ""}


def order_due(work: Work, standing_order_id: int) -> int:
    """Order every day of one standing order that is due by now; how many meals were ordered."""
    ordered = 0
    while (due := next_due(work, standing_order_id)) is not None:
        ordered += RunStandingDay(*due).run(work).get("outcome") == "ordered"
    return ordered


Due = tuple[int, date, int | None, bool]  # a standing order, its day, the menu, whether it is too late


def next_due(work: Work, only: int | None = None) -> Due | None:
    """The next day of a standing order that is due; None: none is. `only`: of that standing order.

    Due is a menu whose orders end within `standing_hours`, or have ended before anybody looked; and a meal for which
    no menu was published `standing_closed_hours` before its orders would end.
    """
    first, days = today(work), calendar(work)
    earliest = work.conn.execute(select(func.max(t.meal_slot.c.order_days))).scalar() or 0
    for after in range(earliest + AHEAD):
        day = first + timedelta(days=after)
        due = _on_menu(work, day, days, only) or _without_menu(work, day, days, only)
        if due is not None:
            return due
    return None


def _wanted(day: date, days: Calendar, only: int | None) -> list[Any]:
    """The same, and nothing has come of it yet."""
    s, d = t.standing_order.c, t.standing_day.c
    known = select(d.id).where(d.standing_order_id == s.id, d.day == day).correlate(t.standing_order)
    return [*for_day(day, days), ~known.exists(), *([s.id == only] if only else [])]


def _on_menu(work: Work, day: date, days: Calendar, only: int | None) -> Due | None:
    s, m = t.standing_order.c, t.menu.c
    same = and_(m.canteen_id == s.canteen_id, m.meal == s.meal, m.day == day)
    soon = work.now + timedelta(hours=int(work.limits["standing_hours"]))
    in_time = (m.state != "draft", m.ends_at > work.now, m.order_until <= soon, s.made_at < m.order_until)
    query = select(s.id, m.id.label("menu_id"), m.state, m.order_until).join_from(
        t.standing_order, t.menu, same
    )
    row = work.conn.execute(
        query.where(*_wanted(day, days, only), *in_time).order_by(m.order_until, s.id).limit(1)
    ).first()
    if row is None:
        return None
    if row.state == "withdrawn":
        return row.id, day, None, False
    return row.id, day, row.menu_id, row.state == "frozen" or row.order_until <= work.now


def _without_menu(work: Work, day: date, days: Calendar, only: int | None) -> Due | None:
    """A canteen that should have a menu by now, or has closed on that day; days without the meal are passed over."""
    s, m = t.standing_order.c, t.menu.c
    soon = work.now + timedelta(hours=int(work.limits["standing_closed_hours"]))
    closed = t.canteen_day.c
    for slot in work.conn.execute(select(t.meal_slot).where(t.meal_slot.c.active)).all():
        until = times(slot_of(slot), day, work.limits["time_zone"]).order_until
        if not work.now < until <= soon:
            continue
        opens = select(closed.opens).where(closed.canteen_id == slot.canteen_id, closed.day == day)
        own = work.conn.execute(opens).scalar()
        if own is None and not serves(slot_of(slot), day, days, {}):
            continue
        menus = select(m.id).where(m.canteen_id == s.canteen_id, m.meal == s.meal, m.day == day)
        none = ~menus.where(m.state != "draft").correlate(t.standing_order).exists()
        mine = (s.canteen_id == slot.canteen_id, s.meal == slot.meal, s.made_at < until, none)
        found = select(s.id).where(*_wanted(day, days, only), *mine).order_by(s.id).limit(1)
        standing_id = work.conn.execute(found).scalar()
        if standing_id is not None:
            return standing_id, day, None, False
    return None


def _note(work: Work, standing_order_id: int, day: date, outcome: str) -> bool:
    """Whether this transaction is the first to do that day."""
    row = {"standing_order_id": standing_order_id, "day": day, "outcome": outcome, "at": work.now}
    return work.made(t.standing_day, row) is not None


def _named(card: Mapping[str, Any], dishes: Mapping[int, int]) -> str:
    """What is ordered, in words."""
    names = {one["dish_id"]: one["name"] for one in card["dishes"]}
    return "、".join(f"{names[one]} {count} 份" for one, count in dishes.items())


def _by_id(dishes: Mapping[str, int]) -> dict[int, int]:
    """Dishes by id from JSON, whose keys are text."""
    return {int(one): count for one, count in dishes.items()}

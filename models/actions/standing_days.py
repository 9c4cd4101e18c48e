"""The days of meals that are ordered for good: each ordered well before the cut-off, once, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update

from models import tables as t
from models.actions.diner_calls import reachable, tell_diner
from models.actions.meals import PlaceMeal
from models.actions.menus import slot_of
from models.rules.calendar import Calendar
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES, serves, times
from models.rules.orders import Refusal, Why
from models.rules.standing import basket
from models.store import To, Work
from models.views.calendar import calendar, today
from models.views.meals import menu_card, usual_of
from models.views.standing import REOPENED, for_day

DONE = frozenset(("ordered", "had_one", "skipped"))  # outcomes of which nobody need be told
OUTCOMES: Mapping[str, str] = {  # of what PlaceMeal refuses
    "sold_out": "sold_out", "full": "sold_out", "too_late": "late", "already": "had_one", "not_served": "closed",
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "sold_out": "菜订完了", "diet": "菜不合忌口", "late": "没有赶上截止时间", "closed": "食堂不供应",
}  # fmt: skip
CALL = "长期订餐：{day}的{meal}没有订上（{reason}）。请问本人要不要订别的。"
OPENED = "长期订餐：{day}的{meal}食堂又供应了，已经订上。请告诉本人；不要的话，请在截止前取消。"
AHEAD = 3  # days that are looked at, beyond those by which orders end before the meal


@dataclass(frozen=True, slots=True)
class RunStandingMenu:
    """The timer `standing_menu`: a menu was published shortly before its orders end, so nobody waits for the duty."""

    standing_order_id: int
    menu_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives what RunStandingDay gives. Refusals: its own, and unknown (ordered elsewhere by now), too_late."""
        s, m = t.standing_order.c, t.menu.c
        same = and_(m.canteen_id == s.canteen_id, m.meal == s.meal, m.id == self.menu_id)
        menu = select(m.day, m.state, m.order_until).join_from(t.standing_order, t.menu, same)
        row = work.conn.execute(menu.where(s.id == self.standing_order_id)).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        if row.state != "published" or row.order_until <= work.now:
            return Refusal(Why.TOO_LATE)  # the duty says so to the diner
        return RunStandingDay(self.standing_order_id, row.day, self.menu_id).run(work)


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
        d = t.standing_day.c
        this = update(t.standing_day).where(d.standing_order_id == row.id, d.day == self.day)
        told = work.conn.execute(this.where(d.outcome == REOPENED).values(outcome="late")).rowcount > 0
        if not told and not note_day(work, row.id, self.day, "late"):
            return Refusal(Why.ALREADY)
        outcome, order_id = self._ordered(work, row, told=told)
        work.conn.execute(this.values(outcome=outcome, meal_order_id=order_id))
        if outcome not in DONE and not (told and outcome == "closed"):
            self._tell(work, row, outcome)
        return {"ok": True, "outcome": outcome}

    def _ordered(self, work: Work, row: Any, *, told: bool) -> tuple[str, int | None]:
        """What comes of it. `told`: the diner has heard that there would be none."""
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
        wanted, usually = (by_id(one) for one in (row.dishes, usual["dish_ids"]))
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
            if why or told:
                end = "opened" if told else why
                self._tell_instead(work, row, end, done["code"], _named(card, dishes))
            return "ordered", done["meal_order_id"]
        return OUTCOMES.get(done["why"], "closed"), None

    def _tell(self, work: Work, row: Any, outcome: str) -> None:
        facts = {"end": outcome} | self._facts(work, row)
        call = CALL.format(day=facts["day"], meal=facts["meal"], reason=REASONS[outcome])
        tell_diner(work, row.person_id, row.account_id, "standing_missed", facts, call)

    def _tell_instead(self, work: Work, row: Any, why: str, code: str, dishes: str) -> None:
        """Another dish than was wished for, or a meal after all. There is a meal, so nobody is called for a dish."""
        if why != "opened" and not reachable(work, row.account_id):
            return
        wished = select(t.dish.c.name).where(t.dish.c.id.in_(list(by_id(row.dishes)))).order_by(t.dish.c.id)
        wish = "、".join(work.conn.execute(wished).scalars())
        facts = {"end": why, "wish": wish, "dishes": dishes, "code": code} | self._facts(work, row)
        if why == "opened":
            call = OPENED.format(day=facts["day"], meal=facts["meal"])
            tell_diner(work, row.person_id, row.account_id, "standing_instead", facts, call)
        else:
            work.tell(To(account_id=row.account_id), "standing_instead", facts)

    def _facts(self, work: Work, row: Any) -> dict[str, str]:
        c = t.carer.c
        cared = select(c.word).where(
            c.elder_id == row.person_id, c.carer_id == row.by_person_id, c.state == "agreed"
        )
        day, meal = day_named(self.day), MEAL_NAMES[row.meal]
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
    known = select(d.id).where(d.standing_order_id == s.id, d.day == day, d.outcome != REOPENED)
    known = known.correlate(t.standing_order)
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


def note_day(work: Work, standing_order_id: int, day: date, outcome: str) -> bool:
    """Whether this transaction is the first to do that day."""
    row = {"standing_order_id": standing_order_id, "day": day, "outcome": outcome, "at": work.now}
    return work.made(t.standing_day, row) is not None


def _named(card: Mapping[str, Any], dishes: Mapping[int, int]) -> str:
    """What is ordered, in words."""
    names = {one["dish_id"]: one["name"] for one in card["dishes"]}
    return "、".join(f"{names[one]} {count} 份" for one, count in dishes.items())


def by_id(dishes: Mapping[str, int]) -> dict[int, int]:
    """Dishes by id from JSON, whose keys are text."""
    return {int(one): count for one, count in dishes.items()}

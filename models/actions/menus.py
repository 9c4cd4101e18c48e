"""Dishes and menus: registered, planned as drafts, published to those who are served, withdrawn.

Who plans must run the canteen; `user_id` None is the system itself. A menu is locked before it is changed, as by
everybody who orders from it, so what is ordered meanwhile is never taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from models import tables as t
from models.actions.canteens import noted, runs
from models.actions.kitchen import tell_withdrawn
from models.actions.saving import missing, row_of, save
from models.actions.standing_woken import wake_standing
from models.rules.diets import ALLERGENS, MARKS
from models.rules.meals import Slot, Times, serves, times
from models.rules.orders import Refusal, Why
from models.rules.subsidies import week_of
from models.store import Work
from models.views.calendar import calendar, today
from models.views.canteens import canteen_days

WITHDRAWN_TIMER = "meal_withdrawn"
REST = timedelta(minutes=1)  # until then whoever withdraws a menu cancels its orders
DISH_LETTERS = 32
MOST_CENTS = 1_000_000  # of a dish: more was mistyped


@dataclass(frozen=True, slots=True)
class SaveDish:
    """A dish of a canteen's register, priced in cents. Menus that are there keep their price of that day.

    `photo`: its file in the folder of photos; None keeps what is there.
    """

    user_id: int | None
    canteen_id: int
    name: str
    cents: int
    ingredients: str = ""
    marks: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    active: bool = True
    photo: str | None = None
    dish_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A dish that is there stays with its canteen."""
        known = row_of(work, t.dish, self.dish_id) if self.dish_id else None
        canteen_id = known.canteen_id if known else self.canteen_id
        if not runs(work, self.user_id, canteen_id):
            return Refusal(Why.UNKNOWN, field="canteen_id")
        if refusal := missing({"name": self.name}):
            return refusal
        odd = {
            "name": len(self.name) > DISH_LETTERS,
            "cents": not 0 <= self.cents <= MOST_CENTS,
            "marks": not set(self.marks) <= MARKS.keys(),
            "allergens": not set(self.allergens) <= ALLERGENS.keys(),
        }
        if wrong := next((name for name, is_odd in odd.items() if is_odd), None):
            return Refusal(Why.UNKNOWN, field=wrong)
        values: dict[str, Any] = {"canteen_id": canteen_id, "name": " ".join(self.name.split())}
        values |= {"cents": self.cents, "ingredients": self.ingredients, "active": self.active}
        values |= {"marks": list(self.marks), "allergens": list(self.allergens)}
        if self.photo is not None:
            values["photo"] = self.photo
        saved = save(work, t.dish, self.dish_id, values, ("canteen_id", "name"))
        if saved["ok"]:
            noted(work, "dish_saved", saved["id"], self.user_id)
        return saved


@dataclass(frozen=True, slots=True)
class MenuDish:
    """A dish on a menu. `cents`: of that day, None as in the register; `portions` None: as many as the meal holds."""

    dish_id: int
    cents: int | None = None
    portions: int | None = None


@dataclass(frozen=True, slots=True)
class SaveMenu:
    """What there is at a meal, in this order. A menu that is published stays so: it is changed before all eyes.

    `capacity`: portions of all dishes together, None as it is, or as the slot says. A withdrawn menu becomes a draft
    again once its orders are cancelled, but not where the kitchen has had its count: that is made once for good.
    """

    user_id: int | None
    canteen_id: int
    day: date
    meal: str
    dishes: tuple[MenuDish, ...]
    capacity: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"menu_id", "state"}.

        Refusals: unknown (not theirs; `field` dishes: of another canteen, twice, or not in use), too_late (the day is
        past, or the kitchen has or had its count), not_served (no such meal that day), needs_words (no dishes), taken
        ({"dish", "taken"}: so many are ordered already; `field` withdrawn: are not cancelled yet).
        """
        if not runs(work, self.user_id, self.canteen_id):
            return Refusal(Why.UNKNOWN)
        planned = plan(work, self.canteen_id, self.day, self.meal)
        if isinstance(planned, Refusal):
            return planned
        slot, when = planned
        there = _menu_id(work, self.canteen_id, self.day, self.meal)
        if refusal := self._refused(work, _dishes_on(work, there)):
            return refusal
        menu = locked(work, self.canteen_id, self.day, self.meal, slot, when)
        capacity = menu.capacity if self.capacity is None else self.capacity
        if refusal := _closed(menu):
            return refusal
        known = {row.dish_id: row for row in _dishes_on(work, menu.id)}
        if refusal := too_few(self.dishes, known, capacity, menu.taken):
            return refusal
        state = "draft" if menu.state == "withdrawn" else menu.state
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu.id).values(state=state, capacity=capacity))
        put_dishes(work, menu.id, self.dishes, known)
        noted(work, "menu_saved", menu.id, self.user_id)
        return {"ok": True, "menu_id": menu.id, "state": state}

    def _refused(self, work: Work, on_it: Sequence[Any]) -> Refusal | None:
        """What can be told before anything is made."""
        if self.capacity is not None and self.capacity < 1:
            return Refusal(Why.UNKNOWN, field="capacity")
        if not self.dishes:
            return Refusal(Why.NEEDS_WORDS, field="dishes")
        ids, d = [one.dish_id for one in self.dishes], t.dish.c
        kept = d.active | d.id.in_([row.dish_id for row in on_it])
        mine = select(d.id).where(d.canteen_id == self.canteen_id, d.id.in_(ids), kept)
        fitting = set(work.conn.execute(mine).scalars())
        odd = len(set(ids)) != len(ids) or fitting != set(ids)
        return Refusal(Why.UNKNOWN, field="dishes") if odd else None


def _closed(menu: Any) -> Refusal | None:
    """Why nothing may be put on that menu any more, or not yet."""
    if menu.state == "frozen":
        return Refusal(Why.TOO_LATE)
    if menu.frozen_at is not None:
        return Refusal(Why.TOO_LATE, field="withdrawn")
    if menu.state == "withdrawn" and menu.taken:
        return Refusal(Why.TAKEN, field="withdrawn", taken=menu.taken)
    return None


def plan(work: Work, canteen_id: int, day: date, meal: str) -> tuple[Any, Times] | Refusal:
    """The slot's row and the moments of a meal of a day. Refusals: too_late (past), not_served."""
    if day < today(work):
        return Refusal(Why.TOO_LATE, field="day")
    s = t.meal_slot.c
    row = work.conn.execute(
        select(t.meal_slot).where(s.canteen_id == canteen_id, s.meal == meal, s.active)
    ).first()
    own = {on: opens for on, (opens, _) in canteen_days(work, canteen_id, day, day).items()}
    if row is None or not serves(slot_of(row), day, calendar(work, day), own):
        return Refusal(Why.NOT_SERVED, closed=own.get(day) is False)
    return row, times(slot_of(row), day, work.limits["time_zone"])


def slot_of(row: Any) -> Slot:
    """A row of meal_slot as the rules read it."""
    names = ("meal", "starts", "ends", "order_until", "cancel_until", "order_days", "cancel_days", "holidays")
    return Slot(days=tuple(row.days), **{name: getattr(row, name) for name in names})


def locked(work: Work, canteen_id: int, day: date, meal: str, slot: Any, when: Times) -> Any:
    """The row of that meal's menu, made as a draft if need be, and locked as by whoever orders from it."""
    row = {"canteen_id": canteen_id, "day": day, "meal": meal, "capacity": slot.capacity}
    row |= terms(slot, when)
    work.conn.execute(work.insert_once(t.menu).values(row))
    m = t.menu.c
    this = select(t.menu).where(m.canteen_id == canteen_id, m.day == day, m.meal == meal)
    return work.conn.execute(this.with_for_update()).one()


def terms(slot: Any, when: Times) -> dict[str, Any]:
    """The columns of a menu that a slot gives it: its times, whether it is taken to the door and for how much."""
    times = {name: getattr(when, name) for name in ("starts_at", "ends_at", "order_until", "cancel_until")}
    return times | {"delivers": slot.delivers, "delivery_cents": slot.delivery_cents}


def _menu_id(work: Work, canteen_id: int, day: date, meal: str) -> int | None:
    m = t.menu.c
    this = select(m.id).where(m.canteen_id == canteen_id, m.day == day, m.meal == meal)
    return work.conn.execute(this).scalar()


def _dishes_on(work: Work, menu_id: int | None) -> Sequence[Any]:
    md = t.menu_dish.c
    on = select(md.dish_id, md.taken, md.cents, md.portions, md.place, t.dish.c.name)
    return work.conn.execute(on.join_from(t.menu_dish, t.dish).where(md.menu_id == menu_id)).all()


def too_few(
    dishes: Iterable[MenuDish], known: Mapping[int, Any], capacity: int, taken: int
) -> Refusal | None:
    """What has been ordered stays on the menu, in as many portions."""
    if capacity < taken:
        return Refusal(Why.TAKEN, field="capacity", taken=taken)
    kept = {one.dish_id: one for one in dishes}
    for row in known.values():
        one = kept.get(row.dish_id)
        short = one is None or (one.portions is not None and one.portions < row.taken)
        if row.taken and short:
            return Refusal(Why.TAKEN, field="dishes", dish=row.name, taken=row.taken)
    return None


def put_dishes(work: Work, menu_id: int, dishes: Sequence[MenuDish], known: Mapping[int, Any]) -> None:
    """Let these dishes be on the menu, which is locked; `known` are those that are on it now."""
    md = t.menu_dish.c
    kept = [one.dish_id for one in dishes]
    work.conn.execute(delete(t.menu_dish).where(md.menu_id == menu_id, md.dish_id.not_in(kept)))
    rows = work.conn.execute(select(t.dish.c.id, t.dish.c.cents).where(t.dish.c.id.in_(kept)))
    prices = {row.id: row.cents for row in rows}
    for place, one in enumerate(dishes, 1):
        cents = prices[one.dish_id] if one.cents is None else one.cents
        values = {"place": place, "cents": cents, "portions": one.portions}
        if one.dish_id in known:
            this = update(t.menu_dish).where(md.menu_id == menu_id, md.dish_id == one.dish_id)
            work.conn.execute(this.values(values))
        else:
            work.conn.execute(insert(t.menu_dish).values(menu_id=menu_id, dish_id=one.dish_id, **values))


@dataclass(frozen=True, slots=True)
class PublishMenus:
    """Show drafts to the residents served: from now on they may order, until the times that the slot says now."""

    user_id: int | None
    menu_ids: tuple[int, ...]

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"published", "left": [{"menu_id", "why"}]}; published ones count neither way. One is left for
        unknown (not theirs), closed (the kitchen has or had its count, which is made once for good), needs_words (no
        dishes), not_served, too_late (nobody could order any more)."""
        done, left = 0, []
        for menu_id in sorted(set(self.menu_ids)):
            why = self._publish(work, menu_id)
            done += why is None
            if why not in (None, Why.ALREADY.value):
                left.append({"menu_id": menu_id, "why": why})
        return {"ok": True, "published": done, "left": left}

    def _publish(self, work: Work, menu_id: int) -> str | None:
        menu = row_of(work, t.menu, menu_id)
        if menu is None or not runs(work, self.user_id, menu.canteen_id):
            return Why.UNKNOWN.value
        if menu.state == "frozen" or menu.frozen_at is not None:
            return Why.CLOSED.value
        if menu.state != "draft":
            return Why.ALREADY.value
        if not _dishes_on(work, menu_id):
            return Why.NEEDS_WORDS.value
        planned = plan(work, menu.canteen_id, menu.day, menu.meal)
        if isinstance(planned, Refusal):
            return str(planned["why"])
        slot, when = planned
        if when.order_until <= work.now:
            return Why.TOO_LATE.value
        m = t.menu.c
        this = update(t.menu).where(m.id == menu_id, m.state == "draft", m.frozen_at.is_(None))
        stage = work.conn.execute(
            this.values(state="published", stage=m.stage + 1, **terms(slot, when)).returning(m.stage)
        ).scalar()
        if stage is None:
            return Why.ALREADY.value
        work.remind("kitchen", menu_id, stage, when.freezes_at - work.now)
        wake_standing(work, menu_id, menu.canteen_id, menu.day, menu.meal, when.order_until)
        noted(work, "menu_published", menu_id, self.user_id)
        return None


@dataclass(frozen=True, slots=True)
class CopyMenus:
    """Plan a week as the one before it: drafts of the same dishes at the register's prices, where nothing is planned.

    `monday` is of the week that is planned.
    """

    user_id: int | None
    canteen_id: int
    monday: date

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"copied"}: how many menus. Refusals: unknown (not theirs), not_found (nothing to copy)."""
        if not runs(work, self.user_id, self.canteen_id):
            return Refusal(Why.UNKNOWN)
        first, last = week_of(self.monday)
        m, week = t.menu.c, timedelta(days=7)
        before = (m.canteen_id == self.canteen_id) & m.day.between(first - week, last - week)
        rows = work.conn.execute(
            select(m.id, m.day, m.meal, m.state).where(before).order_by(m.day, m.id)
        ).all()
        old = [row for row in rows if row.state != "withdrawn"]
        if not old:
            return Refusal(Why.NOT_FOUND)
        return {"ok": True, "copied": sum(self._copy(work, row, row.day + week) for row in old)}

    def _copy(self, work: Work, old: Any, day: date) -> bool:
        m, md, d = t.menu.c, t.menu_dish.c, t.dish.c
        there = select(m.id).where(m.canteen_id == self.canteen_id, m.day == day, m.meal == old.meal)
        if work.conn.execute(there).first():
            return False
        on = select(md.dish_id, md.portions).join_from(t.menu_dish, t.dish)
        rows = work.conn.execute(on.where(md.menu_id == old.id, d.active).order_by(md.place)).all()
        dishes = tuple(MenuDish(row.dish_id, None, row.portions) for row in rows)
        saved = SaveMenu(self.user_id, self.canteen_id, day, old.meal, dishes).run(work)
        return bool(saved["ok"])


@dataclass(frozen=True, slots=True)
class WithdrawMenu:
    """Take a menu back: nobody can order any more.

    While orders stand it is refused, unless `orders`: then whoever withdraws it cancels each of them next, one by one
    (models/actions/meal_withdrawal.py), which gives the money back and tells the diner; a timer for each does it
    where that was interrupted. A kitchen that has its count hears that it is not to cook.
    """

    user_id: int | None
    menu_id: int
    orders: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"orders"}: the ids of those that stand. Refusals: unknown (not theirs), already (is withdrawn, and
        no order stands), too_late (the meal is over), taken ({"orders"}: so many stand)."""
        menu = row_of(work, t.menu, self.menu_id)
        if menu is None or not runs(work, self.user_id, menu.canteen_id):
            return Refusal(Why.UNKNOWN)
        m, o = t.menu.c, t.meal_order.c
        mine = select(t.menu).where(m.id == self.menu_id).with_for_update()
        menu = work.conn.execute(mine).one()
        placed = select(o.id).where(o.menu_id == self.menu_id, o.state == "placed").order_by(o.id)
        orders = work.conn.execute(placed).scalars().all()
        if menu.state == "withdrawn" and not orders:
            return Refusal(Why.ALREADY)
        if menu.ends_at <= work.now:
            return Refusal(Why.TOO_LATE)
        if orders and not self.orders:
            return Refusal(Why.TAKEN, orders=len(orders))
        if menu.state != "withdrawn":
            this = update(t.menu).where(m.id == self.menu_id)
            work.conn.execute(this.values(state="withdrawn", stage=m.stage + 1))
            noted(work, "menu_withdrawn", self.menu_id, self.user_id)
            for order_id in orders:
                work.remind(WITHDRAWN_TIMER, order_id, 0, REST)
            if menu.state == "frozen":
                tell_withdrawn(work, menu)
        return {"ok": True, "orders": list(orders)}

"""What a canteen's kitchen has to do: its counts and corrections, and which of its meals have been handed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from models import tables as t
from models.rules.kitchen import FROZEN, corrected, correction
from models.store import Work
from models.views.askers import Staff, User
from models.views.calendar import today
from models.views.canteens import run_by

LIVE = t.meal_order.c.state != "cancelled"
CODE_DAYS = timedelta(days=14)  # so far ahead a code is known, to say that it is too early
SHOWN = ("published", "frozen")


@dataclass(frozen=True, slots=True)
class Kitchen:
    """A canteen as its own people know it."""

    id: int
    name: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class CountedDish:
    """A dish and how many portions of it are cooked. `marks`: soft, low_salt, …"""

    dish_id: int
    name: str
    marks: tuple[str, ...]
    portions: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What has changed since the version before. `changes`: (dish, more or less); `by`: who acknowledged it."""

    number: int
    version: int
    changes: tuple[tuple[str, int], ...]
    made_at: datetime
    acknowledged_at: datetime | None
    by: str

    @property
    def said(self) -> str:
        """What has changed, in words."""
        return corrected(self.changes)


@dataclass(frozen=True, slots=True)
class KitchenCount:
    """One meal of one day. Frozen: the newest version that the kitchen was told; before: what is ordered by now.

    `served`, `missed`, `not_delivered`, `waiting`: orders that were handed out, not fetched, not handed over at the
    door, and none of these. `unheard`: versions that nobody of the canteen could be told, nor was told since, so that
    somebody phones it: `phone`.
    """

    menu_id: int
    canteen_id: int
    canteen: str
    day: date
    meal: str
    state: str
    version: int
    starts_at: datetime
    ends_at: datetime
    freezes_at: datetime
    frozen_at: datetime | None
    orders: int
    dishes: tuple[CountedDish, ...]
    pickup: int
    delivery: int
    served: int
    missed: int
    not_delivered: int
    waiting: int
    corrections: tuple[Correction, ...]
    unheard: tuple[int, ...]
    phone: str

    @property
    def portions(self) -> int:
        """Of all dishes together."""
        return sum(one.portions for one in self.dishes)

    @property
    def unread(self) -> tuple[Correction, ...]:
        """The corrections that nobody has acknowledged, oldest first."""
        return tuple(one for one in self.corrections if one.acknowledged_at is None)


def cooked_by(asker: Staff | User) -> ColumnElement[bool]:
    """The condition under which the asker is of a canteen's unit, or looks after that unit."""
    if isinstance(asker, Staff):
        return t.canteen.c.unit_id == asker.unit_id
    return run_by(asker)


def kitchens(work: Work, asker: Staff | User) -> tuple[Kitchen, ...]:
    """The canteens in use whose kitchen the asker may look into."""
    c = t.canteen.c
    query = select(c.id, c.name, c.unit_id).where(c.active, cooked_by(asker)).order_by(c.id)
    return tuple(Kitchen(*row) for row in work.conn.execute(query))


def own_menu_row(work: Work, asker: Staff | User, menu_id: int) -> Any:
    """The row of a menu of such a canteen, published or frozen; None for any other."""
    m = t.menu.c
    mine = select(t.menu).join_from(t.menu, t.canteen).where(m.id == menu_id, m.state.in_(SHOWN))
    return work.conn.execute(mine.where(cooked_by(asker))).first()


def kitchen_count(work: Work, asker: Staff | User, menu_id: int) -> KitchenCount | None:
    """The count of one meal; None where the asker may not look."""
    return next(iter(_counted(work, _menus(asker).where(t.menu.c.id == menu_id))), None)


def kitchen_counts(work: Work, asker: Staff | User, canteen_id: int, day: date) -> tuple[KitchenCount, ...]:
    """The counts of a canteen's meals of one day, in the order in which they are served."""
    m = t.menu.c
    return _counted(work, _menus(asker).where(m.canteen_id == canteen_id, m.day == day))


def next_counts(work: Work, asker: Staff | User, most: int = 6) -> tuple[KitchenCount, ...]:
    """The counts of the meals that are not over, the next one first."""
    coming = _menus(asker).where(t.menu.c.ends_at > work.now, t.menu.c.day <= today(work) + timedelta(days=7))
    return _counted(work, coming.limit(most))


def counts_unread(work: Work, asker: Staff | User) -> tuple[KitchenCount, ...]:
    """The meals of yesterday, today and later of which a correction has not been acknowledged."""
    k, m = t.kitchen_count.c, t.menu.c
    unread = select(k.menu_id).where(k.version > FROZEN, k.acknowledged_at.is_(None))
    since = today(work) - timedelta(days=1)
    return _counted(work, _menus(asker).where(m.id.in_(unread), m.day >= since))


def corrections_unread(work: Work, asker: Staff | User) -> int:
    """How many corrections of yesterday, today and later nobody has acknowledged, or counts nobody could be told."""
    k, m = t.kitchen_count.c, t.menu.c
    unread = select(func.count()).select_from(t.kitchen_count).join(t.menu).join(t.canteen)
    since = today(work) - timedelta(days=1)
    to_be_read = (k.version > FROZEN) | k.unheard_at.is_not(None)
    mine = (to_be_read, k.acknowledged_at.is_(None), m.day >= since, cooked_by(asker))
    return work.conn.execute(unread.where(*mine)).scalar_one()


def day_of_kitchen(work: Work, asker: Staff | User, canteen_id: int) -> date:
    """The day whose count matters now: of the meal that is served next, else today."""
    m = t.menu.c
    coming = _menus(asker).where(m.canteen_id == canteen_id, m.ends_at > work.now).limit(1)
    row = work.conn.execute(coming).first()
    return row.day if row else today(work)


def live_counts(work: Work, menu_id: int) -> tuple[dict[str, int], int]:
    """Portions by dish of what is ordered and not cancelled, and how many orders: read under the menu's lock."""
    o, od, md = t.meal_order.c, t.meal_order_dish.c, t.menu_dish.c
    orders = select(func.count()).where(o.menu_id == menu_id, LIVE)
    by_dish = (
        select(od.dish_id, func.sum(od.count))
        .join_from(t.meal_order, t.meal_order_dish)
        .outerjoin(t.menu_dish, (md.menu_id == o.menu_id) & (md.dish_id == od.dish_id))
        .where(o.menu_id == menu_id, LIVE)
        .group_by(od.dish_id, md.place)
        .order_by(md.place, od.dish_id)
    )
    counts = {str(dish_id): int(count) for dish_id, count in work.conn.execute(by_dish)}
    return counts, work.conn.execute(orders).scalar_one()


def orders_with_code(
    work: Work, asker: Staff | User, code: str, menu_id: int | None = None, canteen_id: int | None = None
) -> Sequence[Any]:
    """The orders of the asker's canteens, or of one, with that code, from yesterday on; with the menu's times."""
    m, o = t.menu.c, t.meal_order.c
    since = today(work) - timedelta(days=1)
    query = (
        select(t.meal_order, m.starts_at, m.ends_at)
        .join_from(t.meal_order, t.menu)
        .join(t.canteen, t.canteen.c.id == m.canteen_id)
        .where(m.day.between(since, since + CODE_DAYS), cooked_by(asker), o.code == code)
    )
    if menu_id is not None:
        query = query.where(m.id == menu_id)
    if canteen_id is not None:
        query = query.where(m.canteen_id == canteen_id)
    return work.conn.execute(query.order_by(o.id)).all()


def own_delivery(work: Work, asker: Staff | User | None, order_id: int) -> Any:
    """The row of an order that such a canteen takes to the door, with when its meal begins; None for any other."""
    if asker is None:
        return None
    o, m = t.meal_order.c, t.menu.c
    query = select(t.meal_order, m.starts_at).join_from(t.meal_order, t.menu).join(t.canteen)
    mine = query.where(o.id == order_id, o.how == "delivery", m.state == "frozen", cooked_by(asker))
    return work.conn.execute(mine).first()


def dish_lines(work: Work, order_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """What each of these orders holds, such as "红烧肉 ×2", by the order's id."""
    held = dishes_held(work, order_ids)
    return {one: tuple(f"{name} ×{count}" for name, count in dishes) for one, dishes in held.items()}


def dishes_held(work: Work, order_ids: Collection[int]) -> Mapping[int, tuple[tuple[str, int], ...]]:
    """The same as pairs of a dish and how many portions of it."""
    od, d = t.meal_order_dish.c, t.dish.c
    query = select(od.meal_order_id, d.name, od.count).join_from(t.meal_order_dish, t.dish)
    rows = work.conn.execute(query.where(od.meal_order_id.in_(order_ids)).order_by(od.id))
    found: dict[int, tuple[tuple[str, int], ...]] = dict.fromkeys(order_ids, ())
    for order_id, name, count in rows:
        found[order_id] = (*found[order_id], (name, count))
    return found


def _menus(asker: Staff | User) -> Select[Any]:
    m, c = t.menu.c, t.canteen.c
    mine = select(t.menu, c.name.label("canteen"), c.phone.label("canteen_phone"))
    mine = mine.join_from(t.menu, t.canteen)
    return mine.where(m.state.in_(SHOWN), cooked_by(asker)).order_by(m.day, m.starts_at, m.id)


def _counted(work: Work, query: Select[Any]) -> tuple[KitchenCount, ...]:
    return tuple(_count(work, row) for row in work.conn.execute(query).all())


def _count(work: Work, menu: Any) -> KitchenCount:
    kept = _versions(work, menu.id)
    counts, orders = (kept[-1].counts, kept[-1].orders) if kept else live_counts(work, menu.id)
    portions, states = _ways_and_states(work, menu.id)
    return KitchenCount(
        menu.id,
        menu.canteen_id,
        menu.canteen,
        menu.day,
        menu.meal,
        menu.state,
        menu.version,
        menu.starts_at,
        menu.ends_at,
        max(menu.order_until, menu.cancel_until),
        menu.frozen_at,
        orders,
        _dishes(work, menu.id, counts),
        portions["pickup"],
        portions["delivery"],
        states["served", "pickup"] + states["served", "delivery"],
        states["no_show", "pickup"],
        states["no_show", "delivery"],
        states["placed", "pickup"] + states["placed", "delivery"],
        _corrections(work, kept),
        tuple(row.version for row in kept if row.unheard_at and not row.acknowledged_at),
        menu.canteen_phone,
    )


def _versions(work: Work, menu_id: int) -> Sequence[Any]:
    k, w, u = t.kitchen_count.c, t.worker.c, t.console_user.c
    query = (
        select(t.kitchen_count, w.name.label("worker"), u.login)
        .outerjoin(t.worker, w.id == k.acknowledged_by)
        .outerjoin(t.console_user, u.id == k.acknowledged_user_id)
        .where(k.menu_id == menu_id)
    )
    return work.conn.execute(query.order_by(k.version)).all()


def _dishes(work: Work, menu_id: int, counts: Mapping[str, int]) -> tuple[CountedDish, ...]:
    """Every dish of the menu, also one that nobody has ordered, in the menu's order; then what is on it no more."""
    d, md = t.dish.c, t.menu_dish.c
    on_menu = (
        select(d.id, d.name, d.marks, md.place).join_from(t.menu_dish, t.dish).where(md.menu_id == menu_id)
    )
    rows = {row.id: row for row in work.conn.execute(on_menu.order_by(md.place))}
    gone = [int(one) for one in counts if int(one) not in rows]
    others = work.conn.execute(select(d.id, d.name, d.marks).where(d.id.in_(gone))) if gone else ()
    return tuple(
        CountedDish(row.id, row.name, tuple(row.marks), counts.get(str(row.id), 0))
        for row in (*rows.values(), *others)
    )


def _ways_and_states(work: Work, menu_id: int) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Portions by how they reach the diner, and orders by state and how."""
    o = t.meal_order.c
    query = select(o.how, o.state, func.count(), func.sum(o.portions)).where(o.menu_id == menu_id, LIVE)
    ways: Counter[str] = Counter()
    states: Counter[tuple[str, str]] = Counter()
    for how, state, orders, portions in work.conn.execute(query.group_by(o.how, o.state)):
        ways[how] += int(portions)
        states[state, how] += orders
    return ways, states


def _corrections(work: Work, kept: Sequence[Any]) -> tuple[Correction, ...]:
    d, later = t.dish.c, [row for row in kept if row.version > FROZEN]
    ids = {int(one) for row in later for one in row.changes}
    named = work.conn.execute(select(d.id, d.name).where(d.id.in_(ids))) if ids else ()
    names = {row.id: row.name for row in named}
    return tuple(
        Correction(
            correction(row.version),
            row.version,
            tuple((names[int(dish)], more) for dish, more in row.changes.items()),
            row.made_at,
            row.acknowledged_at,
            row.worker or row.login or "",
        )
        for row in later
    )

"""Canteens as the console knows them: who runs one, its slots, days, dishes, and its menus of a week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.staff import looked_after

LIVE = t.meal_order.c.state != "cancelled"


@dataclass(frozen=True, slots=True)
class SetupCanteen:
    """A canteen, active or not, and the unit whose people cook there."""

    id: int
    name: str
    unit_id: int
    unit: str
    address: str
    phone: str
    active: bool


@dataclass(frozen=True, slots=True)
class SetupDish:
    """A dish of a canteen's register. `photo`: a file in the folder of photos, empty without one."""

    id: int
    canteen_id: int
    name: str
    cents: int
    photo: str
    ingredients: str
    marks: tuple[str, ...]
    allergens: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class EstateCanteen:
    """That an estate's people may order from a canteen."""

    id: int
    estate_id: int
    estate: str
    canteen_id: int
    canteen: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class PlannedDish:
    """A dish on a menu. `portions`: how many there are, None as many as the meal holds; `taken`: ordered by now."""

    dish_id: int
    name: str
    cents: int
    portions: int | None
    taken: int


@dataclass(frozen=True, slots=True)
class PlannedMenu:
    """One meal of one day at one canteen, in whatever state. `orders`: that are not cancelled."""

    id: int
    canteen_id: int
    day: date
    meal: str
    state: str
    capacity: int
    taken: int
    order_until: datetime
    cancel_until: datetime
    starts_at: datetime
    ends_at: datetime
    stage: int
    orders: int
    dishes: tuple[PlannedDish, ...] = ()


def run_by(asker: User) -> ColumnElement[bool]:
    """The condition under which the asker runs a canteen: looks after the unit whose it is."""
    unit = t.handling_unit.c
    mine = select(unit.id).where(unit.id == t.canteen.c.unit_id, looked_after(asker))
    return exists(mine.correlate(t.canteen))


def seen_by_diners(asker: User) -> ColumnElement[bool]:
    """The condition under which the asker may order there: they run it, or it serves an estate of their area."""
    ec = t.estate_canteen.c
    serves = select(ec.id).where(ec.canteen_id == t.canteen.c.id, ec.estate_id.in_(asker.estates))
    return or_(run_by(asker), exists(serves.correlate(t.canteen)))


def _canteens() -> Select[Any]:
    c, unit = t.canteen.c, t.handling_unit.c
    columns = (c.id, c.name, c.unit_id, unit.name.label("unit"), c.address, c.phone, c.active)
    return select(*columns).join_from(t.canteen, t.handling_unit).order_by(c.id)


def setup_canteens(work: Work) -> tuple[SetupCanteen, ...]:
    """Every canteen."""
    return tuple(SetupCanteen(*row) for row in work.conn.execute(_canteens()))


def own_canteens(work: Work, asker: User) -> tuple[SetupCanteen, ...]:
    """The canteens that the asker runs, those in use first."""
    rows = work.conn.execute(_canteens().where(run_by(asker)))
    return tuple(sorted((SetupCanteen(*row) for row in rows), key=lambda one: not one.active))


def own_canteen(work: Work, asker: User, canteen_id: int | None) -> SetupCanteen | None:
    """A canteen that the asker runs."""
    row = work.conn.execute(_canteens().where(run_by(asker), t.canteen.c.id == canteen_id)).first()
    return SetupCanteen(*row) if row else None


def canteens_seen(work: Work, asker: User) -> tuple[SetupCanteen, ...]:
    """The canteens from which the asker may order for somebody."""
    return tuple(SetupCanteen(*row) for row in work.conn.execute(_canteens().where(seen_by_diners(asker))))


def setup_slots(work: Work, canteen_id: int | None = None) -> tuple[Any, ...]:
    """The rows of meal_slot, of one canteen or all, breakfast first."""
    s = t.meal_slot.c
    order = case({"breakfast": 1, "lunch": 2, "dinner": 3}, value=s.meal)
    query = select(t.meal_slot).order_by(s.canteen_id, order)
    return tuple(
        work.conn.execute(query if canteen_id is None else query.where(s.canteen_id == canteen_id)).all()
    )


def canteen_days(work: Work, canteen_id: int, since: date, until: date) -> Mapping[date, tuple[bool, str]]:
    """The days from `since` to `until` on which the canteen departs from its slots: whether it opens, and why."""
    d = t.canteen_day.c
    mine = select(d.day, d.opens, d.note).where(d.canteen_id == canteen_id, d.day.between(since, until))
    return {row.day: (row.opens, row.note) for row in work.conn.execute(mine.order_by(d.day))}


def estate_canteens(work: Work) -> tuple[EstateCanteen, ...]:
    """Which estates every canteen serves, an estate's default first."""
    ec, e, c = t.estate_canteen.c, t.estate.c, t.canteen.c
    columns = (
        ec.id, ec.estate_id, e.name.label("estate"), ec.canteen_id, c.name.label("canteen"), ec.is_default,
    )  # fmt: skip
    query = select(*columns).join_from(t.estate_canteen, t.estate).join(t.canteen)
    rows = work.conn.execute(query.order_by(e.name, ec.is_default.desc(), ec.id))
    return tuple(EstateCanteen(*row) for row in rows)


def dishes_of(work: Work, canteen_id: int) -> tuple[SetupDish, ...]:
    """The dishes of a canteen's register, those in use first, by name."""
    d = t.dish.c
    mine = select(t.dish).where(d.canteen_id == canteen_id).order_by(d.active.desc(), d.name, d.id)
    return tuple(_dish(row) for row in work.conn.execute(mine))


def own_dish(work: Work, asker: User, dish_id: int) -> SetupDish | None:
    """A dish of a canteen that the asker runs."""
    mine = select(t.dish).join_from(t.dish, t.canteen).where(t.dish.c.id == dish_id, run_by(asker))
    row = work.conn.execute(mine).first()
    return _dish(row) if row else None


def _dish(row: Any) -> SetupDish:
    listed = {"marks": tuple(row.marks), "allergens": tuple(row.allergens)}
    return SetupDish(**{**row._mapping, **listed})


def menus_of(work: Work, canteen_id: int, since: date, until: date) -> tuple[PlannedMenu, ...]:
    """The menus of a canteen from `since` to `until`, also drafts, with what is on them."""
    m = t.menu.c
    return _menus(work, and_(m.canteen_id == canteen_id, m.day.between(since, until)))


def own_menu(work: Work, asker: User, menu_id: int) -> PlannedMenu | None:
    """A menu of a canteen that the asker runs."""
    mine = and_(t.menu.c.id == menu_id, t.menu.c.canteen_id.in_(select(t.canteen.c.id).where(run_by(asker))))
    return next(iter(_menus(work, mine)), None)


def _menus(work: Work, which: ColumnElement[bool]) -> tuple[PlannedMenu, ...]:
    m, md, d, o = t.menu.c, t.menu_dish.c, t.dish.c, t.meal_order.c
    orders = select(func.count(o.id)).where(o.menu_id == m.id, LIVE).scalar_subquery()
    columns = (
        m.id, m.canteen_id, m.day, m.meal, m.state, m.capacity, m.taken, m.order_until, m.cancel_until,
        m.starts_at, m.ends_at, m.stage, orders.label("orders"),
    )  # fmt: skip
    menus = work.conn.execute(select(*columns).where(which).order_by(m.day, m.starts_at, m.id)).all()
    on = select(md.menu_id, md.dish_id, d.name, md.cents, md.portions, md.taken).join_from(
        t.menu_dish, t.dish
    )
    dishes: dict[int, list[PlannedDish]] = {}
    for menu_id, *dish in work.conn.execute(on.join(t.menu).where(which).order_by(md.place, md.id)):
        dishes.setdefault(menu_id, []).append(PlannedDish(*dish))
    return tuple(_planned(row, dishes.get(row.id, ())) for row in menus)


def _planned(row: Any, dishes: Iterable[PlannedDish]) -> PlannedMenu:
    return PlannedMenu(**row._mapping, dishes=tuple(dishes))


def setup_tiers(work: Work) -> tuple[Any, ...]:
    """The rows of subsidy_tier with the names of `canteen` and `area`, by payer."""
    s, c, a = t.subsidy_tier.c, t.canteen.c, t.area.c
    columns = (t.subsidy_tier, c.name.label("canteen"), a.name.label("area"))
    query = select(*columns).outerjoin_from(t.subsidy_tier, t.canteen).outerjoin(t.area, a.id == s.area_id)
    return tuple(work.conn.execute(query.order_by(s.payer, s.id)).all())

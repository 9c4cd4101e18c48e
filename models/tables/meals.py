"""Canteens of the elderly: what they cook, who ordered what, how the kitchen counts it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

_MEAL = "meal in ('breakfast', 'lunch', 'dinner')"


def _meal_column() -> Column[str]:
    return Column("meal", String(12), nullable=False)  # breakfast, lunch, dinner


canteen = Table(  # 长者食堂, 助餐点
    "canteen",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    refers_to("handling_unit", name="unit_id", index=True),  # whose groups hear of the kitchen's counts
    Column("address", String(200), nullable=False, default=""),
    Column("phone", String(32), nullable=False, default=""),
    Column("active", Boolean, nullable=False, default=True),
)

estate_canteen = Table(  # which canteens an estate's people may order from
    "estate_canteen",
    metadata,
    id_column(),
    refers_to("estate", index=True),
    refers_to("canteen", index=True),
    Column("is_default", Boolean, nullable=False, default=False),
    UniqueConstraint("estate_id", "canteen_id"),
)
_DEFAULT = estate_canteen.c.is_default == text("true")
Index(
    "ix_estate_canteen_default",
    estate_canteen.c.estate_id,
    unique=True,
    sqlite_where=_DEFAULT,
    postgresql_where=_DEFAULT,
)

meal_slot = Table(  # when a canteen serves a meal; times are HH:MM of 24 hours, Asia/Shanghai
    "meal_slot",
    metadata,
    id_column(),
    refers_to("canteen"),
    _meal_column(),
    Column("days", Json, nullable=False),  # 1 Monday … 7 Sunday; make-up days count as workdays
    Column("holidays", Boolean, nullable=False, default=False),  # also on public holidays
    Column("starts", String(5), nullable=False),
    Column("ends", String(5), nullable=False),
    Column("order_days", Integer, nullable=False, default=0),  # how many days before …
    Column("order_until", String(5), nullable=False),  # … and until when one may order
    Column("cancel_days", Integer, nullable=False, default=0),
    Column("cancel_until", String(5), nullable=False),
    Column("capacity", Integer, nullable=False),  # portions of all dishes together
    Column("delivers", Boolean, nullable=False, default=False),
    Column("delivery_cents", Integer, nullable=False, default=0),
    Column("active", Boolean, nullable=False, default=True),
    CheckConstraint(_MEAL, name="meal"),
    UniqueConstraint("canteen_id", "meal"),
)

canteen_day = Table(  # a day on which a canteen departs from its slots
    "canteen_day",
    metadata,
    id_column(),
    refers_to("canteen"),
    Column("day", Date, nullable=False),
    Column("opens", Boolean, nullable=False),
    Column("note", String(64), nullable=False, default=""),
    UniqueConstraint("canteen_id", "day"),
)

dish = Table(
    "dish",
    metadata,
    id_column(),
    refers_to("canteen"),
    Column("name", String(32), nullable=False),
    Column("cents", Integer, nullable=False),
    Column("photo", String(80), nullable=False, default=""),  # <sha256>.jpg in the data folder
    Column("ingredients", String(200), nullable=False, default=""),
    Column("marks", Json, nullable=False, default=list),  # soft, low_salt, low_sugar, halal
    Column("allergens", Json, nullable=False, default=list),  # peanut, egg, … of models/data/diets.json
    Column("active", Boolean, nullable=False, default=True),
    CheckConstraint("cents >= 0", name="cents"),
    UniqueConstraint("canteen_id", "name"),
)

menu = Table(  # one meal of one day at one canteen, from its first draft to what the kitchen cooks
    "menu",
    metadata,
    id_column(),
    refers_to("canteen"),
    Column("day", Date, nullable=False),
    _meal_column(),
    Column("state", String(12), nullable=False, default="draft"),
    Column("capacity", Integer, nullable=False),  # portions of all dishes together
    Column("taken", Integer, nullable=False, default=0),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("order_until", Moment, nullable=False),
    Column("cancel_until", Moment, nullable=False),
    Column("delivers", Boolean, nullable=False, default=False),
    Column("delivery_cents", Integer, nullable=False, default=0),
    Column("stage", Integer, nullable=False, default=0),  # grows when its times change: older timers go stale
    Column("version", Integer, nullable=False, default=0),  # of the kitchen's count
    Column("frozen_at", Moment, nullable=True),
    CheckConstraint("state in ('draft', 'published', 'frozen', 'withdrawn')", name="state"),
    CheckConstraint(_MEAL, name="meal"),
    CheckConstraint("taken >= 0", name="taken"),
    UniqueConstraint("canteen_id", "day", "meal"),
    Index("ix_menu_day", "day", "meal"),
)

menu_dish = Table(
    "menu_dish",
    metadata,
    id_column(),
    refers_to("menu"),
    refers_to("dish", index=True),
    Column("place", Integer, nullable=False),  # order on the menu, from 1
    Column("cents", Integer, nullable=False),  # the price of that day
    Column("portions", Integer, nullable=True),  # how many there are; empty: as many as the meal holds
    Column("taken", Integer, nullable=False, default=0),
    CheckConstraint("taken >= 0 and (portions is null or taken <= portions)", name="taken"),
    UniqueConstraint("menu_id", "dish_id"),
)

meal_order = Table(  # one person's meal; a second order of the same meal is added to it
    "meal_order",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    refers_to("menu"),
    refers_to("canteen"),
    Column("day", Date, nullable=False),
    _meal_column(),
    refers_to("person", nullable=True, index=True),  # who eats; empty once they are erased
    Column("state", String(12), nullable=False, default="placed"),
    Column("how", String(8), nullable=False),  # pickup, delivery
    refers_to("home", nullable=True),  # where to; delivery only
    refers_to("building", nullable=True),
    refers_to("estate", nullable=True),
    Column("portions", Integer, nullable=False),
    Column("price_cents", Integer, nullable=False),  # dishes and delivery
    Column("subsidy_cents", Integer, nullable=False, default=0),
    Column("pay_cents", Integer, nullable=False),
    Column("pays", String(8), nullable=False),  # balance, pickup, bill
    Column("paid_at", Moment, nullable=True),
    Column("age_band", String(8), nullable=False, default=""),  # as it was when ordered, for reports
    Column("code", String(6), nullable=False),  # said at the counter; one of its own in each meal
    Column("via", String(12), nullable=False),  # wechat, standing, group, console
    refers_to("person", nullable=True, name="by_person_id"),  # a carer who ordered it
    refers_to("account", nullable=True, index=True),  # who is told; empty: staff call
    Column("by_id", Id, nullable=True),  # console user or worker, by `via`
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),  # cancelled, served or missed
    Column("missed_sealed", Text, nullable=False, default=""),  # why it could not be handed over at the door
    CheckConstraint("state in ('placed', 'cancelled', 'served', 'no_show')", name="state"),
    CheckConstraint("how in ('pickup', 'delivery')", name="how"),
    CheckConstraint("pays in ('balance', 'pickup', 'bill')", name="pays"),
    CheckConstraint("pay_cents = price_cents - subsidy_cents and pay_cents >= 0", name="sum"),
    UniqueConstraint("menu_id", "code"),
    Index("ix_meal_order_day", "day", "canteen_id"),
)
_LIVE = meal_order.c.state != text("'cancelled'")
Index(
    "ix_meal_order_one",
    meal_order.c.person_id,
    meal_order.c.day,
    meal_order.c.meal,
    unique=True,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)

meal_order_dish = Table(
    "meal_order_dish",
    metadata,
    id_column(),
    refers_to("meal_order"),
    refers_to("dish", index=True),
    Column("count", Integer, nullable=False),
    Column("cents", Integer, nullable=False),  # of one portion, as ordered
    CheckConstraint("count > 0", name="count"),
    UniqueConstraint("meal_order_id", "dish_id"),
)

kitchen_count = Table(  # what the kitchen was told, each version for ever
    "kitchen_count",
    metadata,
    id_column(),
    refers_to("menu"),
    Column("version", Integer, nullable=False),  # 1: frozen at the cut-off; more: corrections
    Column("counts", Json, nullable=False),  # {dish id: portions}
    Column("changes", Json, nullable=False, default=dict),  # of a correction: {dish id: more or less}
    Column("orders", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("unheard_at", Moment, nullable=True),  # nobody of the canteen could be told: passed up
    Column("repeated_at", Moment, nullable=True),  # of a correction that nobody acknowledged: told once more
    Column("acknowledged_at", Moment, nullable=True),
    refers_to("worker", nullable=True, name="acknowledged_by"),
    refers_to("console_user", nullable=True, name="acknowledged_user_id"),
    UniqueConstraint("menu_id", "version"),
)

meal_route = Table(  # the round of one volunteer
    "meal_route",
    metadata,
    id_column(),
    refers_to("canteen"),
    Column("name", String(32), nullable=False),
    refers_to("worker", nullable=True),  # the volunteer
    Column("active", Boolean, nullable=False, default=True),
    UniqueConstraint("canteen_id", "name"),
)

meal_route_building = Table(
    "meal_route_building",
    metadata,
    id_column(),
    refers_to("meal_route", index=True),
    refers_to("building"),
    Column("place", Integer, nullable=False),  # the order in which it is walked
    UniqueConstraint("meal_route_id", "building_id"),
)

meal_rating = Table(
    "meal_rating",
    metadata,
    id_column(),
    refers_to("meal_order"),
    refers_to("person", nullable=True, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("score", Integer, nullable=True),
    Column("at", Moment, nullable=True),
    CheckConstraint("score is null or score between 1 and 5", name="score"),
    UniqueConstraint("meal_order_id"),
)

"""Who eats: what they may not, who orders for them, what they order for good, what it costs whom."""

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
)
from sqlalchemy import text as sql

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

dietary_restriction = Table(  # 忌口, 过敏: health data, kept with a consent of its own
    "dietary_restriction",
    metadata,
    id_column(),
    refers_to("person"),
    Column("facts_sealed", Text, nullable=False),  # JSON: marks, allergens, dishes, note
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("person_id"),
)

entitlement = Table(  # what subsidies go by, as staff have checked it
    "entitlement",
    metadata,
    id_column(),
    refers_to("person"),
    Column("facts_sealed", Text, nullable=False),  # JSON: born (ISO), groups (low_income, …)
    Column("verified_at", Moment, nullable=True),
    refers_to("console_user", nullable=True, name="verified_by"),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("person_id"),
)

subsidy_tier = Table(  # 补贴档次; of one payer's tiers the best one counts, payers add up
    "subsidy_tier",
    metadata,
    id_column(),
    Column("name", String(32), nullable=False),
    Column("payer", String(32), nullable=False),  # who pays: 区民政, 街道, 慈善会 …
    refers_to("canteen", nullable=True),  # empty: at every canteen
    refers_to("area", nullable=True),  # whose residents; empty: everybody's
    Column("lowest_age", Integer, nullable=True),
    Column("highest_age", Integer, nullable=True),
    Column("groups", Json, nullable=False, default=list),  # one of these is enough; none: everybody
    Column("meals", Json, nullable=False, default=list),  # none: every meal
    Column("cents", Integer, nullable=False),  # off one meal
    Column("weekly_most", Integer, nullable=True),  # meals
    Column("monthly_most", Integer, nullable=True),  # meals
    Column("monthly_cents", Integer, nullable=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=True),
    Column("active", Boolean, nullable=False, default=True),
    CheckConstraint("cents > 0", name="cents"),
)

meal_subsidy = Table(  # what one tier paid of one order
    "meal_subsidy",
    metadata,
    id_column(),
    refers_to("meal_order"),
    refers_to("subsidy_tier"),
    refers_to("person", nullable=True),
    Column("day", Date, nullable=False),
    Column("cents", Integer, nullable=False),
    UniqueConstraint("meal_order_id", "subsidy_tier_id"),
    Index("ix_meal_subsidy_used", "person_id", "subsidy_tier_id", "day"),
)

meal_account = Table(  # a diner's money; its balance is the sum of its entries
    "meal_account",
    metadata,
    id_column(),
    refers_to("person", nullable=True),
    Column("pays", String(8), nullable=False, default="pickup"),  # balance, pickup, bill
    Column("balance_cents", Integer, nullable=False, default=0),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint("pays in ('balance', 'pickup', 'bill')", name="pays"),
    CheckConstraint("balance_cents >= 0 or pays = 'bill'", name="balance"),
    UniqueConstraint("person_id"),
)

meal_entry = Table(  # only added to
    "meal_entry",
    metadata,
    id_column(),
    refers_to("meal_account", index=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(12), nullable=False),  # top_up, meal, change, refund, counter, bill_paid, payout
    Column("cents", Integer, nullable=False),  # what it adds to the balance
    refers_to("meal_order", nullable=True, index=True),
    Column("by", String(12), nullable=False),  # resident, worker, console, system
    Column("by_id", Id, nullable=True),
    Column("note", String(64), nullable=False, default=""),
)

carer = Table(  # who orders and pays for an elder, once the elder agrees
    "carer",
    metadata,
    id_column(),
    refers_to("person", name="elder_id", index=True),
    refers_to("person", name="carer_id", index=True),
    Column("word", String(16), nullable=False),  # what the carer calls the elder: 妈妈
    Column("state", String(8), nullable=False, default="asked"),
    Column("made_at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=True),
    Column("decided_by", Id, nullable=True),  # the console user who has the elder's consent on paper
    CheckConstraint("state in ('asked', 'agreed', 'refused', 'ended')", name="state"),
    UniqueConstraint("elder_id", "carer_id"),
)

standing_order = Table(  # 长期订餐
    "standing_order",
    metadata,
    id_column(),
    refers_to("person", index=True),
    refers_to("account", nullable=True),  # who is told
    refers_to("person", nullable=True, name="by_person_id"),
    refers_to("canteen"),
    Column("meal", String(12), nullable=False),
    Column("days", Json, nullable=False),  # 1 Monday … 7 Sunday
    Column("holidays", Boolean, nullable=False, default=False),
    Column(
        "dishes", Json, nullable=False, default=dict
    ),  # {dish id: count}; empty: the usual, else the first
    Column("how", String(8), nullable=False),
    refers_to("home", nullable=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=True),
    Column("paused_from", Date, nullable=True),  # until it is taken up again; pauses that end: standing_day
    Column("state", String(8), nullable=False, default="active"),
    Column("made_at", Moment, nullable=False),
    CheckConstraint("state in ('active', 'ended')", name="state"),
    CheckConstraint("how in ('pickup', 'delivery')", name="how"),
)
_ACTIVE = standing_order.c.state == sql("'active'")
Index(
    "ix_standing_order_one",
    standing_order.c.person_id,
    standing_order.c.meal,
    unique=True,
    sqlite_where=_ACTIVE,
    postgresql_where=_ACTIVE,
)

standing_day = Table(  # what became of a standing order on one day: never done twice, never born again
    "standing_day",
    metadata,
    id_column(),
    refers_to("standing_order"),
    Column("day", Date, nullable=False),
    # ordered, sold_out, closed, had_one, diet, late; skipped, paused: not wanted; reopened: closed before
    Column("outcome", String(12), nullable=False),
    refers_to("meal_order", nullable=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("standing_order_id", "day"),
)

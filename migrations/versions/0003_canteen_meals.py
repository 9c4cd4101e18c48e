"""Meals from the canteens: menus, orders, the kitchen's counts, money, carers, standing orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE meal_number START 1")
    op.create_table(
        "carer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("state in ('asked', 'agreed', 'refused', 'ended')", name=op.f("ck_carer_state")),
        sa.ForeignKeyConstraint(["carer_id"], ["person.id"], name=op.f("fk_carer_carer_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["person.id"], name=op.f("fk_carer_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer")),
        sa.UniqueConstraint("elder_id", "carer_id", name=op.f("uq_carer_elder_id_carer_id")),
    )
    with op.batch_alter_table("carer") as batch_op:
        batch_op.create_index(batch_op.f("ix_carer_carer_id"), ["carer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_carer_elder_id"), ["elder_id"], unique=False)

    op.create_table(
        "dietary_restriction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts_sealed", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dietary_restriction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dietary_restriction")),
        sa.UniqueConstraint("person_id", name=op.f("uq_dietary_restriction_person_id")),
    )
    op.create_table(
        "meal_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pays", sa.String(length=8), nullable=False),
        sa.Column("balance_cents", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance_cents >= 0 or pays = 'bill'", name=op.f("ck_meal_account_balance")),
        sa.CheckConstraint("pays in ('balance', 'pickup', 'bill')", name=op.f("ck_meal_account_pays")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meal_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_meal_account_person_id")),
    )
    op.create_table(
        "canteen",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["handling_unit.id"], name=op.f("fk_canteen_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canteen")),
        sa.UniqueConstraint("name", name=op.f("uq_canteen_name")),
    )
    with op.batch_alter_table("canteen") as batch_op:
        batch_op.create_index(batch_op.f("ix_canteen_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "canteen_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_canteen_day_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canteen_day")),
        sa.UniqueConstraint("canteen_id", "day", name=op.f("uq_canteen_day_canteen_id_day")),
    )
    op.create_table(
        "dish",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("photo", sa.String(length=80), nullable=False),
        sa.Column("ingredients", sa.String(length=200), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("allergens", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_dish_cents")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_dish_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dish")),
        sa.UniqueConstraint("canteen_id", "name", name=op.f("uq_dish_canteen_id_name")),
    )
    op.create_table(
        "entitlement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts_sealed", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entitlement_person_id")),
        sa.ForeignKeyConstraint(
            ["verified_by"], ["console_user.id"], name=op.f("fk_entitlement_verified_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.UniqueConstraint("person_id", name=op.f("uq_entitlement_person_id")),
    )
    op.create_table(
        "estate_canteen",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("estate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_estate_canteen_canteen_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_estate_canteen_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate_canteen")),
        sa.UniqueConstraint("estate_id", "canteen_id", name=op.f("uq_estate_canteen_estate_id_canteen_id")),
    )
    with op.batch_alter_table("estate_canteen") as batch_op:
        batch_op.create_index(batch_op.f("ix_estate_canteen_canteen_id"), ["canteen_id"], unique=False)
        batch_op.create_index(
            "ix_estate_canteen_default",
            ["estate_id"],
            unique=True,
            sqlite_where=sa.text("is_default = true"),
            postgresql_where=sa.text("is_default = true"),
        )
        batch_op.create_index(batch_op.f("ix_estate_canteen_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "meal_route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_meal_route_canteen_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_meal_route_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_route")),
        sa.UniqueConstraint("canteen_id", "name", name=op.f("uq_meal_route_canteen_id_name")),
    )
    op.create_table(
        "meal_slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal", sa.String(length=12), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("order_days", sa.Integer(), nullable=False),
        sa.Column("order_until", sa.String(length=5), nullable=False),
        sa.Column("cancel_days", sa.Integer(), nullable=False),
        sa.Column("cancel_until", sa.String(length=5), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("delivers", sa.Boolean(), nullable=False),
        sa.Column("delivery_cents", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("meal in ('breakfast', 'lunch', 'dinner')", name=op.f("ck_meal_slot_meal")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_meal_slot_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_slot")),
        sa.UniqueConstraint("canteen_id", "meal", name=op.f("uq_meal_slot_canteen_id_meal")),
    )
    op.create_table(
        "menu",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivers", sa.Boolean(), nullable=False),
        sa.Column("delivery_cents", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("meal in ('breakfast', 'lunch', 'dinner')", name=op.f("ck_menu_meal")),
        sa.CheckConstraint(
            "state in ('draft', 'published', 'frozen', 'withdrawn')", name=op.f("ck_menu_state")
        ),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_menu_taken")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_menu_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu")),
        sa.UniqueConstraint("canteen_id", "day", "meal", name=op.f("uq_menu_canteen_id_day_meal")),
    )
    with op.batch_alter_table("menu") as batch_op:
        batch_op.create_index("ix_menu_day", ["day", "meal"], unique=False)

    op.create_table(
        "subsidy_tier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("payer", sa.String(length=32), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lowest_age", sa.Integer(), nullable=True),
        sa.Column("highest_age", sa.Integer(), nullable=True),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("meals", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("weekly_most", sa.Integer(), nullable=True),
        sa.Column("monthly_most", sa.Integer(), nullable=True),
        sa.Column("monthly_cents", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_subsidy_tier_cents")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_subsidy_tier_area_id")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_subsidy_tier_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_tier")),
    )
    op.create_table(
        "kitchen_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unheard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "acknowledged_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["worker.id"], name=op.f("fk_kitchen_count_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_user_id"], ["console_user.id"], name=op.f("fk_kitchen_count_acknowledged_user_id")
        ),
        sa.ForeignKeyConstraint(["menu_id"], ["menu.id"], name=op.f("fk_kitchen_count_menu_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kitchen_count")),
        sa.UniqueConstraint("menu_id", "version", name=op.f("uq_kitchen_count_menu_id_version")),
    )
    op.create_table(
        "menu_dish",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dish_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "taken >= 0 and (portions is null or taken <= portions)", name=op.f("ck_menu_dish_taken")
        ),
        sa.ForeignKeyConstraint(["dish_id"], ["dish.id"], name=op.f("fk_menu_dish_dish_id")),
        sa.ForeignKeyConstraint(["menu_id"], ["menu.id"], name=op.f("fk_menu_dish_menu_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_dish")),
        sa.UniqueConstraint("menu_id", "dish_id", name=op.f("uq_menu_dish_menu_id_dish_id")),
    )
    with op.batch_alter_table("menu_dish") as batch_op:
        batch_op.create_index(batch_op.f("ix_menu_dish_dish_id"), ["dish_id"], unique=False)

    op.create_table(
        "meal_route_building",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal_route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("building_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_meal_route_building_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["meal_route_id"], ["meal_route.id"], name=op.f("fk_meal_route_building_meal_route_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_route_building")),
        sa.UniqueConstraint(
            "meal_route_id", "building_id", name=op.f("uq_meal_route_building_meal_route_id_building_id")
        ),
    )
    with op.batch_alter_table("meal_route_building") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meal_route_building_meal_route_id"), ["meal_route_id"], unique=False
        )

    op.create_table(
        "meal_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("home_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("building_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("estate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("subsidy_cents", sa.Integer(), nullable=False),
        sa.Column("pay_cents", sa.Integer(), nullable=False),
        sa.Column("pays", sa.String(length=8), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("age_band", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_sealed", sa.Text(), nullable=False),
        sa.CheckConstraint("how in ('pickup', 'delivery')", name=op.f("ck_meal_order_how")),
        sa.CheckConstraint("pays in ('balance', 'pickup', 'bill')", name=op.f("ck_meal_order_pays")),
        sa.CheckConstraint(
            "state in ('placed', 'cancelled', 'served', 'no_show')", name=op.f("ck_meal_order_state")
        ),
        sa.CheckConstraint(
            "pay_cents = price_cents - subsidy_cents and pay_cents >= 0", name=op.f("ck_meal_order_sum")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_meal_order_account_id")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_meal_order_building_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_meal_order_by_person_id")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_meal_order_canteen_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_meal_order_estate_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_meal_order_home_id")),
        sa.ForeignKeyConstraint(["menu_id"], ["menu.id"], name=op.f("fk_meal_order_menu_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meal_order_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_order")),
        sa.UniqueConstraint("menu_id", "code", name=op.f("uq_meal_order_menu_id_code")),
        sa.UniqueConstraint("number", name=op.f("uq_meal_order_number")),
    )
    with op.batch_alter_table("meal_order") as batch_op:
        batch_op.create_index(batch_op.f("ix_meal_order_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_meal_order_day", ["day", "canteen_id"], unique=False)
        batch_op.create_index(
            "ix_meal_order_one",
            ["person_id", "day", "meal"],
            unique=True,
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )
        batch_op.create_index(batch_op.f("ix_meal_order_person_id"), ["person_id"], unique=False)

    op.create_table(
        "standing_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal", sa.String(length=12), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.Column("dishes", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("home_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("paused_from", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how in ('pickup', 'delivery')", name=op.f("ck_standing_order_how")),
        sa.CheckConstraint("state in ('active', 'ended')", name=op.f("ck_standing_order_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_standing_order_account_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_standing_order_by_person_id")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_standing_order_canteen_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_standing_order_home_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standing_order_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
    )
    with op.batch_alter_table("standing_order") as batch_op:
        batch_op.create_index(
            "ix_standing_order_one",
            ["person_id", "meal"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(batch_op.f("ix_standing_order_person_id"), ["person_id"], unique=False)

    op.create_table(
        "meal_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("meal_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["meal_account_id"], ["meal_account.id"], name=op.f("fk_meal_entry_meal_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["meal_order_id"], ["meal_order.id"], name=op.f("fk_meal_entry_meal_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_entry")),
    )
    with op.batch_alter_table("meal_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_meal_entry_meal_account_id"), ["meal_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meal_entry_meal_order_id"), ["meal_order_id"], unique=False)

    op.create_table(
        "meal_order_dish",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dish_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_meal_order_dish_count")),
        sa.ForeignKeyConstraint(["dish_id"], ["dish.id"], name=op.f("fk_meal_order_dish_dish_id")),
        sa.ForeignKeyConstraint(
            ["meal_order_id"], ["meal_order.id"], name=op.f("fk_meal_order_dish_meal_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_order_dish")),
        sa.UniqueConstraint(
            "meal_order_id", "dish_id", name=op.f("uq_meal_order_dish_meal_order_id_dish_id")
        ),
    )
    with op.batch_alter_table("meal_order_dish") as batch_op:
        batch_op.create_index(batch_op.f("ix_meal_order_dish_dish_id"), ["dish_id"], unique=False)

    op.create_table(
        "meal_rating",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("score is null or score between 1 and 5", name=op.f("ck_meal_rating_score")),
        sa.ForeignKeyConstraint(
            ["meal_order_id"], ["meal_order.id"], name=op.f("fk_meal_rating_meal_order_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meal_rating_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_rating")),
        sa.UniqueConstraint("meal_order_id", name=op.f("uq_meal_rating_meal_order_id")),
    )
    with op.batch_alter_table("meal_rating") as batch_op:
        batch_op.create_index(batch_op.f("ix_meal_rating_person_id"), ["person_id"], unique=False)

    op.create_table(
        "meal_subsidy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meal_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subsidy_tier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meal_order_id"], ["meal_order.id"], name=op.f("fk_meal_subsidy_meal_order_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meal_subsidy_person_id")),
        sa.ForeignKeyConstraint(
            ["subsidy_tier_id"], ["subsidy_tier.id"], name=op.f("fk_meal_subsidy_subsidy_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_subsidy")),
        sa.UniqueConstraint(
            "meal_order_id", "subsidy_tier_id", name=op.f("uq_meal_subsidy_meal_order_id_subsidy_tier_id")
        ),
    )
    with op.batch_alter_table("meal_subsidy") as batch_op:
        batch_op.create_index("ix_meal_subsidy_used", ["person_id", "subsidy_tier_id", "day"], unique=False)

    op.create_table(
        "standing_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standing_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("meal_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meal_order_id"], ["meal_order.id"], name=op.f("fk_standing_day_meal_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["standing_order_id"], ["standing_order.id"], name=op.f("fk_standing_day_standing_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_day")),
        sa.UniqueConstraint("standing_order_id", "day", name=op.f("uq_standing_day_standing_order_id_day")),
    )
    with op.batch_alter_table("desk_item") as batch_op:
        batch_op.add_column(
            sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("meal_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_desk_item_meal_account_id"), "meal_account", ["meal_account_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_desk_item_person_id"), "person", ["person_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_desk_item_canteen_id"), "canteen", ["canteen_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_desk_item_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("desk_item") as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_item_person_id"))
        batch_op.drop_constraint(batch_op.f("fk_desk_item_canteen_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_desk_item_person_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_desk_item_meal_account_id"), type_="foreignkey")
        batch_op.drop_column("meal_account_id")
        batch_op.drop_column("canteen_id")
        batch_op.drop_column("person_id")

    op.drop_table("standing_day")
    with op.batch_alter_table("meal_subsidy") as batch_op:
        batch_op.drop_index("ix_meal_subsidy_used")

    op.drop_table("meal_subsidy")
    with op.batch_alter_table("meal_rating") as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_rating_person_id"))

    op.drop_table("meal_rating")
    with op.batch_alter_table("meal_order_dish") as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_order_dish_dish_id"))

    op.drop_table("meal_order_dish")
    with op.batch_alter_table("meal_entry") as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_entry_meal_order_id"))
        batch_op.drop_index(batch_op.f("ix_meal_entry_meal_account_id"))

    op.drop_table("meal_entry")
    with op.batch_alter_table("standing_order") as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_order_person_id"))
        batch_op.drop_index(
            "ix_standing_order_one",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("standing_order")
    with op.batch_alter_table("meal_order") as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_order_person_id"))
        batch_op.drop_index(
            "ix_meal_order_one",
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )
        batch_op.drop_index("ix_meal_order_day")
        batch_op.drop_index(batch_op.f("ix_meal_order_account_id"))

    op.drop_table("meal_order")
    with op.batch_alter_table("meal_route_building") as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_route_building_meal_route_id"))

    op.drop_table("meal_route_building")
    with op.batch_alter_table("menu_dish") as batch_op:
        batch_op.drop_index(batch_op.f("ix_menu_dish_dish_id"))

    op.drop_table("menu_dish")
    op.drop_table("kitchen_count")
    op.drop_table("subsidy_tier")
    with op.batch_alter_table("menu") as batch_op:
        batch_op.drop_index("ix_menu_day")

    op.drop_table("menu")
    op.drop_table("meal_slot")
    op.drop_table("meal_route")
    with op.batch_alter_table("estate_canteen") as batch_op:
        batch_op.drop_index(batch_op.f("ix_estate_canteen_estate_id"))
        batch_op.drop_index(
            "ix_estate_canteen_default",
            sqlite_where=sa.text("is_default = true"),
            postgresql_where=sa.text("is_default = true"),
        )
        batch_op.drop_index(batch_op.f("ix_estate_canteen_canteen_id"))

    op.drop_table("estate_canteen")
    op.drop_table("entitlement")
    op.drop_table("dish")
    op.drop_table("canteen_day")
    with op.batch_alter_table("canteen") as batch_op:
        batch_op.drop_index(batch_op.f("ix_canteen_unit_id"))

    op.drop_table("canteen")
    op.drop_table("meal_account")
    op.drop_table("dietary_restriction")
    with op.batch_alter_table("carer") as batch_op:
        batch_op.drop_index(batch_op.f("ix_carer_elder_id"))
        batch_op.drop_index(batch_op.f("ix_carer_carer_id"))

    op.drop_table("carer")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE meal_number")

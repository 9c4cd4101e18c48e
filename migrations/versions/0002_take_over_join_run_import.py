"""People take over, every firm can join, an IT person can run it: talks, pages, apps, rosters, imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NOW = "state in ('waiting', 'claimed', 'arrived', 'paused', 'closed')"
BEFORE = "state in ('waiting', 'claimed', 'arrived', 'closed')"


NUMBERS = (
    ("order_number", "work_order", 1001),
    ("talk_number", "person_talk", 1),
    ("question_number", "unanswered", 1),
)


def upgrade() -> None:
    """Make the change."""
    _make_tables()
    for name, table, first in NUMBERS:
        _number(name, table, first)


def _number(name: str, table: str, first: int) -> None:
    """Numbers go on where they were: from a sequence on PostgreSQL, whose counter row every order waited for."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute(f"UPDATE counter SET name = '{name}' WHERE name = '{table}'")
        return
    op.execute(f"CREATE SEQUENCE {name} START {first}")
    op.execute(f"SELECT setval('{name}', max(number)) FROM {table} HAVING max(number) IS NOT NULL")
    op.execute(f"DELETE FROM counter WHERE name = '{table}'")


def _make_tables() -> None:
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent") as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_account_id"), ["account_id"], unique=False)

    op.create_table(
        "person_talk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at is not null)", name=op.f("ck_person_talk_end")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_talk_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["handling_unit.id"], name=op.f("fk_person_talk_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_talk")),
        sa.UniqueConstraint("number", name=op.f("uq_person_talk_number")),
    )
    with op.batch_alter_table("person_talk") as batch_op:
        batch_op.create_index(batch_op.f("ix_person_talk_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_person_talk_open", ["state", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_talk_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "grid",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_grid_area_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["worker.id"], name=op.f("fk_grid_officer_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["grid.id"], name=op.f("fk_grid_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        sa.UniqueConstraint("name", name=op.f("uq_grid_name")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=False),
        sa.Column("console_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["console_user_id"], ["console_user.id"], name=op.f("fk_import_run_console_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("substitute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["substitute_id"], ["worker.id"], name=op.f("fk_leave_substitute_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_leave_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sa.UniqueConstraint("worker_id", "starts_at", name=op.f("uq_leave_worker_id_starts_at")),
    )
    with op.batch_alter_table("leave") as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["console_user.id"], name=op.f("fk_calendar_day_changed_by")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "own_text",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["console_user.id"], name=op.f("fk_own_text_changed_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_own_text")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_shift_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("worker_id", "starts_at", name=op.f("uq_shift_worker_id_starts_at")),
    )
    with op.batch_alter_table("shift") as batch_op:
        batch_op.create_index("ix_shift_ends", ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "talk_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_talk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words_sealed", sa.Text(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_talk_id"], ["person_talk.id"], name=op.f("fk_talk_entry_person_talk_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_entry")),
    )
    with op.batch_alter_table("talk_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_entry_person_talk_id"), ["person_talk_id"], unique=False)

    op.create_table(
        "town_setting",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["console_user.id"], name=op.f("fk_town_setting_changed_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_town_setting")),
    )
    op.create_table(
        "voice_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_voice_note_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_note")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_voice_note_inbox_id")),
    )
    with op.batch_alter_table("voice_note") as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_note_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_voice_note_due", ["state", "next_at"], unique=False)

    op.create_table(
        "worker_estate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("estate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_worker_estate_estate_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_estate_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_estate")),
        sa.UniqueConstraint("worker_id", "estate_id", name=op.f("uq_worker_estate_worker_id_estate_id")),
    )
    with op.batch_alter_table("worker_estate") as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_estate_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "worker_phone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_phone_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_phone")),
    )
    with op.batch_alter_table("worker_phone") as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_phone_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "worker_skill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_worker_skill_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_skill")),
        sa.UniqueConstraint("worker_id", "category", name=op.f("uq_worker_skill_worker_id_category")),
    )
    with op.batch_alter_table("worker_skill") as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_skill_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "app_card",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task", sa.String(length=128), nullable=False),
        sa.Column("response_code", sa.String(length=255), nullable=False),
        sa.Column("code_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bot_id"], ["bot.id"], name=op.f("fk_app_card_bot_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_app_card_work_order_id")),
        sa.ForeignKeyConstraint(
            ["worker_account_id"], ["worker_account.id"], name=op.f("fk_app_card_worker_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_card")),
        sa.UniqueConstraint("task", name=op.f("uq_app_card_task")),
    )
    with op.batch_alter_table("app_card") as batch_op:
        batch_op.create_index(batch_op.f("ix_app_card_work_order_id"), ["work_order_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_app_card_worker_account_id"), ["worker_account_id"], unique=False
        )

    op.create_table(
        "order_helper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_order_helper_work_order_id")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_order_helper_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_helper")),
        sa.UniqueConstraint(
            "work_order_id", "worker_id", name=op.f("uq_order_helper_work_order_id_worker_id")
        ),
    )
    with op.batch_alter_table("order_helper") as batch_op:
        batch_op.create_index(batch_op.f("ix_order_helper_work_order_id"), ["work_order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_helper_worker_id"), ["worker_id"], unique=False)

    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(
            sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_audit_worker_id"), "worker", ["worker_id"], ["id"])

    with op.batch_alter_table("binding") as batch_op:
        batch_op.add_column(sa.Column("part", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )

    with op.batch_alter_table("binding_try") as batch_op:
        batch_op.alter_column("bot_id", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("building") as batch_op:
        batch_op.add_column(
            sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_building_grid_id"), ["grid_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_building_grid_id"), "grid", ["grid_id"], ["id"])

    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "what"], unique=False)
    op.create_index("ix_binding_state", "binding", ["state"], unique=False)
    op.create_index("ix_order_entry_by", "order_entry", ["by", "by_id"], unique=False)

    with op.batch_alter_table("console_user") as batch_op:
        batch_op.add_column(
            sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_console_user_area_id"), "area", ["area_id"], ["id"])

    with op.batch_alter_table("handling_unit") as batch_op:
        batch_op.add_column(
            sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("hours", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_handling_unit_area_id"), ["area_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_handling_unit_area_id"), "area", ["area_id"], ["id"])

    with op.batch_alter_table("home") as batch_op:
        batch_op.add_column(
            sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_home_room"), ["room"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_home_grid_id"), "grid", ["grid_id"], ["id"])

    with op.batch_alter_table("order_follower") as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_order_follower_person_id"), ["person_id"], unique=False)
    called = sa.text("account_id IS NULL")
    op.create_index(
        "ix_order_follower_called",
        "order_follower",
        ["work_order_id", "person_id"],
        unique=True,
        sqlite_where=called,
        postgresql_where=called,
    )

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(
            sa.Column(
                "worker_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(batch_op.f("ix_outbox_worker_account_id"), ["worker_account_id"], unique=False)
        batch_op.create_index("ix_outbox_sent", ["sent_at", "rung"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_worker_account_id"), "worker_account", ["worker_account_id"], ["id"]
        )
        batch_op.add_column(
            sa.Column("person_talk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_outbox_person_talk_id"), ["person_talk_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_person_talk_id"), "person_talk", ["person_talk_id"], ["id"]
        )

    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("name_index", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_name_index"), ["name_index"], unique=False)

    with op.batch_alter_table("photo") as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_account_id"), ["account_id"], unique=False)
        batch_op.add_column(
            sa.Column("person_talk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_photo_person_talk_id"), ["person_talk_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_photo_person_talk_id"), "person_talk", ["person_talk_id"], ["id"]
        )

    with op.batch_alter_table("route") as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(length=16), nullable=False, server_default="claim"))
        batch_op.add_column(
            sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_route_worker_id"), "worker", ["worker_id"], ["id"])

    with op.batch_alter_table("work_group") as batch_op:
        batch_op.alter_column("bot_id", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("work_order") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_work_order_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_work_order_state"), NOW)
        batch_op.add_column(sa.Column("returns", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("visit_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("visit_ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        merged = sa.text("merged_into_id IS NOT NULL")
        batch_op.create_index(
            batch_op.f("ix_work_order_merged_into_id"),
            ["merged_into_id"],
            unique=False,
            sqlite_where=merged,
            postgresql_where=merged,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_work_order_merged_into_id"), "work_order", ["merged_into_id"], ["id"]
        )
        batch_op.add_column(sa.Column("stripped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("thing", sa.String(length=16), nullable=True))

    with op.batch_alter_table("worker") as batch_op:
        batch_op.add_column(sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))

    op.drop_index("ix_inbox_undone", table_name="inbox")
    op.create_index("ix_inbox_undone", "inbox", ["channel", "sender", "state", "id"], unique=False)

    op.create_table(
        "item_vector",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_of", sa.String(length=64), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_vector")),
        sa.UniqueConstraint("made_of", name=op.f("uq_item_vector_made_of")),
    )
    op.create_table(
        "service_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("title_key", sa.String(length=64), nullable=False),
        sa.Column("class_key", sa.String(length=16), nullable=False),
        sa.Column("field_key", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("materials", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("fee", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("whom", sa.String(length=200), nullable=False),
        sa.Column("elsewhere", sa.String(length=200), nullable=False),
        sa.Column("kiosk", sa.String(length=200), nullable=False),
        sa.Column("rules", sa.Text(), nullable=True),
        sa.Column("is_health", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=False),
        sa.Column("estate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("vectors", sa.String(length=8), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("state in ('draft', 'live', 'ended')", name=op.f("ck_service_item_state")),
        sa.CheckConstraint("estate_id is null or unit_id is null", name=op.f("ck_service_item_scope")),
        sa.ForeignKeyConstraint(["changed_by"], ["console_user.id"], name=op.f("fk_service_item_changed_by")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_service_item_estate_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["handling_unit.id"], name=op.f("fk_service_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item")),
    )
    with op.batch_alter_table("service_item") as batch_op:
        batch_op.create_index("ix_service_item_due", ["vectors", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_item_estate_id"), ["estate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_item_title_key"), ["title_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_item_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "item_alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_item_id"], ["service_item.id"], name=op.f("fk_item_alias_service_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_alias")),
        sa.UniqueConstraint("service_item_id", "words", name=op.f("uq_item_alias_service_item_id_words")),
    )
    with op.batch_alter_table("item_alias") as batch_op:
        batch_op.create_index(batch_op.f("ix_item_alias_service_item_id"), ["service_item_id"], unique=False)

    op.create_table(
        "unanswered",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("estate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=8), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("review", sa.String(length=8), nullable=False),
        sa.Column("service_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("state in ('open', 'answered', 'dropped')", name=op.f("ck_unanswered_state")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_unanswered_estate_id")),
        sa.ForeignKeyConstraint(
            ["service_item_id"], ["service_item.id"], name=op.f("fk_unanswered_service_item_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["handling_unit.id"], name=op.f("fk_unanswered_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sa.UniqueConstraint("number", name=op.f("uq_unanswered_number")),
    )
    with op.batch_alter_table("unanswered") as batch_op:
        batch_op.create_index("ix_unanswered_state", ["state", "last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_unanswered_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "question_asked",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("service_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("useful", sa.Integer(), nullable=True),
        sa.Column("unanswered_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict in ('sure', 'suggest', 'none')", name=op.f("ck_question_asked_verdict")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_question_asked_account_id")),
        sa.ForeignKeyConstraint(
            ["service_item_id"], ["service_item.id"], name=op.f("fk_question_asked_service_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["unanswered_id"], ["unanswered.id"], name=op.f("fk_question_asked_unanswered_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_asked")),
    )
    with op.batch_alter_table("question_asked") as batch_op:
        batch_op.create_index(batch_op.f("ix_question_asked_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_question_asked_at", ["asked_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_question_asked_service_item_id"), ["service_item_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_question_asked_unanswered_id"), ["unanswered_id"], unique=False)


def downgrade() -> None:
    for name, table, _ in NUMBERS:
        _count(name, table)
    _drop_tables()


def _count(name: str, table: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute(f"UPDATE counter SET name = '{table}' WHERE name = '{name}'")
        return
    op.execute(
        f"INSERT INTO counter SELECT '{table}', max(number) FROM {table} HAVING max(number) IS NOT NULL"
    )
    op.execute(f"DROP SEQUENCE {name}")


def _drop_tables() -> None:
    """Take the change back."""
    with op.batch_alter_table("question_asked") as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_asked_unanswered_id"))
        batch_op.drop_index(batch_op.f("ix_question_asked_service_item_id"))
        batch_op.drop_index("ix_question_asked_at")
        batch_op.drop_index(batch_op.f("ix_question_asked_account_id"))

    op.drop_table("question_asked")
    with op.batch_alter_table("unanswered") as batch_op:
        batch_op.drop_index(batch_op.f("ix_unanswered_unit_id"))
        batch_op.drop_index("ix_unanswered_state")

    op.drop_table("unanswered")
    with op.batch_alter_table("item_alias") as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_alias_service_item_id"))

    op.drop_table("item_alias")
    with op.batch_alter_table("service_item") as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_item_unit_id"))
        batch_op.drop_index(batch_op.f("ix_service_item_title_key"))
        batch_op.drop_index(batch_op.f("ix_service_item_estate_id"))
        batch_op.drop_index("ix_service_item_due")

    op.drop_table("service_item")
    op.drop_table("item_vector")

    op.drop_index("ix_inbox_undone", table_name="inbox")
    op.create_index("ix_inbox_undone", "inbox", ["channel", "sender", "state"], unique=False)

    with op.batch_alter_table("worker") as batch_op:
        batch_op.drop_column("given_at")

    with op.batch_alter_table("work_order") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_work_order_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_work_order_state"), BEFORE)
        batch_op.drop_column("thing")
        batch_op.drop_column("stripped_at")
        batch_op.drop_constraint(batch_op.f("fk_work_order_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_work_order_merged_into_id"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("visit_ends_at")
        batch_op.drop_column("visit_at")
        batch_op.drop_column("paused_until")
        batch_op.drop_column("returns")

    with op.batch_alter_table("work_group") as batch_op:
        batch_op.alter_column("bot_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("route") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_route_worker_id"), type_="foreignkey")
        batch_op.drop_column("worker_id")
        batch_op.drop_column("mode")

    with op.batch_alter_table("photo") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_photo_person_talk_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_photo_person_talk_id"))
        batch_op.drop_column("person_talk_id")
        batch_op.drop_index(batch_op.f("ix_photo_account_id"))

    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_name_index"))
        batch_op.drop_column("name_index")

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_person_talk_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_outbox_person_talk_id"))
        batch_op.drop_column("person_talk_id")
        batch_op.drop_constraint(batch_op.f("fk_outbox_worker_account_id"), type_="foreignkey")
        batch_op.drop_index("ix_outbox_sent")
        batch_op.drop_index(batch_op.f("ix_outbox_worker_account_id"))
        batch_op.drop_column("worker_account_id")

    op.drop_index("ix_order_follower_called", table_name="order_follower")
    op.execute("DELETE FROM order_follower WHERE account_id IS NULL")
    with op.batch_alter_table("order_follower") as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_follower_person_id"))
        batch_op.alter_column("account_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("home") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_home_grid_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_home_room"))
        batch_op.drop_column("grid_id")

    with op.batch_alter_table("handling_unit") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_handling_unit_area_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_handling_unit_area_id"))
        batch_op.drop_column("hours")
        batch_op.drop_column("area_id")

    op.drop_index("ix_order_entry_by", table_name="order_entry")
    op.drop_index("ix_binding_state", table_name="binding")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index("ix_audit_at", table_name="audit")

    with op.batch_alter_table("console_user") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_console_user_area_id"), type_="foreignkey")
        batch_op.drop_column("area_id")

    with op.batch_alter_table("building") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_building_grid_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_building_grid_id"))
        batch_op.drop_column("grid_id")

    with op.batch_alter_table("binding_try") as batch_op:
        batch_op.alter_column("bot_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("binding") as batch_op:
        batch_op.drop_column("decided_by")
        batch_op.drop_column("decided_at")
        batch_op.drop_column("part")

    with op.batch_alter_table("audit") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_audit_worker_id"), type_="foreignkey")
        batch_op.drop_column("worker_id")

    with op.batch_alter_table("order_helper") as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_helper_worker_id"))
        batch_op.drop_index(batch_op.f("ix_order_helper_work_order_id"))

    op.drop_table("order_helper")
    with op.batch_alter_table("app_card") as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_card_worker_account_id"))
        batch_op.drop_index(batch_op.f("ix_app_card_work_order_id"))

    op.drop_table("app_card")
    with op.batch_alter_table("worker_skill") as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_skill_worker_id"))

    op.drop_table("worker_skill")
    with op.batch_alter_table("worker_phone") as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_phone_worker_id"))

    op.drop_table("worker_phone")
    with op.batch_alter_table("worker_estate") as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_estate_worker_id"))

    op.drop_table("worker_estate")
    op.drop_table("voice_note")
    op.drop_table("town_setting")
    with op.batch_alter_table("talk_entry") as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_entry_person_talk_id"))

    op.drop_table("talk_entry")
    with op.batch_alter_table("shift") as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_worker_id"))
        batch_op.drop_index("ix_shift_ends")

    op.drop_table("shift")
    op.drop_table("own_text")
    op.drop_table("calendar_day")
    with op.batch_alter_table("leave") as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_worker_id"))

    op.drop_table("leave")
    op.drop_table("import_run")
    op.drop_table("grid")
    with op.batch_alter_table("person_talk") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_talk_unit_id"))
        batch_op.drop_index("ix_person_talk_open")
        batch_op.drop_index(batch_op.f("ix_person_talk_account_id"))

    op.drop_table("person_talk")
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_account_id"))

    op.drop_table("consent")
    op.drop_table("erasure")
    op.drop_table("alarm")

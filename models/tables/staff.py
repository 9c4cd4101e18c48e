"""Who handles: firms, community and street staff, their bots and groups."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import Moment
from models.tables.base import id_column, metadata, refers_to

handling_unit = Table(
    "handling_unit",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),  # firm, community, street, district
    Column("name", String(64), nullable=False, unique=True),
    refers_to("handling_unit", nullable=True, name="parent_id"),  # the next level up
)

worker = Table(
    "worker",
    metadata,
    id_column(),
    refers_to("handling_unit", name="unit_id", index=True),
    Column("name", String(32), nullable=False),
    Column("phone_sealed", Text, nullable=True),
    Column("on_duty", Boolean, nullable=False, default=False),  # who gets what nobody claims
    Column("active", Boolean, nullable=False, default=True),
    Column("cap", Integer, nullable=False, default=10),  # open orders at a time
)

route = Table(
    "route",
    metadata,
    id_column(),
    refers_to("estate", nullable=True, index=True),  # empty: every estate
    Column("category", String(32), nullable=True),  # empty: every category
    refers_to("handling_unit", name="unit_id"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=True),
)

bot = Table(
    "bot",
    metadata,
    id_column(),
    Column("name", String(32), nullable=False, unique=True),  # /callback/wecom/<name>
    Column("kind", String(32), nullable=False, default="wecom_aibot"),
    refers_to("handling_unit", name="unit_id"),
    Column("display", String(32), nullable=False, default="小邻"),
    Column("config_sealed", Text, nullable=False),  # JSON: aibotid, token, aes_key
    Column("active", Boolean, nullable=False, default=True),
)

work_group = Table(
    "work_group",
    metadata,
    id_column(),
    refers_to("bot"),
    refers_to("handling_unit", name="unit_id", index=True),
    Column("name", String(64), nullable=False),
    Column("chat", String(128), nullable=True),  # the platform's chat id, learned by 绑定本群
    Column("robot_key_sealed", Text, nullable=True),  # the webhook robot that speaks first in this group
    Column("bound_at", Moment, nullable=True),
    Column("silent_since", Moment, nullable=True),  # the robot was removed: an administrator must look
    UniqueConstraint("bot_id", "chat"),
)

binding_word = Table(
    "binding_word",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    refers_to("worker", nullable=True),
    refers_to("work_group", nullable=True),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
)

binding_try = Table(  # wrong words, counted so that nobody can guess
    "binding_try",
    metadata,
    id_column(),
    refers_to("bot"),
    Column("userid", String(128), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_binding_try_recent", "bot_id", "userid", "at"),
)

worker_account = Table(
    "worker_account",
    metadata,
    id_column(),
    refers_to("bot"),
    Column("userid", String(128), nullable=False),
    refers_to("worker", index=True),
    Column("bound_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("bot_id", "userid"),
)

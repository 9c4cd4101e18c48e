"""Who handles: firms, community and street staff, their bots and groups."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import Json, Moment
from models.tables.base import id_column, metadata, refers_to

handling_unit = Table(
    "handling_unit",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),  # a level of the chain, models/data/levels.json
    Column("name", String(64), nullable=False, unique=True),
    refers_to("handling_unit", nullable=True, name="parent_id"),  # the next level up
    refers_to("area", nullable=True, index=True),
    Column(
        "hours", Json, nullable=True
    ),  # when its duty staff answer, see models/rules/hours.py; empty: the limits'
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
    Column("given_at", Moment, nullable=True),  # the last order by turns: who waited longest is next
)

worker_skill = Table(  # none: every category
    "worker_skill",
    metadata,
    id_column(),
    refers_to("worker", index=True),
    Column("category", String(32), nullable=False),
    UniqueConstraint("worker_id", "category"),
)

worker_estate = Table(  # none: every estate of the unit
    "worker_estate",
    metadata,
    id_column(),
    refers_to("worker", index=True),
    refers_to("estate"),
    UniqueConstraint("worker_id", "estate_id"),
)

shift = Table(  # the duty roster; a unit without one goes by worker.on_duty
    "shift",
    metadata,
    id_column(),
    refers_to("worker", index=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    UniqueConstraint("worker_id", "starts_at"),
    Index("ix_shift_ends", "ends_at"),
)

leave = Table(
    "leave",
    metadata,
    id_column(),
    refers_to("worker", index=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    refers_to("worker", nullable=True, name="substitute_id"),
    UniqueConstraint("worker_id", "starts_at"),
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
    Column("mode", String(16), nullable=False, default="claim"),  # claim, assign, round_robin
    refers_to("worker", nullable=True),  # assign: to this worker; empty: to the home's grid officer
)

bot = Table(
    "bot",
    metadata,
    id_column(),
    Column("name", String(32), nullable=False, unique=True),  # /callback/wecom/<name>
    Column("kind", String(32), nullable=False, default="wecom_aibot"),  # wecom_aibot, wecom_app
    refers_to("handling_unit", name="unit_id"),
    Column("display", String(32), nullable=False, default="小邻"),
    Column("config_sealed", Text, nullable=False),  # JSON: aibotid, token, aes_key; corpid …
    Column("active", Boolean, nullable=False, default=True),
)

work_group = Table(
    "work_group",
    metadata,
    id_column(),
    refers_to(
        "bot", nullable=True
    ),  # empty: the group can only be written to, its people work by the page's link
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
    refers_to("bot", nullable=True),  # empty: on the page of an order
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

worker_phone = Table(  # a phone on which a worker typed their word: its cookie may act for 30 days
    "worker_phone",
    metadata,
    id_column(),
    refers_to("worker", index=True),
    Column("visitor", String(64), nullable=False, default=""),  # digest of the cookie that typed the word
    Column("device", String(64), nullable=False, default=""),  # WeChat on Android, for the console's list
    Column("bound_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=True),
    Column("ended_at", Moment, nullable=True),  # revoked
)

app_card = Table(  # a card in somebody's app chat, to be changed when the order moves
    "app_card",
    metadata,
    id_column(),
    refers_to("bot"),
    refers_to("worker_account", index=True),
    refers_to("work_order", index=True),
    Column("task", String(128), nullable=False, unique=True),
    Column("response_code", String(255), nullable=False, default=""),
    Column("code_ends_at", Moment, nullable=True),
    Column("stage", Integer, nullable=False),  # the stage of the order that it shows
    Column("made_at", Moment, nullable=False),
)

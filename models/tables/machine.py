"""The console and the machine itself."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table

from models.columns import Moment
from models.tables.base import Id, id_column, metadata, refers_to

console_user = Table(
    "console_user",
    metadata,
    id_column(),
    Column("login", String(64), nullable=False, unique=True),
    Column("password", String(255), nullable=False),  # argon2
    Column("role", String(16), nullable=False),  # admin, firm
    refers_to("handling_unit", nullable=True, name="unit_id"),
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", Moment, nullable=True),
    Column("active", Boolean, nullable=False, default=True),
    Column("epoch", Integer, nullable=False, default=0),  # signing out everywhere adds one
    Column("made_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", Moment, nullable=False),
    refers_to("console_user", nullable=True),
    Column("what", String(40), nullable=False),
    Column("subject", String(64), nullable=False, default=""),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Id, nullable=False),
)

beat = Table(
    "beat",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Moment, nullable=False),  # real time, not moved by a rehearsal
)

duty_tick = Table(
    "duty_tick",
    metadata,
    Column("duty", String(32), primary_key=True),
    Column("tick_at", Moment, primary_key=True),
    Column("done_at", Moment, nullable=True),
)

moved_clock = Table(
    "moved_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("offset_seconds", Integer, nullable=False, default=0),
)

"""The console and the machine itself."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, Sequence, String, Table

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

console_user = Table(
    "console_user",
    metadata,
    id_column(),
    Column("login", String(64), nullable=False, unique=True),
    Column("password", String(255), nullable=False),  # argon2
    Column("role", String(16), nullable=False),  # admin, district, street, community, firm
    refers_to("handling_unit", nullable=True, name="unit_id"),  # of a firm's user
    refers_to("area", nullable=True),  # of a district's, street's or community's user
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
    refers_to("worker", nullable=True),  # somebody of the staff, in a chat or on the page of an order
    Column("what", String(40), nullable=False),
    Column("subject", String(64), nullable=False, default=""),
    Index("ix_audit_at", "at"),
    Index("ix_audit_subject", "subject", "what"),  # who looked at one thing
)

import_run = Table(
    "import_run",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),  # estates, buildings, homes, people, firms, routes, staff
    Column("state", String(8), nullable=False),  # reading, checking, preview, running, done …
    Column("file", String(80), nullable=False),  # in the data folder; empty when it is deleted
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("facts", Json, nullable=False, default=dict),  # counts by outcome
    Column("errors", Json, nullable=False, default=list),  # [row, column, why]: never what a cell holds
    refers_to("console_user", nullable=True),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("next_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
)

alarm = Table(  # what operators and duty staff are told once, until it is well again
    "alarm",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("raised_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=True),
    Column("cleared_at", Moment, nullable=True),
    Column("facts", Json, nullable=False, default=dict),
)

town_setting = Table(  # what an administrator sets in the console for the whole town, such as rehearsal
    "town_setting",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
    refers_to("console_user", nullable=True, name="changed_by"),
)

calendar_day = Table(  # days off and working days as this town says, above what packages know
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("works", Boolean, nullable=False),
    Column("name", String(16), nullable=False, default=""),
    Column("changed_at", Moment, nullable=False),
    refers_to("console_user", nullable=True, name="changed_by"),
)

own_text = Table(  # words of this town in place of bot/data/texts.json
    "own_text",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("lines", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
    refers_to("console_user", nullable=True, name="changed_by"),
)

ORDER_NUMBER = Sequence("order_number", start=1001, metadata=metadata)
TALK_NUMBER = Sequence("talk_number", start=1, metadata=metadata)
QUESTION_NUMBER = Sequence("question_number", start=1, metadata=metadata)
MEAL_NUMBER = Sequence("meal_number", start=1, metadata=metadata)
NUMBERED = {
    "work_order": ORDER_NUMBER,
    "person_talk": TALK_NUMBER,
    "unanswered": QUESTION_NUMBER,
    "meal_order": MEAL_NUMBER,
}
"""The running numbers that tables bear in `number`. SQLite keeps them in `counter`: see Work.next_number()."""

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

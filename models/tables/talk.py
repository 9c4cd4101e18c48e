"""Talk: what was heard, what is being talked about, what is to be told."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

conversation = Table(
    "conversation",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("state", Text, nullable=False, default="{}"),
    Column("turn", Integer, nullable=False, default=0),
    Column("changed_at", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("key", String(255), nullable=False, unique=True),
    Column("channel", String(64), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("payload", Text, nullable=True),  # Heard as JSON; raw text of poison
    Column("received_at", Moment, nullable=False),
    Column("state", String(8), nullable=False, default="new"),  # new, done, poison, dead
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment, nullable=False),
    Column("reply", Text, nullable=True),  # Reply as JSON
    Column("reply_by", String(8), nullable=False, default=""),  # passive, said, queued, joined
    Column("done_at", Moment, nullable=True),
    Column("note", String(200), nullable=False, default=""),
    CheckConstraint("state in ('new', 'done', 'poison', 'dead')", name="state"),
    Index("ix_inbox_undone", "channel", "sender", "state"),
    Index("ix_inbox_due", "state", "next_at"),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("facts", Json, nullable=False),
    refers_to("account", nullable=True, index=True),
    refers_to("work_group", nullable=True),
    refers_to("work_order", nullable=True, index=True),
    Column("state", String(10), nullable=False, default="queued"),
    Column("channel", String(64), nullable=False, default=""),
    Column("rung", String(24), nullable=False, default=""),
    Column("reason", String(40), nullable=False, default=""),
    Column("detail", String(200), nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("claimed_at", Moment, nullable=True),
    Column("sent_at", Moment, nullable=True),
    Column("job", String(64), nullable=False, default="", index=True),
    CheckConstraint(
        "state in ('queued', 'sending', 'accepted', 'delivered', 'held', 'unknown', 'failed')", name="state"
    ),
    Index("ix_outbox_due", "state", "next_at"),
)

timer = Table(
    "timer",
    metadata,
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("subject", Id, nullable=False),
    Column("stamp", Integer, nullable=False),  # the turn or stage it was set in; past that it is stale
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    UniqueConstraint("kind", "subject", "stamp"),
    Index("ix_timer_due", "done_at", "next_at"),
)

open_question = Table(
    "open_question",
    metadata,
    id_column(),
    refers_to("account", index=True),
    Column("kind", String(32), nullable=False),  # rating, staff_question
    Column("subject", Id, nullable=False),
    Column("stamp", Integer, nullable=False, default=0),
    Column("shown_at", Moment, nullable=True),
    Column("ends_at", Moment, nullable=False),
    Column("answered_at", Moment, nullable=True),
    UniqueConstraint("account_id", "kind", "subject", "stamp"),
)

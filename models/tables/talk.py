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
    Index("ix_inbox_undone", "channel", "sender", "state", "id"),  # a sender's newest first, too
    Index("ix_inbox_due", "state", "next_at"),
)

voice_note = Table(  # a voice message that came without words, for the recogniser
    "voice_note",
    metadata,
    id_column(),
    refers_to("account", index=True),
    Column("inbox_id", Id, nullable=False, unique=True),  # outlives the message, so it is no foreign key
    Column("media", Text, nullable=False),
    Column(
        "turn", Integer, nullable=False
    ),  # of the talk, when it came: once it is past, it was answered otherwise
    Column("state", String(8), nullable=False, default="wanted"),  # wanted, heard, unheard
    Column("made_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Index("ix_voice_note_due", "state", "next_at"),
)

person_talk = Table(  # somebody wants a person: the duty staff answer, the bot keeps quiet
    "person_talk",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    refers_to("account", nullable=True, index=True),  # empty once the account is erased
    refers_to("handling_unit", nullable=True, name="unit_id", index=True),  # whose duty staff answer
    Column("why", String(24), nullable=False),  # asked, not_understood, defect
    Column("state", String(8), nullable=False, default="open"),  # open, ended
    Column("stage", Integer, nullable=False, default=0),  # grows with every word, which makes timers stale
    Column("opened_at", Moment, nullable=False),
    Column("answered_at", Moment, nullable=True),  # the first answer of staff
    Column("last_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("ended_by", String(12), nullable=True),  # resident, worker, console, system
    CheckConstraint("(state = 'ended') = (ended_at is not null)", name="end"),
    Index("ix_person_talk_open", "state", "unit_id"),
)

talk_entry = Table(  # the talk's ledger
    "talk_entry",
    metadata,
    id_column(),
    refers_to("person_talk", index=True),
    Column("at", Moment, nullable=False),
    Column("by", String(12), nullable=False),  # resident, worker, console, system
    Column("by_id", Id, nullable=True),
    Column("words_sealed", Text, nullable=False, default=""),
    Column("photos", Integer, nullable=False, default=0),
    Column("origin", String(64), nullable=False, default=""),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("facts", Json, nullable=False),
    refers_to("account", nullable=True, index=True),
    refers_to("work_group", nullable=True),
    refers_to("worker_account", nullable=True, index=True),  # alone with one worker, in a WeCom app
    refers_to("work_order", nullable=True, index=True),
    refers_to("person_talk", nullable=True, index=True),
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
    Index("ix_outbox_sent", "sent_at", "rung"),  # how much of the day's quota is used
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

"""Work orders, their ledger, photos and ratings."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

work_order = Table(
    "work_order",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    Column("category", String(32), nullable=False),
    Column("urgency", String(12), nullable=False, default="normal"),  # emergency, urgent, normal
    Column("summary", Text, nullable=False),
    refers_to("estate", nullable=True, index=True),
    refers_to("building", nullable=True, index=True),
    refers_to("home", nullable=True),
    Column("public_part", String(32), nullable=True),
    Column(
        "thing", String(16), nullable=True
    ),  # what is broken, by its usual name (电梯): to find duplicates by
    Column("place", String(120), nullable=False, default=""),  # in words, never with a door
    Column("latitude", String(16), nullable=True),
    Column("longitude", String(16), nullable=True),
    Column("state", String(12), nullable=False, default="waiting"),
    Column("stage", Integer, nullable=False, default=0),  # grows with every step that moves the order
    Column("level", Integer, nullable=False, default=0),
    refers_to("handling_unit", nullable=True, name="unit_id", index=True),
    refers_to("worker", nullable=True, name="holder_id", index=True),
    refers_to("person", nullable=True, name="reporter_id", index=True),
    Column(
        "origin", String(64), nullable=False, default="official_account"
    ),  # phone, visit: entered by a clerk
    Column("opened_at", Moment, nullable=False),
    Column("claimed_at", Moment, nullable=True),
    Column("arrived_at", Moment, nullable=True),
    Column("closed_at", Moment, nullable=True),
    Column("close", String(16), nullable=True),  # resolved, explained, not_responsible, duplicate, withdrawn
    Column("closures", Integer, nullable=False, default=0),
    Column("urged_at", Moment, nullable=True),
    Column("urges", Integer, nullable=False, default=0),
    Column("returns", Integer, nullable=False, default=0),
    Column("paused_until", Moment, nullable=True),
    Column("visit_at", Moment, nullable=True),  # the appointment for a visit
    Column("visit_ends_at", Moment, nullable=True),
    refers_to("work_order", nullable=True, name="merged_into_id"),
    Column(
        "stripped_at", Moment, nullable=True
    ),  # when what is personal was taken out; empty: there may be some
    CheckConstraint("state in ('waiting', 'claimed', 'arrived', 'paused', 'closed')", name="state"),
    CheckConstraint("(state = 'closed') = (close is not null)", name="end"),
    # A closed order keeps who did it, if anyone did.
    CheckConstraint("state = 'closed' or (state = 'waiting') = (holder_id is null)", name="holder"),
    Index("ix_work_order_queue", "state", "unit_id"),
)
# Few orders are merged: SQLite would read all of them rather than use an index that is nearly all NULL.
MERGED = work_order.c.merged_into_id.is_not(None)
Index(
    "ix_work_order_merged_into_id",
    work_order.c.merged_into_id,
    sqlite_where=MERGED,
    postgresql_where=MERGED,
)

order_helper = Table(  # who works on it besides the holder, who leads; closing waits for them
    "order_helper",
    metadata,
    id_column(),
    refers_to("work_order", index=True),
    refers_to("worker", index=True),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    UniqueConstraint("work_order_id", "worker_id"),
)

order_entry = Table(
    "order_entry",
    metadata,
    id_column(),
    refers_to("work_order", index=True),
    Column("at", Moment, nullable=False),
    Column("step", String(24), nullable=False),
    Column("by", String(12), nullable=False),  # resident, worker, console, system
    Column("by_id", Id, nullable=True),
    Column("words", Text, nullable=False, default=""),
    Column("facts", Json, nullable=False, default=dict),
    Column("origin", String(64), nullable=False, default=""),
    Index("ix_order_entry_by", "by", "by_id"),  # what one user had in hand
)

order_follower = Table(  # who reported it or has the same trouble
    "order_follower",
    metadata,
    id_column(),
    refers_to("work_order", index=True),
    refers_to("account", nullable=True, index=True),  # empty: they called, and can only be called back
    refers_to("person", index=True),
    Column("joined", Boolean, nullable=False, default=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("work_order_id", "account_id"),
)
CALLED = order_follower.c.account_id.is_(None)
Index(
    "ix_order_follower_called",
    order_follower.c.work_order_id,
    order_follower.c.person_id,
    unique=True,
    sqlite_where=CALLED,
    postgresql_where=CALLED,
)

photo = Table(
    "photo",
    metadata,
    id_column(),
    refers_to("work_order", nullable=True, index=True),
    refers_to("account", nullable=True, index=True),
    refers_to("worker", nullable=True),
    refers_to("person_talk", nullable=True, index=True),
    Column("channel", String(64), nullable=False),
    Column("media", Text, nullable=False),
    Column("state", String(8), nullable=False, default="wanted"),  # wanted, kept, refused, lost
    Column("file", String(80), nullable=True),  # <sha256>.jpg in the data folder
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    Column("made_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Index("ix_photo_due", "state", "next_at"),
)

rating = Table(
    "rating",
    metadata,
    id_column(),
    refers_to("work_order", index=True),
    refers_to("person"),
    Column("closure", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("word", String(24), nullable=False),
    Column("sentence", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    CheckConstraint("score between 1 and 5", name="score"),
    UniqueConstraint("work_order_id", "person_id", "closure"),
)

desk_item = Table(
    "desk_item",
    metadata,
    id_column(),
    Column(
        "kind", String(24), nullable=False
    ),  # return_visit, defect, wants_person, call_diner …: words.json "item"
    Column("state", String(8), nullable=False, default="open"),  # open, done
    refers_to("work_order", nullable=True),
    refers_to("account", nullable=True),
    refers_to("person", nullable=True, index=True),  # whom it is about, where they have no account
    refers_to("canteen", nullable=True),  # which it is about: for the areas whose estates it serves
    refers_to("meal_account", nullable=True),  # which is to be paid out
    Column("words", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Column("done_by", Id, nullable=True),
)

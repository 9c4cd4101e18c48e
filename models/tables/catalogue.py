"""Service items, and what is asked about them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from models.columns import Json, Moment
from models.tables.base import Id, id_column, metadata, refers_to

service_item = Table(  # 服务事项; those of one title are one entry, told by estate or community
    "service_item",
    metadata,
    id_column(),
    Column("title", String(64), nullable=False),
    Column("title_key", String(64), nullable=False, index=True),  # without blanks and signs
    Column("class_key", String(16), nullable=False),  # of models/data/catalogue.json
    Column("field_key", String(16), nullable=False),
    Column("steps", Json, nullable=False),  # a list of sentences
    Column("materials", String(500), nullable=False, default=""),
    Column("place", String(200), nullable=False, default=""),
    Column("hours", String(200), nullable=False, default=""),
    Column("phone", String(100), nullable=False, default=""),
    Column("fee", String(200), nullable=False, default=""),
    Column("link", String(300), nullable=False, default=""),
    Column("whom", String(200), nullable=False, default=""),  # who it is for, in words
    Column("elsewhere", String(200), nullable=False, default=""),  # not handled here: where to go
    Column("kiosk", String(200), nullable=False, default=""),  # where a kiosk does it
    Column("rules", Json, nullable=True),  # for whom it is, as data: see models/rules/benefits.py
    Column("is_health", Boolean, nullable=False, default=False),  # the item that a medical question gets
    Column("starts_on", Date, nullable=True),
    Column("ends_on", Date, nullable=True),
    Column("source", String(200), nullable=False),
    Column("source_on", Date, nullable=False),
    refers_to("estate", nullable=True, index=True),  # told there only
    refers_to("handling_unit", nullable=True, name="unit_id", index=True),  # told in this community only
    Column("state", String(8), nullable=False, default="live"),
    Column(
        "vectors", String(8), nullable=False, default="wanted"
    ),  # wanted, made: what the model makes of it
    Column("next_at", Moment, nullable=False),  # when they are to be made
    Column("changed_at", Moment, nullable=False),
    refers_to("console_user", nullable=True, name="changed_by"),
    CheckConstraint("state in ('draft', 'live', 'ended')", name="state"),
    CheckConstraint("estate_id is null or unit_id is null", name="scope"),
    Index("ix_service_item_due", "vectors", "next_at"),
)

item_alias = Table(  # another way to ask for an item
    "item_alias",
    metadata,
    id_column(),
    refers_to("service_item", index=True),
    Column("words", String(64), nullable=False),
    UniqueConstraint("service_item_id", "words"),
)

item_vector = Table(  # what the model made of an entry; made once, used by every process
    "item_vector",
    metadata,
    id_column(),
    Column("made_of", String(64), nullable=False, unique=True),  # tells an entry's words
    Column("vectors", LargeBinary, nullable=False),  # float16, one after the other
    Column("made_at", Moment, nullable=False),
)

unanswered = Table(  # questions that no item answers, those alike together
    "unanswered",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),  # Q12
    Column("words", String(200), nullable=False),  # of whoever asked first, masked
    Column("state", String(8), nullable=False, default="open"),
    Column("asked", Integer, nullable=False, default=0),  # how often
    refers_to("handling_unit", nullable=True, name="unit_id", index=True),  # whose staff answer
    refers_to("estate", nullable=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("answer", String(500), nullable=False, default=""),
    Column("answered_at", Moment, nullable=True),
    Column("answered_by", String(8), nullable=False, default=""),  # worker, console
    Column("by_id", Id, nullable=True),
    Column("review", String(8), nullable=False, default=""),  # item, alias, left: what an answer became
    refers_to("service_item", nullable=True),  # what it became
    CheckConstraint("state in ('open', 'answered', 'dropped')", name="state"),
    Index("ix_unanswered_state", "state", "last_at"),
)

question_asked = Table(  # every question that the items were asked, masked
    "question_asked",
    metadata,
    id_column(),
    refers_to("account", nullable=True, index=True),
    Column("words", String(200), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("verdict", String(8), nullable=False),  # sure, suggest, none
    refers_to("service_item", nullable=True, index=True),  # what was answered
    Column("useful", Integer, nullable=True),  # 1 yes, 0 no
    refers_to("unanswered", nullable=True, index=True),
    Column("told_at", Moment, nullable=True),  # when the answer of staff went out
    CheckConstraint("verdict in ('sure', 'suggest', 'none')", name="verdict"),
    Index("ix_question_asked_at", "asked_at"),
)

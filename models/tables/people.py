"""People and their accounts: a person is the community's record, an account may be erased."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from models.columns import Moment
from models.tables.base import id_column, metadata, refers_to

person = Table(
    "person",
    metadata,
    id_column(),
    Column("name_sealed", Text, nullable=True),
    Column("phone_sealed", Text, nullable=True),
    Column("phone_index", String(64), nullable=True, index=True),
    Column("made_at", Moment, nullable=False),
)

account = Table(
    "account",
    metadata,
    id_column(),
    Column("channel", String(32), nullable=False),
    Column("address", String(128), nullable=False),  # openid
    refers_to("person", index=True),
    Column("made_at", Moment, nullable=False),
    Column("left_at", Moment, nullable=True),
    Column("consent_version", String(16), nullable=True),
    Column("consent_at", Moment, nullable=True),
    # What the platform lets us say unasked: five in 48 h after a message, three in a minute after a tap.
    Column("talk_ends_at", Moment, nullable=True),
    Column("talk_left", Integer, nullable=False, default=0),
    Column("tap_ends_at", Moment, nullable=True),
    Column("tap_left", Integer, nullable=False, default=0),
    Column("refused_at", Moment, nullable=True),
    UniqueConstraint("channel", "address"),
)

binding = Table(
    "binding",
    metadata,
    id_column(),
    refers_to("person", index=True),
    refers_to("home", index=True),
    Column("state", String(16), nullable=False, default="claimed"),  # claimed, verified
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("person_id", "home_id"),
)

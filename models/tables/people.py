"""People and their accounts: a person is the community's record, an account may be erased."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import Moment
from models.tables.base import Id, id_column, metadata, refers_to

person = Table(
    "person",
    metadata,
    id_column(),
    Column("name_sealed", Text, nullable=True),
    Column("name_index", String(64), nullable=True, index=True),
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

consent = Table(  # every agreement and its end; account keeps the version in force
    "consent",
    metadata,
    id_column(),
    refers_to("account", nullable=True, index=True),  # empty once the account is erased
    Column("purpose", String(16), nullable=False),  # notice; health with the feature that asks for it
    Column("version", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_at", Moment, nullable=True),
)

erasure = Table(  # what was erased, when and why; nothing of whom
    "erasure",
    metadata,
    id_column(),
    Column("at", Moment, nullable=False),
    Column("why", String(24), nullable=False),  # unfollow, asked, console, withdrawn, retention
    Column("rule", String(24), nullable=False, default=""),  # of workers/retention.py, for retention
    Column("days", Integer, nullable=True),  # how long that rule kept it then
    Column("what", String(32), nullable=False),
    Column("rows", Integer, nullable=False),
)

binding = Table(
    "binding",
    metadata,
    id_column(),
    refers_to("person", index=True),
    refers_to("home", index=True),
    Column("state", String(16), nullable=False, default="claimed"),  # claimed, verified, refused
    Column("part", String(16), nullable=False, default=""),  # owner, tenant, household; empty: not known
    Column("decided_at", Moment, nullable=True),  # when the register or staff verified or refused it
    Column("decided_by", Id, nullable=True),  # console user; empty: the register
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("person_id", "home_id"),
    Index("ix_binding_state", "state"),  # what waits to be verified
)

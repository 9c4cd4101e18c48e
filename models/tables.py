"""Every table, declared once. `*_sealed` columns hold ciphertext, `*_index` a blind index for look-up."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.columns import Json, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _to(table: str, *, nullable: bool = False, name: str = "", index: bool = False) -> Column[int]:
    return Column(name or f"{table}_id", Id, ForeignKey(f"{table}.id"), nullable=nullable, index=index)


# --- the register: areas, estates, buildings, homes -------------------------------------------------------

area = Table(
    "area",
    metadata,
    _id(),
    Column("level", String(16), nullable=False),  # district, street, community
    Column("name", String(64), nullable=False),
    _to("area", nullable=True, name="parent_id"),
)

estate = Table(
    "estate",
    metadata,
    _id(),
    _to("area", nullable=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("aliases", Json, nullable=False, default=list),
    _to(
        "handling_unit", nullable=True, name="community_unit_id"
    ),  # the community staff who stand behind the firm
)

building = Table(
    "building",
    metadata,
    _id(),
    _to("estate", index=True),
    Column("key", String(32), nullable=False),  # "3", "15弄3": as people number it, digits in ASCII
    Column("name", String(64), nullable=False),  # "3 号楼"
    Column("scene", String(64), nullable=True, unique=True),  # of the QR code at the door
    UniqueConstraint("estate_id", "key"),
)

home = Table(
    "home",
    metadata,
    _id(),
    _to("building", index=True),
    Column("unit", String(16), nullable=False, default=""),
    Column("room", String(16), nullable=False),
    UniqueConstraint("building_id", "unit", "room"),
)

public_part = Table(
    "public_part",
    metadata,
    _id(),
    _to("estate", nullable=True, index=True),  # empty: every estate has it
    Column("key", String(32), nullable=False),  # lift, stairwell_light: what work_order.public_part holds
    Column("name", String(32), nullable=False),  # 电梯
    UniqueConstraint("estate_id", "key"),
)

# --- who handles: firms, community and street staff, their bots and groups ---------------------------------

handling_unit = Table(
    "handling_unit",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),  # firm, community, street, district
    Column("name", String(64), nullable=False, unique=True),
    _to("handling_unit", nullable=True, name="parent_id"),  # the next level up
)

worker = Table(
    "worker",
    metadata,
    _id(),
    _to("handling_unit", name="unit_id", index=True),
    Column("name", String(32), nullable=False),
    Column("phone_sealed", Text, nullable=True),
    Column("on_duty", Boolean, nullable=False, default=False),  # who gets what nobody claims
    Column("active", Boolean, nullable=False, default=True),
    Column("cap", Integer, nullable=False, default=10),  # open orders at a time
)

route = Table(
    "route",
    metadata,
    _id(),
    _to("estate", nullable=True, index=True),  # empty: every estate
    Column("category", String(32), nullable=True),  # empty: every category
    _to("handling_unit", name="unit_id"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=True),
)

bot = Table(
    "bot",
    metadata,
    _id(),
    Column("name", String(32), nullable=False, unique=True),  # /callback/wecom/<name>
    Column("kind", String(32), nullable=False, default="wecom_aibot"),
    _to("handling_unit", name="unit_id"),
    Column("display", String(32), nullable=False, default="小邻"),
    Column("config_sealed", Text, nullable=False),  # JSON: aibotid, token, aes_key
    Column("active", Boolean, nullable=False, default=True),
)

work_group = Table(
    "work_group",
    metadata,
    _id(),
    _to("bot"),
    _to("handling_unit", name="unit_id", index=True),
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
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    _to("worker", nullable=True),
    _to("work_group", nullable=True),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
)

binding_try = Table(  # wrong words, counted so that nobody can guess
    "binding_try",
    metadata,
    _id(),
    _to("bot"),
    Column("userid", String(128), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_binding_try_recent", "bot_id", "userid", "at"),
)

worker_account = Table(
    "worker_account",
    metadata,
    _id(),
    _to("bot"),
    Column("userid", String(128), nullable=False),
    _to("worker", index=True),
    Column("bound_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("bot_id", "userid"),
)

# --- people and their accounts (ARCHITECTURE 2.8) ---------------------------------------------------------

person = Table(
    "person",
    metadata,
    _id(),
    Column("name_sealed", Text, nullable=True),
    Column("phone_sealed", Text, nullable=True),
    Column("phone_index", String(64), nullable=True, index=True),
    Column("made_at", Moment, nullable=False),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("channel", String(32), nullable=False),
    Column("address", String(128), nullable=False),  # openid
    _to("person", index=True),
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
    _id(),
    _to("person", index=True),
    _to("home", index=True),
    Column("state", String(16), nullable=False, default="claimed"),  # claimed, verified
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("person_id", "home_id"),
)

# --- talk: what was heard, what is being talked about, what is to be told ---------------------------------

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
    _id(),
    Column("key", String(255), nullable=False, unique=True),
    Column("channel", String(64), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("payload", Text, nullable=True),  # Heard as JSON; raw text of poison
    Column("received_at", Moment, nullable=False),
    Column("state", String(8), nullable=False, default="new"),  # new, done, poison, dead
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment, nullable=False),
    Column("reply", Text, nullable=True),  # Reply as JSON
    Column("reply_by", String(8), nullable=False, default=""),  # passive, queued, joined
    Column("done_at", Moment, nullable=True),
    Column("note", String(200), nullable=False, default=""),
    CheckConstraint("state in ('new', 'done', 'poison', 'dead')", name="state"),
    Index("ix_inbox_undone", "channel", "sender", "state"),
    Index("ix_inbox_due", "state", "next_at"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("kind", String(32), nullable=False),
    Column("facts", Json, nullable=False),
    _to("account", nullable=True, index=True),
    _to("work_group", nullable=True),
    _to("work_order", nullable=True, index=True),
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
    _id(),
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
    _id(),
    _to("account", index=True),
    Column("kind", String(32), nullable=False),  # rating, staff_question
    Column("subject", Id, nullable=False),
    Column("stamp", Integer, nullable=False, default=0),
    Column("shown_at", Moment, nullable=True),
    Column("ends_at", Moment, nullable=False),
    Column("answered_at", Moment, nullable=True),
    UniqueConstraint("account_id", "kind", "subject", "stamp"),
)

# --- work orders -----------------------------------------------------------------------------------------

work_order = Table(
    "work_order",
    metadata,
    _id(),
    Column("number", Integer, nullable=False, unique=True),
    Column("category", String(32), nullable=False),
    Column("urgency", String(12), nullable=False, default="normal"),  # emergency, urgent, normal
    Column("summary", Text, nullable=False),
    _to("estate", nullable=True, index=True),
    _to("building", nullable=True, index=True),
    _to("home", nullable=True),
    Column("public_part", String(32), nullable=True),
    Column("place", String(120), nullable=False, default=""),  # in words, never with a door
    Column("latitude", String(16), nullable=True),
    Column("longitude", String(16), nullable=True),
    Column("state", String(12), nullable=False, default="waiting"),
    Column("stage", Integer, nullable=False, default=0),  # grows with every step that moves the order
    Column("level", Integer, nullable=False, default=0),
    _to("handling_unit", nullable=True, name="unit_id", index=True),
    _to("worker", nullable=True, name="holder_id", index=True),
    _to("person", nullable=True, name="reporter_id", index=True),
    Column("origin", String(64), nullable=False, default="official_account"),
    Column("opened_at", Moment, nullable=False),
    Column("claimed_at", Moment, nullable=True),
    Column("arrived_at", Moment, nullable=True),
    Column("closed_at", Moment, nullable=True),
    Column("close", String(16), nullable=True),  # resolved, explained, not_responsible, duplicate, withdrawn
    Column("closures", Integer, nullable=False, default=0),
    Column("urged_at", Moment, nullable=True),
    Column("urges", Integer, nullable=False, default=0),
    CheckConstraint("state in ('waiting', 'claimed', 'arrived', 'closed')", name="state"),
    CheckConstraint("(state = 'closed') = (close is not null)", name="end"),
    # A closed order keeps who did it, if anyone did.
    CheckConstraint("state = 'closed' or (state = 'waiting') = (holder_id is null)", name="holder"),
    Index("ix_work_order_queue", "state", "unit_id"),
)

order_entry = Table(
    "order_entry",
    metadata,
    _id(),
    _to("work_order", index=True),
    Column("at", Moment, nullable=False),
    Column("step", String(24), nullable=False),
    Column("by", String(12), nullable=False),  # resident, worker, console, system
    Column("by_id", Id, nullable=True),
    Column("words", Text, nullable=False, default=""),
    Column("facts", Json, nullable=False, default=dict),
    Column("origin", String(64), nullable=False, default=""),
)

order_follower = Table(
    "order_follower",
    metadata,
    _id(),
    _to("work_order", index=True),
    _to("account", index=True),
    _to("person"),
    Column("joined", Boolean, nullable=False, default=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("work_order_id", "account_id"),
)

photo = Table(
    "photo",
    metadata,
    _id(),
    _to("work_order", nullable=True, index=True),
    _to("account", nullable=True),
    _to("worker", nullable=True),
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
    _id(),
    _to("work_order", index=True),
    _to("person"),
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
    _id(),
    Column("kind", String(24), nullable=False),  # return_visit, defect, wants_person, unrouted, dead
    Column("state", String(8), nullable=False, default="open"),  # open, done
    _to("work_order", nullable=True),
    _to("account", nullable=True),
    Column("words", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Column("done_by", Id, nullable=True),
)

# --- the console and the machine itself --------------------------------------------------------------------

console_user = Table(
    "console_user",
    metadata,
    _id(),
    Column("login", String(64), nullable=False, unique=True),
    Column("password", String(255), nullable=False),  # argon2
    Column("role", String(16), nullable=False),  # admin, firm
    _to("handling_unit", nullable=True, name="unit_id"),
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", Moment, nullable=True),
    Column("active", Boolean, nullable=False, default=True),
    Column("epoch", Integer, nullable=False, default=0),  # signing out everywhere adds one
    Column("made_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    _to("console_user", nullable=True),
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

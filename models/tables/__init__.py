"""Every table, declared once. `*_sealed` columns hold ciphertext, `*_index` a blind index for look-up."""

from models.tables.base import Id, metadata
from models.tables.machine import audit, beat, console_user, counter, duty_tick, moved_clock
from models.tables.orders import desk_item, order_entry, order_follower, photo, rating, work_order
from models.tables.people import account, binding, person
from models.tables.register import area, building, estate, home, public_part
from models.tables.staff import (
    binding_try,
    binding_word,
    bot,
    handling_unit,
    route,
    work_group,
    worker,
    worker_account,
)
from models.tables.talk import conversation, inbox, open_question, outbox, timer

__all__ = [
    "Id",
    "account",
    "area",
    "audit",
    "beat",
    "binding",
    "binding_try",
    "binding_word",
    "bot",
    "building",
    "console_user",
    "conversation",
    "counter",
    "desk_item",
    "duty_tick",
    "estate",
    "handling_unit",
    "home",
    "inbox",
    "metadata",
    "moved_clock",
    "open_question",
    "order_entry",
    "order_follower",
    "outbox",
    "person",
    "photo",
    "public_part",
    "rating",
    "route",
    "timer",
    "work_group",
    "work_order",
    "worker",
    "worker_account",
]

"""A door that the register lacks, as the resident wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.actions.following import followed
from models.rules.masking import DOOR_LEFT
from models.rules.orders import Refusal, Why
from models.store import Work

DOOR = {"door": True}  # facts of a message that names the door


@dataclass(frozen=True, slots=True)
class TellDoor:
    """The resident writes which door it is. Whoever holds the order reads it with the phone, the groups do not."""

    order_id: int
    account_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one."""
        found = followed(work, self.order_id, self.account_id)
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if not order.repeated("message", "resident", person_id, self.words):
            order.write("message", "resident", person_id, words=self.words, facts=DOOR)
            order.tell_groups("order_message", mention=order.row.holder_id, words=DOOR_LEFT)
        return order.done()

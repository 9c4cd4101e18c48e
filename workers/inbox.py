"""What was heard and not answered in its callback: played by the same code as in the callback."""

from __future__ import annotations

from sqlalchemy import select

from models import tables as t
from workers.hands import here


def drain(inbox_id: int) -> None:
    """Play what the sender of this message has said and nobody has answered.

    The order of a person's messages, the back-off and the giving up belong to the turn, not to us.
    """
    hands = here()
    with hands.store.look(hands.clock.now()) as work:
        waiting = (t.inbox.c.id == inbox_id) & (t.inbox.c.state == "new")
        row = work.conn.execute(select(t.inbox.c.channel, t.inbox.c.sender).where(waiting)).one_or_none()
    if row is not None:
        hands.drain(row.channel, row.sender)

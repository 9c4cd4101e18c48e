"""What was heard and not answered in its callback: played by the same code as in the callback."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from models import tables as t
from workers.hands import here


def drain(ids: Sequence[int]) -> None:
    """Play what the sender of these messages has said and nobody has answered. They are all of one sender.

    The order of a person's messages, the back-off and the giving up belong to the turn, not to us.
    """
    hands = here()
    waiting = t.inbox.c.id.in_(ids) & (t.inbox.c.state == "new")
    with hands.store.work(hands.clock.now()) as work:
        row = work.conn.execute(select(t.inbox.c.channel, t.inbox.c.sender).where(waiting)).first()
        # The lease moved the moment of their next try; to the turn they would not be due yet.
        tried = update(t.inbox).where(waiting & (t.inbox.c.attempts > 0))
        work.conn.execute(tried.values(next_at=work.now))
    if row is not None:
        hands.drain(row.channel, row.sender)

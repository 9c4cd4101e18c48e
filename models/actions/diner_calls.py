"""Telling whoever eats: by message where they have an account, else by somebody who calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.store import To, Work

CALL = "call_diner"


def reachable(work: Work, account_id: int | None) -> bool:
    """Whether messages to the account arrive: it is there, and the platform has not said that nobody is."""
    a = t.account.c
    here = select(a.id).where(a.id == account_id, a.left_at.is_(None), a.refused_at.is_(None))
    return account_id is not None and work.conn.execute(here).first() is not None


def tell_diner(
    work: Work, person_id: int, account_id: int | None, kind: str, facts: Mapping[str, Any], call: str
) -> bool:
    """Tell the account; where there is none, have staff call the person. Whether a message was queued.

    `call`: what staff should tell them. It is kept in plain text, so without name, door and phone.
    """
    if reachable(work, account_id):
        work.tell(To(account_id=account_id), kind, facts)
        return True
    OpenDeskItem(CALL, call, person_id=person_id).run(work)
    return False

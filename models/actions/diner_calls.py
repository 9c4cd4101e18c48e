"""Telling whoever eats: by message where they have an account, else by somebody who calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES
from models.store import To, Work

CALL = "call_diner"
NOT_DELIVERED = "meal_not_delivered"
DESK = "desk"  # in a message's facts: the item for the desk, should it reach nobody
ASK = "{day} 的{meal}（订餐 {number}）没有送到：{why}"


def reachable(work: Work, account_id: int | None) -> bool:
    """Whether messages to the account arrive: it is there, and the platform has not said that nobody is."""
    a = t.account.c
    here = select(a.id).where(a.id == account_id, a.left_at.is_(None), a.refused_at.is_(None))
    return account_id is not None and work.conn.execute(here).first() is not None


def tell_diner(
    work: Work, person_id: int, account_id: int | None, kind: str, facts: Mapping[str, Any], call: str
) -> bool:
    """Tell the account; where there is none, have staff call the person. Whether a message was queued.

    `call`: what staff should tell them, also where the message turns out to reach nobody. It is kept in plain text,
    so without name, door and phone.
    """
    if reachable(work, account_id):
        work.tell(To(account_id=account_id), kind, {**facts, DESK: {"words": call, "person_id": person_id}})
        return True
    OpenDeskItem(CALL, call, person_id=person_id).run(work)
    return False


def desk_instead(work: Work, facts: Mapping[str, Any]) -> None:
    """Have staff do what a message should have done that reached nobody, where its `facts` say so."""
    desk = facts.get(DESK)
    p = t.person.c
    if desk and work.conn.execute(select(p.id).where(p.id == desk["person_id"])).first():
        OpenDeskItem(**{"kind": CALL, **desk}).run(work)


def ask_after(work: Work, order: Any, why: str) -> None:
    """Have somebody phone a diner to whom a meal could not be handed over. `why`: without name, door and phone."""
    if order.person_id is None:
        return
    facts = {"day": day_named(order.day), "meal": MEAL_NAMES[order.meal]}
    words = ASK.format(**facts, number=order.number, why=why)
    OpenDeskItem(NOT_DELIVERED, words, person_id=order.person_id).run(work)


def asked_after(work: Work, order: Any) -> None:
    """It has been handed over after all: nobody need phone about it any more."""
    d = t.desk_item.c
    mine = (d.kind == NOT_DELIVERED, d.state == "open", d.person_id == order.person_id)
    for item in work.conn.execute(select(d.id, d.words).where(*mine).with_for_update()).all():
        left = [line for line in item.words.split("\n") if f"（订餐 {order.number}）" not in line]
        ends = {"words": "\n".join(left)} if left else {"state": "done", "done_at": work.now}
        work.conn.execute(update(t.desk_item).where(d.id == item.id).values(ends))

"""The life of one card in a worker's app chat: kept when it was sent, pressed, changed as the order moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, select, update

from models import tables as t
from models.actions.app_cards import CODE_LASTS, UNSURE, queue_update
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import HELD, Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class KeepCard:
    """The platform took a card. `task`: its id; `code`: with it it may be changed; `stage`: of the order it shows."""

    worker_account_id: int
    order_id: int
    task: str
    stage: int
    code: str = field(default="", repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """The order may have moved while the card was on its way: then it is changed at once."""
        # Locked, so that whoever moves the order meanwhile either sees the card or is seen here.
        order = OrderInHand.take(work, self.order_id)
        bot = select(t.worker_account.c.bot_id).where(t.worker_account.c.id == self.worker_account_id)
        bot_id = work.conn.execute(bot).scalar()
        if order is None or bot_id is None:
            return Refusal(Why.UNKNOWN)
        row = {"bot_id": bot_id, "worker_account_id": self.worker_account_id, "work_order_id": order.row.id}
        row |= {"task": self.task, "stage": self.stage, "made_at": work.now}
        row |= {"response_code": self.code, "code_ends_at": work.now + CODE_LASTS if self.code else None}
        if work.made(t.app_card, row) and self.code and order.row.stage > self.stage:
            (card,) = work.conn.execute(select(t.app_card.c.id).where(t.app_card.c.task == self.task)).one()
            queue_update(work, card, self.worker_account_id, order.row.id)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class PressCard:
    """Somebody pressed a button of their card, which brings a new code. `at`: when the platform says it was.

    `shown`: the answer to the press shows how the order is now; else MissCard has the card changed. What was pressed
    is done by another action first.
    """

    bot_id: int
    userid: str
    task: str
    at: datetime
    shown: bool
    code: str = field(default="", repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Refusal: unknown, for a card that this account was not sent."""
        card = _card_of(work, self.bot_id, self.userid, self.task)
        if card is None:
            return Refusal(Why.UNKNOWN)
        values: dict[str, Any] = {}
        if self.code:
            values = {"response_code": self.code, "code_ends_at": min(self.at, work.now) + CODE_LASTS}
        if self.shown:
            values["stage"] = card.order_stage
        if values:
            work.conn.execute(update(t.app_card).where(t.app_card.c.id == card.id).values(**values))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class MissCard:
    """The answer to a press did not arrive: nobody knows what the card shows, so it is changed."""

    bot_id: int
    userid: str
    task: str

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, for a card that this account was not sent; already, when that is known."""
        card = _card_of(work, self.bot_id, self.userid, self.task)
        if card is None:
            return Refusal(Why.UNKNOWN)
        known = and_(t.app_card.c.id == card.id, t.app_card.c.stage != UNSURE)
        if not work.conn.execute(update(t.app_card).where(known).values(stage=UNSURE)).rowcount:
            return Refusal(Why.ALREADY)
        queue_update(work, card.id, card.worker_account_id, card.work_order_id)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class CardChanged:
    """The platform has changed a card: it shows `stage`, and the code is used up."""

    card_id: int
    stage: int
    code: str = field(repr=False)

    def run(self, work: Work) -> dict[str, Any]:
        """A code that a press has brought meanwhile stays."""
        c = t.app_card.c
        left = case((c.response_code == self.code, ""), else_=c.response_code)
        shows = case((c.stage < self.stage, self.stage), else_=c.stage)
        this = update(t.app_card).where(c.id == self.card_id)
        done = work.conn.execute(this.values(response_code=left, stage=shows))
        return {"ok": True} if done.rowcount else Refusal(Why.UNKNOWN)


def _card_of(work: Work, bot_id: int, userid: str, task: str) -> Any:
    c, a, o = t.app_card.c, t.worker_account.c, t.work_order.c
    columns = (c.id, c.worker_account_id, c.work_order_id, c.stage, o.stage.label("order_stage"))
    sources = t.app_card.join(t.worker_account, a.id == c.worker_account_id).join(t.work_order)
    theirs = and_(c.task == task, c.bot_id == bot_id, a.userid == userid)
    return work.conn.execute(select(*columns).select_from(sources).where(theirs)).first()


def facts_of_update(work: Work, card_id: int) -> dict[str, Any] | None:
    """What a card must show now, and the code to change it with; None when there is nothing to change or no way to.

    No way: the code is used or has expired, or the account is bound no more.
    """
    c, a = t.app_card.c, t.worker_account.c
    columns = (t.app_card, a.worker_id, a.ended_at, t.worker.c.unit_id)
    sources = t.app_card.join(t.worker_account).join(t.worker, t.worker.c.id == a.worker_id)
    query = select(*columns).select_from(sources).where(c.id == card_id)
    card = work.conn.execute(query).first()
    if card is None or card.ended_at is not None or not card.response_code:
        return None
    # Not locked: should it move meanwhile, another change is queued behind this one.
    row = work.conn.execute(select(t.work_order).where(t.work_order.c.id == card.work_order_id)).one()
    order = OrderInHand(work, row)
    if card.stage >= row.stage or card.code_ends_at <= work.now:
        return None
    shown = {"card_id": card_id, "code": card.response_code, "stage": row.stage}
    return {**order.facts(), **shown, **_pressable(row, card)}


def _pressable(order: Any, card: Any) -> dict[str, str]:
    """How the order is for the card's owner, and by which state's buttons they may move it."""
    if order.state == "waiting" and order.unit_id == card.unit_id:
        return {"shows": "open", "buttons": "waiting"}
    if order.state in HELD and order.holder_id == card.worker_id:
        return {"shows": "mine", "buttons": str(order.state)}
    return {"shows": str(order.state), "buttons": ""}

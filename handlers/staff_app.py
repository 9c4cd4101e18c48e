"""Where a talk in the firm's WeCom app differs: cards are remembered, late words go by the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.message import Heard, Reply
from models import tables as t
from models import views
from models.actions.app_card_updates import MissCard, PressCard
from models.store import To, Work

APP = "wecom_app:"
NEW_AGAIN = timedelta(hours=12)  # who has not been here for so long is greeted


def is_app(heard: Heard) -> bool:
    """Whether it was said in an app's chat, which is always with one worker alone."""
    return heard.channel.startswith(APP)


def greets(work: Work, heard: Heard) -> bool:
    """Whether to greet somebody who opens the chat: an app tells of every opening, a robot of the day's first."""
    if not is_app(heard):
        return True
    i = t.inbox.c
    lately = (i.channel == heard.channel, i.sender == heard.sender, i.received_at > work.now - NEW_AGAIN)
    return work.conn.execute(select(i.id).where(*lately, i.key != heard.key).limit(1)).first() is None


def answered(work: Work, heard: Heard, reply: Reply, *, passive: bool) -> None:
    """After a turn: note the code that a press brings and what its card shows; queue words that are too late."""
    if not is_app(heard):
        return
    if heard.kind == "card":
        _note_press(work, heard, shown=passive and reply.card is not None)
    if not passive:
        _tell(work, heard, reply)


def _note_press(work: Work, heard: Heard, *, shown: bool) -> None:
    bot_id = _bot_id(work, heard)
    PressCard(bot_id, heard.sender, heard.card, heard.at, shown, heard.reply_to).run(work)
    if not shown:
        MissCard(bot_id, heard.sender, heard.card).run(work)


def _bot_id(work: Work, heard: Heard) -> int:
    name = select(t.bot.c.id).where(t.bot.c.name == heard.channel.removeprefix(APP))
    return int(work.conn.execute(name).scalar() or 0)


def _account_id(work: Work, heard: Heard) -> int | None:
    a = t.worker_account.c
    theirs = (a.bot_id == _bot_id(work, heard), a.userid == heard.sender, a.ended_at.is_(None))
    return work.conn.execute(select(a.id).where(*theirs)).scalar()


def show_pictures(work: Work, heard: Heard, order: views.Order, names: Sequence[str]) -> str:
    """Queue the photos of an order, which no answer of an app can hold; the line that says so."""
    account_id = _account_id(work, heard)
    if account_id is None or not names:
        return ""
    facts = {name: getattr(order, name) for name in ("number", "category", "place", "urgency")}
    for name in names:
        to = To(worker_account_id=account_id)
        work.tell(to, "order_picture", {**facts, "picture": name, "alone": True}, order_id=order.id)
    return f"\n照片 {len(names)} 张，马上发给您。"


def _tell(work: Work, heard: Heard, reply: Reply) -> None:
    """Queue words to the account, if it is bound; of who is not, nothing is kept."""
    account_id = _account_id(work, heard)
    if account_id is not None and reply.words:
        words = Reply(reply.words, reply.options)
        work.tell(To(worker_account_id=account_id), "said", {"reply": words.to_json()})


def missed(work: Work, row: Any, reply: Reply) -> Reply:
    """A passive reply was given up. In an app it is queued here; else it is given back, for whoever sends it late.

    `row`: the inbox row.
    """
    if not reply.words or not row.channel.startswith(APP):
        return reply
    heard = Heard.from_json(row.payload)
    if heard.kind == "card":
        MissCard(_bot_id(work, heard), heard.sender, heard.card).run(work)
    _tell(work, heard, reply)
    return Reply()

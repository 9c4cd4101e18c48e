"""Words whose callback was over before they were there: they are sent another way, once."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.message import Heard, Reply, Told
from bot.refusals import NotTold
from handlers import staff_app, trying
from handlers.switchboard import Switchboard
from models import tables as t
from models.store import Store, To

STAFF = "wecom_"
log = logging.getLogger("linli.late")


@dataclass(frozen=True)
class LateWords:
    """Sends what nobody waited for. What has been said or queued meanwhile it leaves alone."""

    store: Store
    clock: Clock
    switchboard: Switchboard

    def give_up(self, heard: Heard) -> None:
        """The callback could not wait for the reply to `heard`."""
        if heard.channel.startswith(STAFF):
            self.answer(heard, self.of_staff(heard.key))
        else:
            self.of_resident(heard.key)

    def of_resident(self, key: str) -> None:
        """A passive reply to a resident that was stored after all: the worker tells it."""
        with self.store.work(self.clock.now()) as work:
            reply = trying.give_up(work, key)
            if not reply.words:
                return
            a, i = t.account.c, t.inbox.c
            mine = and_(a.channel == i.channel, a.address == i.sender)
            found = select(a.id).join_from(t.inbox, t.account, mine).where(i.key == key)
            account_id = work.conn.execute(found).scalar_one_or_none()
            if account_id is not None:
                work.tell(To(account_id=account_id), "said", {"reply": reply.to_json()})

    def of_staff(self, key: str) -> Reply:
        """A reply to staff: whoever gets these words sends them late, once. In an app they are queued here."""
        with self.store.work(self.clock.now()) as work:
            reply = trying.give_up(work, key)
            row = work.conn.execute(select(t.inbox).where(t.inbox.c.key == key)).first()
            return staff_app.missed(work, row, reply) if row else reply

    def answer(self, heard: Heard, reply: Reply) -> None:
        """WeCom docs: response_url takes one message within the hour. Without one, 查 shows how things stand.

        What was said in an app has been queued by the staffroom.
        """
        if not reply.words or not heard.reply_to or staff_app.is_app(heard):
            return
        told = Told(heard.channel, heard.sender, reply.words, rung="late_answer", reply_to=heard.reply_to)
        try:
            self.switchboard.get(heard.channel).tell(told)
        except (NotTold, KeyError, SQLAlchemyError) as refusal:
            log.warning("a late answer was not told: %s", type(refusal).__name__)

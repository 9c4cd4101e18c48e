"""What the engine is given for one turn: the person, the transaction, the register, whom to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.language.danger import danger
from bot.language.intents import intents
from bot.message import Heard, Reply
from bot.play import Push
from bot.talk import Who
from handlers.finding import find
from models import tables as t
from models import views
from models.actions.desk import OpenDeskItem
from models.actions.orders import AddPhotos
from models.store import Work

ASKED = "staff_question"
PHOTOS_WITHIN = timedelta(minutes=30)  # after a report, photos belong to it
LINES = 10  # of a transcript
CALLED = {
    "asked": "好的，已请社区工作人员联系您。急事请直接打物业或居委电话；有危险请打 110、119 或 120。",
    "not_understood": "我没能听懂，已请社区工作人员来帮您，他们看得到刚才的话，会联系您。",
}


@dataclass(frozen=True)
class TurnHost:
    """The host of one resident's turn; satisfies bot.play.Host."""

    work: Work
    who: Who
    first: bool
    channel: str
    sender: str

    @property
    def now(self) -> datetime:
        """The time of this turn."""
        return self.work.now

    def do(self, command: Any) -> Any:
        """Carry out an action in this turn's transaction."""
        return command.run(self.work)

    def look(self, see: Callable[[Any], Any]) -> Any:
        """Look through a view."""
        return see(self.work)

    def find(self, what: str, text: str) -> Any:
        """Look something up in the register."""
        return find(self.work, self.who.person_id, what, text)

    def intents(self, text: str) -> Sequence[str]:
        """What a sentence wants to open."""
        return intents(text)

    def danger(self, text: str) -> bool:
        """Whether somebody is in danger."""
        return danger(text) is not None

    def pushes(self) -> Sequence[Push]:
        """The open questions of this account that have been shown."""
        return [
            Push(one.id, one.kind, one.subject, one.stamp, one.shown_at)
            for one in views.open_questions(self.work, self.who.account_id)
            if one.shown_at is not None
        ]

    def late_photos(self, media: Sequence[str], results: Sequence[Any]) -> str | None:
        """Add photos to the order of the talk, of a worker's open question, or just opened; None: there is none."""
        done = [one["order_id"] for one in results if isinstance(one, dict) and one.get("order_id")]
        asked = [
            one.order_id for one in views.open_questions(self.work, self.who.account_id) if one.kind == ASKED
        ]
        order_id = next(iter([*done[-1:], *asked, *self._just_opened()]), None)
        if order_id is None:
            return None
        added = AddPhotos(order_id, self.who.account_id, media=tuple(media)).run(self.work)
        return f"照片收到，已加到工单 {added['number']}。" if added["ok"] else None

    def _just_opened(self) -> list[int]:
        asker = views.Resident(self.who.account_id, self.who.person_id)
        mine = views.orders_of_resident(self.work, asker, 1)
        return [one.id for one in mine if not one.close and self.now - one.opened_at < PHOTOS_WITHIN]

    def call_person(self, why: str) -> str:
        """Put the talk on the staff's desk."""
        words = transcript(self.work, self.channel, self.sender)
        OpenDeskItem("wants_person", words, account_id=self.who.account_id).run(self.work)
        return CALLED[why]


def transcript(work: Work, channel: str, sender: str) -> str:
    """The last things this person said and was answered, oldest first, as lines."""
    i = t.inbox.c
    query = select(i.payload, i.reply).where(i.channel == channel, i.sender == sender, i.payload.is_not(None))
    rows = work.conn.execute(query.order_by(i.id.desc()).limit(LINES)).all()
    lines: list[str] = []
    for payload, reply in reversed(rows):
        heard = Heard.from_json(payload)
        lines.append(f"住户：{heard.text or f'[{heard.kind}]'}")
        if reply and (words := Reply.from_json(reply).words):
            lines.append(f"机器人：{words}")
    return "\n".join(lines).replace("\0", "")  # PostgreSQL refuses it

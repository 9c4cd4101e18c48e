"""What the engine is given for one turn: the person, the transaction, the register, whom to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select

from bot.book import PERSON
from bot.language.asking import wishes
from bot.language.commands import control, order_number
from bot.language.danger import danger
from bot.language.dish_questions import asked_dish, bare_dish, dishes_meant, named_dish
from bot.language.intents import intents
from bot.language.numbers import bare_number
from bot.language.ordering import meal_wishes
from bot.language.understanding import perhaps_danger, perhaps_report, surely_danger, wants_person
from bot.message import Heard, Reply
from bot.play import Push, Talk
from bot.ports import Knowledge, Match, NothingKnown
from bot.talk import Said, Who
from handlers import person_talk
from handlers.finding import find
from models import tables as t
from models import views
from models.actions.orders import AddPhotos
from models.actions.person_talk import EndTalk, OpenTalk, SayInTalk
from models.actions.talk_in_hand import open_talk_of
from models.rules.heard import silent
from models.store import Work

ASKED = "staff_question"
BARE = "bare_question"  # whatever an item has on it, it is not known what is meant
UNSURE = "maybe_report"  # comes after a question
PHOTOS_WITHIN = timedelta(minutes=30)  # after a report, photos belong to it
LINES = 10  # of a transcript
SAYS = "住户："


@dataclass
class TurnHost:
    """The host of one resident's turn; satisfies bot.play.Host."""

    work: Work
    who: Who
    first: bool
    channel: str
    sender: str
    asked: bool = True  # whether a question of a push may be open
    talks: bool = True  # whether a talk with a person may be open
    knowledge: Knowledge = field(default_factory=NothingKnown)
    did: list[Any] = field(default_factory=list)  # what the actions of this turn gave

    @property
    def now(self) -> datetime:
        """The time of this turn."""
        return self.work.now

    def do(self, command: Any) -> Any:
        """Carry out an action in this turn's transaction."""
        done = command.run(self.work)
        self.did.append(done)
        return done

    def look(self, see: Callable[[Any], Any]) -> Any:
        """Look through a view."""
        return see(self.work)

    def find(self, what: str, text: str) -> Any:
        """Look something up in the register; "own_order": whether it is the number of an order that they follow."""
        if what == "own_order":
            number, asker = order_number(text), views.Resident(self.who.account_id, self.who.person_id)
            return number is not None and views.order_by_number(self.work, asker, number) is not None
        return find(self.work, self.who.person_id, what, text)

    def intents(self, text: str) -> Sequence[str]:
        """What a sentence wants to open; a question that a service item surely answers opens "faq", one that some may
        answer, or words that surely name one, "maybe_faq", and one that none answers "unanswered"."""
        meals = meal_wishes(text)
        wanted = [*wishes(text), *intents(text), *meals]
        if not wanted and wants_person(text):
            wanted = [PERSON]
        if BARE in wanted and not meals:
            return [BARE]
        if perhaps_danger(text):
            return ["maybe_danger", *wanted]
        match = self.faq(text)
        wanted = (self._dish(text) if wanted in ([], ["maybe_order"]) else []) or wanted
        if not wanted and perhaps_report(text):
            wanted = [UNSURE]
        if match.kind != "sure" and not match.asks:
            return wanted
        known = {"sure": "faq" if match.asks else "maybe_faq", "suggest": "maybe_faq", "none": "unanswered"}
        surely = [one for one in wanted if one != UNSURE]
        return [*surely, known[match.kind], *(one for one in wanted if one == UNSURE)]

    def _dish(self, text: str) -> list[str]:
        """What words want that want nothing else by themselves: to order the dish that they name, or to know whether
        there is one. The register alone tells that it is a dish."""
        if asked := asked_dish(text):
            known = views.dishes_known(self.work, self.who.person_id)
            return ["dish_asked"] if dishes_meant(asked, known) else []
        return ["dish_named"] if bare_dish(text) and named_dish(text, self._offered) else []

    @cached_property
    def _offered(self) -> list[str]:
        """The dishes that they can order now."""
        return list(views.dishes_offered(self.work, self.who.person_id))

    def faq(self, text: str) -> Match:
        """What the service items have on it."""
        return self.knowledge.read(text)

    def danger(self, text: str) -> bool:
        """Whether somebody is in danger."""
        return danger(text) is not None

    def surely_danger(self, text: str) -> bool:
        """Whether that is beyond doubt, so that nobody need be asked."""
        return surely_danger(text)

    def pushes(self) -> Sequence[Push]:
        """The open questions of this account that have been shown."""
        return [
            Push(one.id, one.kind, one.subject, one.stamp, one.shown_at)
            for one in self._questions()
            if one.shown_at is not None
        ]

    def _questions(self) -> Sequence[views.Question]:
        return views.open_questions(self.work, self.who.account_id) if self.asked else ()

    def late_photos(self, media: Sequence[str], results: Sequence[Any]) -> str | None:
        """Add photos to the order of the talk, of a worker's open question, or just opened; None: there is none."""
        done = [one["order_id"] for one in results if isinstance(one, dict) and one.get("order_id")]
        asked = [one.order_id for one in self._questions() if one.kind == ASKED]
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
        """Let the duty staff take over, with the transcript."""
        lines = transcript(self.work, self.channel, self.sender)
        opened = OpenTalk(self.who.account_id, why, "\n".join(lines), _last_said(lines)).run(self.work)
        self.talks = True
        own = views.own_text(self.work, "says.urgent")
        return person_talk.called(why, opened, self.now, own[0] if own else person_talk.URGENT)

    @property
    def talk(self) -> Talk | None:
        """The talk with a person that is open now."""
        row = open_talk_of(self.work, self.who.account_id) if self.talks else None
        return None if row is None else Talk(row.last_at)

    def tell_person(self, said: Said) -> str:
        """Pass it on to the staff who have taken over."""
        words = person_talk.passed_on(said)
        told = SayInTalk(self.who.account_id, words, said.media, self.channel).run(self.work)
        return person_talk.answered(said, told, self.now)

    def end_talk(self) -> str:
        """The resident is done."""
        row = open_talk_of(self.work, self.who.account_id)
        return person_talk.ended(EndTalk(row.id, "resident", self.who.account_id).run(self.work))


def transcript(work: Work, channel: str, sender: str) -> list[str]:
    """The last things this person said and was answered, oldest first."""
    i = t.inbox.c
    query = select(i.payload, i.reply).where(i.channel == channel, i.sender == sender, i.payload.is_not(None))
    rows = work.conn.execute(query.order_by(i.id.desc()).limit(LINES)).all()
    lines: list[str] = []
    for payload, reply in reversed(rows):
        heard = Heard.from_json(payload)
        lines.append(f"{SAYS}{heard.text or silent(heard.kind)}")
        if reply and (words := Reply.from_json(reply).words):
            lines.append(f"机器人：{words}")
    return [line.replace("\0", "") for line in lines]  # PostgreSQL refuses it


def _last_said(lines: Sequence[str]) -> str:
    """The last thing that was said before the wish for a person itself."""
    said = (line.removeprefix(SAYS) for line in reversed(lines) if line.startswith(SAYS))
    return next((words for words in said if _tells(words)), "")


def _tells(words: str) -> bool:
    """Whether it says anything to somebody who reads it alone: no choice, no control word, no picture."""
    return bare_number(words) is None and control(words) is None and not words.startswith("[")

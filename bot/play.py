"""Plays one dialog from its first line, answering from memory, until it needs something new (keyed replay)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.frames import Frame, mark_of, plain, unpack_said
from bot.ports import Match
from bot.talk import (
    Dialog,
    Do,
    Given,
    Look,
    Open,
    Person,
    Question,
    Said,
    Say,
    Several,
    Which,
    Who,
    World,
    Wrong,
)

MOST_STEPS = 200


@dataclass(frozen=True)
class Push:
    """An open question that a push asked: which, what about, and when it was last shown on the phone."""

    id: int
    kind: str
    subject: int
    stamp: int
    shown_at: datetime


@dataclass(frozen=True)
class Talk:
    """A person has taken over. `last_at`: when the last word was said on either side."""

    last_at: datetime


class Host(Protocol):
    """What a turn needs of whoever runs it; everything happens in the turn's transaction."""

    @property
    def now(self) -> datetime:
        """The time of this turn."""

    @property
    def who(self) -> Who:
        """The person who speaks."""

    @property
    def first(self) -> bool:
        """Whether this person has never been greeted."""

    def do(self, command: Any) -> Any:
        """Carry out a command of a dialog; its result is remembered."""

    def look(self, see: Callable[[Any], Any]) -> Any:
        """Look at the world through one of its views."""

    def find(self, what: str, text: str) -> Any:
        """What a question looks up in an answer: "place", "home", "door:<building>", "scene", "content"."""

    def intents(self, text: str) -> Sequence[str]:
        """What a sentence surely wants to open, most likely first."""

    def faq(self, text: str) -> Match:
        """What the service items have on a sentence. A sure one may be answered in the midst of any talk, by the
        dialog that opens on the intent "faq"; host.intents() names it, and the others of dialogs/faq.py, too."""

    def danger(self, text: str) -> bool:
        """Whether words of danger are said."""

    def surely_danger(self, text: str) -> bool:
        """Whether that is beyond doubt; else the dialog that opens on the intent "maybe_danger" asks."""

    def pushes(self) -> Sequence[Push]:
        """Open questions of pushes, the one shown last first."""

    def late_photos(self, media: Sequence[str], results: Sequence[Any]) -> str | None:
        """Add photos to what a dialog has done (its results), or to what is under way; None: there is nothing."""

    def call_person(self, why: str) -> str:
        """Let a person take over, with the transcript; the words that tell so."""

    @property
    def talk(self) -> Talk | None:
        """The talk with a person that is open now."""

    def tell_person(self, said: Said) -> str:
        """Pass what was said on to the person who has taken over; the words to answer, mostly none."""

    def end_talk(self) -> str:
        """The resident is done talking with a person; the words that say so and what to do next."""


@dataclass
class Played:
    """What came of playing: the question that waits, or (None) how the dialog ended; and what was said."""

    question: Question[Any] | None
    outcome: Open | Person | None
    words: list[str]


def play(dialog: Dialog, frame: Frame, host: Host) -> Played:
    """Play `dialog` on from what `frame` remembers. Raises RuntimeError when it never asks nor ends."""
    return _Player(dialog, frame, host).run()


def questions_met(dialog: Dialog, frame: Frame, host: Host) -> dict[str, Question[Any]]:
    """The questions on the way to the open one, by key, without saying or doing anything."""
    player = _Player(dialog, frame, host)
    script = dialog.script(player.world)
    met: dict[str, Question[Any]] = {}
    reply: Any = None
    for _ in range(MOST_STEPS):
        try:
            step = script.send(reply)
        except StopIteration:
            break
        if isinstance(step, Question):
            met[step.key] = step
        key = _key(step)
        if key and not frame.knows(key):
            break
        reply = frame.recall(key) if key else None
    script.close()
    return met


def _key(step: Any) -> str:
    match step:
        case Look(key=key):
            return f"look:{key}"
        case Do(key=key):
            return f"do:{key}"
        case Given(question=question):
            return f"look:given {question.key}"
        case Question(key=key):
            return key
    return ""


@dataclass
class _Player:
    dialog: Dialog
    frame: Frame
    host: Host

    def __post_init__(self) -> None:
        self.opening: Said = unpack_said(self.frame.opening)
        self.world = World(
            self.host.now,
            self.host.who,
            self.opening,
            self.frame.subject,
            self.frame.stamp,
            self.frame.push,
            self.host.faq,
            not self.frame.aside,
            self.frame.mended,
            self.frame.added,
        )
        self.meanwhile: Said = unpack_said(self.frame.meanwhile)
        self.words: list[str] = []
        self.which: Which | None = None

    def run(self) -> Played:
        script = self.dialog.script(self.world)
        reply: Any = None
        for _ in range(MOST_STEPS):
            try:
                step = script.send(reply)
            except StopIteration as end:
                return Played(None, end.value, self.words)
            if isinstance(step, Question) and not self.known(step):
                script.close()
                return Played(self.which or step, None, self.words)
            reply = self.step(step)
        raise RuntimeError(f"dialog {self.dialog.name} took over {MOST_STEPS} steps in one turn: it loops")

    def step(self, step: Any) -> Any:
        frame, key = self.frame, _key(step)
        match step:
            case Question():
                pass
            case Given(question):
                if not frame.knows(key):
                    said = len(self.words)
                    frame.remember(key, frame.recall(question.key) if self.known(question) else None)
                    del self.words[said:]  # it is not asked, so nothing is said of it
            case Say(text):
                if not frame.knows(mark_of(text)):
                    frame.remember(mark_of(text), 1)
                    self.words.append(text)
                return None
            case Look(see=see, fresh=fresh):
                if (fresh and not frame.settled(key)) or not frame.knows(key):
                    frame.remember(key, plain(self.host.look(see)))
            case Do(command=command):
                if not frame.knows(key):
                    frame.remember(key, plain(self.host.do(command)))
            case _:
                raise TypeError(f"dialog {self.dialog.name} yielded {type(step).__name__}, which is no step")
        return frame.recall(key)

    def known(self, question: Question[Any]) -> bool:
        """Whether the question is answered: remembered and still possible, or surely said in the opening."""
        frame = self.frame
        if frame.knows(question.key):
            if frame.settled(question.key):
                return True
            if question.binds and not frame.bound(question.key, question.text):
                frame.forget(question.key)  # what was agreed to is not what would be done now
                return False
            if question.still_good(frame.recall(question.key)):
                return True
            gone = question.gone_words(frame.recall(question.key))
            frame.forget(question.key)
            self.words.append(gone)
            return False
        return self.offered(question)

    def offered(self, question: Question[Any]) -> bool:
        """Offer the question what was said just now, or once the opening; whether that answers it.

        Where one of several was meant, it is asked which; where it cannot be, it is said why.
        """
        self.which = None
        value = self.heard(question)
        if isinstance(value, Several):
            labels, values = tuple(value.options), tuple(value.options.values())
            self.which = Which(question.key, value.words, labels=labels, values=values)
        elif isinstance(value, Wrong):
            self.words.append(value.why)
        elif value is not None:
            self.frame.remember(question.key, plain(value))
            return True
        return False

    def heard(self, question: Question[Any]) -> Any:
        """What of that was said on the way, else what of the opening, answers the question."""
        frame, value = self.frame, None
        if self.meanwhile.text and question.key not in frame.tried:
            frame.tried.append(question.key)
            value = question.volunteered(self.meanwhile, self.host.find)
        if value is None and frame.offers and question.key not in frame.offered:
            frame.offered.append(question.key)
            opening = self.opening if question.heeds else Said()
            value = question.volunteered(opening, self.host.find)
        return value

"""One turn under way: the state, what was said, what is going to be answered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.frames import Frame, State, unpack
from bot.language.numbers import bare_number, read_yes_no
from bot.play import Host, Talk
from bot.talk import FIXED, Dialog, Question, Said

DIGITS_FOR = timedelta(days=1)  # how long a bare digit may answer what a push asked
BURST = timedelta(seconds=10)  # photos of one burst get one answer


@dataclass
class Turn:
    """What the engine works on between hearing and answering.

    `ask`: whether the question's own text is said (not after a miss). `quiet`: nothing at all is said.
    `talk`: a person has taken over. `before`: when the turn before this one was, ISO. `hints`: what to say when
    nothing takes a bare digit.
    """

    state: State
    said: Said
    host: Host
    words: list[str] = field(default_factory=list)
    question: Question[Any] | None = None
    ask: bool = True
    quiet: bool = False
    talk: Talk | None = None
    before: str = ""
    hints: list[str] = field(default_factory=list)
    _stored: dict[str, Any] | None = None
    _shown: Question[Any] | None = None

    def tapped(self) -> Said:
        """A tap on one of our own choices says the number printed before it, if it is still that question."""
        parts = self.said.option.split(":")
        if len(parts) == 3 and parts[0] == "q" and parts[1] == str(self.state.shown_turn):
            return replace(self.said, text=parts[2])
        return self.said

    @property
    def top(self) -> Frame | None:
        """The dialog under way."""
        return self.state.stack[-1] if self.state.stack else None

    @property
    def shown(self) -> Question[Any] | None:
        """The open question, as the person saw it."""
        stored = self.top.shown if self.top else None
        if stored is not self._stored:
            self._stored, self._shown = stored, unpack(stored) if stored else None
        return self._shown

    @property
    def bare(self) -> bool:
        """Whether what was said means nothing without what it answers: a bare number, a yes, a no."""
        return bare_number(self.said.text) is not None or read_yes_no(self.said.text) is not None

    @property
    def chosen(self) -> bool:
        """Whether what was said is nothing but a choice of the open question: a bare number, or exactly a label."""
        labels = [label for _, label in self.shown.options()] if self.shown else []
        return bare_number(self.said.text) is not None or self.said.text in labels

    def past(self, shown_at: datetime) -> bool:
        """Whether a bare digit no longer answers what was shown then: the person has said something else since,
        or something else was shown since, or a day has gone by."""
        since = max(self.before, self.state.shown_at)
        return since > shown_at.isoformat() or self.host.now - shown_at > DIGITS_FOR

    @property
    def may_leave(self) -> bool:
        """Whether the open question may be left unanswered."""
        return self.shown is not None and self.shown.optional

    @property
    def waits(self) -> bool:
        """Whether the open question is put aside at once for something else, and asked again afterwards."""
        return self.shown is not None and self.shown.waits

    def leave(self, *, waiting: bool = True) -> None:
        """Drop dialogs whose open question need not be answered; those that wait only with `waiting`."""
        while self.may_leave and (waiting or not self.waits):
            self.state.stack.pop()

    def end(self, frame: Frame, dialog: Dialog, outcome: object) -> None:
        """A dialog is over. The next thing said may correct it, or be told that this is too late."""
        kept = frame if dialog.mends else Frame(frame.dialog) if dialog.fixed != FIXED else None
        told = outcome is None and frame.has_done()
        self.state.ended, self.state.ended_turn = kept if told else None, self.state.turn

    def call(self, why: str) -> bool:
        """A person takes over: whatever dialog was under way is over."""
        self.words.append(self.host.call_person(why))
        self.state.stack, self.state.switch, self.question = [], None, None
        return True

    def say_once(self, words: str) -> None:
        """Acknowledge a photo; the next ones of the same burst get no answer."""
        last, self.state.more_at = self.state.more_at, self.host.now.isoformat()
        if last and self.host.now - datetime.fromisoformat(last) < BURST:
            self.quiet = True
        else:
            self.words.append(words)

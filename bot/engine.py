"""Plays dialogs: pure, JSON in, JSON out. Each turn plays the top dialog from its first line (keyed replay).

What is heard in which order is the table HEARING in bot/hearing.py; see ARCHITECTURE section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.answering import LEFT_AFTER
from bot.book import Book
from bot.frames import Frame, State, pack, unpack
from bot.hearing import HEARING
from bot.message import Option, Reply
from bot.play import Host, play
from bot.talk import Dialog, Open, Person, Question, Said
from bot.turn import Turn

KEPT_FOR = timedelta(hours=24)  # an abandoned talk
GO_ON = "我们接着刚才的："


class Engine:
    """Plays the registered dialogs. `emergency`, `hello` and `menu` name the dialogs the engine itself opens."""

    def __init__(
        self,
        dialogs: Mapping[str, Dialog],
        *,
        emergency: str = "emergency",
        hello: str = "hello",
        menu: str = "menu",
    ) -> None:
        self.book = Book(dialogs, emergency, hello, menu)

    def hear(self, stored: str, said: Said, host: Host) -> tuple[Reply, str]:
        """One turn: what is answered, and the state to store."""
        turn = Turn(State.load(stored), said, host)
        state = turn.state
        state.turn += 1
        if state.at and host.now - datetime.fromisoformat(state.at) > KEPT_FOR:
            state.stack, state.switch, state.ended = [], None, None
        if state.shown_at and host.now - datetime.fromisoformat(state.shown_at) > LEFT_AFTER:
            turn.leave()
        turn.said, turn.talk, turn.before = turn.tapped(), host.talk, state.at
        state.at = host.now.isoformat()
        if state.turn > state.ended_turn + 1:
            state.ended = None
        next(step for step in HEARING if step(self.book, turn))
        self._play_on(turn)
        return self._reply(turn), state.dump()

    def overdue(self, stored: str, turn: int, host: Host) -> tuple[Reply, str] | None:
        """A timer of `turn` rang: one gentle reminder of the open question, or None when the talk has moved on."""
        state = State.load(stored)
        if state.turn != turn or not state.stack or state.stack[-1].nudged or not state.stack[-1].shown:
            return None
        frame = state.stack[-1]
        frame.nudged = True
        question = unpack(frame.shown or {})
        ready = Turn(state, Said(), host, [f"不着急，我们停在这里：\n{question.text}"], question, ask=False)
        return self._reply(ready), state.dump()

    @staticmethod
    def asks(state: State) -> bool:
        """Whether a question that wants an answer is open, so that a reminder makes sense."""
        frame = state.stack[-1] if state.stack else None
        return bool(frame and frame.shown and not frame.nudged and not unpack(frame.shown).optional)

    def _play_on(self, turn: Turn) -> None:
        """Play the top dialog; as dialogs end, those below go on."""
        while turn.state.stack and turn.question is None:
            frame = turn.state.stack[-1]
            played = play(self.book.of(frame), frame, turn.host)
            turn.words += played.words
            if played.question is not None and not self._passes(turn, frame, played.question):
                turn.question = played.question
                return
            turn.state.stack.remove(frame)
            turn.end(frame, self.book.of(frame), played.outcome)
            turn.leave(waiting=False)  # what need not be answered is not asked again
            if isinstance(played.outcome, Person):
                turn.call("asked")
            if isinstance(played.outcome, Open):
                opening = frame.opening if played.outcome.opening else {}
                opening = {**opening, "calm": True} if played.outcome.calm else opening
                turn.state.stack.append(Frame(played.outcome.dialog, opening))
            elif turn.state.stack:
                turn.words.append(GO_ON)
            turn.ask = True
        if turn.question is None and turn.words[-1:] == [GO_ON]:
            turn.words.pop()  # what was below had nothing left to say

    @staticmethod
    def _passes(turn: Turn, frame: Frame, question: Question[Any]) -> bool:
        """Whether a question is not asked: it may be left, and a person or another talk has the word."""
        busy = (turn.talk and frame.push) or (frame.aside and len(turn.state.stack) > 1)
        return bool(busy and question.optional)

    def _reply(self, turn: Turn) -> Reply:
        if turn.quiet:
            return Reply()
        question, state = turn.question, turn.state
        if question is None:
            return Reply("\n".join(turn.words))
        if turn.top and state.switch is None and state.spoken is None:
            turn.top.shown = pack(question)
        state.shown_at, state.shown_turn = turn.host.now.isoformat(), state.turn
        words = [*turn.words, question.text] if turn.ask else turn.words
        options = tuple(
            Option(f"q:{state.turn}:{mark}", label, label, mark) for mark, label in question.options()
        )
        return Reply("\n".join(words), options)

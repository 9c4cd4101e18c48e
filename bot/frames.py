"""What of a talk is kept between two turns, as JSON: a stack of frames, each one dialog with its memory.

A frame's memory is a list of [key, value], oldest first (JSONB would lose the order). Keys of answers are the
questions' own; `look:`, `do:`, `say:` and `more:` mark what was looked at, done, said, and half answered.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from bot.message import Place as Point
from bot.talk import QUESTIONS, Question, Said

NOT_ANSWERS = ("look:", "do:", "say:", "more:")


@dataclass
class Frame:
    """One dialog under way."""

    dialog: str
    opening: dict[str, Any] = field(default_factory=dict)
    memory: list[list[Any]] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)  # questions the opening sentence was offered to
    offers: bool = True  # until back or a correction
    meanwhile: dict[str, Any] = field(default_factory=dict)  # said on the way, and offered like the opening
    tried: list[str] = field(default_factory=list)  # questions that it was offered to
    shown: dict[str, Any] | None = None  # the question as the person saw it
    misses: int = 0
    nudged: bool = False
    subject: int = 0
    stamp: int = 0
    push: int = 0  # the open question that this frame answers
    aside: bool = (
        False  # opened in the midst of another talk: it says its words and asks nothing that may be left
    )

    mended: bool = False  # it had ended, and an answer was corrected since
    added: bool = False  # it had ended, and something was added to its answer since

    def recall(self, key: str) -> Any:
        """What is remembered under `key`, or None."""
        return next((value for known, value in self.memory if known == key), None)

    def knows(self, key: str) -> bool:
        """Whether anything is remembered under `key`."""
        return any(known == key for known, _ in self.memory)

    def remember(self, key: str, value: Any) -> None:
        """Keep `value`; an answer that changes makes all later looks and sayings forgotten."""
        for at, entry in enumerate(self.memory):
            if entry[0] == key:
                if entry[1] != value and not key.startswith(NOT_ANSWERS):
                    self.memory[at + 1 :] = [e for e in self.memory[at + 1 :] if not _passing(e[0])]
                entry[1] = value
                return
        self.memory.append([key, value])

    def forget(self, key: str) -> None:
        """Drop what is remembered under `key`, and all later looks and sayings."""
        at = next((n for n, entry in enumerate(self.memory) if entry[0] == key), len(self.memory))
        self.memory[at:] = [e for e in self.memory[at + 1 :] if not _passing(e[0])]

    def rewind(self, key: str) -> None:
        """Forget the answer `key` and whatever was asked, said and done after it."""
        self.memory = self.memory[: [known for known, _ in self.memory].index(key)]

    def answers(self) -> list[str]:
        """Keys of all answers, oldest first."""
        return [key for key, _ in self.memory if not key.startswith(NOT_ANSWERS)]

    def open_answers(self) -> list[str]:
        """Keys of the answers that no finished Do has used, oldest first."""
        done = max((n for n, entry in enumerate(self.memory) if entry[0].startswith("do:")), default=-1)
        return [key for key, _ in self.memory[done + 1 :] if not key.startswith(NOT_ANSWERS)]

    def bind(self, key: str, text: str) -> None:
        """Keep that `key` was answered to these words; forgotten like a look when an earlier answer changes."""
        self.remember(f"look:agreed {key}", zlib.crc32(text.encode()))

    def bound(self, key: str, text: str) -> bool:
        """Whether the answer `key` was given to these words."""
        return bool(self.recall(f"look:agreed {key}") == zlib.crc32(text.encode()))

    def settled(self, key: str) -> bool:
        """Whether something has been done since `key` came to be known, which is not undone by looking again."""
        known = [name for name, _ in self.memory]
        return key in known and any(name.startswith("do:") for name in known[known.index(key) + 1 :])

    def ask_again(self) -> None:
        """Go on from what is remembered, without what was volunteered."""
        self.offers, self.shown, self.misses = False, None, 0
        self.meanwhile = {}

    def offer(self, said: Said) -> None:
        """Offer what was said just now to the questions that come next."""
        self.meanwhile, self.tried = pack_said(said), []

    def heard(self, text: str) -> bool:
        """Whether these very words opened it, or were an answer: who says them again has not seen what came of it."""
        return text != "" and text in (
            self.opening.get("text"),
            *(self.recall(key) for key in self.answers()),
        )

    def results(self) -> list[Any]:
        """What the finished Dos gave, oldest first."""
        return [value for key, value in self.memory if key.startswith("do:")]

    def has_done(self) -> bool:
        """Whether a Do has been carried out."""
        return any(key.startswith("do:") for key, _ in self.memory)


def _passing(key: str) -> bool:
    return key.startswith(("look:", "say:"))


@dataclass
class State:
    """A person's whole talk. `turn` grows with every turn; timers and taps carry it."""

    turn: int = 0
    stack: list[Frame] = field(default_factory=list)
    at: str = ""  # when the last turn was, ISO
    shown_at: str = ""  # when the question now open was shown
    shown_turn: int = 0
    more_at: str = ""  # when the last photo of a burst came
    switch: dict[str, Any] | None = None  # another dialog that waits for "first this, or go on?"
    spoken: dict[str, Any] | None = None  # what a voice message said, read back and not yet confirmed
    ended: Frame | None = None  # the dialog that ended last, while what was said in it may be corrected
    ended_turn: int = 0

    def dump(self) -> str:
        """As JSON text."""
        ended = vars(self.ended) if self.ended else None
        data = {**vars(self), "stack": [vars(frame) for frame in self.stack], "ended": ended}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> State:
        """From JSON text of this or an earlier release: unknown fields are dropped, missing ones get defaults."""
        data = _known(cls, json.loads(text or "{}"))
        data["stack"] = [Frame(**_known(Frame, frame)) for frame in data.get("stack", [])]
        if ended := data.get("ended"):
            data["ended"] = Frame(**_known(Frame, ended))
        return cls(**data)


def _known(shape: Any, data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key in _names(shape)}


@cache
def _names(shape: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(shape))


def pack(question: Question[Any]) -> dict[str, Any]:
    """A question as JSON, options and all, in the order they were shown."""
    return {"kind": question.kind, **plain(question)}


def unpack(data: dict[str, Any]) -> Question[Any]:
    """The question again, as the person saw it."""
    kind = QUESTIONS[data["kind"]]
    fields = _known(kind, data)
    for name in ("labels", "values", "offered", "absent"):
        if name in fields:
            fields[name] = tuple(fields[name])
    return kind(**fields)


def pack_said(said: Said) -> dict[str, Any]:
    """What opened a dialog, as JSON."""
    return {key: value for key, value in plain(said).items() if value}


def unpack_said(data: dict[str, Any]) -> Said:
    """The inverse of pack_said."""
    fields = _known(Said, data)
    if fields.get("point"):
        fields["point"] = Point(**fields["point"])
    return Said(**{**fields, "media": tuple(fields.get("media", ()))})


def plain(value: Any) -> Any:
    """Any result of a view or an action as JSON would give it back, so that first play and replay see the same."""
    if value is None or type(value) in (str, int, bool):
        return value
    return json.loads(json.dumps(value, default=_as_json, ensure_ascii=False))


def _as_json(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be remembered by a dialog: make it JSON")


def mark_of(text: str) -> str:
    """The key under which a Say is remembered as said."""
    return f"say:{zlib.crc32(text.encode()):x}"

"""The conversation about one order: what residents said and what they were told, in the order it was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.ports import Flags
from bot.wording import Unworded, word
from models import views

# Words for a page: as in the official account, but nothing has to be shortened.
PAGE = Flags(hears=False, speaks_first=False, text_bytes=100_000)
ALBUM = "（照片链接）"  # opens photos to whoever has it: for that resident alone
# What differs from follower to follower of one and the same message.
THEIR_OWN = ("album", "question_id", "words")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message for `people` of those it was for. `state`, `reason`: as the outbox has them."""

    state: str
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing that was said. `step` is the ledger's word for what a resident did, `kind` the message's."""

    at: datetime
    words: str
    step: str = ""
    kind: str = ""
    facts: Mapping[str, Any] | None = None
    fates: tuple[Fate, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether we said it."""
        return bool(self.kind)

    @property
    def people(self) -> int:
        """How many residents it was for."""
        return sum(fate.people for fate in self.fates)


def conversation(
    entries: Iterable[views.Entry],
    messages: Iterable[views.Message],
    names: Mapping[str, str],
    own: Mapping[str, object] = MappingProxyType({}),
) -> list[Bubble]:
    """What was said, oldest first; who spoke comes before who answers. `names`: categories in Chinese; `own`: the
    town's own texts, as they are now.

    The views have already hidden what this asker may not read.
    """
    heard = (_heard(entry) for entry in entries if entry.by == "resident" and _says(entry))
    return sorted([*heard, *_told(messages, names, own)], key=lambda bubble: (bubble.at, bubble.ours))


def _says(entry: views.Entry) -> bool:
    return bool(entry.words.strip() or entry.facts.get("photos") or entry.facts.get("score"))


def _heard(entry: views.Entry) -> Bubble:
    return Bubble(entry.at, entry.words, step=entry.step, facts=entry.facts)


def _told(
    messages: Iterable[views.Message], names: Mapping[str, str], own: Mapping[str, object]
) -> Iterator[Bubble]:
    """What was told to residents; to several of them at once it is one bubble, in the words of the first."""
    told: dict[Any, list[views.Message]] = {}
    for message in messages:
        if message.to_resident:
            told.setdefault(_sameness(message), []).append(message)
    for same in told.values():
        first = same[0]
        yield Bubble(first.made_at, _words(first, names, own), kind=first.kind, fates=_fates(same))


def _sameness(message: views.Message) -> Any:
    shared = {name: repr(fact) for name, fact in message.facts.items() if name not in THEIR_OWN}
    return message.kind, message.made_at, tuple(sorted(shared.items()))


def _fates(same: Sequence[views.Message]) -> tuple[Fate, ...]:
    counts = Counter((message.state, message.reason) for message in same)
    return tuple(Fate(state, reason, people) for (state, reason), people in counts.items())


def _words(message: views.Message, names: Mapping[str, str], own: Mapping[str, object]) -> str:
    """The message in full. One of an older release, whose facts do not fit the text, shows what staff wrote."""
    facts = {**message.facts, "album": ALBUM} if message.facts.get("album") else message.facts
    try:
        return word(message.kind, facts, channel=PAGE, names=names, at=message.made_at, own=own).words
    except Unworded:
        return str(facts.get("words", ""))

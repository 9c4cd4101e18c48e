"""The index of service items that each process keeps: made anew when the catalogue has changed.

Vectors are made by a worker (workers/vectors.py) and read from the database; until those of a changed item are
there it goes by characters and sounds, and where no model runs every item does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from bot.clock import Clock, local, real_seconds
from bot.language.asking import asks, searched
from bot.language.retrieval import Embedder, Finder, FloatArray, Item, digest, passages
from bot.ports import Match
from models import views
from models.store import Store

FRESH_SECONDS = 2.0  # how long a look at the catalogue's version is good
REMEMBERED = 512  # sentences; one is read before its turn and several times in it

Made = tuple[int, str]  # the version of the catalogue, and the day: items begin and end at midnight


def as_item(entry: views.Findable) -> Item:
    """An entry of the catalogue as the finder takes it."""
    return Item(str(entry.id), entry.title, entry.aliases, entry.body)


def packed(vectors: FloatArray) -> bytes:
    """Vectors as they are stored: float16, one after the other."""
    return np.asarray(vectors, dtype=np.float16).tobytes()


def unpacked(stored: bytes, rows: int) -> FloatArray:
    """The inverse of packed(), for an item of so many passages; each of length 1 again."""
    vectors = np.frombuffer(stored, dtype=np.float16).astype(np.float32).reshape(rows, -1)
    found: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


@dataclass
class ItemIndex:
    """Knowledge of the service items; satisfies bot.ports.Knowledge. `embedder` gives the model, None without one."""

    store: Store
    clock: Clock
    embedder: Callable[[], Embedder | None] = lambda: None
    fresh_seconds: float = FRESH_SECONDS
    _finder: Finder = field(default_factory=lambda: Finder(()))
    _made: Made = (-1, "")
    _looked_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[str, Match] = field(default_factory=dict)

    def understand(self, text: str) -> None:
        """Read `text` now, by an index made anew if the catalogue has changed `fresh_seconds` ago."""
        if searched(text):
            self.refresh()
            self.read(text)

    def read(self, text: str) -> Match:
        """What is known on `text`, remembered from a moment ago or found now; never looks at the database."""
        known = self._known  # before the finder: what an old one finds is not remembered for the new one
        match = known.get(text)
        if match is None:
            match = self._find(text)
            if len(known) >= REMEMBERED:
                known.clear()
            known[text] = match
        return match

    def _find(self, text: str) -> Match:
        said = searched(text)
        if not said:
            return Match()
        verdict = self._finder.find(said)
        return Match(verdict.kind, tuple(map(int, verdict.items)), asks(text))

    def refresh(self) -> None:
        """Make the index anew if the catalogue has changed. While one thread does, others go on with the old one."""
        if real_seconds() - self._looked_at < self.fresh_seconds and self._made[1]:
            return
        if not self._lock.acquire(blocking=not self._made[1]):
            return
        try:
            self._look()
            self._looked_at = real_seconds()
        finally:
            self._lock.release()

    def _look(self) -> None:
        now = self.clock.now()
        with self.store.look(now) as work:
            made = views.catalogue_version(work), local(now).date().isoformat()
            if made == self._made:
                return
            items = [as_item(entry) for entry in views.entries(work)]
            embedder = self.embedder()
            stored = views.kept_vectors(work) if embedder else {}
        self._finder = _finder(items, embedder, stored)
        self._made = made
        self._known = {}


@lru_cache(maxsize=2)
def _by_words(items: tuple[Item, ...]) -> Finder:
    """The finder without the model; kept, since a change of hours or phones changes no words that are searched."""
    return Finder(items)


def _finder(items: Sequence[Item], embedder: Embedder | None, stored: Mapping[str, bytes]) -> Finder:
    """With the model for the items whose vectors are there: a web process makes none itself."""
    digests = {digest(item): item for item in items} if embedder else {}
    vectors = {
        key: unpacked(stored[key], len(passages(item))) for key, item in digests.items() if key in stored
    }
    if not vectors:
        return _by_words(tuple(items))
    return Finder(items, embedder=embedder, vectors=vectors, makes=False)

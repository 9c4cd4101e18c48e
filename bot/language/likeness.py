"""How like every item is to a question, seen in several ways that a calibration weighs against each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from bot.language.embedding import Embedder, FloatArray
from bot.language.lexical import Index
from bot.language.questions import Question, read
from bot.language.service_items import Item, digest, passages

Components = npt.NDArray[np.float64]
WORDS = ("characters", "characters_raw", "sounds", "sounds_raw", "meanings", "best_name", "best_sound")
MODEL = ("best_passage", "whole")
_RAW = 20.0  # BM25 sums of short questions lie between 0 and 40
_COSINE_FROM, _COSINE_SPAN = 0.78, 0.14  # where this model's cosines lie; see docs/language.md
_AT_ONCE = 8  # passages in one call of the model


class ByWords:
    """Characters, sounds and named meanings. The names of an item count twice against its body."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.characters = _whole(items, lambda question: question.characters)
        self._sounds = _whole(items, lambda question: question.sounds)
        self.meanings = _whole(items, lambda question: question.meanings)
        names = [read(name) for item in items for name in (item.title, *item.aliases)]
        self._names = Index([name.characters for name in names])
        self._name_sounds = Index([name.sounds for name in names])
        self._starts = _starts([1 + len(item.aliases) for item in items])

    def components(self, question: Question) -> Components:
        """One row an item, one column a way of WORDS, each about 0 to 1."""
        characters, raw = self.characters.score(question.characters)
        sounds, sounds_raw = self._sounds.score(question.sounds)
        meanings, _ = self.meanings.score(question.meanings)
        name, _ = self._names.score(question.characters)
        name_sound, _ = self._name_sounds.score(question.sounds)
        best_name, best_sound = (np.maximum.reduceat(found, self._starts) for found in (name, name_sound))
        return np.column_stack(
            (characters, raw / _RAW, sounds, sounds_raw / _RAW, meanings, best_name, best_sound)
        )


class ByModel:
    """What the language model finds alike, of the items that have vectors here, by the digest of their item."""

    def __init__(self, items: Sequence[Item], embedder: Embedder, vectors: Mapping[str, FloatArray]) -> None:
        self._embedder, self.vectors = embedder, vectors
        digests = [digest(item) for item in items]
        self.known = np.array([key in vectors for key in digests])
        rows = [vectors[key] for key in digests if key in vectors]
        self._best = np.vstack([row[:-1] for row in rows])
        self._starts = _starts([len(row) - 1 for row in rows])
        self._whole = np.vstack([row[-1:] for row in rows])

    def components(self, question: Question) -> Components:
        """One row an item, one column a way of MODEL, each about 0 to 1."""
        asked = self._embedder.embed([question.said], query=True)[0]
        best = np.maximum.reduceat(self._best @ asked, self._starts)
        cosines = np.column_stack((best, self._whole @ asked)).astype(float)
        scaled: Components = (cosines - _COSINE_FROM) / _COSINE_SPAN
        whole = np.tile(scaled.mean(axis=0), (len(self.known), 1))  # without vectors: neither like nor unlike
        whole[self.known] = scaled
        return whole


def _whole(items: Sequence[Item], terms: Callable[[Question], Sequence[str]]) -> Index:
    def document(item: Item) -> list[str]:
        named = [term for name in (item.title, *item.aliases) for term in terms(read(name))]
        return [*named, *named, *(term for part in item.body.split("。") for term in terms(read(part)))]

    return Index([document(item) for item in items])


def _starts(counts: Sequence[int]) -> npt.NDArray[np.intp]:
    return np.cumsum([0, *counts[:-1]], dtype=np.intp)


def embedded(
    items: Sequence[Item], embedder: Embedder, known: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """The vectors of every item by its digest: those that are known, and the others made now."""
    by_digest = {digest(item): item for item in items}
    found = {key: known[key] for key in by_digest if key in known}
    texts = {key: passages(item) for key, item in by_digest.items() if key not in found}
    flat = [text for parts in texts.values() for text in parts]
    parts = [flat[at : at + _AT_ONCE] for at in range(0, len(flat), _AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        batches = list(threads.map(lambda part: embedder.embed(part, query=False), parts))
    rows = np.vstack(batches) if batches else np.zeros((0, 0), dtype=np.float32)
    cuts = np.cumsum([len(parts) for parts in texts.values()])[:-1]
    return found | dict(zip(texts, np.split(rows, cuts), strict=True)) if texts else found

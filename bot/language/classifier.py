"""What a sentence probably means where no rule is sure: weights that `make train` wrote, read with numpy alone."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.features import grams, marks
from bot.language.text import REMEMBERED

FILE = "classifier.npz"
HEADS = ("intent", "category", "urgency")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Guess:
    """Each answer of each question with its probability, the likeliest first."""

    intent: Mapping[str, float]
    category: Mapping[str, float]
    urgency: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The runs of characters and the marks that count; `rarity` is their inverse document frequency.

    Runs make a vector of length one; each mark adds `mark_weight` beside it.
    """

    index: Mapping[str, int]
    rarity: Floats
    mark_weight: float

    def vector(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """The places and values of `text` that are not zero."""
        counts = Counter(gram for gram in grams(text) if gram in self.index)
        places = np.array([self.index[gram] for gram in counts], dtype=np.int64)
        values = np.log1p(np.fromiter(counts.values(), np.float32, len(counts))) * self.rarity[places]
        values = values / max(float(np.sqrt((values**2).sum())), 1e-9)
        seen = [self.index[mark] for mark in marks(text) if mark in self.index]
        more = np.full(len(seen), self.mark_weight, np.float32)
        return np.concatenate([places, np.array(seen, np.int64)]), np.concatenate([values, more])


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its answers, and for each feature its weight for each answer, as in the file."""

    answers: tuple[str, ...]
    weights: NDArray[np.floating[Any]]
    bias: Floats

    def guess(self, places: NDArray[np.int64], values: Floats) -> dict[str, float]:
        """The probability of each answer, the likeliest first."""
        sums = values @ self.weights[places].astype(np.float32) + self.bias
        odds = np.exp(sums - sums.max())
        odds /= odds.sum()
        return {self.answers[i]: float(odds[i]) for i in np.argsort(-odds, kind="stable")}


@dataclass(frozen=True, slots=True)
class Classifier:
    """A vocabulary and the three questions that it answers."""

    vocabulary: Vocabulary
    heads: Mapping[str, Head]
    taught_by: str = ""
    """The digest of the lines that it was trained on."""

    def guess(self, text: str) -> Guess:
        """What `text` is probably about."""
        places, values = self.vocabulary.vector(text)
        return Guess(**{name: self.heads[name].guess(places, values) for name in HEADS})


def packed(classifier: Classifier) -> bytes:
    """A classifier as the bytes of its file; equal classifiers give equal bytes."""
    vocabulary = classifier.vocabulary
    arrays: dict[str, Any] = {
        "taught_by": _bytes([classifier.taught_by]),
        "words": _bytes(vocabulary.index),
        "rarity": vocabulary.rarity.astype(np.float16),
        "mark_weight": np.float32(vocabulary.mark_weight),
    }
    for name, head in classifier.heads.items():
        arrays[f"{name}_answers"] = _bytes(head.answers)
        arrays[f"{name}_weights"] = head.weights.astype(np.float16)
        arrays[f"{name}_bias"] = head.bias.astype(np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _bytes(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _words(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(array.tobytes().decode().split("\n"))


def unpacked(data: bytes) -> Classifier:
    """The classifier that `packed` wrote. Raises ValueError or KeyError when it is none."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        index = {word: place for place, word in enumerate(_words(arrays["words"]))}
        rarity = arrays["rarity"].astype(np.float32)
        vocabulary = Vocabulary(index, rarity, float(arrays["mark_weight"]))
        heads = {name: _head(arrays, name) for name in HEADS}
        return Classifier(vocabulary, heads, _words(arrays["taught_by"])[0])


def _head(arrays: Mapping[str, Any], name: str) -> Head:
    answers = _words(arrays[f"{name}_answers"])
    return Head(answers, arrays[f"{name}_weights"], arrays[f"{name}_bias"])


@cache
def the_classifier() -> Classifier:
    """The classifier that ships with this release, read at first use."""
    return unpacked(resources.files("bot.language").joinpath("data", FILE).read_bytes())


@lru_cache(REMEMBERED)
def guess(text: str) -> Guess:
    """What `text` is probably about, by the classifier of this release."""
    return the_classifier().guess(text)

"""Which service item answers a question, how surely, and when to say that none does.

    finder = Finder(items, embedder=model())
    finder.find("敬老卡掉了怎么补")    # Verdict("sure", ("elder_card", ...), 0.98)

Characters, sounds and named meanings are compared first; the language model is asked only when they are not
sure. Weights and thresholds are fitted by training/fit_retrieval.py and lie in data/retrieval_weights.json.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from bot.language.calibration import SKIP_MODEL_FROM, Weights, chance, evidence, leading, weights
from bot.language.embedding import Embedder, FloatArray, model
from bot.language.likeness import ByModel, ByWords, Components, embedded
from bot.language.questions import Question, is_chinese, read, standard
from bot.language.rivals import Rivals
from bot.language.service_items import Item, digest, passages

__all__ = ["Embedder", "Finder", "FloatArray", "Item", "Kind", "Verdict", "digest", "model", "passages"]

Kind = Literal["sure", "suggest", "none"]
MOST = 5  # items a verdict names
_REMEMBERED = 1024  # questions; a neighbourhood asks the same few hundred again and again
_WORDS, _MODEL = weights("words"), weights("model")


@dataclass(frozen=True)
class Verdict:
    """`items`: ids, best first, up to five, whatever the kind; `score`: chance that the first is right, 0 to 1.

    sure: answer with the first. suggest: offer the first three. none: say that it is not known.
    """

    kind: Kind
    items: tuple[str, ...] = ()
    score: float = 0.0


class Finder:
    """The items of one catalogue, ready to be asked. It never changes, so threads may share it.

    `embedder`: None leaves the model out. `vectors`: what `Finder.vectors` handed out earlier, from digest
    to rows. `makes`: items whose digest is not among its keys are embedded now, 40 to 80 ms a passage on one
    core; else they go by words.
    """

    def __init__(
        self,
        items: Sequence[Item],
        *,
        embedder: Embedder | None = None,
        vectors: Mapping[str, FloatArray] | None = None,
        makes: bool = True,
    ) -> None:
        self._items = list(items)
        self._words = ByWords(self._items) if items else None
        self._rivals = Rivals(self._items, self._words.characters) if self._words else None
        self._model = _by_model(self._items, embedder, vectors or {}, makes) if embedder else None
        self._names = [standard("\n".join((item.title, *item.aliases))) for item in self._items]
        self._remembered = lru_cache(_REMEMBERED)(self._judged)

    @property
    def vectors(self) -> dict[str, FloatArray]:
        """What to store: the vectors of every item by its digest, one row a passage."""
        return dict(self._model.vectors) if self._model else {}

    def find(self, text: str) -> Verdict:
        """What answers `text`. Any text is fit: where nothing is Chinese nothing is found."""
        said = standard(text)
        return self._remembered(said) if self._words and is_chinese(said) else Verdict("none")

    def components(self, question: Question) -> Components:
        """How like every item is, one row an item, in every way there is: what training fits weights to."""
        assert self._words is not None
        by_words = self._words.components(question)
        return np.hstack((by_words, self._model.components(question))) if self._model else by_words

    def known(self, question: Question, best: int, second: int) -> tuple[float, ...]:
        """Further evidence on item number `best`: how much of the question it has, how much no item has,
        what is someone else's, how long the question is, whether it asks or chats, which meanings are left; and
        what tells it from item number `second`.
        """
        assert self._words is not None
        assert self._rivals is not None
        index, meanings = self._words.characters, self._words.meanings
        weight = {term: index.weight(term) for term in question.characters}
        whole = sum(weight.values()) or 1.0
        held = sum(w for term, w in weight.items() if best in index.holders(term))
        strange = sum(w for term, w in weight.items() if not index.holders(term).size)
        outside = any(name not in self._names[best] for name in question.outside)
        left = sum(best not in meanings.holders(name) for name in question.meanings)
        length = math.log1p(len(question.core))
        asks, chats = float(question.asks), float(min(question.chats, 2))
        own = (held / whole, strange / whole, float(outside), length, asks, chats, float(left))
        return (*own, *self._rivals.evidence(question, best, second))

    def _judged(self, said: str) -> Verdict:
        assert self._words is not None
        question = read(said)
        by_words = self._words.components(question)
        verdict = self._verdict(question, by_words, _WORDS)
        if self._model is None or verdict.score >= SKIP_MODEL_FROM:
            return verdict
        if verdict.kind == "sure" and not self._model.known[(by_words @ _WORDS.order).argmax()]:
            return verdict
        both = np.hstack((by_words, self._model.components(question)))
        known = self._model.known[(both @ _MODEL.order).argmax()]
        return self._verdict(question, both, _MODEL) if known else verdict

    def _verdict(self, question: Question, components: Components, by: Weights) -> Verdict:
        ranked = components @ by.order
        found = evidence(components, ranked, self.known(question, *leading(ranked)))
        score = chance(by.sure, found)
        kind: Kind = "sure" if score >= by.answer_from else "suggest" if score >= by.suggest_from else "none"
        best = np.argsort(-ranked, kind="stable")[:MOST]
        return Verdict(kind, tuple(self._items[at].id for at in best), score)


def _by_model(
    items: Sequence[Item], embedder: Embedder, vectors: Mapping[str, FloatArray], makes: bool
) -> ByModel | None:
    """None where no item has vectors."""
    there = embedded(items, embedder, vectors) if makes else vectors
    return ByModel(items, embedder, there) if any(digest(item) in there for item in items) else None

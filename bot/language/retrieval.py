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

from bot.language.calibration import Weights, chance, evidence, weights
from bot.language.embedding import Embedder, FloatArray, model
from bot.language.likeness import ByModel, ByWords, Components
from bot.language.questions import Question, is_chinese, read, standard
from bot.language.service_items import Item, digest, passages

__all__ = ["Embedder", "Finder", "FloatArray", "Item", "Kind", "Verdict", "digest", "model", "passages"]

Kind = Literal["sure", "suggest", "none"]
MOST = 5  # items a verdict names
_REMEMBERED = 1024  # questions; a neighbourhood asks the same few hundred again and again
_WORDS, _MODEL = weights("words"), weights("model")
SKIP_MODEL_FROM = 0.97  # chance from which on words alone decide


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
    to rows; only items whose digest is not among its keys are embedded, 40 to 80 ms a passage on one core.
    """

    def __init__(
        self,
        items: Sequence[Item],
        *,
        embedder: Embedder | None = None,
        vectors: Mapping[str, FloatArray] | None = None,
    ) -> None:
        self._items = list(items)
        self._words = ByWords(self._items) if items else None
        self._model = ByModel(self._items, embedder, vectors) if items and embedder else None
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

    def _judged(self, said: str) -> Verdict:
        assert self._words is not None
        question = read(said)
        by_words = self._words.components(question)
        verdict = self._verdict(question, by_words, _WORDS)
        if self._model is None or verdict.score >= SKIP_MODEL_FROM:
            return verdict
        both = np.hstack((by_words, self._model.components(question)))
        return self._verdict(question, both, _MODEL)

    def _verdict(self, question: Question, components: Components, by: Weights) -> Verdict:
        ranked = components @ by.order
        found = evidence(components, ranked, self._known(question, int(ranked.argmax())))
        score = chance(by.sure, found)
        kind: Kind = "sure" if score >= by.answer_from else "suggest" if score >= by.suggest_from else "none"
        best = np.argsort(-ranked, kind="stable")[:MOST]
        return Verdict(kind, tuple(self._items[at].id for at in best), score)

    def _known(self, question: Question, best: int) -> tuple[float, ...]:
        """How much of the question the best item has, how much no item has, and what is someone else's."""
        assert self._words is not None
        index = self._words.characters
        weight = {term: index.weight(term) for term in question.characters}
        whole = sum(weight.values()) or 1.0
        held = sum(w for term, w in weight.items() if best in index.holders(term))
        strange = sum(w for term, w in weight.items() if not index.holders(term).size)
        outside = any(name not in self._names[best] for name in question.outside)
        return held / whole, strange / whole, float(outside), math.log1p(len(question.core))

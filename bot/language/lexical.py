"""Likeness of texts by the terms they share: an inverted index in plain numpy.

Two measures of one index, both of use (docs/language.md): the cosine of TF-IDF ranks better, the raw sum of BM25
tells better when nothing fits.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
_K1, _B = 1.2, 0.75  # BM25's usual constants (Robertson and Zaragoza, 2009)


def ngrams(parts: Sequence[str]) -> list[str]:
    """Every part and every pair of neighbours.

    >>> ngrams("敬老卡")
    ['敬', '老', '卡', '敬 老', '老 卡']
    """
    return [*parts, *(f"{a} {b}" for a, b in pairwise(parts))]


class Index:
    """Documents by their terms. Never changes after it is made, so threads may share it."""

    def __init__(self, documents: Sequence[Iterable[str]]) -> None:
        counts = [Counter(document) for document in documents]
        self.size = len(counts)
        length = np.array([sum(count.values()) for count in counts], dtype=float)
        known = Counter(term for count in counts for term in count)
        self._idf = {term: math.log((1 + self.size) / (1 + df)) + 1 for term, df in known.items()}
        self._rare = {term: math.log(1 + (self.size - df + 0.5) / (df + 0.5)) for term, df in known.items()}
        self.unknown = math.log(1 + self.size) + 1
        self._postings = self._posted(counts, length / max(length.mean(), 1.0) if self.size else length)

    def _posted(
        self, counts: list[Counter[str]], stretch: npt.NDArray[np.float64]
    ) -> dict[str, tuple[npt.NDArray[np.intp], Scores, Scores]]:
        rows: dict[str, tuple[list[int], list[float], list[float]]] = {}
        for at, count in enumerate(counts):
            weights = {term: n * self._idf[term] for term, n in count.items()}
            norm = math.sqrt(sum(weight * weight for weight in weights.values()))
            slowed = _K1 * (1 - _B + _B * stretch[at])
            for term, n in count.items():
                where, cosine, bm25 = rows.setdefault(term, ([], [], []))
                where.append(at)
                cosine.append(weights[term] / norm)
                bm25.append(self._rare[term] * n * (_K1 + 1) / (n + slowed))
        return {
            term: (np.array(where), np.array(cosine), np.array(bm25))
            for term, (where, cosine, bm25) in rows.items()
        }

    def score(self, terms: Iterable[str]) -> tuple[Scores, Scores]:
        """(cosine of TF-IDF, raw BM25) of a question with every document, each of shape (size,)."""
        count = Counter(terms)
        weights = {term: n * self._idf.get(term, self.unknown) for term, n in count.items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        known = [term for term in count if term in self._postings]
        if not known:
            return np.zeros(self.size), np.zeros(self.size)
        # All terms in one go: a call of numpy for each of them costs more than what it adds up.
        wheres, in_cosines, in_bm25s = zip(*map(self._postings.__getitem__, known), strict=True)
        where, many = np.concatenate(wheres), [len(one) for one in wheres]
        share = np.repeat([weights[term] / norm for term in known], many)
        times = np.repeat([float(count[term]) for term in known], many)
        cosine = np.bincount(where, np.concatenate(in_cosines) * share, self.size)
        bm25 = np.bincount(where, np.concatenate(in_bm25s) * times, self.size)
        return cosine.astype(np.float64, copy=False), bm25.astype(np.float64, copy=False)

    def weight(self, term: str) -> float:
        """How telling `term` is here; one that no document has is the most telling."""
        return self._idf.get(term, self.unknown)

    def holders(self, term: str) -> npt.NDArray[np.intp]:
        """The documents that have `term`."""
        posted = self._postings.get(term)
        return posted[0] if posted is not None else np.zeros(0, dtype=np.intp)

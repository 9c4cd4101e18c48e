"""`make train`: learn the weights of bot/language/data/classifier.npz from training/data.

scikit-learn only trains; the product reads the weights with numpy.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.language.classifier import FILE, HEADS, Classifier, Floats, Head, Vocabulary, packed
from bot.language.features import grams, marks
from training.seeds import Line, digest, training_lines

MODEL = Path(__file__).parent.parent / "bot" / "language" / "data" / FILE
SEEN_IN = 3  # lines that a run of characters must be in to count
MOST_WORDS = 22_000
MARK_WEIGHT = 0.2
STRENGTH = {"intent": 20.0, "category": 20.0, "urgency": 8.0}  # scikit-learn's C
ROUNDS = 1000
RARE_COUNT = 0.5  # 0: every line counts alike; 1: every answer does
CALM_SHARE = 4  # of the lines that report nothing, every fourth teaches that nothing is urgent


def train(lines: Sequence[Line]) -> Classifier:
    """The classifier that `lines` teach."""
    vocabulary = _vocabulary(lines)
    taught = {name: [(line, answer) for line, answer in _taught(name, lines)] for name in HEADS}
    heads = {name: _head(name, vocabulary, rows) for name, rows in taught.items()}
    return Classifier(vocabulary, heads, digest(lines))


def _taught(name: str, lines: Sequence[Line]) -> list[tuple[Line, str]]:
    if name == "intent":
        return [(line, line.intent) for line in lines]
    told = [(line, getattr(line, name)) for line in lines if getattr(line, name)]
    if name == "urgency":
        others = [line for line in lines if line.intent not in ("report", "safety")]
        told += [(line, "normal") for line in others[::CALM_SHARE]]
    return told


def _vocabulary(lines: Sequence[Line]) -> Vocabulary:
    seen = Counter(gram for line in lines for gram in set(grams(line.text)))
    names = sorted({mark for line in lines for mark in marks(line.text)})
    kept = sorted(
        sorted((gram for gram, count in seen.items() if count >= SEEN_IN), key=lambda g: (-seen[g], g))[
            :MOST_WORDS
        ]
    )
    rarity = [math.log((1 + len(lines)) / (1 + seen[gram])) + 1 for gram in kept] + [1.0] * len(names)
    index = {word: place for place, word in enumerate([*kept, *names])}
    return Vocabulary(index, np.array(rarity, np.float16).astype(np.float32), MARK_WEIGHT)


def _matrix(vocabulary: Vocabulary, texts: Sequence[str]) -> csr_matrix:
    vectors = [vocabulary.vector(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in vectors)])
    places = np.concatenate([one for one, _ in vectors])
    values = np.concatenate([one for _, one in vectors])
    return csr_matrix((values, places, ends), shape=(len(texts), len(vocabulary.index)))


def _head(name: str, vocabulary: Vocabulary, rows: Sequence[tuple[Line, str]]) -> Head:
    texts, answers = [line.text for line, _ in rows], [answer for _, answer in rows]
    counts = Counter(answers)
    shares = [(len(answers) / len(counts) / counts[answer]) ** RARE_COUNT for answer in answers]
    learner = LogisticRegression(C=STRENGTH[name], max_iter=ROUNDS, tol=1e-5)
    learner.fit(_matrix(vocabulary, texts), answers, sample_weight=shares)
    weights: Floats = learner.coef_.T.astype(np.float32)
    return Head(tuple(map(str, learner.classes_)), weights, learner.intercept_.astype(np.float32))


def main() -> int:
    """Train and write."""
    lines = training_lines()
    data = packed(train(lines))
    MODEL.write_bytes(data)
    print(f"{len(lines)} lines, {len(data) / 1024:.0f} KB: {MODEL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

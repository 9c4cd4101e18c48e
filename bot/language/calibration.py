"""Weighs several likenesses into one order and says how sure it is. Its weights are fitted, not chosen.

Nothing here depends on a particular catalogue: the evidence is how high the best item stands, how far ahead,
how many ways agree, and how much of the question the item knows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.language.tables import read_table

_TABLE = read_table("retrieval_weights")
SKIP_MODEL_FROM: float = _TABLE["skip_model_from"]  # chance by words from which on the model is not asked
NEAR, MOST_NEAR = 0.85, 3  # of the best item's height: as many others stand as near


@dataclass(frozen=True)
class Weights:
    """`order`: one weight a component; `sure`: (bias, one weight a piece of evidence); chances from which on
    the first item is an answer, and from which on the first three are worth a look."""

    order: npt.NDArray[np.float64]
    sure: npt.NDArray[np.float64]
    answer_from: float
    suggest_from: float


def weights(name: str) -> Weights:
    """The fitted weights of "words" (without the model) or "model"."""
    table: dict[str, Any] = _TABLE[name]
    return Weights(
        np.array(table["order"]), np.array(table["sure"]), table["answer_from"], table["suggest_from"]
    )


def evidence(
    components: npt.NDArray[np.float64], ranked: npt.NDArray[np.float64], knows: tuple[float, ...]
) -> npt.NDArray[np.float64]:
    """What speaks for and against the best item.

    `components`: (items, ways); `ranked`: (items,), their weighed sum; `knows`: further facts of the question and
    of the two that are leading(), the last of them how alike the two are named.
    """
    best = int(ranked.argmax())
    others = np.delete(ranked, best)
    second = float(others.max()) if others.size else 0.0
    third = float(np.partition(others, -2)[-2]) if others.size > 1 else 0.0
    own = components[best]
    rivals = np.delete(components, best, axis=0).max(axis=0) if others.size else np.zeros_like(own)
    top = float(ranked[best])
    ahead = (top - second) / top if top > 0 else 0.0
    close = min(int((others > NEAR * top).sum()), MOST_NEAR)
    return np.array(
        [top, top - second, top - third, ahead, close, *own, *(own - rivals), *knows, knows[-1] * (1 - ahead)]
    )


def leading(ranked: npt.NDArray[np.float64]) -> tuple[int, int]:
    """The rows of the best item and of the next one; -1 where there is no other."""
    best = int(ranked.argmax())
    others = np.where(np.arange(len(ranked)) == best, -np.inf, ranked)
    return best, int(others.argmax()) if len(ranked) > 1 else -1


def chance(weighed: npt.NDArray[np.float64], found: npt.NDArray[np.float64]) -> float:
    """The chance from 0 to 1 that the best item answers the question."""
    return 1 / (1 + math.exp(-float(np.clip(weighed[0] + weighed[1:] @ found, -50, 50))))

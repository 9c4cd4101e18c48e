"""What a score of 1 to 5 is called, and when somebody must call the resident back."""

from __future__ import annotations

WORDS = {5: "satisfied", 4: "basically_satisfied", 3: "neutral", 2: "dissatisfied", 1: "dissatisfied"}
LOW = 2


def word_of(score: int) -> str:
    """The rating's name (Beijing's 12345 rules for the first two); raises KeyError outside 1 to 5."""
    return WORDS[score]


def is_low(score: int) -> bool:
    """Whether a return visit is due."""
    return score <= LOW

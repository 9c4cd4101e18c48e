"""What becomes due of meals: standing orders several times a day, each in a transaction; a digit in the evening."""

from __future__ import annotations

from models.actions.meal_rating import AskMealRatings
from models.actions.standing_days import RunStandingDay, next_due
from models.store import Work

HOURS = (6, 8, 12, 16, 19)  # before each cut-off of a canteen's day, and once after


def order_next(work: Work) -> bool:
    """One day of one standing order; whether there may be more."""
    due = next_due(work)
    if due is not None:
        RunStandingDay(*due).run(work)  # refused when it was paused just now: then others may still be due
    return due is not None


def ask_ratings(work: Work) -> bool:
    """A batch of those who ate today; whether there may be more."""
    return bool(AskMealRatings().run(work)["more"])

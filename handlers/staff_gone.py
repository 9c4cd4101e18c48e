"""What staff read of an order that is not, or no longer, their unit's."""

from __future__ import annotations

from handlers import staff_words as words
from models import views
from models.store import Work


def answer(work: Work, asker: views.Staff, verb: str, number: int) -> str:
    """With whom it is now, to a worker who had a part in it; to others there is no such order."""
    now = views.passed_on(work, asker, number)
    if now is None:
        return words.refusal(verb, {"why": "unknown"}, number)
    return words.PASSED_ON.format(number=number, who=f"{now.unit} {now.holder} " if now.holder else now.unit)

"""Whether a user of the console keeps somebody's record: their money, what they may not eat, their papers."""

from __future__ import annotations

from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.people import lives_elsewhere
from models.views.residents import sees_person
from models.views.users import asker_of


def not_theirs(work: Work, user_id: int, person_id: int) -> Refusal | None:
    """Why the user may not keep it, None when they may: unknown (nobody they see, a firm), elsewhere (those of
    another area keep it; that the person once reported something here does not count)."""
    asker = asker_of(work, user_id)
    if asker is None or not sees_person(work, asker, person_id):
        return Refusal(Why.UNKNOWN)
    return Refusal(Why.ELSEWHERE) if lives_elsewhere(work, asker, person_id) else None

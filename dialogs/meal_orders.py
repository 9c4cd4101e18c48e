"""The meals to come, as talks about them see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.talk import coming_text, meal_label
from models import views

NONE = "您现在没有订餐。要订餐，回复 订餐。"

Order = dict[str, Any]


def orders_of(work: Any, person_id: int, now: datetime) -> list[Order]:
    """The meals to come of a person and of those for whom they may order, earliest first."""
    today = views.today(work)
    whose = [
        (person_id, ""),
        *((one["person_id"], one["word"]) for one in views.served_people(work, person_id)),
    ]
    found = [
        one
        | {
            "word": word,
            "label": meal_label(one["day"], one["meal"], today.isoformat()),
            "today": today.isoformat(),
            "until": coming_text(one["cancel_until"], now),
            "begun": datetime.fromisoformat(one["starts_at"]) <= now,
            "open": datetime.fromisoformat(one["cancel_until"]) > now,
        }
        for person, word in whose
        for one in views.meals_of(work, person, today)
    ]
    return sorted(found, key=lambda one: (one["starts_at"], one["meal_order_id"]))

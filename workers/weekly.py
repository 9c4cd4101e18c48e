"""Every week the groups of each community are told how the week's questions went."""

from __future__ import annotations

from bot.clock import day_named, local
from models import views
from models.actions.order_telling import groups_of
from models.store import To, Work

NAMED = 3  # how many of each list a message names


def tell_week(work: Work) -> None:
    """The list of the last seven days, if anything was asked or waits; the console has it whole."""
    week, waiting = views.asked_week(work), views.open_by_unit(work)
    facts = {
        "since": day_named(local(week.since)),
        "up_to": day_named(local(week.until)),
        "count": week.count,
        "most": _counted(week.most),
        "least": _counted(week.least),
        "expired": "、".join(week.expired[:NAMED]),
        "never": len(week.never),
    }
    for unit in views.units(work):
        open_ones = waiting.get(unit.id, 0)
        if unit.kind != work.limits["levels"].of_estate or not (week.count or open_ones):
            continue
        for group_id, display, _ in groups_of(work, None, unit.id):
            if display is not None:
                told = {**facts, "open": open_ones, "bot": display}
                work.tell(To(work_group_id=group_id), "question_week", told)


def _counted(rows: tuple[tuple[str, int], ...]) -> str:
    return "、".join(f"{name}（{count} 次）" for name, count in rows[:NAMED])

"""One day, or a few, on which nothing is wanted of what is ordered for good: 不要11月22日午饭."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.language.dates import find_days
from bot.language.dining import elder_spoken_of, named_elder
from bot.language.meals import meals_at
from bot.language.ordering import what_is_cancelled
from bot.talk import Do, Look, Part, Say, World, meal_label
from models import views
from models.actions.standing import SkipStandingDay

MOST = 31  # days that one sentence takes back; more is a pause
JUST_ORDERED = "{meals}刚刚已经订上，要取消，请再说一次。"
SKIPPED = "好的，{meals}不订了，别的日子照常自动订。"


def skipped(world: World, orders: Sequence[Mapping[str, Any]]) -> Part[bool]:
    """Take back what a standing order has not ordered yet; whether no meal of `orders` is meant besides."""
    said = what_is_cancelled(world.opening.text)
    today: str = yield from Look("today", today_of)
    meals = {meal for _, _, meal in meals_at(said)}
    days = days_meant(said, date.fromisoformat(today))
    if not days and world.alone and meals and not any(one["meal"] in meals for one in orders):
        days = [today]
    people = yield from diners(world)
    fit = [one for one in orders if one["day"] in days and one["meal"] in (meals or {one["meal"]})]
    for person_id, word in people.items():
        waiting = yield from Look(f"standing_{person_id}", views.standing_on, [person_id], days)
        wanted = [one for one in waiting if one["meal"] in (meals or {one["meal"]})]
        if wanted:
            yield from without(world, wanted, word, today)
        if wanted or any(one["person_id"] == person_id for one in fit):
            return bool(wanted) and not fit
    return False


def today_of(work: Any) -> str:
    """Today, as a dialog remembers it."""
    return views.today(work).isoformat()


def days_meant(said: str, today: date) -> list[str]:
    """The days that are named, ISO; none where they are too many."""
    named = set()
    for one in find_days(said, today):
        last = min(one.last or one.days[0], one.days[0] + timedelta(days=MOST))
        named |= {*one.days, *(one.days[0] + timedelta(days=n) for n in range((last - one.days[0]).days + 1))}
    days = [day.isoformat() for day in sorted(named) if day >= today]
    return days if len(days) <= MOST else []


def diners(world: World) -> Part[dict[int, str]]:
    """Whose meals may be meant: the elder who is named; else one's own, then those of elders one orders for."""
    served = yield from Look("served", views.served_people, world.who.person_id)
    named = named_elder(world.opening.text) or elder_spoken_of(world.opening.text)
    elders = {one["person_id"]: one["word"] for one in served if named in ("", None, one["word"])}
    return elders if named else {world.who.person_id: "", **elders}


def without(world: World, wanted: Sequence[Mapping[str, Any]], word: str, today: str) -> Part[None]:
    """Note each of these meals as not wanted, and say so."""
    gone: list[str] = []
    late: list[str] = []
    for one in wanted:
        skip = SkipStandingDay(
            one["person_id"], one["meal"], date.fromisoformat(one["day"]), world.who.person_id
        )
        done = yield from Do(f"skip_{one['day']}_{one['meal']}", skip)
        (gone if done["ok"] else late).append(named(word, meal_label(one["day"], one["meal"], today)))
    for text, labels in ((SKIPPED, gone), (JUST_ORDERED, late)):
        if labels:
            yield Say(text.format(meals="、".join(labels)))


def named(word: str, label: str) -> str:
    """Whose meal it is: 妈妈的明天午餐; one's own without a word."""
    blank = " " if label[:1].isdigit() else ""
    return f"{word}的{blank}{label}" if word else label

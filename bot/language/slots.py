"""Everything a sentence says in one look: who, where, when, how many of what, which order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clock import SHANGHAI
from bot.language.addresses import Known, find_address
from bot.language.clocks import find_time
from bot.language.dates import find_day
from bot.language.matters import find_action, find_target, find_ticket
from bot.language.meals import find_meal
from bot.language.names import find_names
from bot.language.persons import find_person, find_relative
from bot.language.phones import find_phones
from bot.language.portions import asks_for_one, find_portions
from bot.language.quantities import find_total
from bot.language.ratings import read_score
from bot.language.tables import any_of, read_table
from bot.language.temperatures import find_temperatures
from bot.language.text import clean

_PLACE = ("district", "town", "road", "estate", "lane", "bldg", "unit", "room", "floor")
_TABLE = read_table("slots")
_OF_INTENT: Mapping[str, list[str]] = _TABLE["of_intent"]
_DATED_ACTIONS = frozenset(_TABLE["dated_actions"])
_VISIT = re.compile(any_of(_TABLE["visits"]))
_LONGEST = 500  # characters that are looked at; who writes more tells a story

Slots = dict[str, object]


def find_slots(
    text: str,
    now: datetime,
    *,
    menu: Sequence[str] = (),
    homes: Known | None = None,
    people: Sequence[str] = (),
) -> Slots:
    """What `text` names, by slot; only what was found.

    date ("2026-11-19", a range "2026-11-23..2026-11-27", a list "2026-11-19,2026-11-21"), meal (breakfast, lunch,
    dinner), time ("15:00"), items ([{"dish", "qty"}]), qty (a number, "2-3" for two readings), temp ([36.5]),
    district, town, estate, road, lane, bldg, unit, room, floor, phone (digits), person, ticket, score (1 to 5),
    target (human, report, order, temp) and action (what staff do).

    Each kind is taken out of the text before the next is looked for: a phone, an order's number, an address and a
    temperature hold digits that would make days. `menu` holds names of dishes; `homes` chooses among readings;
    a person who sounds like one of `people` is called by that name.
    """
    said = clean(text)[:_LONGEST]
    slots: Slots = {}
    rest = _numbers(said, slots, homes)
    rest = _when(rest, now, slots)
    _portions(rest, menu, slots)
    _about(said, rest, people, slots)
    return slots


def of_intent(slots: Slots, intent: str, text: str = "") -> Slots:
    """Those of `slots` that an intent has a use for; all of them for an intent that the table does not name.

    A report keeps day and time only when `text` asks for a visit then (礼拜六上午来修): 昨天开始漏水 is a story.
    """
    kept = _OF_INTENT.get(intent)
    if kept is None:
        return slots
    # 今日报表, 今天的单子: every list is of today; 明天停供 is a day that matters.
    if intent == "report" and _VISIT.search(clean(text)):
        kept = [*kept, "date", "time"]
    dated = intent != "staff" or slots.get("action") in _DATED_ACTIONS
    return {name: value for name, value in slots.items() if name in kept and (dated or name != "date")}


def _numbers(said: str, slots: Slots, homes: Known | None) -> str:
    """Phone, order, address and temperature, in this order; the text that is left, as long as it was."""
    rest = said
    for phone in find_phones(rest):
        slots.setdefault("phone", phone.digits)
        rest = _mask(rest, phone.start, phone.end)
    ticket = find_ticket(rest)
    if ticket:
        slots["ticket"] = ticket[0]
        rest = _mask(rest, ticket[1], ticket[2])
    for address in find_address(rest, homes)[:1]:
        slots |= {part: value for part in _PLACE if (value := getattr(address, part))}
        rest = _mask(rest, address.start, address.end)
    temperatures = find_temperatures(rest)
    if temperatures:
        slots["temp"] = [one.degrees for one in temperatures]
    for one in temperatures:
        rest = _mask(rest, one.start, one.end)
    return rest


def _mask(text: str, start: int, end: int) -> str:
    return text[:start] + "\0" * (end - start) + text[end:]


def _when(rest: str, now: datetime, slots: Slots) -> str:
    """Day, time and meal; the text without day and time: 半个月后 is no half, 两个星期 no two stars."""
    day, clock = find_day(rest, now.astimezone(SHANGHAI).date()), find_time(rest)
    if day:
        slots["date"] = str(day)
    if clock:
        slots["time"] = clock.at.strftime("%H:%M")
    meal = find_meal(rest, parts=clock is None and "temp" not in slots)
    if meal:
        slots["meal"] = meal
    for found in (day, clock):
        rest = _mask(rest, found.start, found.end) if found else rest
    return rest


def _portions(rest: str, menu: Sequence[str], slots: Slots) -> None:
    portions = find_portions(rest, menu)
    if portions:
        slots["items"] = [{"dish": one.dish, "qty": one.qty} for one in portions]
        return
    total = find_total(rest)
    if total:
        slots["qty"] = total.value
    elif asks_for_one(rest):
        slots["qty"] = 1


def _about(said: str, rest: str, people: Sequence[str], slots: Slots) -> None:
    person = find_person(rest) or (find_relative(rest) if "temp" in slots else None)
    if person and people:
        person = next(iter(find_names(person, people)), person)
    score = None if "temp" in slots or "items" in slots else read_score(rest)
    found = {
        "person": person,
        "score": score,
        "target": find_target(said),
        "action": find_action(said),
    }
    slots |= {name: value for name, value in found.items() if value is not None}

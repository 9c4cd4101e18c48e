"""Slots of a sentence, each kind over its table in cases/, and all of them together."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.language.addresses import HomeRef
from bot.language.clocks import find_time
from bot.language.dates import find_day
from bot.language.dishes import find_dish
from bot.language.quantities import find_total
from bot.language.slots import find_slots, of_intent
from bot.language.temperatures import find_temperatures
from bot.language.text import clean

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)  # a Wednesday
PLACE = ("district", "town", "road", "estate", "lane", "bldg", "unit", "room", "floor")
MENU = json.loads((CASES / "menu.json").read_text(encoding="utf-8"))


def _cases(name: str) -> list[Any]:
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [pytest.param(row["text"], row["expect"], id=row["text"] or "nothing") for row in rows]


@pytest.mark.parametrize(("text", "expect"), _cases("dates"))
def test_dates(text: str, expect: str | None) -> None:
    found = find_day(clean(text), NOW.date())
    assert (str(found) if found else None) == expect


@pytest.mark.parametrize(("text", "expect"), _cases("times"))
def test_times(text: str, expect: str | None) -> None:
    found = find_time(clean(text))
    assert (found.at.strftime("%H:%M") if found else None) == expect


@pytest.mark.parametrize(("text", "expect"), _cases("temperatures"))
def test_temperatures(text: str, expect: list[float]) -> None:
    assert [one.degrees for one in find_temperatures(clean(text))] == expect


@pytest.mark.parametrize(("text", "expect"), _cases("quantities"))
def test_quantities(text: str, expect: float | str | None) -> None:
    found = find_total(clean(text))
    assert (found and found.value) == expect


@pytest.mark.parametrize(("text", "expect"), _cases("dishes"))
def test_dishes(text: str, expect: str | None) -> None:
    found = find_dish(clean(text), MENU)
    assert (found[0] if found else None) == expect


@pytest.mark.parametrize(("text", "expect"), _cases("addresses"))
def test_addresses(text: str, expect: dict[str, str]) -> None:
    slots = find_slots(text, NOW)
    assert {name: value for name, value in slots.items() if name in PLACE} == expect


@pytest.mark.parametrize(("text", "expect"), _cases("sentences"))
def test_whole_sentences(text: str, expect: dict[str, object]) -> None:
    assert find_slots(text, NOW, menu=MENU) == expect


@pytest.mark.parametrize(
    ("has", "expect"),
    [
        (HomeRef(None, "12", "8", "602"), {"bldg": "12", "unit": "8", "room": "602"}),
        (HomeRef(None, "12弄8号", None, "602"), {"lane": "12", "bldg": "8", "room": "602"}),
        (HomeRef(None, "99", None, "101"), {"lane": "12", "bldg": "8", "room": "602"}),
    ],
)
def test_the_register_chooses_between_two_readings(has: HomeRef, expect: dict[str, str]) -> None:
    assert find_slots("12-8-602", NOW, homes=lambda home: home == has) == expect


def test_a_person_who_sounds_like_one_of_ours_is_called_by_that_name() -> None:
    assert find_slots("派给李见国 105", NOW, people=["王芳", "李建国"])["person"] == "李建国"


def test_an_intent_keeps_what_it_has_a_use_for() -> None:
    slots = find_slots("昨天报的电梯几时来修", NOW)
    assert slots["date"] == "2026-11-17"
    assert of_intent(slots, "status") == {"target": "report"}
    assert of_intent(slots, "oos") == slots


NAMES = {
    "date", "meal", "time", "items", "qty", "temp", "district", "town", "estate", "road", "lane", "bldg", "unit",
    "room", "floor", "phone", "person", "ticket", "score", "target", "action",
}  # fmt: skip


def known_alone(slots: dict[str, object]) -> None:
    """Only slots that have a name, each with something in it, and all of it can be written as JSON."""
    assert set(slots) <= NAMES
    assert all(value not in (None, "", [], {}) for value in slots.values())
    assert json.loads(json.dumps(slots)) == slots


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_has_slots_or_none_but_never_breaks(text: str) -> None:
    known_alone(find_slots(text, NOW, menu=MENU))


_WORDS = st.sampled_from(json.loads((CASES / "words.json").read_text(encoding="utf-8")))


@given(st.lists(_WORDS, max_size=30).map("".join))
def test_any_mix_of_our_words_has_slots_or_none_but_never_breaks(text: str) -> None:
    known_alone(find_slots(text, NOW, menu=MENU))


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "十",
        "号",
        "周一到",
        "明天和",
        "12-8-",
        "36.",
        "一人一份",
        " ",
        "我是王",
        "大排",
        "幺",
        "\U0001f600",
    ],
)
def test_five_thousand_characters_are_looked_through_at_once(piece: str) -> None:
    known_alone(find_slots((piece * 5000)[:5000], NOW, menu=MENU))

"""What a dialog may yield. A dialog is a generator that reads like the talk it holds; bot/engine.py plays it.

    @dialog("booking", opens=("booking",), about="预约")
    def booking(world: World) -> Script:
        count = yield from Number("count", "几位？", low=1, high=9)      # an int
        free = yield from Look("free", views.free_rooms, count)          # remembered JSON
        room = yield from Choice("room", "哪一间？", {r["id"]: r["name"] for r in free})
        held = yield from Do("hold", HoldRoom(room, count))              # runs once; refusals are values
        yield Say(f"订好了，号码 {held['number']}。")

What is stored between turns is what was answered, looked at, done and said, under keys: see bot/engine.py.
"""

from __future__ import annotations

from bot.clock import coming_text, day_label, hours_text, local_text, span_text
from bot.talk.declaring import FIXED, Dialog, dialog
from bot.talk.items import Items
from bot.talk.meals import NAMES, Meal, meal_label
from bot.talk.measures import Day, Temperature
from bot.talk.place import SHARED, Place
from bot.talk.questions import (
    QUESTIONS,
    Ask,
    Choice,
    Confirm,
    MealScore,
    Name,
    Number,
    Phone,
    Photos,
    Score,
    Switch,
    Which,
)
from bot.talk.steps import (
    Do,
    Given,
    Look,
    More,
    Open,
    Part,
    Person,
    Question,
    Reading,
    Said,
    Say,
    Script,
    Several,
    Took,
    Who,
    World,
    Wrong,
)

__all__ = [
    "FIXED",
    "NAMES",
    "QUESTIONS",
    "SHARED",
    "Ask",
    "Choice",
    "Confirm",
    "Day",
    "Dialog",
    "Do",
    "Given",
    "Items",
    "Look",
    "Meal",
    "MealScore", "More",
    "Name",
    "Number",
    "Open",
    "Part",
    "Person",
    "Phone",
    "Photos",
    "Place",
    "Question",
    "Reading",
    "Said",
    "Say",
    "Score",
    "Script",
    "Several",
    "Switch",
    "Temperature",
    "Took",
    "Which",
    "Who",
    "World",
    "Wrong",
    "coming_text",
    "day_label",
    "dialog",
    "hours_text",
    "local_text",
    "meal_label",
    "span_text",
]  # fmt: skip

"""Which meal of which day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, ClassVar

from bot.clock import day_label
from bot.language.clocks import find_time
from bot.language.corrections import read_correction
from bot.language.dates import find_days
from bot.language.meal_plans import names_several
from bot.language.meals import find_meal, named_meals
from bot.language.numbers import read_option
from bot.language.ordering import all_meals, cancels_meal, what_is_cancelled
from bot.language.portions import read_picks
from bot.language.standing import wants_standing
from bot.language.text import clean
from bot.talk.steps import Find, Question, Reading, Said, Several, Took, Wrong

NAMES: Mapping[str, str] = {"breakfast": "早餐", "lunch": "午餐", "dinner": "晚餐"}
# What time of day means which meal: 12 点 is noon, 24 点 and 0 点 are none.
_HOURS = (("breakfast", time(5), time(10)), ("lunch", time(10), time(15)), ("dinner", time(15), time(21)))
_NEAR = {0: "今天", 1: "明天", 2: "后天"}
_CUT = re.compile(r"[,;、和]")
_NO_PICK = 10  # so many dishes have no number: 20号两份, 送到家 is the 20th
_LONGEST = 40  # characters; a longer sentence that names a day tells a story


def meal_label(day: str, meal: str, today: str) -> str:
    """A meal as people say it: 今天晚餐, 11 月 22 日（周日）午餐. `day` and `today` are ISO."""
    on = date.fromisoformat(day)
    return f"{_NEAR.get((on - date.fromisoformat(today)).days) or day_label(on)}{NAMES[meal]}"


ONE_MEAL = (
    "先选一餐：说一天、一餐就行，比如“明天午餐”。几餐一起订，请回复 取消，再说“明天午饭红烧肉，晚饭番茄炒蛋”；"
    "天天都订，再说“周一到周五午饭”。"
)


@dataclass(frozen=True)
class Meal(Question[str]):
    """Which of `meals`: id → {"day": ISO, "meal", "canteen", "label"}, the earliest and nearest first.

    `first` is taken where nothing is said about it (empty: it is asked). `offered`: ids to choose from by number.
    `closed`: id, and "day meal" → what is said about one that can no longer be had; `reasons`: "day meal" → why there
    is none; `none`: about any other that there is not.
    `back`: whether it is asked which one is taken back, and words that refuse name it.
    `today` is ISO.
    """

    meals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    today: str = ""
    first: str = ""
    offered: tuple[str, ...] = ()
    closed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    none: str = "{what}现在订不到。"
    back: bool = False
    kind: ClassVar[str] = "meal"
    leads: ClassVar[bool] = True
    anew: ClassVar[tuple[str, ...]] = ("items",)

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), self.meals[one]["label"]) for n, one in enumerate(self.offered, 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        if wants_standing(said.text) if self.back else cancels_meal(said.text):
            return None  # 停三天 names no meal that was ordered
        chosen = read_option(said.text, [label for _, label in self.options()])
        return self.named(said.text) if chosen is None else Took(self.offered[chosen])

    def named(self, text: str) -> Reading:
        """The meal that a sentence names by day, meal or time of day, and canteen; None when it names none."""
        said = what_is_cancelled(text) if self.back else clean(text)
        if len(said) > _LONGEST or all_meals(text):
            return None
        among = self._at(said)
        days = [day for one in find_days(said, date.fromisoformat(self.today)) for day in _each(one)]
        meal = _meal(said)
        if not days and meal is None:
            return Took(next(iter(among))) if among and len(among) < len(self.meals) else None
        if len(set(days)) > 1 or len(named_meals(said)) > 1:
            return Wrong(ONE_MEAL)
        return self._of(days[0].isoformat() if days else "", meal, among)

    def _at(self, said: str) -> dict[str, Mapping[str, str]]:
        """The meals of the canteen that is named, or all."""
        named = {
            one: meal for one, meal in self.meals.items() if meal.get("canteen") and meal["canteen"] in said
        }
        return named or dict(self.meals)

    def _of(self, day: str, meal: str | None, among: Mapping[str, Mapping[str, str]]) -> Reading:
        if day and day < self.today:
            return Wrong(f"{day_label(date.fromisoformat(day))}已经过了，订不了。")
        why = self.closed.get(f"{day or self.today} {meal}", "")
        fits = [one for one, m in among.items() if day in ("", m["day"]) and meal in (None, m["meal"])]
        if why and not any(self.meals[one]["day"] == (day or self.today) for one in fits):
            return Wrong(why)
        if not fits:
            return Wrong(self.reasons.get(f"{day or self.today} {meal}") or self._none(day, meal))
        if self.back and len(fits) > 1 and self._when(fits[1]) == self._when(fits[0]):
            same = [one for one in fits if self._when(one) == self._when(fits[0])]
            return Several({self.meals[one]["label"]: one for one in same[:5]}, "是哪一个？")
        kinds = {self.meals[one]["meal"]: one for one in reversed(fits)}
        if day > self.today and meal is None and len(kinds) > 1:
            return Several({self.meals[one]["label"]: one for one in reversed(kinds.values())}, "要哪一餐？")
        return Took(fits[0])

    def _when(self, one: str) -> tuple[str, str]:
        return self.meals[one]["day"], self.meals[one]["meal"]

    def _none(self, day: str, meal: str | None) -> str:
        when = day_label(date.fromisoformat(day)) if day else ""
        gap = " " if when[:1].isdigit() else ""  # 您没有订 11 月 22 日午餐
        return self.none.format(what=f"{gap}{when}{NAMES[meal] if meal else '的饭'}").strip()

    def volunteered(self, opening: Said, find: Find) -> Any:
        reading = self.named(opening.text)
        if isinstance(reading, Took):
            return reading.value
        return reading or self.first or None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        return self.named(said.text)

    def edited(self, said: Said, so_far: Any, find: Find) -> Reading:
        parts = (read_picks(part) for part in _CUT.split(clean(said.text)))  # 2号两份 is no day
        picks = any(part and max(part) < _NO_PICK for part in parts) or read_picks(clean(said.text))
        other = cancels_meal(said.text) or picks or names_several(said.text)
        correction = read_correction(said.text)  # 不是晚饭，是中饭
        reading = None if other else self.named(correction.new if correction else said.text)
        same = isinstance(reading, Took) and self._same(reading.value, so_far)
        return None if same else reading

    def _same(self, one: str, other: str) -> bool:
        now, was = self.meals.get(one), self.meals.get(other)
        return one == other or (now is not None and was is not None and now["label"] == was["label"])

    def gone_words(self, value: Any) -> str:
        return self.closed.get(value, self.gone)

    def still_good(self, value: Any) -> bool:
        return value in self.meals


def _each(days: Any) -> list[date]:
    return [*days.days, *([days.last] if days.last else [])]


def _meal(said: str) -> str | None:
    """The meal that is named, else the one of the time of day, else of the part of the day."""
    clock = find_time(said)
    named = find_meal(said, parts=clock is None)
    if named or clock is None:
        return named
    return next((meal for meal, first, last in _HOURS if first <= clock.at < last), None)

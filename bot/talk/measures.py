"""A day, and a body temperature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.clock import day_label
from bot.language.dates import Days, find_day
from bot.language.numbers import bare_number, read_option
from bot.language.temperatures import find_temperatures
from bot.language.text import clean
from bot.talk.steps import Find, Question, Reading, Said, Took, Wrong


@dataclass(frozen=True)
class Day(Question[str]):
    """A day as ISO text, from `first` to `last` (both ISO). `today`: what 明天 is counted from; `offered`: days to
    choose from by number."""

    today: str = ""
    first: str = ""
    last: str = ""
    offered: tuple[str, ...] = ()
    kind: ClassVar[str] = "day"

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), day_label(date.fromisoformat(day))) for n, day in enumerate(self.offered, 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        found = find_day(clean(said.text), date.fromisoformat(self.today))
        if found is None:
            chosen = read_option(said.text, [label for _, label in self.options()])
            return None if chosen is None else Took(self.offered[chosen])
        return self._checked(found)

    def _checked(self, found: Days) -> Reading:
        day = found.days[0].isoformat()
        if found.last or len(found.days) > 1:
            return Wrong("一次请说一天，比如“明天”。")
        if day < self.today:
            return Wrong(f"{day_label(found.days[0])}已经过了，请换一天，比如“明天”。")
        if not self.first <= day <= self.last:
            ends = (day_label(date.fromisoformat(end)) for end in (self.first, self.last))
            return Wrong(f"只能选 {' 到 '.join(ends)}，请换一天。")
        return Took(day)

    def volunteered(self, opening: Said, find: Find) -> Any:
        found = find_day(clean(opening.text), date.fromisoformat(self.today))
        reading = self._checked(found) if found else None
        return reading.value if isinstance(reading, Took) else None

    def still_good(self, value: Any) -> bool:
        return isinstance(value, str) and self.first <= value <= self.last


@dataclass(frozen=True)
class Temperature(Question[float]):
    """A body temperature in degrees Celsius between `low` and `high`: 36.5, 三十六度五, 366."""

    low: float = 34.0
    high: float = 43.0
    again: str = "请写体温的度数，比如 36.5。"
    kind: ClassVar[str] = "temperature"

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        found = {one.degrees for one in find_temperatures(clean(said.text))}
        plain = bare_number(said.text)
        if not found and plain is None:
            return None
        if len(found) > 1:
            return Wrong("一次请报一个人的体温，比如 36.5。")
        degrees = float(plain if plain is not None and not found else next(iter(found)))
        fits = self.low <= degrees <= self.high
        return Took(degrees) if fits else Wrong("这不像是体温。请看一下体温计再写，比如 36.5。")

    def volunteered(self, opening: Said, find: Find) -> Any:
        found = {one.degrees for one in find_temperatures(clean(opening.text))}
        return next(iter(found)) if len(found) == 1 and self.still_good(*found) else None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        value = self.volunteered(said, find)
        return None if value is None else Took(value)

    def still_good(self, value: Any) -> bool:
        return isinstance(value, (int, float)) and self.low <= value <= self.high

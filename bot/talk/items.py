"""Which things, and how many of each: one question, read from one sentence and edited by later ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.language.dishes import find_dish
from bot.language.numbers import bare_number
from bot.language.portions import find_portions
from bot.language.quantities import find_quantities
from bot.language.text import clean
from bot.talk.steps import Find, Question, Reading, Said, Several, Took, Wrong

_SWAP = re.compile(
    r"^(?P<old>.+?)(?:换成|换|改成|改为|改要)(?P<new>.+)$|^不是(?P<not>.+?)[,，、]?是(?P<but>.+)$"
)
_DROP = re.compile(
    r"^(?:把|那|还是)?(?:不要|不吃|去掉|取消|删掉|退掉)(?P<a>.+?)了?$|^(?P<b>.+?)(?:不要|不吃|去掉|取消)了?$"
)
_LESS = re.compile(r"少[要来]?|减[掉去]?|去掉")
_MORE = re.compile(r"再|加|还要|多[要来]?|另外")
_SET = re.compile(r"改成|改为|改到|换成|一共|总共|只要|就要")
MOST_LISTED = 5


@dataclass(frozen=True)
class Items(Question[dict[str, int]]):
    """How many of which things: {id: count}. `things`: id → label; at most `most` of each, counted in `unit`.

    Two readings (两三份) are asked. An answer is edited by 加一份…, 少一份…, 不要…, 换成…, 红烧鱼改成三份.
    """

    things: Mapping[str, str] = field(default_factory=dict)
    most: int = 20
    unit: str = "份"
    kind: ClassVar[str] = "items"

    def options(self) -> list[tuple[str, str]]:
        if len(self.things) > MOST_LISTED:
            return []
        return [(str(n), label) for n, label in enumerate(self.things.values(), 1)]

    def words(self, value: Mapping[str, int]) -> str:
        """An answer as it is read back: 红烧鱼 2 份，米饭 1 份."""
        return "，".join(f"{self.things[one]} {count} {self.unit}" for one, count in value.items())

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        text, number = clean(said.text), bare_number(said.text)
        if number is not None and self.options() and not find_quantities(text):
            return Took({list(self.things)[number - 1]: 1}) if 0 < number <= len(self.things) else None
        found = {self._id(one.dish): one.qty for one in find_portions(text, list(self.things.values()))}
        return self._checked({one: count for one, count in found.items() if one}) if found else None

    def _id(self, label: str) -> str:
        return next((one for one, name in self.things.items() if name == label), "")

    def _checked(self, counts: Mapping[str, int | float | str]) -> Reading:
        """Whole counts that may be; where there are two readings, which of them."""
        guessed = [one for one, count in counts.items() if isinstance(count, str)]
        if len(guessed) == 1:
            one, said = guessed[0], str(counts[guessed[0]])
            readings = {
                f"{self.things[one]} {n} {self.unit}": {**counts, one: int(n)} for n in said.split("-")
            }
            return Several(readings, "是几份？请选一个：")
        whole = {one: int(n) for one, n in counts.items() if not isinstance(n, str) and n == int(n)}
        if len(whole) < len(counts) or any(not 0 < count <= self.most for count in whole.values()):
            return Wrong(
                f"每样请说 1 到 {self.most} {self.unit}，比如“{next(iter(self.things.values()))}两份”。"
            )
        return Took(whole) if whole else None

    def volunteered(self, opening: Said, find: Find) -> Any:
        if bare_number(opening.text) is not None:
            return None
        reading = self.read(opening, None, find)
        return reading.value if isinstance(reading, Took) else None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        reading = self.read(said, None, find)
        return (
            None if bare_number(said.text) is not None and not find_quantities(clean(said.text)) else reading
        )

    def edited(self, said: Said, so_far: Any, find: Find) -> Reading:
        text = clean(said.text)
        for edit in (self._swapped, self._set, self._dropped, self._counted):
            counts = edit(text, dict(so_far))
            if counts is not None:
                left = {one: count for one, count in counts.items() if count > 0}
                return self._checked(left) if left else Wrong("一样都不要的话，请回复 取消。")
        return None

    def _one(self, words: str) -> str:
        """The id of the one thing that these words name; empty when none or several."""
        found = find_dish(words.strip(" ,。把那的"), list(self.things.values()))
        return self._id(found[0]) if len(found) == 1 else ""

    def _swapped(self, text: str, now: dict[str, int]) -> dict[str, int] | None:
        """红烧鱼换成炖豆腐, 不是红烧鱼是炖豆腐: as many of the other, unless a number is said."""
        said = _SWAP.match(text)
        if not said:
            return None
        old = self._one(_without_counts(said["old"] or said["not"]))
        new = find_portions(said["new"] or said["but"], list(self.things.values()))
        if old not in now or len(new) != 1 or isinstance(new[0].qty, str):
            return None
        count = int(new[0].qty) if find_quantities(said["new"] or said["but"]) else now[old]
        return {
            (self._id(new[0].dish) if one == old else one): (count if one == old else n)
            for one, n in now.items()
        }

    def _set(self, text: str, now: dict[str, int]) -> dict[str, int] | None:
        """红烧鱼改成三份; 改成三份, where there is one thing."""
        total = find_quantities(text)
        if not _SET.search(text) or len(total) != 1 or total[0].low != total[0].high:
            return None
        named = find_portions(text, list(self.things.values()))
        one = (
            self._id(named[0].dish)
            if len(named) == 1
            else next(iter(now))
            if len(now) == 1 and not named
            else ""
        )
        return {**now, one: int(total[0].low)} if one in now else None

    def _dropped(self, text: str, now: dict[str, int]) -> dict[str, int] | None:
        """不要红烧鱼, 红烧鱼不要了."""
        said = _DROP.match(text)
        if not said or find_quantities(text):
            return None
        one = self._one(said["a"] or said["b"])
        return {key: count for key, count in now.items() if key != one} if one in now else None

    def _counted(self, text: str, now: dict[str, int]) -> dict[str, int] | None:
        """加一份豆腐, 少一份鱼; 加一份, where there is one thing."""
        sign = -1 if _LESS.search(text) else 1 if _MORE.search(text) else 0
        named = find_portions(text, list(self.things.values()))
        if not sign or any(isinstance(one.qty, str) for one in named):
            return None
        more = {self._id(one.dish): sign * int(one.qty) for one in named}
        if not more and len(now) == 1 and len(total := find_quantities(text)) == 1:
            more = {next(iter(now)): sign * int(total[0].low)}
        if not more or (sign < 0 and not more.keys() <= now.keys()):
            return None
        return {
            one: now.get(one, 0) + more.get(one, 0)
            for one in [*now, *(key for key in more if key not in now)]
        }

    def still_good(self, value: Any) -> bool:
        return bool(value) and all(one in self.things and 0 < n <= self.most for one, n in value.items())


def _without_counts(text: str) -> str:
    for one in reversed(find_quantities(text)):
        text = text[: one.start] + text[one.end :]
    return text

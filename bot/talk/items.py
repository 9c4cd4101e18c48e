"""Which things, and how many of each: one question, read from one sentence and edited by later ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.language.dishes import find_dish, likest_first, near_dishes
from bot.language.meal_plans import names_several
from bot.language.meals import find_meal
from bot.language.numbers import bare_number, read_option, says_any
from bot.language.ordering import usual
from bot.language.portions import Portion, find_portions, find_strangers, read_picks, without_serving
from bot.language.quantities import find_quantities, no_count, without_counts
from bot.language.text import clean, spellings
from bot.talk.steps import Find, More, Question, Reading, Said, Several, Took, Wrong

_SWAP = re.compile(
    r"^(?P<old>.*?)(?:换成|换|改成|改为|改要)(?P<new>.+)$|^不是(?P<not>.+?)[,，、]?是(?P<but>.+)$"
)
_DROP = re.compile(
    r"^(?:把|那|还是)?(?:不要|不吃|去掉|取消|删掉|退掉)(?P<a>.+?)了?$|^(?P<b>.+?)(?:不要|不吃|去掉|取消)了?$"
)
_LESS = re.compile(r"少[要来]?|减[掉去]?|去掉")
_MORE = re.compile(r"再|加|还要|多[要来]?|另外")
_SET = re.compile(r"改成|改为|改到|换成|一共|总共|只要|就要")
_AMOUNT = re.compile(
    r"(?:我|就|那|给|想)*\s*(?:要|来|订|点|吃)?\s*\0(?:吧|就行|就好|就够了?|够了)?[,。!]*"
)  # \0: how many
_CUT = re.compile(r"([,;、和])")
MOST_LISTED = 5
TOLD = 8  # names that are said where something is not there

Counts = dict[str, int]


@dataclass(frozen=True)
class Items(Question[Counts]):
    """How many of which things: {id: count}. `things`: id → name; at most `most` of each and `total` of all (0: as
    many as one likes), counted in `unit`.

    `listed`: id → as it is listed under a number, at most five, where not everything is listed by its name.
    `whole`: id → label of an answer that is whole by itself (the usual), listed first: {id: 1}. Said with more
    (老样子，再加一碗米饭), it is `parts`: id → what is in it.
    `calls`: id → words that are an answer by themselves, without a number (一日三餐): {id: 1}.
    `besides`: words that answer what is asked next (送到家) → what is said to them; they are heard then.
    `plan`: where several meals are named, they are an answer by themselves: {`plan` + the words: 1}.
    `sure`: the answer where the opening names nothing. `now`: what there is until now, which the opening may edit.
    `lacking`: name of what cannot be had → why, and what to do. `left`: id → how many are left.
    `absent`: names of what there is at other times, and not `at` this one: nothing that is like one is taken for it.
    Two readings (两三份, 排骨 of two kinds) are asked. An answer is edited by 加一份…, 少一份…, 不要…, 换成…,
    红烧鱼改成三份, 三份.
    """

    things: Mapping[str, str] = field(default_factory=dict)
    most: int = 20
    total: int = 0
    unit: str = "份"
    listed: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Counts] = field(default_factory=dict)
    calls: Mapping[str, list[str]] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    at: str = ""
    besides: Mapping[str, str] = field(default_factory=dict)
    plan: str = ""
    sure: Counts = field(default_factory=dict)
    now: Counts = field(default_factory=dict)
    kind: ClassVar[str] = "items"
    leads: ClassVar[bool] = True

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(self._numbered().values(), 1)]

    def _numbered(self) -> dict[str, str]:
        """What has a number, in the order of the numbers."""
        plain = self.things if len(self.things) <= MOST_LISTED else {}
        return {**self.whole, **(self.listed or plain)}

    @property
    def names(self) -> list[str]:
        """Everything that can be named."""
        return [*self.things.values(), *self.lacking]

    def words(self, value: Mapping[str, int]) -> str:
        """An answer as it is read back: 红烧鱼 2 份，米饭 1 份."""
        return "，".join(f"{self.things[one]} {count} {self.unit}" for one, count in value.items())

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        listed = list(self._numbered())
        number = bare_number(said.text)
        if number is not None and listed and not find_quantities(clean(said.text)):
            return self._picked({number: 1}, listed)
        told = next((one for one in spellings(said.text) if one in self.besides), "")
        if told:
            return More(told, self.besides[told])
        if self.plan and names_several(said.text):
            return Took({f"{self.plan}{said.text}": 1})
        called = next((one for one, words in self.calls.items() if says_any(said.text, words)), None)
        if called:
            return Took({called: 1})
        if self.whole and (wanted := self._whole(said.text)):
            return wanted
        picks = read_picks(clean(said.text)) if listed else {}
        if picks:
            return self._picked(picks, listed)
        return self._named(self._by_name(clean(said.text), listed), whole=True)

    def _by_name(self, text: str, listed: list[str]) -> str:
        """`text` with names for what is picked by its number among names: 2号一份,米饭两份."""
        said = []
        for part in _CUT.split(text):
            picked = [(listed[n - 1], count) for n, count in read_picks(part).items() if 0 < n <= len(listed)]
            named = [f"{self.things[one]}{count}{self.unit}" for one, count in picked if one in self.things]
            said.append("".join(named) or part)
        return "".join(said)

    def _picked(self, picks: Mapping[int, int], listed: list[str]) -> Reading:
        """What bears these numbers; None when one of them bears nothing."""
        if not all(0 < number <= len(listed) for number in picks):
            return None
        counts = {listed[number - 1]: count for number, count in picks.items()}
        if counts.keys() & self.whole.keys():
            return Took(counts) if counts in [{one: 1} for one in self.whole] else None
        return self._checked(counts)

    def _whole(self, text: str) -> Reading:
        """The usual by its label or its name; with more besides, what is in it and the rest."""
        chosen = read_option(text, list(self.whole.values()))
        if chosen is None and not usual(text):
            return None
        one = list(self.whole)[chosen or 0]
        more = self._named(clean(text), whole=False)
        return self._with(one, more) if isinstance(more, Took) else more or Took({one: 1})

    def _with(self, one: str, more: Reading) -> Reading:
        """What is in the usual, and more."""
        inside, besides = self.parts.get(one, {}), more.value if isinstance(more, Took) else {}
        return self._checked({**inside, **{key: inside.get(key, 0) + n for key, n in besides.items()}})

    def _named(self, text: str, *, whole: bool) -> Reading:
        """What is named, or why it cannot be. `whole`: words that name nothing at all may be a strange dish."""
        named = self._found(text)
        strangers = find_strangers(text, self.names, alone=whole, absent=self.absent)
        if strangers:
            return self._strange(strangers[0], named, text)
        if not named:
            return Wrong(self._how_many()) if no_count(text) else None
        if gone := self._gone(named):
            return gone
        return Wrong(self._how_many()) if no_count(text) else self._one_of_several(named)

    def _found(self, text: str) -> list[Portion]:
        """What of `text` is there; 红烧肉套餐 is 红烧肉, a mere 套餐 nothing."""
        found = []
        for one in find_portions(text, self.names, self.absent):
            known = one.dish in self.names or one.dish in self.absent
            names = [one.dish] if known else find_dish(without_serving(one.dish), self.names)
            found += [Portion(names[0], one.qty, one.others)] if names else []
        return found

    def _gone(self, named: list[Portion]) -> Wrong | None:
        """Why the first of these that cannot be had cannot."""
        for one in named:
            if one.dish in self.lacking:
                return Wrong(self.lacking[one.dish])
            if one.dish in self.absent:
                return Wrong(f"{self.at}没有{one.dish}。{self._there_is(one.dish)}")
        return None

    def _strange(self, name: str, named: list[Portion], text: str) -> Reading:
        """What nobody has: what is nearly called so is asked, else what there is is said."""
        near = [one for one in near_dishes(name, list(self.things.values())) if self._id(one)]
        counts = find_quantities(text)
        if near and not named and len(counts) < 2 and not no_count(text):
            count = counts[0].value if counts else 1
            if isinstance(count, int) and 0 < count <= self.most:
                options = {f"{one} {count} {self.unit}": {self._id(one): count} for one in near}
                return self._which(
                    options, f"没有“{name}”。是不是下面这样？不是的话，请写别的。{self._there_is()}"
                )
        return Wrong(f"没有“{name}”。{self._there_is()}")

    def _there_is(self, like: str = "") -> str:
        """What can be had, what is like `like` first."""
        names = likest_first(like, list(self.things.values()))
        return f"有：{'、'.join(names[:TOLD])}{'等' if len(names) > TOLD else ''}。请换一样，写名字就行。"

    def _one_of_several(self, named: list[Portion]) -> Reading:
        """Where one word may mean two things that are there, which of them; only one such word is asked for."""
        counts = {self._id(one.dish): one.qty for one in named}
        for one in named:
            several = [dish for dish in (one.dish, *one.others) if self._id(dish)]
            if len(several) > 1 and not isinstance(one.qty, str):
                first = self._id(one.dish)
                options = {
                    f"{dish} {one.qty} {self.unit}": {
                        (self._id(dish) if key == first else key): count for key, count in counts.items()
                    }
                    for dish in several[:MOST_LISTED]
                }
                return self._which(options, "您要的是哪一样？")
        return self._checked(counts)

    def _id(self, name: str) -> str:
        return next((one for one, label in self.things.items() if label == name), "")

    def _how_many(self) -> str:
        example = next(iter(self.things.values()), "")
        return f"每样请说 1 到 {self.most} {self.unit}，比如“{example}两{self.unit}”。"

    def _checked(self, counts: Mapping[str, int | float | str]) -> Reading:
        """Whole counts that may be; where there are two readings, which of them."""
        guessed = [one for one, count in counts.items() if isinstance(count, str)]
        if len(guessed) == 1:
            one, said = guessed[0], str(counts[guessed[0]])
            readings = {
                f"{self.things[one]} {n} {self.unit}": {**counts, one: int(n)} for n in said.split("-")
            }
            return self._which(readings, "是几份？请选一个：")
        whole = {one: int(n) for one, n in counts.items() if not isinstance(n, str) and n == int(n)}
        if len(whole) < len(counts) or any(not 0 < count <= self.most for count in whole.values()):
            return Wrong(self._how_many())
        short = next((one for one, count in whole.items() if count > self.left.get(one, self.most)), None)
        if short:
            name, left = self.things[short], self.left[short]
            return Wrong(f"{name}只剩 {left} {self.unit}了。请少要一些，或者换一样。")
        if self.total and sum(whole.values()) > self.total:
            return Wrong(f"一共最多 {self.total} {self.unit}，请少要一些；要得多，请回复 人工。")
        return Took(whole) if whole else None

    def volunteered(self, opening: Said, find: Find) -> Any:
        if bare_number(opening.text) is not None:
            return self.sure or None
        if self.now:
            reading = self.edited(opening, self.now, find)
        elif self.parts and usual(opening.text):
            more = self._named(clean(opening.text), whole=False)
            reading = more if isinstance(more, (Wrong, Several)) else self._with(next(iter(self.parts)), more)
        else:
            reading = self._named(clean(opening.text), whole=False)
        return reading.value if isinstance(reading, Took) else reading or self.sure or None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        reading = self.read(said, None, find)
        return (
            None if bare_number(said.text) is not None and not find_quantities(clean(said.text)) else reading
        )

    def edited(self, said: Said, so_far: Any, find: Find) -> Reading:
        if not so_far.keys() <= self.things.keys() or (self.plan and names_several(said.text)):
            return None  # whole by itself
        text = clean(said.text)
        edits: tuple[Callable[[str, Counts], Reading], ...] = (
            self._swapped, self._set, self._dropped, self._counted, self._amount, self._restated,
        )  # fmt: skip
        return next((reading for edit in edits if (reading := edit(text, dict(so_far))) is not None), None)

    def _which(self, options: Mapping[str, Mapping[str, Any]], words: str) -> Reading:
        """Which of several was meant, of those that may be; where none may be, why not."""
        checked = {label: self._checked(counts) for label, counts in options.items()}
        good = {label: one.value for label, one in checked.items() if isinstance(one, Took)}
        return Several(good, words) if good else next(iter(checked.values()))

    def _left(self, counts: Mapping[str, int]) -> Reading:
        """An edited answer, without what nothing is left of."""
        left = {one: count for one, count in counts.items() if count > 0}
        return self._checked(left) if left else Wrong("一样都不要的话，请回复 取消。")

    def _one(self, words: str) -> str:
        """The id of the one thing that these words name; empty when none or several."""
        found = find_dish(words.strip(" ,。把那的"), list(self.things.values()))
        return self._id(found[0]) if len(found) == 1 else ""

    def _swapped(self, text: str, now: Counts) -> Reading:
        """红烧鱼换成炖豆腐: as many of the other, unless a number is said. 换成炖豆腐, of two things, is asked."""
        said = _SWAP.match(text)
        if not said:
            return None
        words, named = said["new"] or said["but"], without_counts(said["old"] or said["not"] or "")
        old, nothing = self._one(named), not named.strip(" ,把那的给我") or find_meal(named) is not None
        olds = list(now) if nothing and not old else [old]
        if not set(olds) <= now.keys():
            return None
        new = find_portions(words, self.names, self.absent)
        if len(new) != 1 or isinstance(new[0].qty, str):
            return None if new else self._named(words, whole=True)
        if gone := self._gone(new):
            return gone
        count = int(new[0].qty) if find_quantities(words) else 0
        swaps = {
            f"{self.things[old]}换成{name}": _swapped(now, old, self._id(name), count)
            for old in olds
            for name in (new[0].dish, *new[0].others)
            if self._id(name)
        }
        return self._which(swaps, "怎么换？") if len(swaps) > 1 else self._left(next(iter(swaps.values())))

    def _set(self, text: str, now: Counts) -> Reading:
        """红烧鱼改成三份; 改成三份, where there is one thing."""
        total = find_quantities(text)
        if not _SET.search(text) or len(total) != 1 or total[0].low != total[0].high:
            return Wrong(self._how_many()) if _SET.search(text) and no_count(text) else None
        named = find_portions(_SET.sub(",", text), list(self.things.values()), self.absent)
        if gone := self._gone(named):
            return gone
        one = self._id(named[0].dish) if len(named) == 1 else "" if named else next(iter(now), "")
        if not named and len(now) > 1:
            return self._which_so_many(now, int(total[0].low))
        return self._left({**now, one: int(total[0].low)}) if one in now else None

    def _which_so_many(self, now: Counts, count: int) -> Reading:
        each = {f"{self.things[key]} {count} {self.unit}": {**now, key: count} for key in now}
        return self._which(each, f"哪一样改成 {count} {self.unit}？")

    def _amount(self, text: str, now: Counts) -> Reading:
        """三份, 要三份, and nothing else: so many of the one thing there is; of several it is asked which."""
        said = find_quantities(text)
        if len(said) != 1 or not _AMOUNT.fullmatch(f"{text[: said[0].start]}\0{text[said[0].end :]}"):
            return None
        if len(now) > 1:
            return self._which_so_many(now, int(said[0].low)) if said[0].low == said[0].high else None
        new = dict.fromkeys(now, said[0].value)
        return Wrong(f"现在就是{self.words(now)}。") if new == now else self._checked(new)

    def _dropped(self, text: str, now: Counts) -> Reading:
        """不要红烧鱼, 红烧鱼不要了."""
        said = _DROP.match(text)
        if not said or find_quantities(text):
            return None
        one = self._one(said["a"] or said["b"])
        return self._left({key: count for key, count in now.items() if key != one}) if one in now else None

    def _counted(self, text: str, now: Counts) -> Reading:
        """加一份豆腐, 少一份鱼; 加一份, where there is one thing."""
        sign = -1 if _LESS.search(text) else 1 if _MORE.search(text) else 0
        named = find_portions(text, list(self.things.values()), self.absent)
        if sign and (gone := self._gone(named)):
            return gone
        if not sign or any(isinstance(one.qty, str) for one in named):
            return None
        more = {self._id(one.dish): sign * int(one.qty) for one in named}
        if not more and len(now) == 1 and len(total := find_quantities(text)) == 1:
            more = {next(iter(now)): sign * int(total[0].low)}
        if not more or (sign < 0 and not more.keys() <= now.keys()):
            return None
        return self._left({one: now.get(one, 0) + more.get(one, 0) for one in dict.fromkeys([*now, *more])})

    def _restated(self, text: str, now: Counts) -> Reading:
        """两份红烧鱼, and nothing about what was said before: of a known thing so many; another takes the place of
        what there was, or comes to it, which is asked."""
        if self._sign(text):
            return None
        if no_count(text) and self._found(text):
            return Wrong(self._how_many())
        return self._besides(text, now) if find_quantities(text) else None

    def restated(self, said: Said, so_far: Any, find: Find) -> Reading:
        text = clean(said.text)
        plain = so_far.keys() <= self.things.keys() and not self._sign(text)
        return self._besides(text, so_far) if plain else None

    @staticmethod
    def _sign(text: str) -> bool:
        """Whether it is said what to do with what there is: 加, 少, 改成."""
        return any(sign.search(text) for sign in (_LESS, _MORE, _SET))

    def _besides(self, text: str, now: Counts) -> Reading:
        said = self._named(text, whole=False)
        if not isinstance(said, Took):
            return said
        if said.value.keys() <= now.keys():
            return self._left({**now, **said.value})
        added = {**now, **{one: now.get(one, 0) + n for one, n in said.value.items()}}
        options = {f"再加{self.words(said.value)}": added, f"换成{self.words(said.value)}": said.value}
        return self._which(options, "再加上，还是换掉前面的？")

    def _planned(self, value: Any) -> bool:
        return bool(self.plan) and any(one.startswith(self.plan) for one in value)

    def still_good(self, value: Any) -> bool:
        if value.keys() & (self.whole.keys() | self.calls.keys()) or self._planned(value):
            return True
        return bool(value) and all(
            one in self.things and 0 < n <= min(self.most, self.left.get(one, self.most))
            for one, n in value.items()
        )


def _swapped(now: Counts, old: str, new: str, count: int) -> Counts:
    """The same with `new` in the place of `old`: `count` of it, or as many as there were of the old (0)."""
    if old == new:
        return {**now, new: count or now[new]}
    rest = {one: n for one, n in now.items() if one != new}
    return {(new if one == old else one): (count or n if one == old else n) for one, n in rest.items()}

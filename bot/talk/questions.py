"""The kinds of questions. Each is stored as it was shown, so all fields are JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.language.asking import says_few
from bot.language.commands import order_number
from bot.language.dining import elder_called
from bot.language.numbers import (
    bare_number,
    measured,
    mentioned,
    read_number,
    read_option,
    read_yes_no,
    says_any,
)
from bot.language.persons import bare_name
from bot.language.phones import local_number, read_call_back, read_phone
from bot.language.places import tells_door
from bot.language.ratings import read_score
from bot.language.replies import refuses, small_talk, submits, switches
from bot.language.text import clean
from bot.talk.items import Items
from bot.talk.meals import Meal
from bot.talk.measures import Day, Temperature
from bot.talk.place import Place
from bot.talk.steps import Find, More, Question, Reading, Said, Several, Took, Wrong

FEW = "您写的是 {count} 位，手机号是 11 位，请写全；不留请回复 1。"
LOCAL = "座机请带上区号，比如 021-60000001；手机号是 11 位。不留请回复 1。"


@dataclass(frozen=True)
class Ask(Question[str]):
    """Free text. With `none`, one option says that there is nothing to say (the answer is then "").

    With `anything`, a lone digit is an answer too.
    With `opening`, the sentence that opened the dialog is the answer if it carries more than the wish to open it;
    `told` is the answer that it was read to hold. With `few`, a few words are wanted: no sentence that asks
    something, corrects something or opens something else.
    """

    none: str = ""
    opening: bool = False
    told: str = ""
    few: bool = False
    longest: int = 500
    anything: bool = False
    kind: ClassVar[str] = "ask"
    free: ClassVar[bool] = True

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.none)] if self.none else []

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        if self.none and (read_option(said.text, [self.none]) == 0 or read_yes_no(said.text) is not None):
            return Took("")
        if self.optional and small_talk(said.text):
            return Took("")
        if self.few and not says_few(said.text):
            return None
        words = self.meant(said.text.strip())[: self.longest]
        enough = words if self.anything else words[1:] or not words.isdigit()
        return Took(words) if words and enough else None

    def volunteered(self, opening: Said, find: Find) -> Any:
        if self.told:
            return self.told
        return find("content", opening.text) if self.opening and opening.text else None

    def meant(self, words: str) -> str:
        """What of the words is kept."""
        return words


@dataclass(frozen=True)
class Name(Ask):
    """How somebody is called: 我叫张丽 is 张丽. With `elder`, as the one who asks calls them: 我的奶奶 is 奶奶."""

    few: bool = True
    elder: bool = False
    kind: ClassVar[str] = "name"
    free: ClassVar[bool] = False

    def meant(self, words: str) -> str:
        return elder_called(words) if self.elder else bare_name(words)


@dataclass(frozen=True)
class Choice(Question[str]):
    """One of some things, by number, 第N个, or label. `choices`: id → label, in order.

    More than five are not listed (elders): then a number means the one that bears it (12 is 12 号楼).
    With `names`, the labels are names that mean nothing else: one that the opening sentence says is chosen by it.
    `words`: id → words in any sentence that choose it as well (送上门), unless they are refused. `sure`: what is
    meant where the opening sentence says nothing of it.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    names: bool = False
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sure: str = ""
    kind: ClassVar[str] = "choice"
    most: ClassVar[int] = 5

    def options(self) -> list[tuple[str, str]]:
        if len(self.choices) > self.most:
            return []
        return [(str(n), label) for n, label in enumerate(self.choices.values(), 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        if len(self.choices) > self.most:
            return self._named(said.text)
        chosen = read_option(said.text, list(self.choices.values()))
        if chosen is None:
            return self._by_words(said.text)
        return Took(list(self.choices)[chosen])

    def _by_words(self, text: str) -> Reading:
        """What the words that go with the options choose; of several options, which of them."""
        hit = [one for one, words in self.words.items() if one in self.choices and says_any(text, words)]
        if len(hit) == 1:
            return Took(hit[0])
        return Several({self.choices[one]: one for one in hit}) if hit else None

    def _named(self, text: str) -> Reading:
        number = read_number(text)
        by_number = {} if number is None else self._bearing(number)
        named = {
            label: one for one, label in self.choices.items() if text and (text in label or label in text)
        }
        fits = by_number or named
        if len(fits) == 1:
            return Took(next(iter(fits.values())))
        return Several(fits) if 1 < len(fits) <= self.most else None

    def _bearing(self, number: int) -> dict[str, str]:
        return {label: one for one, label in self.choices.items() if read_number(label) == number}

    def volunteered(self, opening: Said, find: Find) -> Any:
        labels = list(self.choices.values())
        named = mentioned(opening.text, labels) if self.names else None
        if named is not None:
            return list(self.choices)[named]
        reading = self._by_words(opening.text)
        return reading.value if isinstance(reading, Took) else reading or self.sure or None

    def edited(self, said: Said, so_far: Any, find: Find) -> Reading:
        return self._by_words(said.text)

    def still_good(self, value: Any) -> bool:
        return value in self.choices


@dataclass(frozen=True)
class Number(Question[int]):
    """A whole number between low and high. With a `unit` (份, 位), the opening sentence may say it."""

    low: int = 1
    high: int = 9
    unit: str = ""
    kind: ClassVar[str] = "number"

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        number = read_number(said.text)
        if number is None:
            return None
        fits = self.low <= number <= self.high
        return Took(number) if fits else Wrong(f"请回复 {self.low} 到 {self.high} 之间的数字。")

    def volunteered(self, opening: Said, find: Find) -> Any:
        number = measured(opening.text, self.unit) if self.unit else None
        return number if number is not None and self.still_good(number) else None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        number = measured(said.text, self.unit) if self.unit else None
        number = bare_number(said.text) if number is None else number
        return Took(number) if number is not None and self.still_good(number) else None

    def still_good(self, value: Any) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Confirm(Question[bool]):
    """Yes or no. Only for what costs money or calls people."""

    yes: str = "是"
    no: str = "不是"
    kind: ClassVar[str] = "confirm"
    binds: ClassVar[bool] = True

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.yes), ("2", self.no)]

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        return None

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        chosen = read_option(said.text, [self.yes, self.no])
        if chosen is not None:
            return Took(chosen == 0)
        answer = read_yes_no(said.text)
        return None if answer is None else Took(answer)


def door_told(text: str, door: str, find: Find) -> dict[str, Any] | None:
    """A door said where something else was asked: {"words", "home"}, or None when there is none in `text`.

    Digits alone may be a part of something else: they are a door if the register has it.
    """
    if not tells_door(text):
        return None
    found = find(door, text)
    home = found[0] if len(found) == 1 else None
    return {"words": text, "home": home} if found or not text.isdigit() else None


@dataclass(frozen=True)
class Photos(Question[list[Any]]):
    """Photos, as many as the person likes (the answer is a list of media), and the word that ends them.

    `change` answers whoever says that something above the question is wrong. With `door`, what doors are found by
    (door:<building>, home), a door said meanwhile is kept among the media: {"words", "home"}.
    """

    done: str = "提交"
    change: str = "要改哪里？直接说，比如“改成 2 号楼”；不办了请回复 取消。"
    most: int = 9
    door: str = ""
    kind: ClassVar[str] = "photos"

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.done)]

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        return None

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        got = list(so_far or [])
        photos = [one for one in got if isinstance(one, str)]
        doors = [one for one in got if not isinstance(one, str)]
        if said.media:
            photos = [*photos, *said.media][: self.most]
            return More(
                [*doors, *photos], f"收到 {len(photos)} 张照片。还可以再发，发好了请回复 1 {self.done}。"
            )
        if read_option(said.text, [self.done]) == 0 or submits(said.text):
            return Took(got)
        if self.door and (told := door_told(said.text, self.door, find)):
            return More(
                [told, *photos], f"门牌记下了，只给接单的师傅看。有照片请发来；没有请回复 1 {self.done}。"
            )
        return Wrong(self.change) if refuses(said.text) else None


@dataclass(frozen=True)
class Phone(Question[Any]):
    """A number to call back: mobile, or fixed with its area code. `none` is the option of leaving none (then "").

    With `door`, what doors are found by (door:<building>, home), a door is taken too: {"words", "home"}, the home
    None unless the register has just one that fits.
    """

    none: str = ""
    door: str = ""
    kind: ClassVar[str] = "phone"

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.none)] if self.none else []

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        number = read_call_back(said.text)
        if number is not None:
            return Took(number)
        declined = read_option(said.text, [self.none]) == 0 or read_yes_no(said.text) is False
        if self.none and declined:
            return Took("")
        told = door_told(said.text, self.door, find) if self.door else None
        return Took(told) if told else None

    def volunteered(self, opening: Said, find: Find) -> Any:
        return read_phone(opening.text)

    def surely(self, said: Said, find: Find) -> Reading:
        """Wrong for digits alone that are too few, and not the number of an order of theirs; or without area code."""
        digits = clean(said.text)
        few = digits.isdigit() and order_number(digits) is not None
        if not few or find("own_order", digits):
            return None
        return Wrong(LOCAL if local_number(digits) else FEW.format(count=len(digits)))


@dataclass(frozen=True)
class Score(Question[int]):
    """One to five, a digit or words (很满意, 还行, 太差了); the best is shown first."""

    kind: ClassVar[str] = "score"
    in_words: ClassVar[str] = "要给前面办好的报修打分，请写“5 分”或“满意”。"
    labels: ClassVar[tuple[tuple[str, str], ...]] = (
        ("5", "很满意"),
        ("4", "满意"),
        ("3", "一般"),
        ("2", "不满意"),
        ("1", "很不满意"),
    )

    def options(self) -> list[tuple[str, str]]:
        return list(self.labels)

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        score = read_score(said.text)
        return None if score is None else Took(score)


@dataclass(frozen=True)
class Which(Question[Any]):
    """Which of several readings was meant; asked by the engine under the key of the question it is about."""

    labels: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    kind: ClassVar[str] = "which"
    again: str = "请回复前面的数字，比如 1。"

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(self.labels, 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        chosen = read_option(said.text, list(self.labels))
        return None if chosen is None else Took(self.values[chosen])


@dataclass(frozen=True)
class Switch(Which):
    """Another matter first, or go on? The first of two labels is the other one; said in short words, too."""

    kind: ClassVar[str] = "switch"

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        switched = switches(said.text)
        return super().read(said, so_far, find) if switched is None else Took(self.values[not switched])


@dataclass(frozen=True)
class MealScore(Score):
    """The same for a meal."""

    kind: ClassVar[str] = "meal_score"
    in_words: ClassVar[str] = "要给前面的饭菜打分，请写“5 分”或“满意”。"


KINDS: Sequence[type[Question[Any]]] = (
    Ask, Name, Choice, Number, Confirm, Place, Photos, Phone, Score, MealScore, Which, Switch, Items, Day,
    Temperature, Meal,
)  # fmt: skip
QUESTIONS: Mapping[str, type[Question[Any]]] = {kind.kind: kind for kind in KINDS}

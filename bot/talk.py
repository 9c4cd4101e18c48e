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

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from bot.language.addresses import read_home
from bot.language.numbers import read_number, read_option, read_yes_no
from bot.language.ratings import read_score
from bot.message import Place as Point

T = TypeVar("T")
Step = Any
Part = Generator[Step, Any, T]
Script = Part["Open | Person | None"]


@dataclass(frozen=True)
class Said:
    """What the person said or did, as a dialog's questions read it. `option` is the tapped option's id."""

    text: str = ""
    kind: str = "text"
    option: str = ""
    media: tuple[str, ...] = ()
    point: Point | None = None
    scene: str = ""


@dataclass(frozen=True)
class Who:
    """The person the talk is with."""

    account_id: int
    person_id: int


@dataclass(frozen=True)
class World:
    """What a dialog is given: the time, who it talks with, what opened it, and what a push was about."""

    now: datetime
    who: Who
    opening: Said
    subject: int = 0
    stamp: int = 0
    push: int = 0


# --- what reading an answer may give -----------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """Understood: `value` is JSON and is what is remembered."""

    value: Any


@dataclass(frozen=True)
class More:
    """Understood, and the question stays open for more of the same (photos). `words` acknowledge it."""

    value: Any
    words: str


@dataclass(frozen=True)
class Several:
    """Several things could be meant: label → value; the person is asked which."""

    options: Mapping[str, Any]
    words: str = "是哪一个？"


@dataclass(frozen=True)
class Wrong:
    """Understood, but it cannot be; `why` says so and what to do."""

    why: str


Reading = Took | More | Several | Wrong | None
Find = Callable[[str, Any], Any]


# --- steps -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Say:
    """Words that want no answer. Said once."""

    text: str


@dataclass(frozen=True)
class Open:
    """What a dialog may return: the dialog to go on with."""

    dialog: str


@dataclass(frozen=True)
class Person:
    """What a dialog may return: a person is called."""


@dataclass(frozen=True)
class Look:
    """A look at the world, remembered under `key` as JSON; with `fresh` it is looked at again each turn.

    `view` is called as view(work, *args, **named).
    """

    key: str
    see: Callable[[Any], Any]
    fresh: bool

    def __init__(
        self, key: str, view: Callable[..., Any], *args: Any, fresh: bool = False, **named: Any
    ) -> None:
        for name, value in (("key", key), ("see", lambda work: view(work, *args, **named)), ("fresh", fresh)):
            object.__setattr__(self, name, value)

    def __iter__(self) -> Generator[Step, Any, Any]:
        return (yield self)


@dataclass(frozen=True)
class Do:
    """A command that runs once, in this turn's transaction; its result (refusals included) is remembered."""

    key: str
    command: Any

    def __iter__(self) -> Generator[Step, Any, Any]:
        return (yield self)


@dataclass(frozen=True)
class Question(Generic[T]):
    """Something asked. It is stored as it was shown, so all its fields are JSON.

    `again` follows the first answer that is not understood: an example, not the question once more.
    `gone` is said when a remembered answer is no longer possible.
    """

    key: str
    text: str
    again: str = "没听明白，请换个说法。"
    gone: str = "刚才的选择现在不行了，请重新选一下。"
    optional: bool = False  # another opening goes before it, and it may be left unanswered
    kind: ClassVar[str] = ""
    free: ClassVar[bool] = False  # takes any sentence

    def __iter__(self) -> Generator[Step, T, T]:
        return (yield self)

    def options(self) -> list[tuple[str, str]]:
        """(number as printed, label) of each choice under the question."""
        return []

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        """The answer in `said`; `so_far` is what a question that stays open has got; `find` asks the register."""
        raise NotImplementedError

    def volunteered(self, opening: Said, find: Find) -> Any:
        """What the opening sentence surely answers, or None."""
        return None

    def still_good(self, value: Any) -> bool:
        """Whether a remembered answer is still possible today."""
        return True


@dataclass(frozen=True)
class Ask(Question[str]):
    """Free text. With `none`, one option says that there is nothing to say (the answer is then "").

    With `opening`, the sentence that opened the dialog is the answer if it carries more than the wish to open it.
    """

    none: str = ""
    opening: bool = False
    longest: int = 500
    kind: ClassVar[str] = "ask"
    free: ClassVar[bool] = True

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.none)] if self.none else []

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        if self.none and read_option(said.text, [self.none]) == 0:
            return Took("")
        if self.none and read_yes_no(said.text) is False:
            return Took("")
        words = said.text.strip()[: self.longest]
        return Took(words) if len(words) > 1 or (words and not words.isdigit()) else None

    def volunteered(self, opening: Said, find: Find) -> Any:
        return find("content", opening.text) if self.opening and opening.text else None


@dataclass(frozen=True)
class Choice(Question[str]):
    """One of at most five (elders), by number, 第N个, or label. `choices`: id → label, in order."""

    choices: Mapping[str, str] = field(default_factory=dict)
    kind: ClassVar[str] = "choice"

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(self.choices.values(), 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        chosen = read_option(said.text, list(self.choices.values()))
        return None if chosen is None else Took(list(self.choices)[chosen])

    def still_good(self, value: Any) -> bool:
        return value in self.choices


@dataclass(frozen=True)
class Number(Question[int]):
    """A whole number between low and high."""

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

    def still_good(self, value: Any) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Confirm(Question[bool]):
    """Yes or no. Only for what costs money or calls people."""

    yes: str = "是"
    no: str = "不是"
    kind: ClassVar[str] = "confirm"

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.yes), ("2", self.no)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        chosen = read_option(said.text, [self.yes, self.no])
        if chosen is not None:
            return Took(chosen == 0)
        answer = read_yes_no(said.text)
        return None if answer is None else Took(answer)


@dataclass(frozen=True)
class Place(Question[dict[str, Any]]):
    """A place in the register: {"estate_id", "building_id", "home_id", "label"}, or a point on the map.

    Several readings (12-8-602) are asked; an address that is not in the register is refused with the reason.
    `others` (id → label) are numbered choices besides; chosen, the answer is {"other": id}. `sure` is the one that
    is meant when the opening sentence names no address. `building`: only a door of that building is asked for.
    With `home`, only a whole door will do. With `loose`, words that name no place of the register are taken as
    they are, {"label": words, "words": words}: in an emergency nothing that is said about the place may be lost.
    """

    others: Mapping[str, str] = field(default_factory=dict)
    sure: str = ""
    home: bool = False
    building: int = 0
    loose: bool = False
    kind: ClassVar[str] = "place"

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(self.others.values(), 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        if said.point and not self.home:
            return Took(_spot(said.point))
        if said.scene:
            return self._found(find("scene", said.scene))
        chosen = read_option(said.text, list(self.others.values()))
        if chosen is not None:
            return Took({"other": list(self.others)[chosen]})
        found = find(self._what(), said.text)
        if self.loose and not found and len(said.text) > 1:
            return Took({"label": said.text, "words": said.text})
        return self._found(found) if found or read_home(said.text) else None

    def _what(self) -> str:
        return f"door:{self.building}" if self.building else "home" if self.home else "place"

    def _found(self, found: list[dict[str, Any]]) -> Reading:
        if not found:
            return Wrong("登记册里没有找到这个地址。请写小区名和楼号，比如“幸福小区 3 号楼 2 单元 602”。")
        if len(found) == 1:
            return Took(found[0])
        return Several({one["label"]: one for one in found[:5]}, "您说的是哪一个？")

    def volunteered(self, opening: Said, find: Find) -> Any:
        if read_home(opening.text) or (opening.scene and not self.home):
            reading = replace(self, loose=False).read(Said(opening.text, scene=opening.scene), None, find)
            return reading.value if isinstance(reading, Took) else None
        return {"other": self.sure} if self.sure else None

    def still_good(self, value: Any) -> bool:
        return "other" not in value or value["other"] in self.others


def _spot(point: Point) -> dict[str, Any]:
    spot = {"latitude": round(point.latitude, 6), "longitude": round(point.longitude, 6)}
    return {**spot, "label": point.label or "您发来的定位"}


@dataclass(frozen=True)
class Photos(Question[list[str]]):
    """Photos, as many as the person likes (the answer is a list of media), and the word that ends them."""

    done: str = "提交"
    most: int = 9
    kind: ClassVar[str] = "photos"

    def options(self) -> list[tuple[str, str]]:
        return [("1", self.done)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        got = list(so_far or [])
        if said.media:
            got = [*got, *said.media][: self.most]
            return More(got, f"收到 {len(got)} 张照片。还可以再发，发好了请回复 1 {self.done}。")
        ends = read_option(said.text, [self.done]) == 0 or read_yes_no(said.text) is not None
        return Took(got) if ends or said.text.strip("。！! ") in _PHOTOS_DONE else None


_PHOTOS_DONE = frozenset(
    {"发好了", "发完了", "好了", "完了", "没有照片", "没照片", "没了", "不发了", "就这些"}
)


@dataclass(frozen=True)
class Score(Question[int]):
    """One to five, a digit or words (很满意, 还行, 太差了); the best is shown first."""

    kind: ClassVar[str] = "score"
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

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(self.labels, 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        chosen = read_option(said.text, list(self.labels))
        return None if chosen is None else Took(self.values[chosen])


QUESTIONS: Mapping[str, type[Question[Any]]] = {
    kind.kind: kind for kind in (Ask, Choice, Number, Confirm, Place, Photos, Score, Which)
}


@dataclass(frozen=True)
class Given:
    """What the opening sentence surely answers of a question that may be asked later, or None. Never asks."""

    question: Question[Any]

    def __iter__(self) -> Generator[Step, Any, Any]:
        return (yield self)


# --- the decorator -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dialog:
    """A dialog as it was declared. `opens`: intents that start it; `menu`: keys of the account's menu;

    `push`: the kind of open question that it answers; `photos`: photos are welcome at any of its questions.
    """

    name: str
    script: Callable[[World], Script]
    about: str
    opens: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()
    push: str = ""
    photos: bool = False


def dialog(
    name: str,
    *,
    about: str,
    opens: tuple[str, ...] = (),
    menu: tuple[str, ...] = (),
    push: str = "",
    photos: bool = False,
) -> Callable[[Callable[[World], Script]], Dialog]:
    """Declare the dialog of this file. `about` is what it does in a few words, as a person is asked about it."""

    def declare(script: Callable[[World], Script]) -> Dialog:
        return Dialog(name, script, about, opens, menu, push, photos)

    return declare

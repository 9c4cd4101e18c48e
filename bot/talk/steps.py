"""The steps of a dialog, what it is given, and what reading an answer may give."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from bot.message import Place as Point
from bot.ports import Match, NothingKnown

T = TypeVar("T")
Step = Any
Part = Generator[Step, Any, T]
Script = Part["Open | Person | None"]


@dataclass(frozen=True)
class Said:
    """What the person said or did, as a dialog's questions read it. `option` is the tapped option's id; `spoken`: the
    words are a machine's, of a voice message. `calm`: asked, they said that nobody is in danger."""

    text: str = ""
    kind: str = "text"
    option: str = ""
    media: tuple[str, ...] = ()
    point: Point | None = None
    scene: str = ""
    spoken: bool = False
    calm: bool = False


@dataclass(frozen=True)
class Who:
    """The person the talk is with."""

    account_id: int
    person_id: int


@dataclass(frozen=True)
class World:
    """What a dialog is given: the time, who it talks with, what opened it, what a push was about, what is known.

    `alone`: no other talk goes on after this dialog. `mended`: it had ended, and an answer was corrected since;
    `added`: something was added to its answer.
    """

    now: datetime
    who: Who
    opening: Said
    subject: int = 0
    stamp: int = 0
    push: int = 0
    faq: Callable[[str], Match] = NothingKnown().read
    alone: bool = True
    mended: bool = False
    added: bool = False


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
    """What a dialog may return: the dialog to go on with; with `opening`, it starts from the same words, and with
    `calm` knows that nobody is in danger, whatever they sound like."""

    dialog: str
    opening: bool = False
    calm: bool = False


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
    eager: bool = False  # what it reads it takes, though it may be left
    waits: bool = False  # another opening goes before it at once; it is asked again afterwards
    heeds: bool = True  # what opened the dialog may answer it
    in_words: ClassVar[str] = ""  # how to answer once a bare digit is not taken any more
    kind: ClassVar[str] = ""
    free: ClassVar[bool] = False  # takes any sentence
    leads: ClassVar[bool] = False  # the words that answer it may answer what is asked next, too
    anew: ClassVar[tuple[str, ...]] = ()  # kinds of answers that a sentence which changes this one gives anew
    binds: ClassVar[bool] = False  # the answer is to these very words, and to no others

    def __iter__(self) -> Generator[Step, T, T]:
        return (yield self)

    def options(self) -> list[tuple[str, str]]:
        """(number as printed, label) of each choice under the question."""
        return []

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        """The answer in `said`; `so_far` is what a question that stays open has got; `find` asks the register."""
        raise NotImplementedError

    def volunteered(self, opening: Said, find: Find) -> Any:
        """What the opening sentence surely answers, or None. Several asks which was meant, Wrong says why not."""
        return None

    def gone_words(self, value: Any) -> str:
        """What is said when the remembered answer `value` is no longer possible."""
        return self.gone

    def surely(self, said: Said, find: Find) -> Reading:
        """The answer, where what was said is nothing but this and could hardly answer anything else."""
        return None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        """The answer in the new words of a correction; `so_far` is the answer until now."""
        return self.read(said, None, find)

    def edited(self, said: Said, so_far: Any, find: Find) -> Reading:
        """The answer as a sentence changes it without saying that it does (不要…, 加一份)."""
        return None

    def restated(self, said: Said, so_far: Any, find: Find) -> Reading:
        """What a sentence makes of the answer that neither changes it nor answers anything else (红烧肉)."""
        return self.surely(said, find)

    def reworded(self, text: str, old: str | None, new: str) -> str:
        """Free words that repeat this answer, once it has been corrected."""
        return text.replace(old, new) if old else text

    def easier(self, find: Find) -> Question[T] | None:
        """The same question in an easier form, for whoever could not answer it twice; None when there is none."""
        return None

    def still_good(self, value: Any) -> bool:
        """Whether a remembered answer is still possible today."""
        return True


@dataclass(frozen=True)
class Given:
    """What the opening sentence surely answers of a question that may be asked later, or None. Never asks."""

    question: Question[Any]

    def __iter__(self) -> Generator[Step, Any, Any]:
        return (yield self)

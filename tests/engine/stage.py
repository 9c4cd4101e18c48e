"""Dialogs, a host and a talk that the tests of the engine play with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.engine import Engine
from bot.frames import State
from bot.message import numbered
from bot.play import Push, Talk
from bot.ports import Match
from bot.talk import (
    Ask,
    Choice,
    Confirm,
    Dialog,
    Do,
    Given,
    Look,
    Number,
    Open,
    Part,
    Person,
    Place,
    Said,
    Say,
    Score,
    Script,
    Who,
    World,
    dialog,
)

NINE = datetime(2030, 5, 6, 1, 0, tzinfo=UTC)


@dataclass
class FakeHost:
    """A world in a few fields."""

    now: datetime = NINE
    who: Who = field(default_factory=lambda: Who(1, 1))
    first: bool = False
    menu: dict[str, str] = field(default_factory=lambda: {"fish": "红烧鱼", "tofu": "炖豆腐"})
    done: list[Any] = field(default_factory=list)
    full: bool = False
    asked: list[Push] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    talk: Talk | None = None
    passed_on: list[str] = field(default_factory=list)
    places: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def do(self, command: Any) -> Any:
        if self.full:
            return {"ok": False}
        self.done.append(command)
        return {"ok": True, "number": len(self.done)}

    def look(self, see: Callable[[Any], Any]) -> Any:
        return see(self)

    def find(self, what: str, text: str) -> Any:
        return self.places.get(text, []) if what != "content" else (text if len(text) > 3 else None)

    def intents(self, text: str) -> Sequence[str]:
        return [intent for intent in ("meal", "leak", "held", "late", "place") if intent in text]

    def faq(self, text: str) -> Match:
        return Match()

    def danger(self, text: str) -> bool:
        return "着火" in text

    def surely_danger(self, text: str) -> bool:
        return self.danger(text)

    def pushes(self) -> Sequence[Push]:
        return self.asked

    def call_person(self, why: str) -> str:
        self.called.append(why)
        self.talk = Talk(self.now)
        return "已请工作人员联系您。"

    def tell_person(self, said: Said) -> str:
        self.passed_on.append(said.text)
        return ""

    def end_talk(self) -> str:
        self.talk = None
        return "说完了。"


def menu_of(host: FakeHost) -> dict[str, str]:
    return dict(host.menu)


@dialog("meal", about="订餐", opens=("meal",), menu=("MEAL",))
def meal(world: World) -> Script:
    """Order one dish."""
    menu = yield from Look("menu", menu_of, fresh=True)
    dish = yield from Choice(
        "dish", "吃什么？", "请回复菜名或数字。", gone="刚卖完，换一道吧。", choices=menu
    )
    count = yield from Number("count", f"{menu[dish]}几份？", "请回复份数，比如 2。", high=5)
    how = yield from Choice("how", "怎么取？", choices={"pickup": "自取", "home": "送到家"})
    if (yield from Confirm("sure", f"{menu[dish]} {count} 份，{how}，确认吗？")):
        order = yield from Do("order", ("order", dish, count, how))
        yield Say(f"订好了，{order['number']} 号。" if order["ok"] else "没有了，抱歉。")
    return None


@dialog("meal", about="订餐", opens=("meal",))
def meal_next_release(world: World) -> Script:
    """A deploy that inserts a question, moves one, and drops one."""
    how = yield from Choice("how", "怎么取？", choices={"pickup": "自取", "home": "送到家"})
    dish = yield from Choice("dish", "吃什么？", choices=(yield from Look("menu", menu_of)))
    soft = yield from Confirm("soft", "软一点吗？")
    count = yield from Number("count", "几份？")
    yield from Do("order", ("v2", how, dish, soft, count))
    return None


@dialog("leak", about="报漏水", opens=("leak",))
def leak(world: World) -> Script:
    """Free text, then done."""
    where = yield from Ask("where", "哪里漏？", "比如厨房。")
    yield from Do("leak", ("leak", where))
    yield Say("登记了。")
    return None


@dialog("held", about="留位", opens=("held",))
def held(world: World) -> Script:
    """A Do in the middle."""
    seat = yield from Choice("seat", "坐哪？", choices={"a": "甲", "b": "乙"})
    ticket = yield from Do("hold", ("hold", seat))
    yield Say(f"留好了 {ticket['number']}。")
    count = yield from Number("count", "几位？")
    yield from Do("seats", ("seats", seat, count))
    return None


@dialog("late", about="登记", opens=("late",))
def late(world: World) -> Script:
    """The opening sentence is offered to each question once."""
    what = yield from Ask("what", "什么事？", opening=True)
    where = yield from Place("where", "在哪里？")
    yield from Do("late", ("late", what, where["label"]))
    return None


@dialog("place", about="找地方", opens=("place",))
def place(world: World) -> Script:
    """What is surely said is taken before anything is asked."""
    ask = Place("where", "在哪里？")
    given = yield from Given(ask)
    yield from Do("open", ("open", given["label"] if given else None))
    if given is None:
        where = yield from ask
        yield from Do("later", ("later", where["label"]))
    return None


@dialog("rating", about="评价", push="rating")
def rating(world: World) -> Script:
    """A push that wants a score."""
    score = yield from Score("score", "满意吗？")
    yield from Do("rate", ("rate", world.subject, score))
    words = yield from Ask("words", "想说一句吗？", none="不用", optional=True)
    if words:
        yield from Do("words", ("words", words))
    return None


@dialog("question", about="回答", push="question")
def question(world: World) -> Script:
    """A push that wants a sentence."""
    words = yield from Ask("words", "请回答。")
    yield from Do("answer", ("answer", world.push, words))
    yield Say("转了。")
    return None


@dialog("menu", about="选事", menu=("HELP",))
def menu(world: World) -> Script:
    """What there is."""
    picked = yield from Choice("pick", "办什么？", choices={"meal": "订餐", "person": "人工"}, optional=True)
    return Person() if picked == "person" else Open(picked)


@dialog("hello", about="问好")
def hello(world: World) -> Script:
    """First contact."""
    yield Say("您好。")
    return None


@dialog("emergency", about="紧急")
def emergency(world: World) -> Script:
    """On top of anything."""
    yield Say("请打 119！")
    yield from Do("alarm", ("alarm", world.opening.text))
    return None


@dialog("loop", about="转圈", menu=("LOOP",))
def loop(world: World) -> Part[None]:
    """A defect."""
    while True:
        yield Say("转")


ALL = (meal, leak, held, late, place, rating, question, menu, hello, emergency, loop)


class Chat:
    """A talk that survives nothing but JSON between two turns."""

    def __init__(self, *other: Dialog) -> None:
        self.host = FakeHost()
        self.state = "{}"
        self.dialogs = {one.name: one for one in (*ALL, *other)}
        self.reply = numbered("", ())

    def says(self, text: str = "", **said: Any) -> str:
        engine = Engine(self.dialogs)
        self.last, self.state = engine.hear(self.state, Said(text, **said), self.host)
        self.state = json.dumps(json.loads(self.state))
        return numbered(self.last.words, self.last.options)

    def talk(self, *lines: str) -> str:
        return [self.says(line) for line in lines][-1]

    @property
    def open(self) -> list[str]:
        return [frame.dialog for frame in State.load(self.state).stack]

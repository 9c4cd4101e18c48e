"""The engine on dialogs of its own: what keyed replay owes every dialog (ARCHITECTURE section 4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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
    Several,
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


@pytest.fixture
def chat() -> Chat:
    return Chat()


def test_a_whole_order_and_the_confirmation_shows_what_was_chosen(chat: Chat) -> None:
    assert "炖豆腐 2 份" in chat.talk("meal", "2", "两份", "自取")
    assert chat.says("好") == "订好了，1 号。"
    assert chat.host.done == [("order", "tofu", 2, "pickup")]
    assert chat.open == []


def test_a_do_runs_once_whatever_follows(chat: Chat) -> None:
    assert "留好了 1。" in chat.talk("held", "1")
    assert "留好了" not in chat.talk("嗯嗯", "啊啊")
    assert chat.host.done == [("hold", "a")]
    assert "不能再退回" in chat.says("0")
    chat.says("3")
    assert chat.host.done == [("hold", "a"), ("seats", "a", 3)]


def test_a_refusal_is_a_value_and_the_talk_goes_on_from_it(chat: Chat) -> None:
    chat.talk("meal", "1", "1", "1")
    chat.host.full = True
    assert chat.says("是") == "没有了，抱歉。"
    assert chat.open == []


def test_back_forgets_the_last_answer_and_what_was_volunteered_stays_forgotten() -> None:
    chat = Chat()
    chat.host.places = {"late，3号楼101": [{"label": "3 号楼 101"}], "5号楼101": [{"label": "5 号楼 101"}]}
    chat.says("late，3号楼101")
    assert chat.host.done == [("late", "late，3号楼101", "3 号楼 101")]
    chat.host.places.clear()
    chat.says("late，厨房坏了很久")
    assert "什么事" in chat.says("0")
    assert chat.host.done[1:] == []


def test_what_is_given_is_not_asked_and_what_is_not_is_asked_later(chat: Chat) -> None:
    chat.host.places = {"place，3号楼101": [{"label": "3 号楼"}], "5号楼": [{"label": "5 号楼"}]}
    assert chat.says("place，3号楼101") == ""
    assert chat.host.done == [("open", "3 号楼")]
    assert "在哪里" in chat.says("place")
    chat.says("5号楼")
    assert chat.host.done[1:] == [("open", None), ("later", "5 号楼")]


@pytest.mark.parametrize("text", ["订两份红烧鱼来", "不要红烧鱼", "红烧鱼炖豆腐"])
def test_a_number_inside_a_sentence_or_a_negated_label_chooses_nothing(chat: Chat, text: str) -> None:
    chat.says("meal")
    chat.says(text)
    assert State.load(chat.state).stack[0].recall("dish") in (None, "fish" if "两份" in text else None)
    assert State.load(chat.state).stack[0].recall("dish") != "tofu"


def test_a_number_means_the_list_that_was_shown(chat: Chat) -> None:
    chat.says("meal")
    chat.host.menu = {"tofu": "炖豆腐", "egg": "炒蛋"}
    assert "炖豆腐几份" in chat.says("2")


def test_sold_out_between_two_turns_is_said_and_asked_again(chat: Chat) -> None:
    chat.talk("meal", "1", "2")
    chat.host.menu = {"tofu": "炖豆腐"}
    answer = chat.says("自取")
    assert "刚卖完" in answer
    assert "吃什么" in answer
    assert "炖豆腐 2 份" in chat.says("1")


def test_a_deploy_in_mid_talk_asks_what_is_new_and_keeps_what_was_answered(chat: Chat) -> None:
    chat.talk("meal", "2", "3")
    chat.dialogs["meal"] = meal_next_release
    chat.talk("2", "是")
    assert chat.host.done == [("v2", "home", "tofu", True, 3)]


def test_a_correction_changes_the_answer_and_nothing_after_a_do(chat: Chat) -> None:
    chat.talk("meal", "1", "2")
    assert "改过来了" in chat.says("改成 3 份")
    assert "3 份" in chat.says("送到家")
    chat.says("取消")
    chat.talk("held", "1")
    assert "改过来了" not in chat.says("改成乙")
    assert State.load(chat.state).stack[0].recall("seat") == "a"


def test_several_readings_are_asked(chat: Chat) -> None:
    chat.host.places = {"12-8-602": [{"label": "12 号楼 8 单元 602"}, {"label": "12 弄 8 号 602"}]}
    chat.talk("late", "灯坏了好几天")
    assert "12 弄 8 号 602" in chat.says("12-8-602")
    chat.says("2")
    assert chat.host.done[-1][2] == "12 弄 8 号 602"


def test_not_understood_climbs_from_example_to_choices_to_a_person(chat: Chat) -> None:
    chat.says("meal")
    first, second, third = (chat.says(words) for words in ("嗯嗯", "啊啊", "呃呃"))
    assert "请回复菜名或数字" in first
    assert "人工" in second
    assert "红烧鱼" in second
    assert "工作人员" in third
    assert len({first, second, third}) == 3
    assert chat.host.called == ["not_understood"]


def test_another_dialog_is_offered_not_forced(chat: Chat) -> None:
    chat.talk("meal", "1")
    assert "先办“报漏水”，还是接着“订餐”" in chat.says("leak")
    assert "几份" in chat.says("2")
    chat.says("leak 厨房")
    assert "哪里漏" in chat.says("先办报漏水")
    answer = chat.says("厨房")
    assert "接着刚才的" in answer
    assert "几份" in answer


def test_danger_goes_before_everything_and_the_talk_goes_on(chat: Chat) -> None:
    chat.talk("meal", "1")
    answer = chat.says("着火了")
    assert answer.startswith("请打 119！")
    assert "几份" in answer
    assert chat.host.done == [("alarm", "着火了")]


def test_a_bare_digit_belongs_to_what_was_shown_last(chat: Chat) -> None:
    chat.talk("meal")
    chat.host.now += timedelta(minutes=1)
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    assert "想说一句吗" in chat.says("5")
    assert chat.host.done == [("rate", 7, 5)]
    chat.host.asked = []
    assert "吃什么" in chat.says("1")
    chat.host.now += timedelta(minutes=1)
    chat.host.asked = [Push(10, "rating", 8, 1, chat.host.now - timedelta(minutes=2))]
    assert "红烧鱼几份" in chat.says("1")


@pytest.mark.parametrize("said", ["哦", "叮当一下", "help"])
@pytest.mark.parametrize(("later", "score"), [("5 分", 5), ("满意", 4), ("五星", 5), ("不满意", 2)])
def test_after_other_talk_a_bare_digit_is_no_score_and_words_are(
    chat: Chat, said: str, later: str, score: int
) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.host.now += timedelta(minutes=1)
    chat.says(said if said != "help" else "", kind="menu" if said == "help" else "text", option="HELP")
    chat.host.now += timedelta(minutes=1)
    assert "请写“5 分”" in chat.says("5")
    chat.says("3")
    assert chat.host.done == []
    chat.says(later)
    assert chat.host.done == [("rate", 7, score)]


@pytest.mark.parametrize(("hours", "done"), [(23.9, [("rate", 7, 1)]), (24.1, [])])
def test_a_bare_digit_is_a_score_for_a_day(chat: Chat, hours: float, done: list[Any]) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.host.now += timedelta(hours=hours)
    answer = chat.says("1")
    assert (chat.host.done, "请写“5 分”" in answer) == (done, not done)


def test_a_digit_that_something_else_takes_says_nothing_of_scores(chat: Chat) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.host.now += timedelta(minutes=1)
    chat.talk("meal")
    assert "请写“5 分”" not in chat.says("9")  # an order is under way: no choice of it
    chat.host.now += timedelta(minutes=1)
    assert "几份" in chat.says("1")
    assert chat.host.done == []


def test_a_sentence_goes_to_the_question_that_surely_reads_it(chat: Chat) -> None:
    chat.talk("meal")
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.says("很满意")
    assert chat.host.done == [("rate", 7, 5)]


def test_a_staff_question_waits_until_no_talk_is_open(chat: Chat) -> None:
    chat.host.asked = [Push(3, "question", 5, 0, chat.host.now)]
    chat.talk("leak")
    chat.says("厨房水槽下面")
    assert chat.host.done == [("leak", "厨房水槽下面")]
    assert chat.says("在三楼") == "转了。"
    assert chat.host.done[-1] == ("answer", 3, "在三楼")


def test_a_staff_question_does_not_take_what_opens_something_else(chat: Chat) -> None:
    chat.host.asked = [Push(3, "question", 5, 0, chat.host.now)]
    assert "吃什么" in chat.says("meal")


def test_an_optional_question_gives_way(chat: Chat) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.says("4")
    chat.host.asked = []
    assert "吃什么" in chat.says("meal")
    assert chat.open == ["meal"]


def test_nothing_open_and_a_bare_digit_gets_the_menu_never_an_order(chat: Chat) -> None:
    assert "办什么" in chat.says("1")
    assert chat.host.done == []
    assert "吃什么" in chat.says("1")


def test_menu_leads_to_a_person(chat: Chat) -> None:
    chat.talk("咦", "2")
    assert chat.host.called == ["asked"]


def test_a_stale_tap_is_read_as_its_label(chat: Chat) -> None:
    chat.says("meal")
    old = chat.last.options[1]
    chat.says("1")
    chat.says(old.label, option=old.id)
    assert State.load(chat.state).stack[0].recall("count") is None


def test_a_tap_on_the_shown_question_chooses_it(chat: Chat) -> None:
    chat.says("meal")
    option = chat.last.options[1]
    assert "炖豆腐几份" in chat.says(option.label, option=option.id)


def test_an_abandoned_talk_is_kept_a_day(chat: Chat) -> None:
    chat.talk("meal", "1")
    chat.host.now += timedelta(hours=23)
    assert "怎么取" in chat.says("2")
    chat.host.now += timedelta(hours=25)
    assert "办什么" in chat.says("1")


def test_a_nudge_comes_once_and_not_when_the_talk_has_moved_on(chat: Chat) -> None:
    chat.says("meal")
    engine, turn = Engine(chat.dialogs), State.load(chat.state).turn
    assert engine.asks(chat.state)
    assert engine.overdue(chat.state, turn - 1, chat.host) is None
    nudge = engine.overdue(chat.state, turn, chat.host)
    assert nudge is not None
    assert "吃什么" in nudge[0].words
    assert engine.overdue(nudge[1], turn, chat.host) is None


def test_cancel_says_what_was_not_done(chat: Chat) -> None:
    assert "什么都没有登记" in chat.talk("meal", "1", "取消")
    chat.talk("held", "1")
    assert "前面已经办好的不受影响" in chat.says("取消")


def test_restart_asks_from_the_first_question(chat: Chat) -> None:
    assert "吃什么" in chat.talk("meal", "1", "2", "重来")


def test_states_of_other_releases_load() -> None:
    old = {"turn": 3, "gone": 1, "stack": [{"dialog": "meal", "memory": [["dish", "fish"]], "rev": 2}]}
    chat = Chat()
    chat.state = json.dumps(old)
    assert "几份" in chat.says("嗯")


def test_a_dialog_that_loops_is_stopped_with_words(chat: Chat) -> None:
    with pytest.raises(RuntimeError, match="loops"):
        chat.says("", kind="menu", option="LOOP")


def test_an_unknown_menu_key_gets_the_menu(chat: Chat) -> None:
    assert "办什么" in chat.says("", kind="menu", option="OLD_KEY")


def test_sixty_remembered_answers_still_play(chat: Chat) -> None:
    @dialog("long", about="很长", menu=("LONG",))
    def long(world: World) -> Script:
        """Sixty questions."""
        for n in range(60):
            yield from Number(f"n{n}", f"第 {n} 个？")
        return None

    chat.dialogs["long"] = long
    chat.says("", kind="menu", option="LONG")
    for n in range(59):
        assert f"第 {n + 1} 个" in chat.says("1")
    chat.says("2")
    assert chat.open == []


def test_an_optional_question_is_left_for_a_newer_one_and_not_asked_again(chat: Chat) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    assert "想说一句吗" in chat.says("4")
    chat.host.now += timedelta(minutes=1)
    chat.host.asked = [Push(3, "question", 5, 0, chat.host.now)]
    assert chat.says("在三楼") == "转了。"
    assert chat.open == []
    assert chat.host.done[-1] == ("answer", 3, "在三楼")


def test_danger_under_an_optional_question_does_not_bring_it_back(chat: Chat) -> None:
    chat.host.asked = [Push(9, "rating", 7, 1, chat.host.now)]
    chat.says("4")
    chat.host.asked = []
    assert chat.says("着火了") == "请打 119！"
    assert chat.open == []


BUILDINGS = {str(n): f"{n} 号楼" for n in range(1, 41)}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("12", "12"), ("12号楼", "12"), ("十二", "12"), ("3", "3"), ("99", None), ("嗯", None)],
)
def test_a_long_choice_is_chosen_by_the_number_it_bears(text: str, chosen: str | None) -> None:
    choice = Choice("building", "几号楼？", choices=BUILDINGS)
    assert choice.options() == []
    reading = choice.read(Said(text), None, lambda what, words: None)
    assert getattr(reading, "value", None) == chosen


def test_a_long_choice_with_several_that_fit_is_asked() -> None:
    names = {"a": "幸福一村", "b": "幸福二村", "c": "和平里", "d": "阳光", "e": "建设", "f": "东风"}
    reading = Choice("estate", "哪个？", choices=names).read(Said("幸福"), None, lambda what, words: None)
    assert isinstance(reading, Several)
    assert list(reading.options) == ["幸福一村", "幸福二村"]


# --- a person has taken over --------------------------------------------------------------------------------


@pytest.fixture
def taken(chat: Chat) -> Chat:
    """A talk in which somebody has asked for a person, in the middle of an order."""
    chat.talk("meal", "2", "人工")
    assert (chat.host.called, chat.open) == (["asked"], [])
    return chat


def test_what_is_said_to_a_person_is_heard_by_no_dialog(taken: Chat) -> None:
    assert [taken.says(words) for words in ("meal", "2", "嗯嗯")] == ["", "", ""]
    assert taken.host.passed_on == ["meal", "2", "嗯嗯"]
    assert taken.open == []
    assert taken.host.done == []


@pytest.mark.parametrize("words", ["取消", "0", "帮助", "人工", "重来"])
def test_control_words_go_to_the_person_too(taken: Chat, words: str) -> None:
    assert taken.says(words) == ""
    assert taken.host.passed_on == [words]
    assert taken.host.talk is not None


def test_one_word_ends_it_and_the_bot_hears_again(taken: Chat) -> None:
    assert taken.says("结束，谢谢") == "说完了。"
    assert taken.host.passed_on == []
    assert "吃什么" in taken.says("meal")


def test_danger_goes_before_and_the_person_reads_it(taken: Chat) -> None:
    assert "119" in taken.says("着火了")
    assert taken.host.passed_on == ["着火了"]
    assert taken.host.done == [("alarm", "着火了")]
    assert taken.says("快来") == ""


def test_the_third_misunderstanding_hands_over(chat: Chat) -> None:
    chat.talk("meal", "嗯嗯", "啊啊", "嗯嗯啊啊")
    assert chat.host.called == ["not_understood"]
    assert chat.says("我要吃鱼") == ""
    assert chat.host.passed_on == ["我要吃鱼"]


def test_what_the_menu_opens_is_between_the_bot_and_the_resident(taken: Chat) -> None:
    assert "吃什么" in taken.says(kind="menu", option="MEAL")
    assert "几份" in taken.says("2")
    taken.says("取消")
    assert taken.host.passed_on == []
    taken.says("在吗")
    assert taken.host.passed_on == ["在吗"]


def test_a_list_that_may_be_left_is_left_for_the_person(taken: Chat) -> None:
    taken.says(kind="menu", option="HELP")
    assert taken.says("在吗") == ""
    assert taken.host.passed_on == ["在吗"]
    assert taken.open == []
    taken.says(kind="menu", option="HELP")
    assert "吃什么" in taken.says("1")


def test_a_digit_is_the_rating_when_that_was_shown_after_the_last_word(taken: Chat) -> None:
    earlier, later = NINE - timedelta(minutes=1), NINE + timedelta(minutes=1)
    taken.host.asked = [Push(7, "rating", 1001, 1, earlier)]
    assert taken.says("5") == ""
    assert taken.host.passed_on == ["5"]
    taken.host.asked = [Push(7, "rating", 1001, 1, later)]
    taken.says("5")
    assert taken.host.done == [("rate", 1001, 5)]
    assert taken.open == []  # nothing more is asked: the next words are for the person
    taken.host.asked = []
    taken.says("师傅挺好")
    assert taken.host.passed_on == ["5", "师傅挺好"]


def test_a_question_shown_after_the_last_word_is_answered_and_control_words_are_not(taken: Chat) -> None:
    taken.host.asked = [Push(8, "question", 1001, 0, NINE + timedelta(minutes=1))]
    taken.says("取消")
    assert taken.host.passed_on == ["取消"]
    assert taken.says("六楼") == "转了。"
    assert taken.host.done == [("answer", 8, "六楼")]
    assert taken.host.passed_on == ["取消"]


def test_a_switch_that_was_offered_is_forgotten(chat: Chat) -> None:
    chat.talk("meal", "leak", "人工")
    chat.says("结束")
    assert State.load(chat.state).switch is None

"""说错了 right after a talk has ended: it goes on from there, or what can still be done is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.play import Push
from bot.talk import Ask, Choice, Do, Name, Say, Script, World, dialog
from tests.engine.stage import Chat

CORRECTIONS = ("说错了，是甲座", "不是乙座，是甲座", "错了，应该是甲座")


@dialog("held", about="选座", opens=("held",), mends=True)
def seat(world: World) -> Script:
    """What may be done once more."""
    chosen = yield from Choice("seat", "坐哪？", choices={"a": "甲座", "b": "乙座"})
    yield from Do("seat", ("mended" if world.mended else "seat", chosen))
    yield Say("好了。")
    return None


@dialog("question", about="留言", push="question", mends=True)
def note(world: World) -> Script:
    """Free words that may be sent once more."""
    words = yield from Ask("words", "写什么？")
    yield from Do("note", ("mended" if world.mended else "note", words))
    yield Say("转了。")
    return None


@dialog("late", about="登记", opens=("late",), fixed="改不了，请回复工单号。")
def fixed(world: World) -> Script:
    """What cannot be done once more."""
    name = yield from Name("name", "怎么称呼您？")
    yield from Do("fix", ("fix", name))
    yield Say("登记了。")
    return None


@pytest.fixture
def chat() -> Chat:
    return Chat(seat, note, fixed)


@pytest.mark.parametrize("words", CORRECTIONS)
def test_another_choice_is_done_at_once(chat: Chat, words: str) -> None:
    chat.talk("held", "2")
    assert chat.says(words) == "好了。"
    assert chat.host.done == [("seat", "b"), ("mended", "a")]


@pytest.mark.parametrize("words", ["说错了", "不对", "错了", "不是的", "哎呀点错了", "说错了，靠窗那个"])
def test_who_does_not_say_what_is_right_is_asked_once_more(chat: Chat, words: str) -> None:
    chat.talk("held", "2")
    assert "坐哪" in chat.says(words)
    chat.says("1")
    assert chat.host.done == [("seat", "b"), ("mended", "a")]


@pytest.mark.parametrize(
    ("words", "meant"),
    [("说错了，是四楼", "四楼"), ("不是三楼，是四楼", "四楼左边"), ("不是五楼，是四楼", "四楼")],
)
def test_free_words_are_corrected_in_them(chat: Chat, words: str, meant: str) -> None:
    chat.host.asked = [Push(9, "question", 7, 1, chat.host.now)]
    chat.says("三楼左边")
    chat.host.asked = []
    chat.says(words)
    assert chat.host.done == [("note", "三楼左边"), ("mended", meant)]


def test_it_may_be_corrected_again(chat: Chat) -> None:
    chat.talk("held", "2", "说错了，是甲座", "不对，是乙座")
    assert chat.host.done == [("seat", "b"), ("mended", "a"), ("mended", "b")]


def test_only_what_was_said_right_before_is_meant(chat: Chat) -> None:
    chat.talk("held", "2", "嗯嗯啊啊", "说错了，是甲座")
    assert chat.host.done == [("seat", "b")]


def test_after_a_day_nothing_is_mended(chat: Chat) -> None:
    chat.talk("held", "2")
    chat.host.now += timedelta(hours=25)
    chat.says("说错了，是甲座")
    assert chat.host.done == [("seat", "b")]


def test_what_a_push_has_asked_meanwhile_goes_first(chat: Chat) -> None:
    chat.talk("held", "2")
    chat.host.now += timedelta(minutes=1)
    chat.host.asked = [Push(9, "question", 7, 1, chat.host.now)]
    chat.says("说错了，是甲座")
    assert chat.host.done == [("seat", "b"), ("note", "说错了，是甲座")]


def test_where_it_cannot_be_done_again_it_is_said_what_can(chat: Chat) -> None:
    chat.talk("late", "张丽")
    assert chat.says("说错了，是张莉") == "改不了，请回复工单号。"
    assert chat.host.done == [("fix", "张丽")]


@pytest.mark.parametrize(("words", "name"), [("我叫张丽", "张丽"), ("张丽。", "张丽"), ("张叫花", "张叫花")])
def test_a_name_is_kept_without_what_introduces_it(chat: Chat, words: str, name: str) -> None:
    chat.talk("late", words)
    assert chat.host.done == [("fix", name)]


@pytest.mark.parametrize(
    "words", ["电梯坏了", "敬老卡怎么办", "说错了", "接着", "不是我妈，是我奶奶", "我的信息"]
)
def test_a_sentence_that_means_something_else_is_no_name(chat: Chat, words: str) -> None:
    chat.talk("late", words)
    assert chat.host.done == []

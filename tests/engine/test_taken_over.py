"""A person has taken over: what is said goes to them, and the bot keeps quiet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.frames import State
from bot.play import Push
from tests.engine.stage import NINE, Chat


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

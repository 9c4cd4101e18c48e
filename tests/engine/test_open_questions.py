"""Open questions of pushes: a bare digit belongs to what was shown last, a sentence to what reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.play import Push
from tests.engine.stage import Chat


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

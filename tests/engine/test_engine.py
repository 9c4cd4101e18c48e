"""The engine on dialogs of its own: what keyed replay owes every dialog (ARCHITECTURE section 4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.engine import Engine
from bot.frames import State
from bot.talk import (
    Choice,
    Number,
    Said,
    Script,
    Several,
    World,
    dialog,
)
from tests.engine.stage import Chat, meal_next_release


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
    assert engine.asks(State.load(chat.state))
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

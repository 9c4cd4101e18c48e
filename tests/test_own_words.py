"""A town's own texts: what must be kept, what is warned of, and that processes say them at once or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from bot.own_words import advice, fits, lines_of, shaped, wrong
from bot.ports import Flags
from bot.wording import resident_texts, word
from handlers.console.texts import BUILT_IN
from handlers.console.words import TITLES
from tests.console.conftest import NOW

PHONE = Flags(hears=True, speaks_first=True)
FACTS = {"number": 1024, "category": "lift", "unit": "安居物业"}
CLAIMED = BUILT_IN["order_claimed"]


def changed(name: str, old: str, new: str) -> list[Any]:
    said = [[line.replace(old, new) for line in lines_of(slot)] for slot in BUILT_IN[name]]
    return shaped(BUILT_IN[name], said)


def told(own: dict[str, object], kind: str = "order_claimed", **facts: Any) -> str:
    return word(kind, FACTS | facts, channel=PHONE, names={"lift": "电梯"}, at=NOW, own=own).words


def test_every_text_has_a_title_and_every_title_a_text() -> None:
    assert set(TITLES) == set(BUILT_IN)
    assert {"order_claimed", "order_finished.resolved", "talk_over.unanswered", "rating.question"} <= set(
        resident_texts()
    )


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_built_in_texts_keep_the_rules_themselves(name: str) -> None:
    text = BUILT_IN[name]
    assert fits(text, list(text))
    assert advice(text, text) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("order_claimed", "{number}", "", "少了 {number}"),
        ("order_claimed", "想看进度", "想看 {words}", "没有 {words}"),
        ("order_claimed", "{number}", "{number.real}", "少了 {number}"),
        ("order_claimed", "{number}", "{number!r} {number}", "花括号"),
        ("order_claimed", "想看", "}想看", "花括号"),
        ("order_claimed", "想看", "<a href='x'>想看", "不能写 < 和 >"),
        ("order_claimed", "想看", "想看" * 80, "太长"),
        ("talk_over.unanswered", "110", "公安", "少了 110"),
        ("talk_over.unanswered", "急事请打物业或居委电话，有危险请打 110、119 或 120。", "", "少了 110"),
        ("advice.self_harm", "12356", "1234", "少了 12356"),
        ("advice.fire", BUILT_IN["advice.fire"][0], " ", "不能空着"),
        ("photo_lost", BUILT_IN["photo_lost"][0][0], "", "不能空着"),
    ],
)
def test_what_may_not_be_said(name: str, old: str, new: str, why: str) -> None:
    own = changed(name, old, new)
    assert any(why in one for one in wrong(BUILT_IN[name], own).values())
    assert not fits(BUILT_IN[name], own)


def test_a_text_must_go_into_one_message() -> None:
    own = ["字" * 149] * 3
    assert "整条太长" in "".join(wrong(["a", "b", "c"], own).values())


def test_a_line_that_needs_nothing_may_be_left_out() -> None:
    own = changed("home_verified", "以后报修，直接说哪里坏了就可以。", "")
    assert told({"home_verified": own}, "home_verified", place="3 号楼") == "您登记的住址（3 号楼）已经核实。"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("查看进度1次", "空一格"),
        ("查看,进度", "标点"),
        ('查看"进度"', "引号"),
        ("查看 。进度", "前后不用空格"),
    ],
)
def test_the_house_style_is_a_warning(new: str, words: str) -> None:
    own = changed("order_claimed", "想看进度", new)
    assert fits(CLAIMED, own)
    assert any(words in one for one in advice(CLAIMED, own))


def test_a_word_that_people_must_know_is_missed() -> None:
    text = BUILT_IN["order_finished.resolved"]
    assert any(
        "没修好" in one for one in advice(text, changed("order_finished.resolved", "“没修好”", "我们"))
    )


def test_the_own_text_is_said_and_one_that_does_not_fit_is_not() -> None:
    own = changed("order_claimed", "想看进度", "想问进度")
    assert "想问进度" in told({"order_claimed": own})
    for spoilt in (["x"], "x", None, [], [["a"], "b", "c"], [1, 2], [["a", 1], 2], {"a": 1}):
        assert "想看进度" in told({"order_claimed": spoilt})

"""What is said instead of an earlier answer; which other matter goes first; who does not know."""

from __future__ import annotations

import pytest

from bot.language.corrections import Correction, mistaken, read_correction
from bot.language.numbers import measured, mentioned, read_option
from bot.language.places import only_place
from bot.language.replies import switches, unsure

CORRECTIONS = {
    "不是三号楼是五号楼": ("三号楼", "五号楼"),
    "不是三号楼，是五号楼。": ("三号楼", "五号楼"),
    "五号楼，不是三号楼": ("三号楼", "五号楼"),
    "三号楼说错了，是五号楼": ("三号楼", "五号楼"),
    "我说错了，是五号楼": (None, "五号楼"),
    "写错了 5号楼": (None, "5号楼"),
    "不对，是 5 号楼": (None, "5 号楼"),
    "改成3份吧": (None, "3份"),
    "红烧鱼改成三份": ("红烧鱼", "三份"),
    "不要红烧鱼，换成炖豆腐": ("红烧鱼", "炖豆腐"),
    "地址改成5号楼": (None, "5号楼"),
    "其实是明天": (None, "明天"),
    "不是我家漏水，是楼上漏水": ("我家漏水", "楼上漏水"),
}
NO_CORRECTIONS = [
    "不对",
    "不是",
    "说错了",
    "坏了",
    "电表走错了",
    "你们搞错了吧",
    "不用了",
    "不漏了",
    "没错",
    "不错",
    "",
]


@pytest.mark.parametrize("text", CORRECTIONS)
def test_a_correction_says_what_is_meant_and_mostly_what_was(text: str) -> None:
    found = read_correction(text)
    assert found is not None
    assert (found.old or None, found.new) == CORRECTIONS[text]


@pytest.mark.parametrize("text", NO_CORRECTIONS)
def test_other_words_are_no_correction(text: str) -> None:
    assert read_correction(text) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("说错了", True), ("哎呀写错了", True), ("我要改一下", True), ("坏了", False), ("没错", False)],
)
def test_who_only_says_that_it_was_wrong(text: str, wrong: bool) -> None:
    assert mistaken(text) is wrong


def test_a_correction_is_plain_data() -> None:
    assert Correction(None, "五号楼") == read_correction("应该是五号楼")


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("明天中午订两份红烧肉", "份", 2),
        ("12份", "份", 12),
        ("两三份", "份", None),
        ("十几份", "份", None),
        ("不要两份", "份", None),
        ("两份鱼三份肉", "份", None),
        ("3号楼两个人", "位", None),
    ],
)
def test_a_number_with_its_unit(text: str, unit: str, count: int | None) -> None:
    assert measured(text, unit) == count


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("明天中午给我妈订两份红烧肉送到家里来谢谢", 0),
        ("不要红烧肉", None),
        ("红烧肉炖豆腐", None),
        ("要红烧肉套餐", 2),
        ("随便", None),
    ],
)
def test_a_name_in_a_long_sentence(text: str, named: int | None) -> None:
    assert mentioned(text, ["红烧肉", "炖豆腐", "红烧肉套餐"]) == named


def test_spaces_beside_chinese_characters_do_not_matter() -> None:
    assert [read_option(text, ["1 号楼", "2 号楼", "3 号楼"]) for text in ("3号楼", "3 号楼", "三号楼")] == [
        2,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("先办这个", True),
        ("先办吧", True),
        ("接着刚才的", False),
        ("不用了谢谢", False),
        ("先帮我看电梯", None),
    ],
)
def test_which_goes_first(text: str, first: bool | None) -> None:
    assert switches(text) is first


@pytest.mark.parametrize(
    ("text", "known"),
    [("不知道", True), ("我也不清楚啊", True), ("你猜", True), ("不知道谁弄坏的", False), ("3 号楼", False)],
)
def test_who_does_not_know(text: str, known: bool) -> None:
    assert unsure(text) is known


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("5号楼", True),
        ("2单元602", True),
        ("幸福小区3号楼2单元602", True),
        ("602还在漏", False),
        ("3号楼电梯坏了", False),
        ("", False),
    ],
)
def test_an_address_and_nothing_besides(text: str, only: bool) -> None:
    assert only_place(text) is only

"""Cells, headings and lines of a table that somebody imports."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import importing
from models.rules.importing import (
    SHEETS,
    WHY,
    Heading,
    Unreadable,
    find_heading,
    read,
    read_lines,
)
from models.rules.phones import callable_number
from models.rules.shared_phones import SHARED, Phones

PEOPLE = SHEETS["people"]
TITLES = [column.heads[0] for column in PEOPLE.columns]
CHOICES = {"category": {"电梯": "lift", "漏水": "leak"}}
ZHANG = ["张三", "13812345678", "幸福小区", "3 号楼", "2", "0602", "业主"]


def cell(kind: str, name: str, text: str) -> Any:
    """What one cell means, or why it means nothing."""
    column = next(one for one in SHEETS[kind].columns if one.name == name)
    values, faults = read(SHEETS[kind], Heading({name: 0}, 0), 2, [text], CHOICES)
    return values.get(name) or next(why for _, head, why in faults if head == column.heads[0])


@pytest.mark.parametrize(
    ("kind", "name", "text", "means"),
    [
        ("people", "phone", "13812345678", "13812345678"),
        ("people", "phone", "１３８１２３４５６７８", "13812345678"),
        ("people", "phone", "138 1234 5678", "13812345678"),
        ("people", "phone", "+86 138-1234-5678", "13812345678"),
        ("people", "phone", "13800000000.0", "13800000000"),
        ("people", "phone", "1.38E+10", "rounded"),
        ("people", "phone", "1381234567", "phone"),
        ("people", "phone", "021-12345678", "02112345678"),
        ("people", "name", "欧阳 娜娜", "欧阳 娜娜"),
        ("people", "name", "买买提·艾力", "买买提·艾力"),
        ("people", "name", "#N/A", "letters"),
        ("people", "name", "13812345678", "letters"),
        ("people", "name", "=张三", "letters"),
        ("people", "building", "3", "3"),
        ("people", "building", "３号楼", "3"),
        ("people", "building", "03 幢", "3"),
        ("people", "building", "三号楼", "3"),
        ("people", "building", "二十一号楼", "21"),
        ("people", "building", "十号", "10"),
        ("people", "building", "A座", "A"),
        ("people", "building", "15弄3号", "15弄3号"),
        ("people", "building", "15弄03", "15弄3号"),
        ("people", "building", "3.0", "3"),
        ("people", "building", "门卫旁", "building"),
        ("people", "unit", "2单元", "2"),
        ("people", "unit", "02", "2"),
        ("people", "unit", "二单元", "2"),
        ("people", "unit", "左边", "unit"),
        ("people", "room", "0302", "0302"),
        ("people", "room", "602室", "602"),
        ("people", "room", "12A03", "12A03"),
        ("people", "room", "６０２", "602"),
        ("people", "room", "三楼", "room"),
        ("people", "part", "租客", "tenant"),
        ("people", "part", "亲戚", "choice"),
        ("people", "estate", "好" * 65, "too_long"),
        ("people", "estate", "幸福\u202e小区", "letters"),
        ("routes", "starts_on", "2026/1/31", "2026-01-31"),
        ("routes", "starts_on", "2026年1月31日", "2026-01-31"),
        ("routes", "starts_on", "2026-01-31T08:00:00", "2026-01-31"),
        ("routes", "starts_on", "2026-02-30", "date"),
        ("routes", "category", "电梯", "lift"),
        ("routes", "category", "飞机", "category"),
        ("staff", "skills", "电梯、漏水，电梯", ["lift", "leak"]),
        ("staff", "cap", "10.0", 10),
        ("staff", "cap", "100", "number"),
    ],
)
def test_what_a_cell_means(kind: str, name: str, text: str, means: Any) -> None:
    assert cell(kind, name, text) == means


@given(
    st.sampled_from([(kind, c.name) for kind, s in SHEETS.items() for c in s.columns]), st.text(max_size=80)
)
def test_any_text_means_something_or_gets_a_reason_that_does_not_repeat_it(at: Any, text: str) -> None:
    kind, name = at
    _, faults = read(SHEETS[kind], Heading({name: 0}, 0), 7, [text], CHOICES)
    for number, head, why in faults:
        assert number == 7
        assert head in [column.heads[0] for column in SHEETS[kind].columns]
        assert why in WHY
        words = importing.reason(SHEETS[kind], head, why, CHOICES)
        assert "{" not in words


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "－"]))
def test_a_phone_is_the_same_however_it_is_spaced(phone: str, gap: str) -> None:
    assert cell("people", "phone", gap.join((phone[:3], phone[3:7], phone[7:]))) == phone


FIXED = [
    ("021-12345678", "02112345678"), ("02112345678", "02112345678"), ("(021) 1234 5678", "02112345678"),
    ("（０２１）１２３４５６７８", "02112345678"), ("0512 1234567", "05121234567"), ("0512-12345678", "051212345678"),
    ("021-12345678转12", "02112345678-12"), ("021-12345678-12", "02112345678-12"),
    ("0512 1234567 转分机 803", "05121234567-803"), ("+86 021 12345678", "02112345678"),
    ("12345678", ""), ("021-1234567", ""), ("0512 123456", ""), ("000-12345678", ""), ("02112345678转", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "number"), FIXED)
def test_a_fixed_line_needs_its_area_code(written: str, number: str) -> None:
    assert callable_number(written) == number
    _, faults = read(PEOPLE, Heading({"phone": 0}, 0), 2, [written], CHOICES)
    assert ("手机号" in [head for _, head, _ in faults]) is (number == "")


@given(st.integers(1, 99))
def test_a_building_is_the_same_in_chinese_numerals(number: int) -> None:
    tens, ones = divmod(number, 10)
    han = "零一二三四五六七八九"
    words = (han[tens] if tens > 1 else "") + ("十" if tens else "") + (han[ones] if ones else "")
    assert cell("homes", "building", f"{words}号楼") == str(number)


def lines(*cells: list[str]) -> Any:
    return iter(enumerate(cells, 1))


def brought(*cells: list[str]) -> list[tuple[int, dict[str, Any], list[Any]]]:
    return list(read_lines(PEOPLE, lines(*cells), CHOICES))


def test_the_heading_may_stand_below_a_title_with_synonyms_in_any_order() -> None:
    found = find_heading(PEOPLE, lines(["幸福小区住户表"], ["房号 *", "姓 名", "小区名称：", "楼栋", "备注"]))
    assert found == Heading({"room": 0, "name": 1, "estate": 2, "building": 3}, others=1)


@pytest.mark.parametrize(
    ("cells", "problem", "words"),
    [
        ([["张三", "李四"]], "no_heading", "模板"),
        ([["姓名", "小区"]], "missing", "楼号、室号"),
        ([["姓名", "名字", "小区", "楼号", "室号"]], "twice", "姓名"),
        ([TITLES], "nothing", "没有内容"),
        ([TITLES, [column.example for column in PEOPLE.columns]], "nothing", "没有内容"),
        ([["x"]] * 9, "no_heading", "5 行"),
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_do(cells: Any, problem: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        brought(*cells)
    assert refused.value.problem == problem
    assert words in importing.problem_words(problem, refused.value.facts)


def test_too_many_lines_are_refused() -> None:
    firm = SHEETS["firms"]
    many = ([f"单位{n}", "物业"] for n in range(firm.rows + 1))
    with pytest.raises(Unreadable, match="too_many_rows"):
        list(read_lines(firm, enumerate([["单位名称", "类型"], *many], 1), CHOICES))


def test_an_empty_cell_says_nothing_and_a_required_one_is_missed() -> None:
    ((_, values, faults),) = brought(TITLES, ["张三", "", "幸福小区", "3", "", "602"])
    assert (values.keys(), faults) == ({"name", "estate", "building", "room"}, [])
    ((_, _, faults),) = brought(TITLES, ["张三", "", "", "3", "", "602"])
    assert faults == [(2, "小区", "empty")]


def test_a_line_that_stands_twice_is_told_with_the_other_ones_number() -> None:
    again = ["张 三", "", "幸福小区", "三号楼", "二单元", "0602"]
    assert [faults for _, _, faults in brought(TITLES, ZHANG, again)] == [[], [(3, "姓名", "same_as:2")]]


def test_a_phone_is_shared_when_two_people_have_it_not_when_one_has_two_homes() -> None:
    elsewhere = ["张 三", "13812345678", "幸福小区", "4", "", "101"]
    wife = ["李四", "13812345678", "幸福小区", "3", "2", "0602"]
    alone = ["王芳", "", "幸福小区", "3", "2", "0602"]
    for cells, shared in (([ZHANG, elsewhere, alone], [0, 0, 0]), ([ZHANG, alone, wife], [1, 0, 1])):
        phones, lines = Phones(), brought(TITLES, *cells)
        for _, values, faults in lines:
            assert faults == []
            phones.note(values)
        assert [SHARED in phones.marked(values) for _, values, _ in lines] == shared
    assert "第 2 行" in importing.reason(PEOPLE, "姓名", "same_as:2", CHOICES)


def test_a_choice_that_is_not_there_names_those_that_are() -> None:
    assert "业主" in importing.reason(PEOPLE, "身份", "choice", CHOICES)
    assert "电梯、漏水" in importing.reason(SHEETS["routes"], "类别", "category", CHOICES)


def test_a_route_ends_after_it_starts() -> None:
    route = SHEETS["routes"]
    cells = [["承办单位", "开始日期", "截止日期"], ["安居物业", "2026-02-01", "2026-01-01"]]
    ((_, _, faults),) = read_lines(route, lines(*cells), CHOICES)
    assert faults == [(2, "截止日期", "order_of_dates")]


def test_every_example_of_a_template_can_be_read() -> None:
    for sheet in SHEETS.values():
        heading = find_heading(sheet, lines([column.title for column in sheet.columns]))
        assert read(sheet, heading, 2, [column.example for column in sheet.columns], CHOICES)[1] == []
        assert heading.others == 0

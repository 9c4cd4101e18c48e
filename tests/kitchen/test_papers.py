"""Sheets as PDF: what stands on them, that the font is a subset, that nothing is cut that must be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import drawing, papers
from bot.drawing import labels, printable, tables
from bot.papers import Column, Label, NotDrawn, Section
from tests.kitchen import pdf

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DISHES = [Column("菜", 4, big=True), Column("份数", right=True, big=True)]


def count(rows: int = 2) -> bytes:
    lines = [[f"第 {number} 道菜", str(number)] for number in range(1, rows + 1)]
    return tables("和平长者食堂 备餐单", ["3 月 2 日（周一）午餐"], [Section("按菜", DISHES, lines)], NOW)


def test_a_table_holds_its_words() -> None:
    words = pdf.words(count())
    for wanted in (
        "和平长者食堂 备餐单",
        "3 月 2 日（周一）午餐",
        "按菜",
        "份数",
        "第 2 道菜",
        "第 1 页，共 ",
    ):
        assert wanted in words


def test_the_font_is_a_subset_and_the_file_small() -> None:
    made = count()
    assert b"+NotoSansCJK" in made  # six letters and a plus sign name a subset
    assert len(made) < 60_000
    assert drawing._font_file().stat().st_size > 10_000_000


def test_letters_have_the_form_that_is_written_here() -> None:
    """骨 and the comma look different in Taiwan, where the font comes from."""
    forms = drawing._local_forms()
    assert {ord("骨"), ord("，"), ord("角")} <= forms.keys()
    assert ord("A") not in forms
    assert "骨，角" in pdf.words(tables("骨，角", [], [], NOW))


def test_a_long_table_repeats_its_head_and_tears_no_row() -> None:
    made = count(90)
    words = pdf.words(made)
    assert pdf.pages(made) == 3 or pdf.pages(made) == 4
    assert words.count("份数") == pdf.pages(made)
    assert all(f"第 {number} 道菜" in words for number in range(1, 91))


def test_sections_that_go_apart_begin_a_page() -> None:
    sections = [Section(name, DISHES, [["红烧肉", "1"]], apart=True) for name in ("东线", "西线", "未分配")]
    assert pdf.pages(tables("送餐单", [], sections, NOW)) == 3


def test_labels_are_twenty_four_on_a_page() -> None:
    one = Label("张桂芳", "幸福小区 3 号楼", ["红烧肉 ×1"], "软食 忌花生", "取 123456")
    for number, pages in ((0, 1), (1, 1), (24, 1), (25, 2), (49, 3)):
        made = labels([one] * number, NOW)
        assert pdf.pages(made) == pages
        assert pdf.words(made).count("张桂芳") == number


def test_marks_and_dishes_of_a_label_are_never_cut() -> None:
    marks = "软食 低盐 低糖 清真 忌花生、坚果、鸡蛋、牛奶、大豆、小麦、鱼、虾蟹、贝类、芝麻、芒果 少饭，不要葱姜蒜"
    dishes = [f"很长的名字的第 {number} 道菜 ×{number}" for number in range(1, 9)]
    place = "阳光花园二期东区 12 号楼 很长很长的楼栋名称" * 2
    words = pdf.words(labels([Label("阿卜杜热合曼" * 5, place, dishes, marks, "送")], NOW)).replace("\n", "")
    assert marks.replace(" ", "") in words.replace(" ", "")
    assert all(dish.replace(" ", "") in words.replace(" ", "") for dish in dishes)
    assert "…" in words  # the name


@pytest.mark.parametrize("text", ["🍖", "\x00", "\u2028"])
def test_a_letter_that_the_font_lacks_shows_as_a_sign(text: str) -> None:
    assert printable(f"红{text}肉") == "红〓肉"
    assert "红〓肉" in pdf.words(tables(f"红{text}肉", [], [], NOW))


def test_a_missing_font_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "FONT_PACKAGE", "no_such_package")
    drawing._font_file.cache_clear()
    try:
        with pytest.raises(FileNotFoundError, match="install the package again"):
            drawing._font_file()
    finally:
        drawing._font_file.cache_clear()


def test_a_sheet_is_drawn_by_another_process_and_is_the_same() -> None:
    label = Label("张桂芳", "幸福小区 3 号楼", ["红烧肉 ×1"], "忌花生", "取 1234")
    assert pdf.words(papers.labels([label], NOW)) == pdf.words(labels([label], NOW))
    section = Section("按菜", DISHES, [["红烧肉", "3"]], ["一共 3 份"], apart=True)
    sheet = ("备餐单", ["午餐"], [section], NOW)
    assert pdf.words(papers.tables(*sheet)) == pdf.words(tables(*sheet))


def test_what_cannot_be_drawn_is_refused_and_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(papers, "DRAWER", "bot.no_such_module")
    with pytest.raises(NotDrawn):
        papers.labels([Label("张桂芳", "幸福小区", [])], NOW)
    assert "CalledProcessError" in caplog.text
    assert "张桂芳" not in caplog.text

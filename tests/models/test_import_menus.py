"""A week of menus from a table: whole or not at all, never against what is ordered, twice as good as once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import insert, update

from bot import sheets
from models import tables as t
from models import views
from models.actions.canteens import SaveCanteenDay
from models.actions.desk import SaveUser
from models.actions.import_lines import Brought, Line
from models.actions.import_runs import BRING, look_at
from models.actions.menus import SaveDish
from models.rules.importing import SHEETS, Fault, Values, read_lines
from models.views import canteens
from tests.models.kitchen import Kitchen, kitchen
from tests.models.test_menus import taken
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]

HEADS = ["食堂", "日期", "餐次", "菜品", "价格", "份数"]
DINNER = {"canteen": "东门食堂", "day": "2026-03-02", "meal": "dinner"}
WATCHED = (t.menu, t.menu_dish, t.dish)


@pytest.fixture
def cook(town: TestTown) -> Kitchen:
    return kitchen(town)


def lines(*values: Values) -> tuple[Line, ...]:
    return tuple(Line(number, one) for number, one in enumerate(values, 2))


def bring(cook: Kitchen, *values: Values, kind: str = "menus", user: int | None = None) -> Brought:
    brought = Brought(kind, writes=True, user_id=user)
    with cook.town.store.work(cook.town.clock.now()) as work:
        BRING[kind](work, lines(*values), brought)
    return brought


def on_it(cook: Kitchen, day: date, meal: str = "dinner") -> list[tuple[str, int, int | None]]:
    """The dishes of that meal."""
    menus = cook.town.see(canteens.menus_of, cook.canteen, day, day)
    return [(d.name, d.cents, d.portions) for one in menus if one.meal == meal for d in one.dishes]


def table(path: Path, *rows: list[Any], merge: tuple[str, ...] = ()) -> list[tuple[int, Values, list[Fault]]]:
    """What is read of an Excel file with these lines below the headings."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADS, *rows):
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    book.save(path / "week.xlsx")
    file = path / "week.xlsx"
    return list(read_lines(SHEETS["menus"], sheets.lines(file), {}, sheets.merged(file)))


def test_a_week_becomes_drafts_and_new_dishes_join_the_register(cook: Kitchen) -> None:
    week = (
        {**DINNER, "dish": "红烧肉", "portions": 20},
        {**DINNER, "dish": "清蒸鱼", "price": 1800},
        {**DINNER, "day": "2026-03-03", "dish": "清蒸鱼"},
    )
    looked = cook.town.see(look_at, "menus", lines(*week))
    assert looked.counts == {"new": 3}
    assert on_it(cook, cook.day) == []
    assert bring(cook, *week).counts == {"new": 3}
    assert on_it(cook, cook.day) == [("红烧肉", 1500, 20), ("清蒸鱼", 1800, None)]
    assert on_it(cook, cook.day + timedelta(days=1)) == [("清蒸鱼", 1800, None)]
    assert {row.state for row in cook.town.rows(t.menu)} == {"draft"}
    assert [row.cents for row in cook.town.rows(t.dish, canteen_id=cook.canteen, name="清蒸鱼")] == [1800]
    after = [cook.town.rows(one) for one in WATCHED]
    assert bring(cook, *week).counts == {"unchanged": 3}
    assert [cook.town.rows(one) for one in WATCHED] == after


def test_a_published_menu_stays_published_and_is_as_the_table_says(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    fresh = ({**DINNER, "dish": "麻婆豆腐", "price": 900}, {**DINNER, "dish": "白米饭", "price": 200})
    assert bring(cook, *fresh).counts == {"new": 1, "changed": 2}  # one dish more, one otherwise, one gone
    assert on_it(cook, cook.day) == [("麻婆豆腐", 900, None), ("白米饭", 200, None)]
    assert cook.town.rows(t.menu, id=menu_id)[0].state == "published"
    assert cook.town.rows(t.dish, id=cook.dishes["麻婆豆腐"])[0].cents == 800


def test_what_is_ordered_is_never_taken_off(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    taken(cook, menu_id, "红烧肉", 3)
    before = [cook.town.rows(one) for one in WATCHED]
    gone = bring(cook, {**DINNER, "dish": "麻婆豆腐"}, {**DINNER, "dish": "白米饭", "price": 200})
    assert gone.faults == [(2, "菜品", "ordered_gone")]
    few = bring(
        cook, {**DINNER, "dish": "红烧肉", "portions": 2}, {**DINNER, "dish": "麻婆豆腐", "portions": 10}
    )
    assert few.faults == [(2, "份数", "too_few")]
    assert [cook.town.rows(one) for one in WATCHED] == before
    assert bring(cook, {**DINNER, "dish": "红烧肉", "portions": 3}).faults == []
    assert on_it(cook, cook.day) == [("红烧肉", 1500, 3)]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"canteen": "没有的食堂"}, ("食堂", "unknown_canteen")),
        ({"day": "2026-03-01"}, ("日期", "past_day")),
        ({"day": "2026-04-05"}, ("餐次", "not_served")),
        ({"day": "2026-03-07"}, ("日期", "closed_day")),
        ({"day": "2026-03-06", "meal": "lunch"}, ("餐次", "menu_over")),
        ({"dish": "没见过的菜"}, ("价格", "no_price")),
        ({"dish": "停用的菜"}, ("菜品", "stopped_dish")),
    ],
)
def test_with_one_wrong_line_nothing_is_brought_in(
    cook: Kitchen, values: Values, fault: tuple[str, str]
) -> None:
    cook.town.do(SaveCanteenDay(None, cook.canteen, date(2026, 3, 7), False))
    cook.town.do(SaveDish(None, cook.canteen, "停用的菜", 100, active=False))
    over = cook.published("lunch", date(2026, 3, 6))
    with cook.town.store.work(cook.town.clock.now()) as work:
        work.conn.execute(update(t.menu).where(t.menu.c.id == over).values(state="frozen"))
    before = [cook.town.rows(one) for one in WATCHED]
    good, bad = {**DINNER, "dish": "新的菜", "price": 500}, {**DINNER, "dish": "红烧肉", **values}
    brought = bring(cook, good, bad)
    assert brought.faults == [(3, *fault)]
    assert (brought.counts["new"], brought.counts["changed"], brought.counts["wrong"]) == (0, 0, 1)
    assert [cook.town.rows(one) for one in WATCHED] == before


def test_a_canteen_of_others_is_unknown(cook: Kitchen) -> None:
    units = cook.town.planted.units
    mine, theirs = (
        int(cook.town.do(SaveUser(login, "firm", "hash", unit_id=units[unit]))["user_id"])
        for login, unit in (("mine", "安居物业"), ("theirs", "阳光物业"))
    )
    meat = {**DINNER, "dish": "红烧肉"}
    for kind, line in (("menus", meat), ("dishes", {"canteen": "东门食堂", "dish": "鱼", "price": 1})):
        assert bring(cook, line, kind=kind, user=theirs).faults == [(2, "食堂", "unknown_canteen")]
        assert bring(cook, line, kind=kind, user=mine).faults == []


def test_cells_that_are_merged_are_filled_down_and_others_are_not(tmp_path: Path) -> None:
    read = table(
        tmp_path,
        ["东门食堂", date(2026, 3, 2), "午餐", "1. 红烧肉", 15, "60份"],
        [None, None, None, "豆腐", "￥8.50", None],
        [None, None, "晚饭", "鱼", None, None],
        [None, date(2026, 3, 3), "晚餐", "鱼", None, None],
        [None, None, None, "肉", None, None],
        merge=("A2:A6", "B2:B4", "C2:C3", "E4:E6"),
    )
    values = [one for _, one, _ in read]
    assert values[:3] == [
        {
            "canteen": "东门食堂",
            "day": "2026-03-02",
            "meal": "lunch",
            "dish": "红烧肉",
            "price": 1500,
            "portions": 60,
        },
        {"canteen": "东门食堂", "day": "2026-03-02", "meal": "lunch", "dish": "豆腐", "price": 850},
        {"canteen": "东门食堂", "day": "2026-03-02", "meal": "dinner", "dish": "鱼"},
    ]
    assert values[3]["day"] == "2026-03-03"
    assert [faults for _, _, faults in read] == [
        [], [], [], [], [(6, "日期", "empty"), (6, "餐次", "empty")],
    ]  # fmt: skip


def test_what_cannot_be_read_is_listed_row_by_row(tmp_path: Path) -> None:
    fine = ["东门食堂", "2026-03-02", "午餐", "红烧肉", "15", "60"]

    def but(place: int, text: Any) -> list[Any]:
        return [text if at == place else cell for at, cell in enumerate(fine)]

    wrong = (
        (1, "3月2日"),
        (1, "2026-02-30"),
        (2, "夜宵"),
        (3, "菜" * 33),
        (4, "-1"),
        (4, "一块"),
        (5, "0"),
        (5, "两百"),
    )
    read = table(tmp_path, fine, fine, *(but(*one) for one in wrong))
    found = [(number, head, why) for _, _, faults in read for number, head, why in faults]
    assert found == [
        (3, "菜品", "twice:2"), (4, "日期", "date"), (5, "日期", "date"), (6, "餐次", "choice"), (7, "菜品", "dish"),
        (8, "价格", "money"), (9, "价格", "money"), (10, "份数", "portions"), (11, "份数", "portions"),
    ]  # fmt: skip


def test_dishes_are_registered_with_what_is_in_them(cook: Kitchen) -> None:
    fish = {
        "canteen": "东门食堂", "dish": "清蒸鱼", "price": 1800, "ingredients": "鲈鱼、葱", "marks": ["soft"],
        "allergens": ["fish"],
    }  # fmt: skip
    meat = {"canteen": "东门食堂", "dish": "红烧肉", "marks": ["low_salt"]}
    assert bring(cook, fish, meat, kind="dishes").counts == {"new": 1, "changed": 1}
    rows = {row.name: row for row in cook.town.rows(t.dish, canteen_id=cook.canteen)}
    assert (rows["清蒸鱼"].allergens, rows["清蒸鱼"].ingredients) == (["fish"], "鲈鱼、葱")
    assert (rows["红烧肉"].cents, rows["红烧肉"].marks) == (1500, ["low_salt"])
    assert bring(cook, fish, meat, kind="dishes").counts == {"unchanged": 2}
    no_price = bring(cook, {"canteen": "东门食堂", "dish": "没见过的菜"}, kind="dishes")
    assert no_price.faults == [(2, "价格", "no_price")]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"PK\x03\x04 broken"])
def test_a_file_that_merges_nothing_or_is_none_has_no_merged_cells(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert sheets.merged(tmp_path / "x") == []


def test_forty_two_canteens_for_a_hundred_and_thirty_one_estates_have_the_right_default(
    cook: Kitchen,
) -> None:
    """Estate n orders from canteen n % 42 by default, and from the next one too."""
    town, unit = cook.town, cook.town.planted.units["安居物业"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.estate_canteen.delete())
        names = [f"食堂 {n}" for n in range(42)]
        work.conn.execute(insert(t.canteen), [{"name": name, "unit_id": unit} for name in names])
        work.conn.execute(insert(t.estate), [{"name": f"小区 {n}"} for n in range(131)])
    # The default is told by the second line of every other estate, by its place alone in the rest.
    table_ = [
        {"estate": f"小区 {n}", "canteen": names[(n + (n % 2 if at == 0 else 1 - n % 2)) % 42]}
        | ({"is_default": "yes"} if at == 1 and n % 2 else {})
        for n in range(131)
        for at in (0, 1)
    ]
    assert bring(cook, *table_, kind="estate_canteens").counts == {"new": 262}
    assert bring(cook, *table_, kind="estate_canteens").counts == {"unchanged": 262}
    rows = town.rows(t.estate)
    for estate in rows:
        if estate.name.startswith("小区 "):
            first, second = town.see(views.canteens_of, estate.id)
            n = int(estate.name.removeprefix("小区 "))
            assert (first.name, first.is_default, second.is_default) == (names[n % 42], True, False)
    wrong = ({"estate": "没有", "canteen": names[0]}, {"estate": "小区 1", "canteen": "没有"})
    faults = bring(cook, *wrong, kind="estate_canteens").faults
    assert faults == [(2, "小区", "unknown_estate"), (3, "食堂", "unknown_canteen")]

"""The page 助餐统计: what it counts, for whom, how it is narrowed, and its files."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from handlers.console import plotting
from handlers.console.headers import POLICY
from handlers.console.servings import score
from models import tables as t
from models.actions.desk import SaveUser
from models.views import servings as counted
from tests.console.conftest import EVIL, HASH, NOW, Console, Visitor
from tests.console.reading import Page
from tests.meals import Canteens

PATH = "/console/meals/servings"


@pytest.fixture
def ids(console: Console) -> Canteens:
    """Meals of two canteens: three served in this month, one in October, one each of the other states."""
    with console.store.work(NOW) as work:
        ids = Canteens(work).plant()
        ids.meal(date(2026, 10, 31))
        ids.meal(date(2026, 11, 2), dishes=(("红烧肉", 2),), paid=(("区民政", 300), ("街道", 500)), score=4)
        ids.meal(date(2026, 11, 2), dishes=(("豆腐", 1),), age_band="90+", score=5)
        ids.meal(date(2026, 11, 3), canteen="幸福食堂", estate="西园", dishes=(("豆腐", 2),), age_band="")
        for state in ("no_show", "cancelled", "placed"):
            ids.meal(date(2026, 11, 18), state=state)
        for login, area in (("east", "东社区"), ("west", "西社区")):
            SaveUser(login, "community", HASH, area_id=ids.areas[area]).run(work)
        SaveUser("cooks", "firm", HASH, unit_id=ids.units["和平公司"]).run(work)
    return ids


def numbers(page: Page) -> dict[str, str]:
    """The big numbers by what they are called."""
    assert page.status == 200
    pieces = page.pieces
    names = ("用餐人次", "份数", "补贴（元）", "老人自付（元）", "订了没取")
    return {name: pieces[pieces.index(name) + 1] for name in names}


def row(page: Page, name: str) -> list[str]:
    """The cells of the first row of a table with that name."""
    pieces = page.pieces
    first = pieces.index(name, pieces.index("人次"))
    return pieces[first : first + 9]


def table(page: Page) -> list[list[Any]]:
    assert page.status == 200, page.text
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(page.body)).worksheets[0]]


def test_the_month_is_counted(console: Console, ids: Canteens) -> None:
    page = console.signed_in("admin").open(PATH)
    assert numbers(page) == {
        "用餐人次": "3", "份数": "5", "补贴（元）": "8.00", "老人自付（元）": "35.50", "订了没取": "1",
    }  # fmt: skip
    assert "取消的 1 单；还没到用餐时间、或者还没记下取餐的 1 单" in page.text
    assert row(page, "和平食堂") == ["和平食堂", "2", "3", "30.50", "8.00", "22.50", "1", "1", "1"]
    assert row(page, "90 岁以上")[:3] == ["90 岁以上", "1", "1"]
    assert row(page, "区民政：区民政补贴")[1:3] == ["1", "3.00"]
    assert row(page, "豆腐")[1:5] == ["3", "19.50", "5.0", "1"]


def test_it_is_narrowed_by_the_address(console: Console, ids: Canteens) -> None:
    admin = console.signed_in("admin")
    canteen, area = ids.canteens["幸福食堂"], ids.areas["东社区"]
    for query, meals in (
        ("period=2026-10", "1"),
        ("period=2026", "4"),
        ("period=2025", None),
        ("from=2026-11-03&to=2026-11-30", "1"),
        (f"canteen={canteen}", "1"),
        (f"area={area}", "2"),
        (f"canteen={canteen}&area={area}", None),
        ("period=nonsense&from=x", "3"),
    ):
        page = admin.open(f"{PATH}?{query}")
        assert numbers(page)["用餐人次"] == (meals or "0")
        assert ("这段时间没有人订餐" in page.text) == (meals is None)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-03&to=2026-11-01", "“到”早于“从”"),
        ("from=2020-01-01&to=2026-11-30", "一次最多看 800 天，下面只算到 2022-03-11"),
    ],
)
def test_a_range_that_cannot_be_is_said(console: Console, ids: Canteens, query: str, said: str) -> None:
    assert said in console.signed_in("admin").open(f"{PATH}?{query}").text


def test_a_long_range_has_no_days_and_one_month_no_months(console: Console, ids: Canteens) -> None:
    admin = console.signed_in("admin")
    shown = [
        [title in admin.open(f"{PATH}?period={period}").pieces for title in ("每天", "每月")]
        for period in ("2026-11", "2026")
    ]
    assert shown == [[True, False], [False, True]]


def test_everybody_counts_their_own(console: Console, ids: Canteens) -> None:
    for login, meals, canteens in (
        ("east", "2", []),
        ("west", "1", ["和平食堂", "幸福食堂"]),
        ("cooks", "2", []),
        ("anju", "0", []),
    ):
        page = console.signed_in(login).open(PATH)
        assert numbers(page)["用餐人次"] == meals
        options = [words for words in page.pieces if words in ids.canteens and canteens]
        assert options[:2] == canteens


def exported(visitor: Visitor, what: str, query: str = "") -> list[list[Any]]:
    visitor.open(PATH)
    return table(visitor.post(f"{PATH}/export?{query}", what=what))


def test_the_report_leaves_as_a_file_with_sums_as_numbers(console: Console, ids: Canteens) -> None:
    watermark, titles, *rows = exported(console.signed_in("admin"), "servings", "period=2026-11")
    assert "共 3 条" in watermark[0]
    assert titles[:4] == ["月份", "食堂", "小区", "年龄段"]
    assert rows[0] == ["2026-11", "和平食堂", "东园", "70 到 79 岁", 1, 2, 24, 8, 16, 1, 1, 1]
    assert rows[2][1:5] == ["幸福食堂", "西园", "年龄没有登记", 1]
    assert [line.what for line in console.rows(t.audit)][-1] == "export_servings"


def test_payers_and_dishes_leave_as_files(console: Console, ids: Canteens) -> None:
    cooks = console.signed_in("cooks")
    assert exported(cooks, "subsidies")[2:] == [
        ["2026-11", "区民政", "区民政补贴", "和平食堂", 1, 3],
        ["2026-11", "街道", "街道补贴", "和平食堂", 1, 5],
    ]
    assert exported(cooks, "dishes_served")[2:] == [
        ["和平食堂", "红烧肉", 2, 24, "4.0", 1],
        ["和平食堂", "豆腐", 1, 6.5, "5.0", 1],
    ]
    assert exported(cooks, "orders")[0] == exported(cooks, "servings")[0]


def test_names_stay_words(console: Console, ids: Canteens) -> None:
    with console.store.work(NOW) as work:
        evil = {"name": EVIL[:32]}
        work.conn.execute(update(t.canteen).where(t.canteen.c.id == ids.canteens["和平食堂"]).values(evil))
        work.conn.execute(update(t.estate).where(t.estate.c.id == ids.estates["东园"]).values(evil))
        dish = t.dish.c.id == ids.dishes["和平食堂", "豆腐"]
        work.conn.execute(update(t.dish).where(dish).values(evil))
    page = console.signed_in("admin").open(PATH)
    assert page.text.count(EVIL[:32]) >= 3
    assert [tag for tag, attributes in page.tags if tag == "script" and not attributes.get("src")] == []


def test_the_library_is_kept_by_browsers_and_the_policy_stays(console: Console, ids: Canteens) -> None:
    visitor = console.signed_in("admin")
    page = visitor.open(PATH)
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "no-store"
    address = next(
        str(found["src"]) for tag, found in page.tags if tag == "script" and "plotly" in str(found)
    )
    library = visitor.client.get(address)
    assert library.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert library.get_data().lstrip().startswith(b"/**\n* plotly.js")
    library.close()
    assert console.visitor().open(address).status == 302


def test_without_the_library_there_are_the_tables(
    console: Console, ids: Canteens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plotting, "PACKAGE", "no_such_package")
    plotting.plotter.cache_clear()
    try:
        visitor = console.signed_in("admin")
        page = visitor.open(PATH)
        assert row(page, "和平食堂")[1] == "2"
        assert "plotly.min.js" not in page.html
        assert visitor.open("/console/plotly.min.js").status == 404
    finally:
        plotting.plotter.cache_clear()


@pytest.mark.parametrize(
    ("scores", "rated", "shown"), [(0, 0, ""), (5, 1, "5.0"), (13, 3, "4.3"), (14, 3, "4.7"), (17, 4, "4.3")]
)
def test_the_mean_has_one_place(scores: int, rated: int, shown: str) -> None:
    assert score(counted.DishServed("", "", 1, 0, scores, rated)) == shown

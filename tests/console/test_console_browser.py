"""The console in a real browser: its own policy lets its own pages work, at a desk and on a phone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, update

from bot.clock import SHANGHAI
from handlers.console.sections import SECTIONS
from models import tables as t
from models.actions.deliveries import WHY_LETTERS
from tests.console.browsing import DESK, PHONE, address, page
from tests.console.conftest import NOW, Console
from tests.meals import Canteens

__all__ = ["address", "page"]

TEXTS = (
    "settings/calendar?day=2026-10-10",
    "settings/alarms",
    "audit/erasures",
    "settings/texts",
    "settings/texts/order_finished.resolved",
)
SETTINGS = (*(f"settings/{key}" for key in SECTIONS), "settings/bots/1", "settings/workers/1", *TEXTS)
PATHS = (
    "",
    "?late=1&estate=1",
    "orders/1001",
    "caller",
    "search",
    "residents",
    "residents/1",
    "meals/servings",
    "meals",
    "meals/menu?canteen=1&day=2026-11-19&meal=lunch",
    "meals/kitchen",
    "meals/routes",
    "items",
    "people",
    "people/workers/1",
    "roster",
    "roster/try",
    "roster/try?estate=1&category=lift",
    "import",
    "codes",
    "codes/1",
    "trouble",
    "audit",
    "accounts",
    *SETTINGS,
)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_fits_and_the_browser_complains_of_nothing(page: Page, address: str, size: Any) -> None:
    page.set_viewport_size(size)
    for path in PATHS:
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, path
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.fixture
def rounds(console: Console) -> int:
    """The menu of a lunch that is being brought: one box is at the door, one could not be handed over."""
    with console.store.work(NOW) as work:
        now = {"day": NOW.astimezone(SHANGHAI).date(), "starts_at": NOW, "ends_at": NOW, "state": "frozen"}
        work.conn.execute(update(t.menu).where(t.menu.c.id == 1).values(now))
        order = {
            "menu_id": 1,
            "canteen_id": 1,
            "day": now["day"],
            "meal": "lunch",
            "how": "delivery",
            "home_id": 1,
        }
        order |= {"building_id": 1, "estate_id": 1, "portions": 2, "price_cents": 3000, "pay_cents": 3000}
        order |= {"pays": "pickup", "via": "wechat", "made_at": NOW, "changed_at": NOW}
        missed = {"state": "no_show", "missed_sealed": work.seal("没" * WHY_LETTERS)}
        for number, person, ends in ((6001, 1, {"state": "placed"}), (6002, None, missed)):
            row = order | ends | {"number": number, "code": str(number), "person_id": person}
            made = insert(t.meal_order).values(row).returning(t.meal_order.c.id)
            dish = {"meal_order_id": work.conn.execute(made).scalar_one(), "dish_id": 1, "count": 2}
            work.conn.execute(insert(t.meal_order_dish).values(**dish, cents=1500))
    return 1


def test_only_a_ticked_group_asks_for_its_days(page: Page, address: str) -> None:
    page.goto(f"{address}residents/1/meals")
    page.locator("#papers ~ details summary").click()
    assert not page.get_by_label("独居从哪天起").is_visible()
    page.get_by_label("独居", exact=True).check()
    page.get_by_label("独居从哪天起").fill("2026-12-31")
    page.get_by_label("独居到哪天止").fill("2026-01-01")
    page.get_by_role("button", name="看过证件，保存").click()
    expect(page.get_by_text("不能早于开始的那天")).to_be_visible()
    assert page.get_by_label("独居从哪天起").input_value() == "2026-12-31"
    page.get_by_label("独居到哪天止").fill("2027-12-31")
    page.get_by_role("button", name="看过证件，保存").click()
    expect(page.get_by_text("独居（2026-12-31 到 2027-12-31）")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_rounds_of_a_meal_and_a_diners_page_fit_with_everything_open(
    page: Page, address: str, rounds: int, size: Any
) -> None:
    page.set_viewport_size(size)
    left = f"meals/kitchen/{rounds}/left"
    pages = {
        f"meals/routes/{rounds}": "为什么没送到",
        left: "没送到：没",
        "residents/1/meals": "看过证件，保存",
    }
    for path, shown in pages.items():
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.evaluate("document.querySelectorAll('[name=groups]').forEach(one => { one.checked = true })")
        expect(page.get_by_text(shown).first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, path
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_plots_are_drawn_under_the_consoles_own_policy(
    console: Console, page: Page, address: str, size: Any
) -> None:
    with console.store.work(NOW) as work:
        ids = Canteens(work).plant()
        cooked = t.canteen.c.id == ids.canteens["和平食堂"]
        work.conn.execute(update(t.canteen).where(cooked).values(name="&amp;<b>乙"))
        for number in range(1, 13):
            ids.meal(
                date(2026, 11, number), paid=(("街道", 500),), state="served" if number > 1 else "no_show"
            )
    page.set_viewport_size(size)
    page.goto(f"{address}meals/servings")
    page.locator("[data-plot] .main-svg").first.wait_for()
    plots = page.locator("[data-plot]").count()
    assert plots == page.locator("[data-plot] .plot-container").count() == 6
    bars = page.locator("[data-plot='columns'] .point").count()
    assert bars == 3 * 12  # served, missed and waiting on each day
    canteens = page.get_by_role("region", name="各食堂")
    assert canteens.locator(".ytick text").all_text_contents() == ["&amp;<b>乙"]
    width = canteens.locator(".main-svg").first.bounding_box()["width"]  # type: ignore[index]
    assert 0.8 * size["width"] < width + 120 < size["width"] + 120
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (wide, page.complaints) == (0, [])  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_dishes_are_sorted_by_keyboard_and_enter_in_a_field_presses_no_arrow(
    console: Console, page: Page, address: str, size: Any
) -> None:
    names = ("清蒸鱼", "白菜豆腐")
    with console.store.work(NOW) as work:
        for name in names:
            row = {"canteen_id": 1, "name": name, "cents": 900, "marks": [], "allergens": []}
            work.conn.execute(insert(t.dish).values(row))
    page.set_viewport_size(size)
    page.goto(f"{address}meals/menu?canteen=1&day=2026-11-19&meal=lunch")
    up = page.get_by_role("button", name="清蒸鱼往前")
    assert not up.is_visible()  # only what is on the menu has a place
    for name in ("红烧肉1", *names):
        page.get_by_role("checkbox", name=name).check()
    up.focus()

    first = page.locator("td").first
    while first.inner_text().strip() != "清蒸鱼":
        before = first.inner_text()
        page.keyboard.press("Enter")
        expect(first).not_to_have_text(before)
        at_the_top = first.inner_text().strip() == "清蒸鱼"  # what has reached an end can only go back
        way = "往后" if at_the_top else "往前"
        expect(page.get_by_role("button", name=f"清蒸鱼{way}")).to_be_focused()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (wide, page.complaints) == (0, [])  # type: ignore[attr-defined]
    page.get_by_label("一共最多几份").press("Enter")
    expect(page.get_by_text("已经存成草稿")).to_be_visible()
    on_it = sorted(
        console.rows(t.menu_dish, t.menu_dish.c.menu_id != 1), key=lambda row: (row.menu_id, row.place)
    )
    named = {row.id: row.name for row in console.rows(t.dish)}
    assert [named[row.dish_id] for row in on_it][-3:][0] == "清蒸鱼"


def test_nothing_on_the_page_of_items_stands_out_of_its_form_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{address}service-items")

    def ends(name: str) -> float:
        box = page.locator(name).first.bounding_box()
        assert box
        return box["x"] + box["width"]

    for name in ("#sought", "#class", ".tools form button"):
        assert ends(name) <= ends(".tools form") + 0.5, name


def test_the_head_is_one_line_on_a_phone_and_its_menu_needs_no_script(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)
    assert page.locator("header.top").bounding_box()["height"] < 64  # type: ignore[index]
    settings = page.get_by_role("link", name="设置")
    assert not settings.is_visible()
    page.locator("summary", has_text="菜单").click()
    settings.click()
    page.get_by_role("heading", name="设置").wait_for()


def test_a_sheet_is_one_page_of_paper(page: Page, address: str) -> None:
    page.goto(f"{address}codes/1")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1

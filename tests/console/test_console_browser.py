"""The console in a real browser: its own policy lets its own pages work, at a desk and on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import insert, update
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.clock import SHANGHAI
from handlers.console.sections import SECTIONS
from models import tables as t
from models.actions.deliveries import WHY_LETTERS
from tests.console.conftest import NOW, PASSWORD, Console
from tests.meals import Canteens

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
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests read no access log."""


@pytest.fixture
def address(console: Console) -> Iterator[str]:
    """Where the console answers."""
    server = make_server("127.0.0.1", 0, console.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/console/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: BrowserContext, address: str) -> Page:
    """An admin's page; every complaint of the browser is kept in `page.complaints`."""
    page = chromium.new_page()
    page.set_default_timeout(15_000)
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(f"{address}sign-in")
    page.get_by_label("账号").fill("admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="工单").wait_for()
    page.wait_for_load_state()
    return page


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


def test_a_new_order_comes_by_itself_and_is_marked(console: Console, page: Page) -> None:
    page.locator("a[data-number='1001']").focus()
    with console.store.work(NOW) as work:
        row = {
            "number": 1003,
            "category": "water",
            "summary": "漏水",
            "place": "幸福小区 4 号楼",
            "opened_at": NOW,
        }
        work.conn.execute(insert(t.work_order).values(row))
    page.locator("a[data-number='1003'].unread").wait_for()
    assert "1003" in page.get_by_role("status").inner_text()
    assert page.evaluate("document.activeElement.dataset.number") == "1001"


def test_an_order_that_was_opened_is_not_new_any_more_until_it_moves(
    console: Console, page: Page, address: str
) -> None:
    page.locator("a[data-number='1001'].unread").click()
    page.get_by_role("heading", name="1001").wait_for()
    page.goto(address)
    assert page.locator("a[data-number='1001']:not(.unread)").is_visible()
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.number == 1001).values(stage=1))
    page.reload()
    assert page.locator("a[data-number='1001'].unread").is_visible()


def test_an_order_is_worked_on_with_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}orders/1001")
    page.get_by_text("内部备注").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("备件下午到")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("已经记下").wait_for()
    assert page.locator(".timeline").get_by_text("备件下午到").is_visible()


def test_only_who_is_there_is_offered_to_stand_in(console: Console, page: Page, address: str) -> None:
    with console.store.work(NOW) as work:
        away = {"worker_id": 2, "starts_at": NOW, "ends_at": NOW + timedelta(days=2)}
        work.conn.execute(insert(t.leave).values(away))
        work.conn.execute(insert(t.worker).values(unit_id=1, name="钱进"))
    page.goto(f"{address}roster?unit=1")
    page.get_by_text("登记请假").click()
    page.get_by_label("谁请假").select_option("1")
    page.get_by_label("谁代班").select_option("2")

    def offered() -> list[str]:
        return page.locator("#substitute_id option:not([disabled])").evaluate_all(
            "all => all.map(one => one.value)"
        )

    assert offered() == ["", "2", "5"]
    page.get_by_label("从", exact=True).fill("2026-11-19T08:00")
    page.get_by_label("到", exact=True).fill("2026-11-20T08:00")
    page.get_by_label("到", exact=True).blur()
    assert offered() == ["", "5"]
    assert page.get_by_label("谁代班").input_value() == ""
    page.get_by_label("从", exact=True).fill("2026-11-20T10:00")
    page.get_by_label("到", exact=True).fill("2026-11-21T08:00")
    page.get_by_label("到", exact=True).blur()
    assert offered() == ["", "2", "5"]


def test_a_shift_is_entered_with_the_keyboard_alone(console: Console, page: Page, address: str) -> None:
    page.goto(f"{address}roster?unit=1")
    page.get_by_label("谁", exact=True).focus()
    page.keyboard.press("ArrowDown")
    for _ in range(20):  # past both times, each of which has several stops, to the first day
        if page.evaluate("document.activeElement.name") == "days":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("排了 1 个班：周一").wait_for()
    assert len(console.rows(t.shift)) == 1


def test_who_gets_it_is_asked_only_where_somebody_is_named(page: Page, address: str) -> None:
    page.goto(f"{address}settings/routes")
    assert not page.get_by_label("派给谁").is_visible()
    page.get_by_role("radio", name="派给一个人").check()
    assert page.get_by_label("派给谁").is_visible()


def test_an_open_order_says_that_something_happened(console: Console, page: Page, address: str) -> None:
    page.goto(f"{address}orders/1001")
    page.get_by_text("内部备注").first.click()
    page.get_by_label("居民看不到").fill("写到一半")
    with console.store.work(NOW) as work:
        entry = {"work_order_id": 1, "at": NOW, "step": "urge", "by": "resident", "words": "快一点"}
        work.conn.execute(insert(t.order_entry).values(entry))
    page.get_by_text("这个工单有了新的进展").wait_for()
    assert page.get_by_label("居民看不到").input_value() == "写到一半"
    page.get_by_role("link", name="看最新的").click()
    page.locator(".timeline").get_by_text("快一点").wait_for()


def test_the_keys_go_where_their_list_says(page: Page, address: str) -> None:
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.number") == "1002"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.number") == "1001"
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="1002").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.get_by_role("heading", name="工单", exact=True).wait_for()
    page.wait_for_load_state()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("代报").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("1001j?")
    assert page.locator("#q").input_value() == "1001j?"
    page.get_by_role("searchbox", name="查找").fill("1001")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="1001").wait_for()


def test_a_call_is_entered_with_the_keyboard_alone(console: Console, page: Page, address: str) -> None:
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.estate).values(aliases=["幸福小区"]))
        work.number_after(t.ORDER_NUMBER, 1002)
    page.keyboard.press("n")
    expect(page.locator("#phone")).to_be_focused()
    page.keyboard.type("13900000009")
    page.keyboard.press("Enter")
    page.get_by_text("还没有登记过").wait_for()
    expect(page.locator("#name")).to_be_focused()
    down = "ArrowDown"
    for typed in ("钱爷爷", "", "幸福小区", "3", "2", "602", "", (down, down), (down,), "水管漏水"):
        for key in typed:
            page.keyboard.press(key) if key == down else page.keyboard.insert_text(key)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("已经登记，工单 1003").wait_for()
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1003)
    assert (order.home_id, order.category, order.urgency, order.origin) == (1, "water", "urgent", "phone")


def test_closing_asks_first(console: Console, page: Page, address: str) -> None:
    page.goto(f"{address}orders/1001")
    page.locator("summary", has_text="办结").click()
    page.get_by_label("已解决").check()
    page.get_by_label("办理情况").fill("换了主板")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="办结并通知居民").click()
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert order.state == "waiting"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="办结并通知居民").click()
    page.get_by_role("status").get_by_text("已经办结").wait_for()


def test_a_sheet_is_one_page_of_paper(page: Page, address: str) -> None:
    page.goto(f"{address}codes/1")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1


def test_a_wrong_field_is_told_to_whoever_listens(page: Page, address: str) -> None:
    page.goto(f"{address}settings/bots")
    page.get_by_label("单位").select_option("1")
    for label, text in (("地址名", "anju2"), ("机器人 ID", "aib1"), ("Token", "token1")):
        page.get_by_label(label).fill(text)
    key = page.get_by_label("EncodingAESKey")
    key.fill("too-short")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("alert").wait_for()
    described = page.locator(f"#{key.get_attribute('aria-describedby')}")
    assert "43 个字母和数字" in described.inner_text()
    assert key.input_value() == ""
    key.fill("k1" * 21 + "k")
    page.get_by_label("Token").fill("token1")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("/callback/wecom/anju2").wait_for()

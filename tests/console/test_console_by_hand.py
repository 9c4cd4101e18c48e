"""Work at the console in a real browser: what comes by itself, what the keyboard alone does, what is asked first."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import insert, update

from models import tables as t
from tests.console.browsing import address, page
from tests.console.conftest import NOW, Console

__all__ = ["address", "page"]


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

"""The page in a real browser at a phone's width, under the names of WeChat's and WeCom's built-in browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import insert
from werkzeug.serving import WSGIRequestHandler, make_server

from models import tables as t
from models.actions.answers import AnswerStaff
from tests.page.conftest import CALL, DOOR, WECHAT, WECOM, Site, picture

SHOTS = Path(__file__).parent.parent / "shots"
TAP, LETTERS = 44, 16  # pixels: the least that a thumb hits, and that an elder reads
AGENTS = {"wechat": WECHAT, "wecom": WECOM}
# Each finds what is too small and gives the beginning of its HTML.
SMALL_LETTERS = """() => [...document.querySelectorAll('body *')].filter(one =>
  one.childNodes.length && parseFloat(getComputedStyle(one).fontSize) < %d).map(one => one.outerHTML.slice(0, 80))"""
SMALL_TARGETS = """() => [...document.querySelectorAll(
  'a, button, input:not([type=hidden]), textarea, select, summary')]
  .map(one => one.type === 'radio' ? one.closest('label') : one)
  .filter(one => one.offsetParent && one.getBoundingClientRect().height < %d)
  .map(one => one.outerHTML.slice(0, 80))"""


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests read no access log."""


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """Where the page answers."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=AGENTS)
def phone(
    chromium: BrowserContext, _browser: Browser, request: pytest.FixtureRequest
) -> Iterator[tuple[str, Page]]:
    """A phone without JavaScript, named as the built-in browser names itself, that complains of nothing."""
    context = _browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 390, "height": 844},
        user_agent=AGENTS[request.param],
        has_touch=True,
        is_mobile=True,
        java_script_enabled=False,
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    # A refusal of ours (404, 422) is no complaint.
    page.on("console", lambda said: complaints.append(said.text) if "status of 4" not in said.text else None)
    yield request.param, page
    context.close()
    assert complaints == []


def look(page: Page, agent: str, name: str) -> None:
    """Nothing is wider than the phone, too small to read or too small to hit; and a picture for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"page-{agent}-{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, name
    assert page.evaluate(SMALL_LETTERS % LETTERS) == [], name
    assert page.evaluate(SMALL_TARGETS % TAP) == [], name


def pressed(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).tap()


def test_a_worker_goes_through_an_order_on_a_phone(
    site: Site, address: str, phone: tuple[str, Page], tmp_path: Path
) -> None:
    agent, page = phone
    site.photo_dir.mkdir(parents=True)
    number = site.order(summary="厨房水管漏水，地上都是水", urgency="urgent")
    _resident_photo(site)
    site.order(summary="卫生间下水堵了")
    page.goto(address + site.link(number))
    look(page, agent, "1-stranger")
    page.get_by_label("请输入管理员给您的口令").fill("ABCD 2345")
    pressed(page, "绑定并打开工单")
    expect(page.get_by_role("alert")).to_contain_text("口令不对")
    look(page, agent, "2-wrong-word")
    page.get_by_label("请输入管理员给您的口令").fill(site.word().lower())
    pressed(page, "绑定并打开工单")
    expect(page.get_by_role("status")).to_contain_text("绑定好了")
    look(page, agent, "3-waiting")
    pressed(page, "接单")
    expect(page.get_by_role("status")).to_contain_text("接单成功")
    look(page, agent, "4-claimed")
    pressed(page, "看门牌和电话")
    expect(page.get_by_text(DOOR)).to_be_visible()
    expect(page.get_by_role("link", name=CALL)).to_have_attribute("href", f"tel:{CALL}")
    look(page, agent, "5-contact")
    pressed(page, "我到现场了")
    _photos(page, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("已转告住户")
    page.locator("summary", has_text="问住户").tap()
    page.get_by_label("想问什么").fill("总阀在哪里？")
    pressed(page, "问住户")
    expect(page.get_by_role("status")).to_contain_text("已问住户")
    question = site.town.rows(t.open_question, kind="staff_question")[0]
    site.town.do(AnswerStaff(site.who.account_id, question.id, "水槽下面"))
    page.goto(address + site.link(number))
    expect(page.get_by_text("“水槽下面”")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.tap()
    look(page, agent, "6-arrived")
    page.get_by_role("button", name="办结工单").tap()
    expect(page.get_by_role("alert")).to_contain_text("请写一句话")
    page.get_by_label("已说明情况").check()
    page.get_by_label("处理结果，住户会看到").fill("已换角阀，不漏了")
    pressed(page, "办结工单")
    expect(page.get_by_role("status")).to_contain_text("已办结")
    look(page, agent, "7-closed")
    assert site.row(number).close == "explained"
    page.get_by_role("link", name="我的工单").tap()
    expect(page.get_by_role("heading", name="我的工单")).to_be_visible()
    look(page, agent, "8-mine")
    page.goto(f"{address}/p/orders/999999")
    look(page, agent, "9-not-found")


def test_an_order_that_waits_and_is_shared_is_worked_on_a_phone(
    site: Site, address: str, phone: tuple[str, Page], tmp_path: Path
) -> None:
    agent, page = phone
    number = site.order(summary="厨房水管漏水，地上都是水")
    order = f"{address}/p/orders/{number}"
    _binds(site, page, address, number, "郑军")
    pressed(page, "接单")
    _unfold(page, "约上门时间")
    _chooses(page, "appoint", "2026-03-03", "15:30")
    pressed(page, "约好了，告诉住户")
    expect(page.get_by_text("约好 3 月 3 日（周二）15:30 到 17:30 上门")).to_be_visible()
    _unfold(page, "暂停")
    page.get_by_label("为什么要等，住户会看到").fill("等配件")
    look(page, agent, "a-pausing")
    _chooses(page, "pause", "2026-03-04", "08:00")
    pressed(page, "暂停工单")
    expect(page.get_by_text("暂停到 3 月 4 日（周三）08:00，到时自动恢复")).to_be_visible()
    look(page, agent, "b-paused")
    pressed(page, "恢复，接着办")
    expect(page.get_by_role("status")).to_contain_text("已恢复")
    _unfold(page, "请人帮忙")
    page.locator("#help-who").select_option(label="冯刚")
    page.locator("#help-words").fill("请带梯子来")
    look(page, agent, "c-calling")
    pressed(page, "请他帮忙")
    expect(page.get_by_role("status")).to_contain_text("已在群里请人来帮忙")
    expect(page.get_by_text("冯刚那部分还没有做完")).to_be_visible()
    expect(page.get_by_role("button", name="办结工单")).to_have_count(0)
    look(page, agent, "d-waits-for-help")
    page.context.clear_cookies()
    _binds(site, page, address, number, "冯刚")
    expect(page.get_by_text("郑军请您帮忙")).to_be_visible()
    for missing in ("我到现场了", "退回工单", "暂停工单", "办结工单"):
        expect(page.get_by_role("button", name=missing)).to_have_count(0)
    look(page, agent, "e-helper")
    picked = tmp_path / "tan.jpg"
    picked.write_bytes(picture("tan", size=(1200, 900)))
    page.get_by_label("您做了什么，同事会看到").fill("管子抬好了")
    page.locator("#helped-photos").set_input_files(picked)
    pressed(page, "我那部分做完了")
    expect(page.get_by_role("status")).to_contain_text("记下了")
    look(page, agent, "f-helped")
    page.context.clear_cookies()
    _binds(site, page, address, number, "郑军")
    page.goto(order)
    page.get_by_label("处理结果，住户会看到").fill("已换水管")
    pressed(page, "办结工单")
    expect(page.get_by_role("status")).to_contain_text("已办结")


def _binds(site: Site, page: Page, address: str, number: int, name: str) -> None:
    page.goto(address + site.link(number))
    page.get_by_label("请输入管理员给您的口令").fill(site.word(name))
    pressed(page, "绑定并打开工单")
    expect(page.get_by_role("status")).to_contain_text("绑定好了")


def _unfold(page: Page, title: str) -> None:
    page.locator("summary").get_by_text(title, exact=True).tap()


def _chooses(page: Page, verb: str, day: str, clock: str) -> None:
    page.locator(f"#{verb}-day").select_option(day)
    page.locator(f"#{verb}-clock").select_option(clock)


def _resident_photo(site: Site) -> None:
    now, name = site.town.clock.now(), f"{7:064x}.jpg"
    (site.photo_dir / name).write_bytes(picture("steelblue", size=(800, 600)))
    row = {"work_order_id": site.orders[0]["order_id"], "account_id": site.who.account_id, "media": "m"}
    row |= {"channel": "wechat_oa", "state": "kept", "file": name, "made_at": now, "next_at": now}
    with site.town.store.work(now) as work:
        work.conn.execute(insert(t.photo).values(**row))


def _photos(page: Page, folder: Path) -> None:
    """Two photos and a word to the resident."""
    files = []
    for colour in ("tan", "gray"):
        path = folder / f"{colour}.jpg"
        path.write_bytes(picture(colour, size=(1200, 900)))
        files.append(path)
    page.get_by_label("现在怎么样了？住户会看到").fill("角阀坏了，去拿配件")
    page.locator("#progress-photos").set_input_files(files)
    pressed(page, "告诉住户")

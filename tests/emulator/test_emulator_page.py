"""The page /phones: what it sends, and that nothing a person writes becomes markup."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from tests.emulator.apps import card, send_card
from tests.emulator.stage import TOWN, ZHANG, MakeStage, Stage
from tests.running.processes import until

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "emulator" / "static"
NASTY = "<img src=x onerror=\"document.title='hacked'\"><b>粗</b> javascript:alert(1) http://evil.example/ https://good.example/a"


def test_the_page_forbids_foreign_scripts(stage: Stage) -> None:
    page = stage.get("/phones")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert stage.get("/").headers["Location"] == "/phones"


@pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_scripts_never_make_markup_of_text(path: Path) -> None:
    script = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script


def test_media_cannot_run_scripts(follower: Stage) -> None:
    media_id = follower.world.keep_media(b"<script>1</script>", "text/html")
    headers = follower.get(f"/emu/media/{media_id}").headers
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_it_starts_and_stops_as_a_program(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    town = tmp_path / "town.json"
    town.write_text(json.dumps(TOWN), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "emulator",
        "--town",
        str(town),
        "--data",
        str(tmp_path / "data"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        assert f"http://127.0.0.1:{port}/phones" in program.stdout.readline()
        assert (
            requests.get(f"http://127.0.0.1:{port}/emu/state", timeout=5).json()["account"]["name"]
            == "幸福里"
        )
        events = requests.get(f"http://127.0.0.1:{port}/emu/events", stream=True, timeout=5)
        assert next(events.iter_lines()).startswith(b"data: ")
        program.send_signal(signal.SIGTERM)
        output, errors = program.communicate(timeout=5)
        events.close()
    assert program.returncode == 0
    assert (output, errors) == ("", "")


def test_a_missing_town_file_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emulator", "--town", str(tmp_path / "none.json")]
    program = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert program.returncode == 2
    assert "none.json" in program.stderr


# In a real browser


@dataclass
class Street:
    """The page in a browser, and the stage behind it."""

    page: Page
    stage: Stage

    def phone(self, name: str) -> Locator:
        return self.page.locator(f'[data-test="phone-{name}"]')

    def tap(self, test: str) -> None:
        self.page.locator(f'[data-test="{test}"]').last.click()

    def write(self, side: str, text: str, phone: str) -> None:
        self.phone(phone).locator(f'[data-test="{side}-input"]').fill(text)
        self.phone(phone).locator(f'[data-test="{side}-send"]').click()

    def expect_bubble(self, phone: str, text: str) -> None:
        expect(self.phone(phone).locator('[data-test="bubble"]', has_text=text).last).to_be_visible()


@contextmanager
def serving(stage: Stage, chromium: BrowserContext) -> Iterator[Street]:
    """The page of a stage, open in a browser; no script may have stumbled at the end."""
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    page = chromium.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"http://127.0.0.1:{server.port}/phones")
    try:
        yield Street(page, stage)
    finally:
        page.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert problems == []


@pytest.fixture
def street(make_stage: MakeStage, chromium: BrowserContext) -> Iterator[Street]:
    with serving(make_stage(), chromium) as open_street:
        yield open_street


def test_a_resident_on_the_page(street: Street) -> None:
    street.stage.bot.say = lambda fields: f"收到：{fields['Content']}" if "Content" in fields else None
    street.tap("follow")
    street.write("resident", "电梯坏了", "resident")
    street.expect_bubble("resident", "收到：电梯坏了")
    street.tap("resident-photo")
    street.tap("photo-lift")
    expect(street.phone("resident").locator(".bubble.image")).to_be_visible()
    street.tap("resident-voice")
    street.tap("voice-unclear")
    street.expect_bubble("resident", "听不清")
    street.tap("resident-scan")
    street.tap("scan-bld:1")
    expect(street.phone("resident").locator('[data-test="notice"]').last).to_contain_text("幸福小区 3 号楼")
    kinds = [heard.get("Event") or heard["MsgType"] for heard in street.stage.bot.heard]
    assert kinds == ["subscribe", "text", "image", "voice", "SCAN"]


def test_choices_and_the_menu_on_the_page(street: Street) -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=101">满意</a>'
    street.stage.bot.say = lambda fields: f"修好了吗？{link}" if fields.get("Event") == "CLICK" else None
    sub = [{"type": "click", "name": "查进度", "key": "look"}]
    street.stage.raw_api("menu/create", button=[{"name": "办事", "sub_button": sub}])
    street.tap("follow")
    street.page.locator("summary", has_text="办事").click()
    street.tap("menu-look")
    street.tap("choice")
    own = street.phone("resident").locator('[data-test="bubble"]', has_text=re.compile(r"^\s*满意\s*$"))
    expect(own).to_be_visible()  # the question's bubble holds the word as well
    # The page shows the bubble before the bot has heard of it.
    until(lambda: street.stage.bot.heard[-1].get("bizmsgmenuid") == "101", "the tap to be heard")


def test_a_group_on_the_page(street: Street) -> None:
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": "工单 1024"},
        "button_list": [{"text": "接单", "key": "take"}],
        "task_id": "j1",
    }
    taken = {**card, "button_list": [{"text": "李华已接单", "key": "none"}]}
    street.stage.bot.answer = lambda body: (
        {"response_type": "update_template_card", "template_card": taken}
        if body["msgtype"] == "event"
        else {"msgtype": "template_card", "template_card": card}
        if body["msgtype"] == "text"
        else None
    )
    street.write("group", "待办", "G1")
    street.tap("card-take")
    expect(street.phone("G1").locator('[data-test="card-none"]')).to_have_text("李华已接单")
    street.phone("G1").locator('[data-test="bubble"]').first.click()
    street.tap("group-photo")
    street.tap("photo-repaired")
    street.write("group", "完成 1024", "G1")
    street.expect_bubble("G1", "@小邻 完成 1024")
    expect(street.phone("G1").locator(".mixed img")).to_be_visible()
    until(lambda: "quote" in street.stage.bot.heard[-1], "the quote to be heard")
    assert street.stage.bot.heard[-1]["quote"]["text"]["content"] == "@小邻 待办"
    heard = len(street.stage.bot.heard)
    street.tap("group-at")
    street.write("group", "晚上吃什么", "G1")
    street.expect_bubble("G1", "晚上吃什么")
    assert len(street.stage.bot.heard) == heard


def test_an_app_on_the_page(street: Street) -> None:
    stage = street.stage
    taken = {"MsgType": "update_button", "Button": {"ReplaceName": "您已接单"}}
    stage.bot.tell = lambda fields: taken if fields.get("Event") == "template_card_event" else None
    phone = street.phone("app-anju-app")
    expect(phone).to_be_visible()
    send_card(stage, card(button_list=[{"text": "接单", "key": "take"}]))
    expect(phone.locator('[data-test="card-take"]')).to_be_visible()
    expect(phone.locator('[data-test="worker-wangwei"] .dot')).to_be_visible()
    street.tap("worker-wangwei")
    street.tap("card-take")
    expect(phone.locator('[data-test="card-replaced"]')).to_have_text("您已接单")
    until(lambda: stage.bot.heard != [], "the press to be heard")
    code = stage.bot.heard[0]["ResponseCode"]
    button = {"replace_name": "已由王伟接单"}
    stage.app_api("message/update_template_card", response_code=code, userids=["lihua"], button=button)
    street.tap("worker-lihua")
    expect(phone.locator('[data-test="card-replaced"]')).to_have_text("已由王伟接单")
    expect(phone.locator('[data-test="card-replaced"]')).to_be_disabled()
    street.write("app", "马上到", "app-anju-app")
    street.expect_bubble("app-anju-app", "马上到")
    street.tap("app-photo")
    street.tap("photo-repaired")
    expect(phone.locator(".bubble.image img")).to_be_visible()
    street.tap("app-enter")
    until(lambda: len(stage.bot.heard) == 4, "the app to be opened")
    kinds = [heard.get("Event") or heard["MsgType"] for heard in stage.bot.heard]
    assert kinds == ["template_card_event", "text", "image", "enter_agent"]


def test_nothing_an_app_writes_becomes_markup(street: Street) -> None:
    address = {"text": "坏", "type": 1, "url": "javascript:alert(1)"}
    nasty = card(
        main_title={"title": "<b>粗</b>"}, button_list=[{"text": "<i>接</i>", "key": "take"}, address]
    )
    assert send_card(street.stage, nasty)["errcode"] == 0
    phone = street.phone("app-anju-app")
    expect(phone.locator('[data-test="card-take"]')).to_have_text("<i>接</i>")
    assert phone.locator(".bubble b, .bubble i").count() == 0
    assert phone.locator(".bubble a[href]").count() == 0


def test_a_town_without_apps_has_a_page(make_stage: MakeStage, chromium: BrowserContext) -> None:
    with serving(make_stage(apps=[]), chromium) as street:
        expect(street.phone("G1")).to_be_visible()
        assert street.page.locator('[data-test^="phone-"]').count() == 2


def test_no_tab_is_cut_off(make_stage: MakeStage, chromium: BrowserContext) -> None:
    """Many phones: on a desk the tabs take another line, on a phone they are moved with a finger."""
    app = TOWN["apps"][0]
    apps = [
        {**app, "name": f"app-{n}", "display": f"第 {n} 物业公司工单", "agentid": 2000 + n} for n in range(6)
    ]
    with serving(make_stage(apps=apps), chromium) as street:
        tabs = street.page.locator("#tabs")
        expect(tabs.locator("button")).to_have_count(8)
        assert tabs.evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth")
        street.page.set_viewport_size({"width": 390, "height": 844})
        assert tabs.evaluate("tabs => tabs.offsetHeight < 40 && getComputedStyle(tabs).overflowX === 'auto'")


def test_nothing_written_becomes_markup(street: Street) -> None:
    markdown = f'{NASTY} [点我](javascript:alert(1)) **<i>斜</i>** <font color="warning"><u>线</u></font>'
    anchors = '<a href="javascript:alert(1)">坏</a><a href="https://good.example/b">好</a>'
    street.stage.bot.say = lambda fields: NASTY + anchors
    street.stage.bot.answer = lambda body: {
        "msgtype": "stream",
        "stream": {"id": "s", "finish": True, "content": markdown},
    }
    street.tap("follow")
    street.write("resident", NASTY, "resident")
    street.expect_bubble("resident", "onerror")  # nobody writes on two phones within a blink
    street.write("group", NASTY, "G1")
    street.expect_bubble("G1", "斜")
    bubbles = street.page.locator('[data-test="bubble"]')
    assert bubbles.locator("img, b, i, u, script").count() == 0
    hrefs = bubbles.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert set(hrefs) == {"https://good.example/a", "https://good.example/b"}
    assert "hacked" not in street.page.title()


def test_the_clock_the_faults_and_a_new_resident_on_the_page(street: Street) -> None:
    street.tap("clock-86400")
    expect(street.page.locator("#clock-reset")).to_be_visible()
    assert street.stage.bot.offsets == [(86400, "ops")]
    street.tap("clock-reset")
    expect(street.page.locator("#clock-reset")).to_be_hidden()
    street.tap("faults-open")
    street.tap("fault-0")
    expect(street.page.locator('[data-test="fault"]')).to_have_count(1)
    street.tap("verify")
    expect(street.page.locator('[data-test="verify-result"]')).to_contain_text("公众号：正常")
    street.page.keyboard.press("Escape")
    street.tap("resident-add")
    street.page.locator('[data-test="resident-name"]').fill("李大爷")
    street.tap("resident-save")
    expect(street.phone("resident").locator(".person[aria-pressed=true]")).to_contain_text("李大爷")
    names = [one["name"] for one in street.stage.world.store.all("resident").values()]
    assert names == ["张阿姨", "李大爷"]
    assert ZHANG in street.stage.world.store.all("resident")

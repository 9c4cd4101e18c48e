"""Takes the pictures of README again: python -m tests.browser.take_pictures"""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.browser import steps
from tests.browser.desk import Desk
from tests.browser.street import ANJU, YANGGUANG, Street
from tests.browser.whole import ROOT, Whole, running
from tests.plugin_browser import ARGS, MISSING, find_chromium

PICTURES = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1280, "height": 880}
TALL: ViewportSize = {"width": 1280, "height": 1240}  # shows how the order went
COLOURS = 256  # of a palette: a third of the bytes, and no difference to the eye
LIMIT_BYTES = 250_000


def main() -> None:
    """Play a few hours of a neighbourhood, and take its pictures."""
    path = find_chromium()
    if path is None:
        raise SystemExit(MISSING)
    with running() as whole, sync_playwright() as playwright:
        context = playwright.chromium.launch(executable_path=path, args=ARGS).new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZE, reduced_motion="reduce"
        )
        expect.set_options(timeout=30_000)
        street, desk = Street(context.new_page()), Desk(context.new_page())
        street.page.bring_to_front()  # a page in the background is slow
        street.page.goto(whole.phones)
        others(street)
        number = loop(street)
        emergency(street)
        console(desk, whole, number)


def others(street: Street) -> None:
    """What else is going on."""
    steps.bind(street, "吴大爷", "bld:4", "阳光花园 5 号楼", "1 单元 301")
    number = steps.report(street, "楼道灯坏了")
    steps.claim(street, street.group(YANGGUANG), number, "赵敏")
    steps.bind(street, "孙阿姨", "bld:1", "幸福小区 1 号楼", "1 单元 101")
    steps.report(street, "厨房水管漏水", "pipe")
    steps.report(street, "单元门禁坏了")


def loop(street: Street) -> str:
    """A report from the first word to the rating, with a picture of it on the way. Its number."""
    group = street.group(ANJU)
    steps.bind(street, "周奶奶", "bld:3", "幸福小区 3 号楼", "2 单元 602")
    number = steps.report(street, "电梯坏了", "lift")
    steps.claim(street, group, number, "李华")
    steps.progress(street, group, number, "配件下午到")
    steps.ask(street, group, number, "停在几楼？", "停在 4 楼")
    street.page.get_by_role("heading", level=1).click()  # no cursor in the picture
    take(street.page, "phones")
    steps.finish(street, group, number, "已换门机皮带", "repaired")
    street.resident.choose("很满意")
    street.resident.ends_with("5 分")
    return number


def emergency(street: Street) -> None:
    """Somebody is stuck."""
    steps.bind(street, "钱阿姨", "bld:2", "幸福小区 2 号楼", "1 单元 202")
    street.resident.say("有人被困在电梯里")
    street.resident.ends_with("请先打 119")


def console(desk: Desk, whole: Whole, number: str) -> None:
    """The queue, and the order that went round."""
    desk.page.bring_to_front()
    desk.sign_in(whole)
    take(desk.page, "console-queue")
    desk.find(number)
    for photo in desk.card("照片").get_by_role("img").all():
        expect(photo).to_have_js_property("complete", True)
    desk.page.set_viewport_size(TALL)
    take(desk.page, "console-order")


def take(page: Page, name: str) -> None:
    """Keep what the page shows, small. Raises SystemExit when it is larger than a picture of README may be."""
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    path = PICTURES / f"{name}.png"
    shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LIMIT_BYTES:
        raise SystemExit(f"{path} is larger than {LIMIT_BYTES} bytes: take a smaller picture.")
    print(path.relative_to(ROOT), path.stat().st_size)


if __name__ == "__main__":
    main()

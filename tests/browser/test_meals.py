"""A meal from the phone to the kitchen: ordered in a talk, counted in the console, printed and looked at."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.desk import Desk
from tests.browser.street import Street
from tests.kitchen import pdf

DISH = "家常豆腐"  # is for lunch every day
CODE = re.compile(r"取餐码 (\d+)")
A4: dict[str, int] = {"width": 900, "height": 1200}
INK, PAPER = 150, 250  # grey, from black to white: small letters are drawn thin


def test_a_meal_is_ordered_on_the_phone_counted_in_the_console_and_printed(
    street: Street, desk: Desk, tmp_path: Path
) -> None:
    code = _order(street)
    desk.page.bring_to_front()
    desk.go("助餐")
    desk.page.get_by_role("link", name="备餐").click()
    # In the evening the page opens at tomorrow.
    desk.page.get_by_role("link", name="今天", exact=True).click()
    desk.page.get_by_role("link", name="后一天").click()
    lunch = desk.card("午餐")
    expect(lunch.get_by_role("row", name=DISH)).to_contain_text("2")
    expect(lunch.locator("dl")).to_contain_text(re.compile(r"一共要做\s*2 份"))
    _sees_sheet(_printed(desk, "备餐单", tmp_path), desk, DISH, "还没有截止")
    _sees_sheet(_printed(desk, "取餐单", tmp_path), desk, DISH, code)


def _order(street: Street) -> str:
    """Two portions of a dish for tomorrow's lunch, to be fetched. The code."""
    street.page.bring_to_front()
    steps.bind(street, "何奶奶", "bld:2", "幸福小区 2 号楼", "2 单元 302")
    street.resident.say("明天午餐")
    street.resident.ends_with("明天午餐", "想吃什么", DISH)
    street.resident.say(f"{DISH}两份")
    street.resident.ends_with("怎么取餐")
    street.resident.choose("自己到和平长者食堂取")
    street.resident.ends_with("请核对", f"{DISH} 2 份，20 元", "您付 20 元")
    street.resident.choose("确定")
    found = CODE.search(street.resident.ends_with("订好了", "取餐码").inner_text())
    assert found
    return found[1]


def _printed(desk: Desk, paper: str, folder: Path) -> Path:
    with desk.page.expect_download() as coming:
        desk.card("午餐").get_by_role("button", name=re.compile(rf"打印\s*午餐{paper}")).click()
    path = folder / f"{paper}.pdf"
    coming.value.save_as(path)
    return path


def _sees_sheet(path: Path, desk: Desk, *texts: str) -> None:
    """The words are there, and on the picture of its first page there are lines of ink, none of them at the edge."""
    words = pdf.words(path.read_bytes())
    assert [text for text in ("和平长者食堂", *texts) if text not in words] == []
    picture = path.with_suffix(".png")
    _photograph(desk.page, path, picture)
    sheet = _sheet(Image.open(picture).convert("L"))
    width, height = sheet.size
    assert 1.35 < height / width < 1.48  # A4, upright
    dark = [(x, y) for y in range(height) for x in range(width) if sheet.getpixel((x, y)) < INK]
    rows = sorted({y for _, y in dark})
    lines = 1 + sum(after - before > 2 for before, after in pairwise(rows))
    assert lines >= 5
    edge = width // 40
    assert min(x for x, _ in dark) > edge
    assert max(x for x, _ in dark) < width - edge


def _photograph(page: Page, path: Path, picture: Path) -> None:
    """What the browser shows of a PDF, without its own tools, once it has stopped drawing."""
    shown = page.context.new_page()
    shown.set_viewport_size(A4)  # type: ignore[arg-type]
    shown.goto(f"{path.as_uri()}#toolbar=0&navpanes=0&view=Fit")
    before, after = b"", shown.screenshot(path=picture)
    for _ in range(50):
        if before == after and _sheet(Image.open(picture).convert("L")).size[0] > A4["width"] // 2:
            break
        shown.wait_for_timeout(200)
        before, after = after, shown.screenshot(path=picture)
    shown.close()


def _sheet(shot: Image.Image) -> Image.Image:
    """The white page on the dark ground; an empty image before it is there."""
    white = shot.point([255 if grey >= PAPER else 0 for grey in range(256)])
    return shot.crop(white.getbbox() or (0, 0, 0, 0))

"""An order of a firm that works in its own WeCom app: told to both on duty, taken by one, seen by the other."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.street import Street

TOLD = "树已锯走，路通了"


def test_a_firm_with_an_app_of_its_own_works_an_order_in_its_chats(street: Street) -> None:
    app, resident = street.app(), street.resident
    steps.bind(street, "冯大妈", "bld:5", "阳光花园 6 号楼", "2 单元 501")
    number = steps.report(street, "花园里的大树倒了", "pipe")
    for userid in ("HePing", "GaoJie"):
        app.hand_to(userid)
        card = app.ends_with(f"{number} 绿化", "花园里的大树倒了", "照片")
        expect(card.get_by_role("button", name="接单")).to_be_visible()
    app.hand_to("LinTao")  # is not on duty
    expect(app.part("bubble")).to_have_count(0)
    app.hand_to("GaoJie")
    app.press("claim")
    app.ends_with(f"{number} 由您接单", "已接单", "高洁")
    resident.ends_with(number, "绿荫园林 高洁", "接单")
    app.hand_to("HePing")
    taken = app.ends_with(f"{number} 绿化", "已由 高洁 接单")
    expect(taken.get_by_role("button")).to_have_count(0)
    app.hand_to("GaoJie")
    _works(street, number)
    app.say(f"完成 {number} {TOLD}")
    app.ends_with(number, "已办结")
    resident.ends_with(number, "处理好了", TOLD, "您对这次处理满意吗")
    app.sees(f"{number} 绿化", "已经办结。要看记录请发")
    expect(app.part("card-finish_hint")).to_have_count(0)


def _works(street: Street, number: str) -> None:
    """Looks at the resident's photo, sends one, asks, comes."""
    app, resident = street.app(), street.resident
    app.say(f"查 {number}")
    app.sees("照片 1 张，马上发给您")
    expect(app.root.locator("img")).to_have_count(1)
    app.add_photo("repaired")
    app.ends_with(number, "进展已转给住户")
    resident.ends_with(number, "有新进展", "照片")
    app.say(f"问 {number} 压到车了吗？")
    resident.ends_with(number, "压到车了吗？")
    resident.say("没有")
    app.ends_with("您问的是：“压到车了吗？”", "“没有”")
    app.press("arrive")
    resident.ends_with(number, "已经到现场")

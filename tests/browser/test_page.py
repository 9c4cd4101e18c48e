"""An order of a firm whose group can only be written to: from the resident's phone over the link to thanks."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.desk import Desk
from tests.browser.street import BIANMIN, Phone, Street

PHONE = {"width": 390, "height": 844}
TOLD = "角阀已换，不漏了"


def test_a_firm_that_only_reads_its_group_works_an_order_on_the_page(street: Street, desk: Desk) -> None:
    word = _word(desk, "郑军")
    street.page.bring_to_front()
    group = street.group(BIANMIN)
    steps.bind(street, "钱阿婆", "bld:3", "幸福小区 3 号楼", "1 单元 301")
    number = steps.report(street, "外墙脱落")
    group.ends_with(f"{number}】房屋", "接单、填进度请点")
    page = _opened(street, group, number)
    expect(page.locator("body")).not_to_contain_text("外墙脱落")
    page.get_by_label("请输入管理员给您的口令").fill(word)
    page.get_by_role("button", name="绑定并打开工单").click()
    expect(page.get_by_role("status")).to_contain_text("绑定好了")
    page.get_by_role("button", name="接单").click()
    expect(page.get_by_role("status")).to_contain_text("接单成功")
    page.get_by_label("处理结果，住户会看到").fill(TOLD)
    page.get_by_role("button", name="办结工单").click()
    expect(page.get_by_role("status")).to_contain_text("已办结")
    page.close()
    street.page.bring_to_front()
    group.ends_with(number, "郑军 办结了", TOLD)
    street.resident.sees("便民维修 郑军 接单")
    street.resident.sees(TOLD)
    street.resident.choose("很满意")
    street.resident.ends_with("5 分（很满意）")
    _is_revoked(desk, street, group, number)


def _word(desk: Desk, worker: str) -> str:
    desk.go("人员")
    desk.page.get_by_role("button", name=re.compile(f"生成绑定口令.*{worker}")).click()
    return desk.page.locator(".sentence").inner_text()


def _opened(street: Street, group: Phone, number: str) -> Page:
    """Tap the link in the group's newest message about the order."""
    link = group.sees(f"{number}】").get_by_role("link")
    with street.page.context.expect_page() as opened:
        link.click()
    page = opened.value
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    return page


def _is_revoked(desk: Desk, street: Street, group: Phone, number: str) -> None:
    desk.page.bring_to_front()
    desk.go("人员")
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.get_by_role("button", name=re.compile("解除.*郑军")).click()
    expect(desk.page.get_by_text("已经解除")).to_be_visible()
    street.page.bring_to_front()
    page = _opened(street, group, number)
    expect(page.get_by_label("请输入管理员给您的口令")).to_be_visible()
    page.close()

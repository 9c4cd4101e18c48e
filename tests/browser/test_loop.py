"""From following to thanks on the phones, and the same order in the console."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.desk import Desk
from tests.browser.street import ANJU, YANGGUANG, Street

SAID = ("已换门机皮带", "配件下午到", "停在几楼？", "停在 4 楼")


def test_a_report_goes_round_and_stands_in_the_console(street: Street, desk: Desk) -> None:
    street.page.bring_to_front()
    group = street.group(ANJU)
    steps.bind(street, "周奶奶", "bld:3", "幸福小区 3 号楼", "2 单元 602")
    number = steps.report(street, "电梯坏了", "lift")
    group.ends_with(f"【加急 {number}】电梯", "幸福小区 3 号楼", "照片 1 张")
    expect(group.root).not_to_contain_text("602")
    steps.claim(street, group, number, "安居物业 李华")
    steps.progress(street, group, number, SAID[1])
    steps.ask(street, group, number, *SAID[2:])
    steps.finish(street, group, number, SAID[0], "repaired")
    street.resident.choose("很满意")
    street.resident.ends_with("5 分（很满意）")
    street.resident.say("师傅很好")
    street.resident.ends_with("谢谢您")
    desk.page.bring_to_front()
    _is_told_in_full(desk, number)


def _is_told_in_full(desk: Desk, number: str) -> None:
    desk.find(number)
    expect(desk.card("居民说")).to_contain_text("5 分，很满意")
    ledger = desk.card("经过").get_by_role("heading", level=3)
    expect(ledger).to_have_text(["报修登记", "接单", "进展", "询问居民", "居民回答", "办结", "居民评价"])
    for words in SAID:
        expect(desk.card("经过")).to_contain_text(words)
    expect(desk.card("照片").get_by_role("img")).to_have_count(2)
    for photo in desk.card("照片").get_by_role("img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("photo => photo.naturalWidth") > 0
    for told in (*SAID, "已由安居物业 李华 接单", "有新进展", "想问您", "您对这次处理满意吗"):
        expect(desk.card("对话")).to_contain_text(told)


def test_a_low_rating_becomes_a_return_visit(street: Street, desk: Desk) -> None:
    street.page.bring_to_front()
    group = street.group(YANGGUANG)
    steps.bind(street, "吴大爷", "bld:4", "阳光花园 5 号楼", "1 单元 301")
    number = steps.report(street, "楼道灯坏了")
    steps.claim(street, group, number, "阳光物业 赵敏")
    steps.finish(street, group, number, "换了灯泡")
    street.resident.choose("很不满意")
    street.resident.ends_with("1 分（很不满意）")
    desk.page.bring_to_front()
    desk.go("待办")
    visit = desk.page.get_by_role("article").filter(has_text=f"工单 {number}")
    expect(visit).to_contain_text("回访")
    visit.get_by_role("button", name="已处理").click()
    expect(visit).to_have_count(0)

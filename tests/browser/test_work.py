"""Emergencies, cards, binding words and the sheets for the doors."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.desk import Desk
from tests.browser.street import ANJU, HEPING, Street


def test_an_emergency_is_answered_at_once_and_stands_first(street: Street, desk: Desk) -> None:
    street.page.bring_to_front()
    steps.bind(street, "孙阿姨", "bld:1", "幸福小区 1 号楼", "1 单元 101")
    lesser = steps.report(street, "门禁坏了")
    street.resident.say("有人被困在电梯里")
    answer = street.resident.ends_with("请先打 119", "紧急工单").inner_text()
    assert answer.startswith("请先打 119")
    street.group(ANJU).ends_with("【紧急 ", "有人被困在电梯里")
    desk.page.bring_to_front()
    desk.go("工单")
    expect(desk.row(lesser)).to_be_visible()
    first = desk.page.get_by_role("list", name="工单").get_by_role("listitem").first
    expect(first).to_contain_text("有人被困在电梯里")
    expect(first.get_by_text("紧急", exact=True)).to_be_visible()
    assert lesser not in first.inner_text()


def test_a_button_on_an_orders_card_does_what_words_would(street: Street, desk: Desk) -> None:
    street.page.bring_to_front()
    group = street.group(ANJU)
    steps.bind(street, "钱阿姨", "bld:2", "幸福小区 2 号楼", "2 单元 402")
    number = steps.report(street, "厨房水管漏水", "pipe")
    steps.claim(street, group, number, "安居物业 李华")
    group.say(f"查 {number}")
    card = group.ends_with(number, "接单人", "李华", "已接单")
    card.get_by_role("button", name="到场").click()
    expect(card).to_contain_text("已到场")
    expect(card.get_by_role("button", name="到场")).to_have_count(0)
    street.resident.ends_with(number, "已经到现场")
    desk.page.bring_to_front()
    _door_is_shown_when_asked_for(desk, number, "2 单元 402 室")


def _door_is_shown_when_asked_for(desk: Desk, number: str, door: str) -> None:
    desk.find(number)
    expect(desk.page.get_by_role("main")).not_to_contain_text(door)
    desk.page.get_by_role("button", name="查看联系方式").click()
    expect(desk.card("联系方式")).to_contain_text(door)


def test_a_binding_word_lets_somebody_in_again(street: Street, desk: Desk) -> None:
    desk.page.bring_to_front()
    desk.go("人员")
    desk.page.once("dialog", lambda asked: asked.accept())
    row = desk.page.get_by_role("listitem").filter(has_text="吴芳")
    row.get_by_role("button", name="解绑").click()
    expect(row).to_contain_text("没有绑定")
    row.get_by_role("button", name="生成绑定口令").click()
    sentence = desk.page.locator(".sentence").inner_text()

    street.page.bring_to_front()
    phone = street.group(HEPING)
    phone.part("group-me").select_option(label="吴芳")
    phone.part("single-tab").click()
    phone.say("待办")
    phone.ends_with("还没有绑定")
    phone.say(sentence)
    phone.ends_with("吴芳", "绑定")
    phone.say("待办")
    phone.ends_with("没有未办结的工单")

    desk.page.bring_to_front()
    desk.go("人员")
    expect(row).to_contain_text("已绑定")


def test_a_house_has_a_sheet_to_print(desk: Desk) -> None:
    desk.go("二维码")
    desk.card("幸福小区").get_by_role("link", name="3 号楼").click()
    sheet = desk.card("幸福小区 3 号楼")
    expect(sheet.locator("svg")).to_be_visible()
    expect(sheet).to_contain_text("微信扫一扫")
    expect(desk.page.get_by_role("button", name="打印")).to_be_visible()

"""The steps of an order's life, each done by hand and seen on both sides."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.street import Phone, Street


def bind(street: Street, name: str, scene: str, home: str, door: str) -> None:
    """A new resident scans the code on the house, and says which door."""
    street.move_in(name)
    street.scan(scene)
    street.resident.ends_with(f"您扫的是{home}", "您家是几单元几室")
    street.resident.say(door)
    street.resident.ends_with("绑定好了", home)


def report(street: Street, words: str, photo: str = "") -> str:
    """Report, with a photo if there is one, and tap to submit. The order's number."""
    street.resident.say(words)
    street.resident.ends_with("要报的是", words)
    if photo:
        street.resident.add_photo(photo)
        street.resident.ends_with("收到 1 张照片")
    street.resident.choose("直接提交")
    return street.number()


def claim(street: Street, group: Phone, number: str, worker: str) -> None:
    """Take the order by typing, with the @ on; the resident is told by whom."""
    group.sees(f"{number}】")
    expect(group.part("group-at")).to_have_attribute("aria-pressed", "true")
    group.say(f"接 {number}")
    group.ends_with(number, "由您接单")
    street.resident.ends_with(number, worker, "接单")


def progress(street: Street, group: Phone, number: str, words: str) -> None:
    """Say how it goes by quoting the robot's message: no number is typed."""
    group.quote(f"{number}】", "接单请回复")
    group.say(f"进度 {words}")
    group.ends_with(number, "进展已转给住户")
    street.resident.ends_with(number, "有新进展", words)


def ask(street: Street, group: Phone, number: str, question: str, answer: str) -> None:
    """Ask the resident; the answer comes back to the group."""
    group.say(f"问 {number} {question}")
    street.resident.ends_with(number, question)
    street.resident.say(answer)
    street.resident.ends_with("已转给师傅")
    group.ends_with(number, question, answer)


def finish(street: Street, group: Phone, number: str, words: str, photo: str = "") -> None:
    """Finish the order, with a photo if there is one; the resident gets the result and the rating in one message."""
    if photo:
        group.add_photo(photo)
        expect(group.part("attached")).to_be_visible()
    group.say(f"完成 {number} {words}")
    group.ends_with(number, "已办结")
    street.resident.ends_with(number, "处理好了", words, "您对这次处理满意吗", "很满意")

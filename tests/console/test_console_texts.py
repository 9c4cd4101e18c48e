"""The tab 用语: texts are found, looked at, changed and taken back; each change is written down."""

from __future__ import annotations

import re

import pytest

from bot.own_words import lines_of
from handlers.console.texts import BUILT_IN, named
from models import tables as t
from tests.console.conftest import Console, Visitor

NAME = "order_claimed"
PATH = f"/console/settings/texts/{NAME}"


@pytest.fixture
def admin(console: Console) -> Visitor:
    visitor = console.signed_in("admin")
    visitor.open(PATH)
    return visitor


def form(old: str = "", new: str = "", name: str = NAME) -> dict[str, str]:
    return {
        f"line-{n}-{k}": line.replace(old, new) if old else line
        for n, slot in enumerate(BUILT_IN[name])
        for k, line in enumerate(lines_of(slot))
    }


def test_texts_are_listed_by_section_and_found(admin: Visitor) -> None:
    page = admin.open("/console/settings/texts")
    assert "有危险时，“请先打 119”后面的话" in page.text
    assert "约好上门" in page.text
    found = admin.open("/console/settings/texts?q=煤气")
    assert "闻到煤气" in found.text
    assert "约好上门" not in found.text
    assert "没有找到这样的用语" in admin.open("/console/settings/texts?q=没有这样的话").text


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_text_has_its_page_with_a_preview(admin: Visitor, name: str) -> None:
    page = admin.open(f"/console/settings/texts/{name}")
    assert page.status == 200
    assert "居民会看到" in page.text
    bubbles = page.html.split('class="bubble">')[1:]
    assert all("{" not in one.partition("</p>")[0] for one in bubbles)


def test_a_change_is_looked_at_first_and_saves_nothing(console: Console, admin: Visitor) -> None:
    page = admin.post(PATH, do="look", **form("想看进度", "想问进度1次"))
    assert "还没有保存" in page.text
    assert "想问进度1次，回复 1024" in page.text
    assert "请空一格" in page.text
    assert console.rows(t.own_text) == []


def test_a_change_is_saved_and_written_down_and_taken_back(console: Console, admin: Visitor) -> None:
    assert "已改" not in admin.open("/console/settings/texts").text
    page = admin.send(PATH, do="save", **form("想看进度", "想问进度"))
    assert "已经保存" in page.text
    (row,) = console.rows(t.own_text)
    assert (row.name, row.lines[1]) == (NAME, "想问进度，回复 {number} 就可以。")
    assert "已改" in admin.open("/console/settings/texts").text
    assert "改了用语“有人接单”" in admin.open("/console/audit").text
    admin.open(PATH)
    assert "恢复成原文" in admin.send(f"{PATH}/reset").text
    assert console.rows(t.own_text) == []
    assert [row.what for row in console.rows(t.audit)] == ["text_changed", "text_reset"]


def test_what_does_not_fit_is_explained_and_kept_in_the_form(console: Console, admin: Visitor) -> None:
    page = admin.post(PATH, do="save", **form("{number}", ""))
    assert page.status == 422
    assert "少了 {工单号}" in page.text
    assert "想看进度，回复 就可以。</textarea>" in page.html.replace("  ", " ")
    assert console.rows(t.own_text) == []


def test_a_text_nobody_knows_is_not_found(admin: Visitor) -> None:
    for path in ("new_order", "advice.king", "order_finished", "x"):
        assert admin.open(f"/console/settings/texts/{path}").status == 404
        assert admin.post(f"/console/settings/texts/{path}", do="save").status in (404, 400)


def test_what_an_older_release_left_is_said_to_be_out_of_use(console: Console, admin: Visitor) -> None:
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(
            t.own_text.insert().values(name=NAME, lines=["旧的"], changed_at=console.clock.now())
        )
    assert "和新版本对不上" in admin.open("/console/settings/texts").text
    assert "恢复成原文" in admin.open(PATH).text


def test_only_an_administrator_comes_here(console: Console) -> None:
    visitor = console.signed_in("anju")
    assert visitor.open("/console/settings/texts").status == 403
    assert visitor.open(PATH).status == 403


def test_the_page_says_what_can_be_changed_and_what_cannot(admin: Visitor) -> None:
    text = admin.open("/console/settings/texts").text
    assert "改不了的：一问一答里的问题和回答" in text
    assert "全部街道和社区都一样" in text


def test_what_is_filled_in_is_read_and_written_by_its_chinese_name(console: Console, admin: Visitor) -> None:
    assert "您反映的{类别}问题（工单 {工单号}）" in admin.open("/console/settings/texts").text
    page = admin.open(PATH)
    assert "{number}" not in page.html
    assert "回复 {工单号} 就可以" in page.text
    chinese = {key: named(line) for key, line in form("想看进度", "想问进度").items()}
    assert "已经保存" in admin.send(PATH, do="save", **chinese).text
    assert console.rows(t.own_text)[0].lines[1] == "想问进度，回复 {number} 就可以。"


def test_a_list_of_lines_is_looked_at_as_one_message(console: Console) -> None:
    page = console.signed_in("admin").open("/console/settings/texts/says.phones")
    (bubble,) = re.findall(r'<p class="bubble">([^<]*)</p>', page.html)
    assert bubble.splitlines()[:2] == ["紧急电话，直接拨打：", "着火、被困：119"]

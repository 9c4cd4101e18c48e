"""What the bot says by itself is said in the town's own words, where there are some that fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from dialogs.phones import PHONES
from models import tables as t
from tests.chat import Community, found


@pytest.fixture
def town(tmp_path: Path) -> Community:
    return found(tmp_path)


def own(town: Community, name: str, *lines: str) -> None:
    with town.store.work(town.clock.now()) as work:
        row = {"name": name, "lines": list(lines), "changed_at": work.now}
        work.conn.execute(insert(t.own_text).values(row))


def test_the_welcome_is_the_towns_own(town: Community) -> None:
    own(town, "says.welcome", "您好，我是幸福街道小助手，东西坏了跟我说。")
    said = town.resident().says("你好")
    assert "我是幸福街道小助手" in said
    assert "邻里小助手" not in said
    assert "我会记下您说的话" in said  # the notice stays as it is


def test_the_list_of_phones_has_the_towns_own_number_and_leaves_out_what_is_empty(town: Community) -> None:
    resident = town.resident()
    resident.says("幸福小区3号楼2单元602")
    assert resident.says("紧急电话") == "\n".join(PHONES)
    last = "幸福街道值班：021-60000001"
    own(town, "says.phones", *PHONES[:6], "", last)
    assert resident.says("紧急电话") == "\n".join([*PHONES[:6], last])


def test_a_text_of_another_release_is_not_said(town: Community) -> None:
    resident = town.resident()
    resident.says("幸福小区3号楼2单元602")
    own(town, "says.phones", "只有一行")
    assert resident.says("紧急电话") == "\n".join(PHONES)


def test_who_asks_for_a_person_reads_the_towns_own_number(town: Community) -> None:
    resident = town.resident()
    resident.says("幸福小区3号楼2单元602")
    own(town, "says.urgent", "急事请打街道值班电话 021-60000001；有危险请打 110、119 或 120。")
    said = resident.says("人工")
    assert "021-60000001" in said
    assert "物业或居委电话" not in said

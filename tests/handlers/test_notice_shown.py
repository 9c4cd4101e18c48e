"""The notice in force is read once, before something new is kept, and whoever goes on agrees; erased is erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.clock import real_seconds
from bot.message import Heard
from models import tables as t
from models.notices import newest
from tests.chat import Community, found

SHORT = newest().short
REPORT = "幸福小区3号楼电梯坏了"


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


def consents(community: Community) -> list[tuple[str, str]]:
    return [(row.purpose, row.version) for row in community.rows(t.consent)]


def test_who_agreed_to_an_older_version_reads_the_new_one_once(community: Community) -> None:
    phone = community.resident()
    phone.says("[关注]")
    phone.says("1")
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.account).values(consent_version="1"))
        work.conn.execute(update(t.consent).values(version="1"))
    first = phone.says(REPORT)
    assert first.startswith(f"隐私说明有更新，请看一下：{SHORT}")
    assert community.rows(t.account)[0].consent_version == "1"
    assert SHORT not in phone.says("1")
    assert community.rows(t.account)[0].consent_version == newest().version
    assert consents(community)[-2:] == [("notice_shown", "2"), ("notice", "2")]


def test_a_phone_number_as_the_first_word_is_not_kept_without_the_notice(community: Community) -> None:
    assert SHORT in community.resident().says("13800138000")


def test_danger_comes_without_it_and_it_comes_later(community: Community) -> None:
    phone = community.resident()
    assert SHORT not in phone.says("着火了")
    assert consents(community) == []


def test_who_does_not_agree_is_not_taken_to(community: Community) -> None:
    phone = community.resident()
    phone.says(REPORT)
    phone.says("不同意")
    assert consents(community) == [("notice_shown", "2")]
    assert community.rows(t.account)[0].consent_version is None


def heard(community: Community, text: str) -> Heard:
    clock = community.clock
    one = Heard("wechat_oa", community.key(), "openid-zhang", "text", clock.now(), text=text)
    community.keep(one)
    return one


def test_who_is_erased_leaves_no_word_behind_and_is_somebody_new(community: Community) -> None:
    phone = community.resident()
    for words in ("[关注]", "幸福小区3号楼2单元602", "删除我的信息"):
        phone.says(words)
    assert "都删好了" in phone.says("1")
    [row] = community.rows(t.account)
    assert row.address == f"left:{row.id}"
    assert {one.payload for one in community.rows(t.inbox)} == {None}
    assert {one.sender for one in community.rows(t.inbox)} == {f"left:{row.id}"}
    assert community.rows(t.conversation)[0].state == "{}"
    phone.says(REPORT)
    assert [one.address for one in community.rows(t.account)] == [f"left:{row.id}", "openid-zhang"]


def test_a_repeated_delivery_of_the_last_word_gets_the_same_answer_and_erases_nobody_else(
    community: Community,
) -> None:
    phone = community.resident()
    phone.says("[关注]")
    phone.says("删除我的信息")
    sure = heard(community, "1")
    answer = community.residents.answer("wechat_oa", sure.sender, sure.key, real_seconds())
    phone.says(REPORT)
    again = community.residents.answer("wechat_oa", sure.sender, sure.key, real_seconds())
    assert again.words == answer.words
    assert community.rows(t.account)[1].left_at is None


def test_what_was_said_right_after_the_erasing_word_is_said_by_somebody_new(community: Community) -> None:
    phone = community.resident()
    phone.says("[关注]")
    phone.says("删除我的信息")
    heard(community, "1")
    last = heard(community, REPORT)
    answer: Any = community.residents.answer("wechat_oa", last.sender, last.key, real_seconds())
    assert "要报的是" in answer.words
    left, new = community.rows(t.account)
    assert (left.left_at is None, new.address) == (False, "openid-zhang")
    assert [bool(one.payload) for one in community.rows(t.inbox)] == [False, False, False, True]
    assert {one.state for one in community.rows(t.inbox)} == {"done"}


def test_photos_outside_orders_are_deleted_once_it_is_committed(community: Community) -> None:
    phone = community.resident()
    phone.says("[关注]")
    with community.store.work(community.clock.now()) as work:
        row = {"account_id": 1, "channel": "wechat_oa", "media": "loose", "state": "kept", "file": "a.jpg"}
        work.conn.execute(t.photo.insert().values(**row, made_at=work.now, next_at=work.now))
    phone.says("删除我的信息")
    assert "都删好了" in phone.says("1")
    assert "a.jpg" in community.lost


def test_the_towns_own_advice_follows_the_number_to_call(community: Community) -> None:
    with community.store.work(community.clock.now()) as work:
        own = {"name": "advice.trapped", "lines": ["请别慌，马上有人来。"], "changed_at": work.now}
        work.conn.execute(t.own_text.insert().values(own))
    assert (
        community.resident().says("有人被困在电梯里了").startswith("请先打 119 或 110！请别慌，马上有人来。")
    )

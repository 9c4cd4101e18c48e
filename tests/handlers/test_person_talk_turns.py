"""A talk with a person as it crosses turns: held answers, what cannot be read, defects, a first contact."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.clock import real_seconds
from bot.message import Heard
from models import tables as t
from models.notices import newest
from tests.chat import Community, Resident, found

HOME = "幸福小区3号楼2单元602"


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


@pytest.fixture
def zhang(community: Community) -> Resident:
    """Somebody who talks with a person."""
    resident = community.resident()
    resident.says(HOME)
    resident.says("1")
    resident.says("人工")
    return resident


def entries(community: Community) -> list[str]:
    with community.store.look(community.clock.now()) as work:
        return [work.unseal(one.words_sealed) for one in community.rows(t.talk_entry) if one.by == "resident"]


def test_words_that_wait_are_read_and_what_was_said_goes_on(community: Community, zhang: Resident) -> None:
    community.worker("SunLi").says("回复 T1 明天上门")
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.outbox).where(t.outbox.c.kind == "talk_reply").values(state="held"))
    answer = zhang.says("你们还没有回我呀")
    assert answer.startswith("和平社区居委会 孙丽 回复您：\n“明天上门”")
    assert entries(community) == ["你们还没有回我呀"]


def test_what_cannot_be_read_is_told_to_both(community: Community, zhang: Resident) -> None:
    assert "请打字" in zhang.says("[语音]")
    assert "请打字" in zhang.says("[视频]")
    assert entries(community) == [
        "〔发来一段语音，听不到，已请住户打字〕",
        "〔发来一段视频，看不了，已请住户拍照片〕",
    ]
    zhang.says("结束")
    assert "我还听不清语音" in zhang.says("[语音]")
    assert len(entries(community)) == 2


@pytest.mark.parametrize("asks", [True, False])
def test_a_voice_message_is_no_picture(community: Community, zhang: Resident, asks: bool) -> None:
    zhang.says("人工" if asks else "结束")
    zhang.says("[语音 楼道灯不亮]")
    zhang.says("1")
    assert community.rows(t.photo) == []


def test_a_repeated_delivery_is_passed_on_once(community: Community, zhang: Resident) -> None:
    heard = Heard(zhang.channel, community.key(), zhang.sender, "text", community.clock.now(), text="在吗")
    community.keep(heard)
    answers = [community.residents.answer(zhang.channel, zhang.sender, heard.key, None) for _ in range(2)]
    assert [one.words for one in answers] == ["", ""]
    assert entries(community) == ["在吗"]


def test_who_asks_for_a_person_first_of_all_reads_what_is_kept(community: Community) -> None:
    answer = community.resident("li").says("人工")
    assert newest().short in answer
    assert "请回复 结束" in answer


def test_unfollowing_in_a_talk_empties_it(community: Community, zhang: Resident) -> None:
    zhang.says("我的秘密")
    zhang.says("[照片]")
    zhang.says("[取消关注]")
    assert entries(community) == ["", ""]
    (talk,) = community.rows(t.person_talk)
    assert (talk.state, talk.account_id) == ("ended", None)
    assert not any("秘密" in str(one.facts) for one in community.told())
    assert community.rows(t.photo) == []
    assert "已经取消关注" in community.worker("SunLi").says("回复 T1 您好")


def test_staff_may_end_it_while_the_resident_writes(community: Community, zhang: Resident) -> None:
    community.worker("SunLi").says("结束 T1")
    assert "电梯" in zhang.says("电梯坏了")
    assert entries(community) == []


def test_alone_with_the_bot_staff_may_answer_too(community: Community, zhang: Resident) -> None:
    alone = community.worker("SunLi", chat="")
    assert "已发给住户" in alone.says("回复 T1 您好")
    assert "请把话写在后面" in alone.says("回复 T1")
    assert "等着回话的居民" not in alone.says("待办")
    zhang.says("您好")
    assert "等着回话的居民：T1" in alone.says("待办")


def test_photos_are_shown_to_the_group_that_asks(community: Community, zhang: Resident) -> None:
    zhang.says("[照片]")
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.photo).values(state="kept", file=f"{1:064x}.jpg"))
    reply = community.worker("SunLi").does(text="查 T1")
    assert reply.pictures == (f"{1:064x}.jpg",)
    assert "〔照片 1 张〕" in reply.words


def test_a_turn_in_the_transaction_that_keeps_its_message_knows_of_the_talk(
    community: Community, zhang: Resident
) -> None:
    answers = []
    for words in ("在吗", "结束", "我的报修"):
        heard = Heard(zhang.channel, community.key(), zhang.sender, "text", community.clock.now(), text=words)
        with community.store.work(community.clock.now()) as work:
            now = work.now
            row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "received_at": now}
            made = (
                t.inbox.insert().values(**row, payload=heard.to_json(), next_at=now).returning(t.inbox.c.id)
            )
            inbox_id = work.conn.execute(made).scalar_one()
            reply = community.residents.at_once(work, inbox_id, heard, real_seconds())
        assert reply is not None
        answers.append(reply.words)
    assert entries(community) == ["在吗"]
    assert answers[0].startswith("收到")
    assert "对话结束了" in answers[1]
    assert "报修记录" in answers[2]

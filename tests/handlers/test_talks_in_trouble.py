"""What must not go wrong in a talk: somebody leaves in between, words wait, an action refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock import real_seconds
from bot.message import Heard
from handlers.host import TurnHost
from handlers.late import LateWords
from models import tables as t
from models.store import To
from tests.chat import Community, Resident, found
from tests.test_every_dialog import DIALOGS, Example, lines_of


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


def left_behind(phone: Resident, kind: str, **what: Any) -> str:
    """Something heard that no callback has played; its key."""
    community = phone.community
    key = community.key()
    community.keep(Heard(phone.channel, key, phone.sender, kind, community.clock.now(), **what))  # type: ignore[arg-type]
    return key


def test_who_leaves_and_comes_back_in_one_batch_is_erased_and_begins_anew(community: Community) -> None:
    phone = community.resident()
    phone.says("[关注]")
    phone.says("幸福小区3号楼2单元602")
    left_behind(phone, "unfollow")
    left_behind(phone, "follow")
    key = left_behind(phone, "text", text="电梯坏了")
    reply = community.residents.answer(phone.channel, phone.sender, key, real_seconds())
    accounts = community.rows(t.account)
    assert [one.left_at is not None for one in accounts] == [True, False]
    assert accounts[0].address.startswith("left:")
    assert "在哪里" in reply.words
    assert {row.state for row in community.rows(t.inbox)} == {"done"}
    assert community.rows(t.desk_item) == []


def hold(community: Community, words: list[str]) -> None:
    """Messages that could not be pushed."""
    with community.store.work(community.clock.now()) as work:
        account_id = work.conn.execute(select(t.account.c.id)).scalar_one()
        for one in words:
            facts = {
                "number": 1001,
                "category": "lift",
                "place": "x",
                "urgency": "normal",
                "unit": "安居物业",
            }
            work.tell(To(account_id=account_id), "order_reply", {**facts, "worker": "李华", "words": one})
        work.conn.execute(update(t.outbox).values(state="held"))


def test_held_words_are_never_cut_away(community: Community) -> None:
    phone = community.resident()
    phone.says("[关注]")
    hold(community, ["长" * 300, "宽" * 300, "高" * 300])
    first, second, third = (phone.says(words) for words in ("呵呵呵", "更多", "更多"))
    assert all(len(one.encode()) <= 2048 for one in (first, second, third))
    assert [one.count("高" * 300) for one in (first, second, third)] == [1, 0, 0]
    assert "长" * 300 in second + third
    assert "更多" in first
    assert {row.state for row in community.rows(t.outbox)} == {"delivered"}


def test_a_held_rating_is_shown_with_its_numbers_and_answered_by_one(community: Community) -> None:
    phone = community.resident()
    for words in ("[关注]", "幸福小区3号楼2单元602", "电梯坏了", "1", "不留"):
        phone.says(words)
    worker = community.worker("LiHua")
    worker.says("接 1001")
    worker.says("完成 1001 好了")
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.outbox).where(t.outbox.c.account_id.is_not(None)).values(state="held"))
        work.conn.execute(update(t.open_question).values(shown_at=None))
    key = left_behind(phone, "text", text="在吗")
    shown = community.residents.answer(phone.channel, phone.sender, key, real_seconds()).words
    assert "4. 满意" in shown
    assert "报修\n" not in shown
    community.clock.forward(minutes=1)
    key = left_behind(phone, "text", text="4")
    assert "4 分" in community.residents.answer(phone.channel, phone.sender, key, real_seconds()).words
    assert [row.score for row in community.rows(t.rating)] == [4]


def test_what_a_repeat_was_given_no_late_callback_says_again(community: Community) -> None:
    phone = community.resident()
    key = left_behind(phone, "text", text="谢谢")
    said = [
        community.residents.answer(phone.channel, phone.sender, key, real_seconds()).words for _ in range(3)
    ]
    assert len(set(said)) == 1
    switchboard: Any = None  # nothing is sent at once
    LateWords(community.store, community.clock, switchboard).of_resident(key)
    assert community.told() == []


def test_joining_what_was_withdrawn_meanwhile_opens_an_order(community: Community) -> None:
    first, second = community.resident("a"), community.resident("b")
    for words in ("幸福小区3号楼电梯坏了", "1", "不留"):
        first.says(words)
    assert "是不是这件事" in second.says("幸福小区3号楼电梯坏了")
    for words in ("撤回 1001", "1"):
        first.says(words)
    assert "另外登记" in second.says("是")
    second.says("1")
    assert [row.close for row in community.rows(t.work_order)] == ["withdrawn", None]


class Refusing:
    """Every action that a dialog does is refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        refused = {
            "ok": False,
            "why": "closed",
            "number": 1001,
            "order_id": 1,
            "unit": "",
            "reached": False,
            "minutes": 5,
        }
        refused |= {"tail": "", "place": "", "people": 0}
        monkeypatch.setattr(TurnHost, "do", lambda self, command: refused)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_goes_on_when_its_actions_refuse(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Example(tmp_path)
    lines = lines_of(name)
    done = [words for words in lines if words.startswith(("[办结", "[师傅问", "[家人"))]
    for words in done:
        stage.says(words)
    Refusing(monkeypatch)
    for words in lines[len(done) :]:
        assert "抱歉，我这边出了点问题" not in stage.says(words)
    assert not any(row.kind == "defect" for row in stage.community.rows(t.desk_item))

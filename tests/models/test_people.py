"""Accounts, homes, phones; and being forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.consent import Consent
from models.actions.console_orders import NoteOrder
from models.actions.desk import SaveUser
from models.actions.endings import NotFixed
from models.actions.orders import AddWords, JoinOrder, OpenOrder
from models.actions.people import (
    BindHome,
    EnsureAccount,
    Follow,
    KeepPhotos,
    LockAccount,
    SetPhone,
    UnbindHome,
    Unfollow,
)
from models.actions.roster import SetLeave
from models.actions.staff import Claim, Finish, Progress, Return
from models.rules.masking import DOOR
from models.store import To
from tests.town import TestTown

HOME = ("幸福小区", "3", "2", "602")


def test_an_account_is_made_once(town: TestTown) -> None:
    first = town.do(EnsureAccount("wechat_oa", "o-1"))
    again = town.do(EnsureAccount("wechat_oa", "o-1"))
    assert (first["new"], again["new"]) == (True, False)
    assert again["account_id"] == first["account_id"]
    assert len(town.rows(t.person)) == 1


def test_locking_gives_the_talk(town: TestTown) -> None:
    locked = town.do(LockAccount("wechat_oa", "o-1"))
    assert (locked["state"], locked["turn"], locked["left"], locked["new"]) == ("{}", 0, False, True)
    assert town.do(LockAccount("wechat_oa", "o-1"))["new"] is False


def test_homes(town: TestTown) -> None:
    who, home_id = town.resident(), town.home(*HOME)
    assert town.do(BindHome(who.person_id, home_id)) == {"ok": True, "state": "claimed", "new": True}
    assert town.do(BindHome(who.person_id, home_id))["new"] is False
    town.do(BindHome(who.person_id, town.home("阳光花园", "6", "1", "101")))
    first, second = town.see(views.homes_of, who.person_id)
    assert (first.home.door, second.state) == ("幸福小区 3 号楼 2 单元 602 室", "claimed")
    assert town.do(UnbindHome(who.person_id, home_id))["ended"] is True
    assert town.do(UnbindHome(who.person_id, home_id))["ended"] is False
    assert len(town.see(views.homes_of, who.person_id)) == 1
    assert town.do(BindHome(who.person_id, home_id))["new"] is True
    assert town.do(BindHome(who.person_id, 99999))["why"] == "unknown"


@pytest.mark.parametrize(
    "said", ["13812345678", "138 1234 5678", "+86-13812345678", "１３８１２３４５６７８"]
)
def test_a_phone_is_kept_encrypted(town: TestTown, said: str) -> None:
    who = town.resident()
    assert town.do(SetPhone(who.person_id, said))["tail"] == "5678"
    (row,) = town.rows(t.person)
    assert "13812345678" not in str(row)
    with town.store.look(town.clock.now()) as work:
        assert work.unseal(row.phone_sealed) == "13812345678"
        assert row.phone_index == work.index("13812345678")
    assert town.see(views.account_of, who.account_id).has_phone


@pytest.mark.parametrize("said", ["12345", "23812345678", "138123456789", "我的电话"])
def test_what_is_no_phone_is_refused(town: TestTown, said: str) -> None:
    assert town.do(SetPhone(town.resident().person_id, said))["why"] == "unknown"


def test_only_the_tail_of_the_phone_reaches_a_group(town: TestTown) -> None:
    who = town.resident()
    town.do(SetPhone(who.person_id, "13812345678"))
    town.order(who)
    (row,) = town.told("new_order")
    assert row.facts["tail"] == "5678"
    assert "1381234" not in json.dumps(row.facts)


def test_consent_keeps_its_first_time(town: TestTown) -> None:
    who = town.resident()
    town.do(Consent(who.account_id, "1"))
    at = town.clock.now()
    town.clock.forward(days=1)
    town.do(Consent(who.account_id, "1"))
    assert town.rows(t.account)[0].consent_at == at
    town.do(Consent(who.account_id, "2"))
    assert town.rows(t.account)[0].consent_at == town.clock.now()


def _heard(town: TestTown, number: int, sender: str, state: str = "done") -> None:
    row = {"key": f"k{number}", "channel": "wechat_oa", "sender": sender, "payload": "{}", "reply": "{}"}
    row |= {"received_at": town.clock.now(), "next_at": town.clock.now(), "state": state}
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.inbox.insert().values(row))


def test_unfollowing_erases_the_account_and_keeps_the_orders(town: TestTown) -> None:
    who = town.resident("o-gone", HOME)
    town.do(LockAccount("wechat_oa", "o-gone"))
    town.do(Consent(who.account_id, "1"))
    order_id = town.order(who, media=("m-order",))["order_id"]
    town.do(KeepPhotos(who.account_id, ("m-loose",)))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.photo.update().values(file="same.jpg").where(t.photo.c.media == "m-order"))
        work.conn.execute(t.photo.update().values(file="loose.jpg").where(t.photo.c.media == "m-loose"))
        work.tell(To(account_id=who.account_id), "said", {"reply": "私事"})
    worker = town.staff().worker_id
    town.do(Claim(order_id, worker))
    town.do(Finish(order_id, worker, "好了"))
    for number, state in enumerate(["done", "new", "new"], 1):
        _heard(town, number, "o-gone", state)
    _heard(town, 4, "o-other")
    gone = Unfollow(who.account_id, inbox_id=2)
    assert town.do(gone) == {"ok": True, "files": ["loose.jpg"]}
    assert town.do(gone) == {"ok": True, "files": []}
    (row,) = town.rows(t.account)
    assert (row.address, row.consent_version, row.left_at) == (f"left:{row.id}", None, town.clock.now())
    assert [(one.payload, one.sender) for one in town.rows(t.inbox)] == [
        (None, f"left:{row.id}"), (None, f"left:{row.id}"), ("{}", "o-gone"), ("{}", "o-other"),
    ]  # fmt: skip
    assert "私事" not in str(town.told("said"))
    assert {one.state for one in town.told() if one.account_id} == {"failed"}
    assert town.see(views.open_questions, who.account_id) == ()
    assert town.see(views.homes_of, who.person_id)
    assert town.see(views.timeline, views.User("admin"), order_id)
    assert town.do(EnsureAccount("wechat_oa", "o-gone"))["new"] is True


def test_a_photo_file_that_another_order_needs_stays(town: TestTown) -> None:
    who = town.resident()
    town.order(who, media=("m1",))
    town.do(KeepPhotos(who.account_id, ("m2",)))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.photo.update().values(file="same.jpg"))
    assert town.do(Unfollow(who.account_id))["files"] == []


def test_who_has_left_is_not_told(town: TestTown) -> None:
    who = town.resident()
    order_id = town.order(who)["order_id"]
    town.do(Unfollow(who.account_id))
    town.do(Claim(order_id, town.staff().worker_id))
    assert town.told("order_claimed") == []
    assert town.do(Follow(who.account_id))["why"] == "unknown"


def test_following_forgets_a_refusal(town: TestTown) -> None:
    who = town.resident()
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.account.update().values(refused_at=town.clock.now()))
    assert town.do(Follow(who.account_id))["ok"]
    assert town.rows(t.account)[0].refused_at is None


def test_doors_are_for_the_holder_and_the_console_only(town: TestTown) -> None:
    who = town.resident("o-zhang", HOME)
    town.do(SetPhone(who.person_id, "13812345678"))
    home = OpenOrder(who.account_id, who.person_id, "utilities", "normal", "漏水", home_id=town.home(*HOME))
    order_id = town.do(home)["order_id"]
    holder, colleague, stranger = town.staff("王伟"), town.staff("陈静"), town.staff("赵敏")
    assert town.see(views.door_of, holder, order_id) is None
    town.do(Claim(order_id, holder.worker_id))
    door = town.see(views.door_of, holder, order_id)
    assert (door.door, door.phone) == ("幸福小区 3 号楼 2 单元 602 室", "13812345678")
    assert town.see(views.door_of, colleague, order_id) is None
    assert town.see(views.door_of, stranger, order_id) is None
    assert town.see(views.door_of, who, order_id) is None
    units = town.planted.units
    assert town.see(views.door_of, views.User("admin"), order_id) == door
    assert town.see(views.door_of, views.User("firm", units["安居物业"]), order_id) == door
    assert town.see(views.door_of, views.User("firm", units["阳光物业"]), order_id) is None
    town.do(Finish(order_id, holder.worker_id, "修好了"))
    assert town.see(views.door_of, holder, order_id) is None


@pytest.mark.parametrize("words", ["六百零二漏水", "6楼02漏水", "六〇二漏水"])
def test_the_home_of_an_order_is_hidden_however_it_is_spelt(town: TestTown, words: str) -> None:
    who = town.resident("o-zhang", HOME)
    home = OpenOrder(who.account_id, who.person_id, "utilities", "normal", words, home_id=town.home(*HOME))
    order_id = town.do(home)["order_id"]
    holder, colleague = town.staff("王伟"), town.staff("陈静")
    town.do(Claim(order_id, holder.worker_id))
    town.do(AddWords(order_id, who.account_id, words))
    town.do(Progress(order_id, holder.worker_id, words))
    firm = views.User("firm", holder.unit_id)
    for asker in (colleague, firm):
        order, lines = town.see(views.order_by_id, asker, order_id), town.see(views.timeline, asker, order_id)
        assert order.summary == f"{DOOR}漏水"
        said = [one.words for one in lines if one.step in ("message", "progress")]
        assert said == [f"{DOOR}漏水"] * 2
    assert words not in str(town.see(views.queue, firm).orders)
    aloud = replace(holder, aloud=True)
    (listed,) = town.see(views.open_orders_of, aloud)
    assert listed == town.see(views.order_by_id, aloud, order_id)
    assert (listed.summary, listed.mine) == (f"{DOOR}漏水", True)
    for asker in (who, holder, views.User("admin")):
        assert town.see(views.order_by_id, asker, order_id).summary == words
        assert [one.words for one in town.see(views.timeline, asker, order_id)].count(words) >= 2


def test_neighbours_read_the_words_of_staff_as_they_were_told_them(town: TestTown) -> None:
    who, neighbour, holder = town.resident(), town.resident("o-neighbour"), town.staff("王伟")
    order_id = town.order(who)["order_id"]
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    town.do(Claim(order_id, holder.worker_id))
    for words in ("去了602，电话13812345678没人接", "在等配件"):
        town.do(Progress(order_id, holder.worker_id, words))
    town.do(AddWords(order_id, neighbour.account_id, "我是502的"))
    told = [
        row.facts["words"] for row in town.told("order_progress") if row.account_id == neighbour.account_id
    ]
    lines = town.see(views.timeline, neighbour, order_id)
    assert [one.words for one in lines if one.step == "progress"] == told
    assert "13812345678" not in str(lines)
    assert "我是502的" in str(lines), "one's own words are whole"
    assert "602，电话13812345678" in str(town.see(views.timeline, who, order_id)), (
        "to the reporter they are said"
    )


def test_orders_exist_only_for_whom_they_concern(town: TestTown) -> None:
    town.order(summary="602室门口电梯坏了")
    units = town.planted.units
    whole, masked = "602室门口电梯坏了", "〔门牌已隐去〕门口电梯坏了"
    seen = {
        "reporter": (town.resident(), whole),
        "colleague": (town.staff(), masked),
        "admin": (views.User("admin"), whole),
        "firm": (views.User("firm", units["安居物业"]), masked),
        "stranger": (town.resident("o-stranger"), None),
        "other firm": (town.staff("赵敏"), None),
        "other user": (views.User("firm", units["阳光物业"]), None),
        "user of nothing": (views.User("firm"), None),
    }
    for name, (asker, summary) in seen.items():
        order = town.see(views.order_by_number, asker, 1001)
        assert (order.summary if order else None) == summary, name
        assert len(town.see(views.queue, asker).orders) == (1 if summary else 0), name


def test_the_queue_puts_emergencies_first_and_filters(town: TestTown) -> None:
    for number, urgency in enumerate(["normal", "emergency", "urgent", "normal"]):
        town.order(urgency=urgency, summary=f"第 {number} 件", category="gas" if number == 3 else "lift")
        town.clock.forward(minutes=1)
    admin = views.User("admin")

    def listed(page: int = 1, **wanted: Any) -> list[int]:
        found = town.see(views.queue, admin, views.Wanted(**wanted), page)
        return [one.number for one in found.orders]

    assert listed(state="open") == [1002, 1003, 1001, 1004]
    assert listed() == [1004, 1003, 1002, 1001]
    assert listed(category="gas") == [1004]
    assert listed(urgency="urgent") == [1003]
    assert listed(estate_id=town.planted.estates["幸福小区"]) == [1004, 1003, 1002, 1001]
    assert listed(estate_id=town.planted.estates["阳光花园"]) == []
    assert listed(state="closed") == []
    assert listed(number=1003) == [1003]
    assert listed(page=2) == []
    assert listed(since=town.clock.now() - timedelta(minutes=2)) == [1004, 1003]
    assert listed(until=town.clock.now() - timedelta(minutes=2)) == [1002, 1001]


def test_the_queue_knows_what_is_late(town: TestTown) -> None:
    admin, limits = views.User("admin"), town.store.limits
    urgent = town.order(urgency="urgent", summary="急")["order_id"]
    town.order(summary="不急")
    late = views.Wanted(state="open", late=True)
    town.clock.forward(minutes=limits["unclaimed_minutes"]["urgent"])
    assert town.see(views.queue, admin, late).orders == ()
    town.clock.forward(seconds=1)
    assert [one.number for one in town.see(views.queue, admin, late).orders] == [1001]
    town.do(Claim(urgent, town.planted.workers["李华"]))
    assert town.see(views.queue, admin, late).orders == ()
    town.clock.forward(minutes=limits["unattended_minutes"]["urgent"] + 1)
    assert [one.number for one in town.see(views.queue, admin, late).orders] == [1001, 1002]


@pytest.mark.parametrize("given_back", [True, False])
def test_what_was_given_back_or_reopened_waits_from_then_on(town: TestTown, given_back: bool) -> None:
    who, worker, limits = town.resident(), town.planted.workers["李华"], town.store.limits
    order_id = town.order(who)["order_id"]
    town.do(Claim(order_id, worker))
    town.clock.forward(hours=20)
    if given_back:
        assert town.do(Return(order_id, worker, "不归我们管"))["ok"]
    else:
        town.do(Finish(order_id, worker, "好了"))
        now = town.clock.now()
        assert town.do(SetLeave(worker, now - timedelta(hours=1), now + timedelta(hours=9)))["ok"]
        assert town.do(NotFixed(order_id, who.account_id, "还是漏"))["state"] == "waiting"
    late = views.Wanted(state="waiting", late=True)
    town.clock.forward(minutes=limits["unclaimed_minutes"]["normal"])
    assert town.see(views.queue, views.User("admin"), late).orders == ()
    town.clock.forward(seconds=1)
    assert [one.number for one in town.see(views.queue, views.User("admin"), late).orders] == [1001]


def test_the_queue_knows_what_one_had_in_hand(town: TestTown) -> None:
    user = town.do(SaveUser("li", "admin", "hash"))["user_id"]
    order_id = town.order()["order_id"]
    town.order(summary="别的")
    town.do(NoteOrder(order_id, user, "记一下"))
    found = town.see(views.queue, views.User("admin"), views.Wanted(by=user))
    assert [one.number for one in found.orders] == [1001]


def test_a_resident_sees_what_is_theirs(town: TestTown) -> None:
    for number in range(4):
        town.order(summary=f"第 {number} 件")
    assert [one.number for one in town.see(views.orders_of_resident, town.resident(), 2)] == [1004, 1003]
    assert town.see(views.open_orders_of, town.staff()) == ()

"""Desk items, the audit trail, console users, counters."""

from __future__ import annotations

from models import tables as t
from models import views
from models.actions.answers import AddSentence, Rate
from models.actions.areas import SaveArea
from models.actions.desk import (
    Audit,
    CloseDeskItem,
    OpenDeskItem,
    SaveUser,
    SignedIn,
    SignInFailed,
    SignOutEverywhere,
)
from models.actions.staff import Claim, Finish
from models.rules.masking import DOOR, PHONE
from tests.town import TestTown

ADMIN = views.User("admin")


def test_an_open_item_is_not_doubled(town: TestTown) -> None:
    order_id, user = town.order()["order_id"], town.do(SaveUser("admin", "admin", "hash"))["user_id"]
    first = town.do(OpenDeskItem("not_told", "甲", order_id))
    again = town.do(OpenDeskItem("not_told", "乙", order_id))
    assert (again["desk_item_id"], again["new"]) == (first["desk_item_id"], False)
    assert town.do(OpenDeskItem("not_told", "丙"))["new"] is True
    item = town.see(views.desk_items, ADMIN)[0]
    assert (item.words, item.number) == ("乙", 1001)
    assert town.do(CloseDeskItem(item.id, user))["ok"]
    assert town.do(CloseDeskItem(item.id, user))["why"] == "already"
    assert town.do(OpenDeskItem("not_told", "丁", order_id))["new"] is True
    assert len(town.see(views.desk_items, ADMIN)) == 2


def test_a_firm_sees_items_of_its_own_orders(town: TestTown) -> None:
    town.do(OpenDeskItem("not_told", "甲", town.order()["order_id"]))
    town.do(OpenDeskItem("defect", "乙"))
    units = town.planted.units
    assert len(town.see(views.desk_items, views.User("firm", units["安居物业"]))) == 1
    assert town.see(views.desk_items, views.User("firm", units["阳光物业"])) == ()


def test_a_firm_reads_what_residents_say_of_it_masked(town: TestTown) -> None:
    who, holder = town.resident(), town.staff("王伟")
    home = {"home_id": town.home("幸福小区", "3", "2", "602"), "building_id": None, "public_part": None}
    order_id = town.order(who, category="utilities", **home)["order_id"]
    town.do(Claim(order_id, holder.worker_id))
    town.do(Finish(order_id, holder.worker_id, "好了"))
    town.do(Rate(who.account_id, order_id, 1, 1))
    said = "我是六百零二的，打13812345678"
    town.do(AddSentence(who.account_id, order_id, 1, said))
    read = {}
    for asker in (views.User("firm", holder.unit_id), ADMIN):
        (item,), rating = town.see(views.desk_items, asker), town.see(views.rating_of, asker, order_id)
        read[asker.role] = {item.words, rating.sentence}
    assert read == {"firm": {f"我是{DOOR}的，打{PHONE}"}, "admin": {said}}
    assert town.see(views.rating_of, who, order_id).sentence == said


def test_the_fifth_wrong_password_locks_for_a_quarter_of_an_hour(town: TestTown) -> None:
    user = town.do(SaveUser("li", "admin", "hash"))["user_id"]
    for _ in range(4):
        assert town.do(SignInFailed("li"))["locked"] is False
    assert town.do(SignInFailed("li")) == {"ok": True, "locked": True, "minutes": 15}
    assert town.see(views.console_user, login="li").locked_until is not None
    assert town.do(SignInFailed("nobody")) == {"ok": True, "locked": False, "minutes": 0}
    assert town.do(SignedIn(user)) == {"ok": False, "why": "too_many"}
    town.clock.forward(minutes=15)
    assert town.do(SignedIn(user)) == {"ok": True, "epoch": 0}
    assert town.do(SignInFailed("li"))["locked"] is False
    assert town.do(SignedIn(999))["why"] == "unknown"


def test_users_are_made_changed_and_signed_out(town: TestTown) -> None:
    assert town.do(SaveUser("li", "admin"))["why"] == "unknown"
    user = town.do(SaveUser("li", "admin", "hash"))["user_id"]
    assert (
        town.do(SaveUser("li", "firm", unit_id=town.planted.units["安居物业"], active=False))["new"] is False
    )
    found = town.see(views.console_user, user_id=user)
    assert (found.role, found.active, found.epoch, found.password) == ("firm", False, 1, "hash")
    assert "hash" not in repr(found)
    town.do(SignOutEverywhere(user))
    assert town.do(SignedIn(user))["why"] == "unknown"
    town.do(SaveUser("li", "firm", unit_id=town.planted.units["安居物业"]))
    assert town.do(SignedIn(user))["epoch"] == 3
    assert [one.login for one in town.see(views.console_users)] == ["li"]


def test_every_look_is_audited(town: TestTown) -> None:
    user = town.do(SaveUser("li", "admin", "hash"))["user_id"]
    town.do(Audit(user, "door", "1001"))
    (row,) = town.rows(t.audit)
    assert (row.console_user_id, row.what, row.subject, row.at) == (user, "door", "1001", town.clock.now())
    town.do(Audit(None, "door", "1002", town.staff("李华").worker_id))
    town.do(Audit(None, "my_data", "1"))
    assert [one.login for one in town.see(views.audit_trail, ADMIN)] == ["", "李华", "li"]


def test_messages_of_an_order(town: TestTown) -> None:
    order_id = town.order()["order_id"]
    (message,) = town.see(views.messages_of_order, ADMIN, order_id)
    assert (message.kind, message.group, message.state) == ("new_order", "安居物业报修群", "queued")
    assert town.see(views.messages_of_order, town.staff("赵敏"), order_id) == ()
    assert town.see(views.failed_messages) == ()


def test_an_area_sees_the_items_of_its_orders_and_people(town: TestTown) -> None:
    areas = {area.name: area.id for area in town.see(views.areas)}
    near = town.do(SaveUser("she", "community", "hash", area_id=areas["和平社区"]))["user_id"]
    there = town.do(SaveArea("community", "远方社区", areas["幸福街道"]))["id"]
    far = town.do(SaveUser("yuan", "community", "hash", area_id=there))["user_id"]
    street = town.do(SaveUser("jie", "street", "hash", area_id=areas["幸福街道"]))["user_id"]
    zhang = town.resident(home=("幸福小区", "3", "2", "602"))
    stranger = town.resident("o-stranger")
    town.do(OpenDeskItem("return_visit", order_id=town.order(stranger)["order_id"]))
    town.do(OpenDeskItem("wants_person", account_id=zhang.account_id))
    town.do(OpenDeskItem("wants_person", account_id=town.resident("o-nobody").account_id))
    kinds = {}
    for user in (near, street, far):
        items = town.see(views.desk_items, town.see(views.asker_of, user))
        kinds[user] = [(item.kind, item.account_id) for item in items]
    assert kinds[near] == kinds[street] == [("return_visit", None), ("wants_person", zhang.account_id)]
    assert kinds[far] == []
    nobody = town.see(views.asker_of, far)
    assert town.see(views.contact_of, nobody, zhang.account_id) is None
    assert town.see(views.contact_of, town.see(views.asker_of, near), stranger.account_id) is not None

"""What a clerk enters for a caller is the same order as one from a chat: same states, same limits (domain row 37)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from models import tables as t
from models import views
from models.actions.areas import SaveArea
from models.actions.caller import Caller, JoinForCaller, OpenForCaller
from models.actions.console_orders import CloseOrder
from models.actions.desk import SaveUser
from models.actions.endings import NotFixed, Withdraw
from models.actions.erasure import ErasePerson
from models.actions.escalation import Unclaimed
from models.actions.following import people
from models.actions.order_in_hand import OrderInHand
from models.actions.orders import Urge
from models.actions.people import SetPhone
from models.actions.residents import SavePerson
from models.actions.staff import Arrive, Claim, Finish, Progress
from tests.town import LIMITS, TestTown

PHONE = "13900000001"


def clerk(town: TestTown, role: str = "admin", **more: Any) -> int:
    return int(town.do(SaveUser(role, role, "hash", **more))["user_id"])


def call(town: TestTown, user: int, caller: Caller, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "category": "lift",
        "urgency": "urgent",
        "words": "电梯坏了",
        "estate_id": town.planted.estates["幸福小区"],
        "building_id": town.planted.buildings["幸福小区", "3"],
        "public_part": "电梯",
    }
    return town.do(OpenForCaller(user, caller, **(facts | more)))


def life(town: TestTown, order_id: int) -> list[Any]:
    """What of an order must be the same for a call and a chat."""
    row = town.row(order_id)
    timers = [
        (timer.kind, timer.stamp, timer.due_at - row.opened_at)
        for timer in town.rows(t.timer, subject=order_id)
    ]
    names = (
        "category",
        "urgency",
        "summary",
        "place",
        "state",
        "stage",
        "level",
        "unit_id",
        "holder_id",
        "close",
    )
    return [[getattr(row, name) for name in names], timers]


def test_a_call_has_the_states_and_limits_of_a_chat(town: TestTown) -> None:
    who = town.resident()
    town.do(SetPhone(who.person_id, PHONE))
    chat = town.order(town.resident("o-other"), urgency="urgent")["order_id"]
    phone = call(town, clerk(town), Caller(PHONE))["order_id"]
    assert life(town, chat) == life(town, phone)
    for order_id in (chat, phone):
        town.do(Unclaimed(order_id, 0))
    assert life(town, chat) == life(town, phone)
    assert town.do(Urge(phone, who.account_id))["ok"]
    worker = town.row(phone).holder_id or town.planted.workers["李华"]
    for order_id in (chat, phone):
        if town.row(order_id).state == "waiting":
            assert town.do(Claim(order_id, worker))["ok"]
        for action in (Arrive, Progress, Finish):
            words = () if action is Arrive else ("好了",)
            assert town.do(action(order_id, worker, *words))["ok"]
    assert life(town, chat) == life(town, phone)
    assert [row.kind for row in town.rows(t.open_question, subject=phone)] == ["rating"]
    assert town.do(NotFixed(phone, who.account_id, "没好"))["ok"]
    assert town.do(Withdraw(phone, who.account_id))["ok"]


def test_who_has_no_account_still_has_an_order(town: TestTown) -> None:
    user = clerk(town)
    made = call(town, user, Caller(PHONE, "李奶奶"))
    row = town.row(made["order_id"])
    door = town.see(views.door_of, views.User("admin"), row.id)
    assert (door.name, door.phone) == ("李奶奶", PHONE)
    assert town.told("order_entered") == []
    assert len(town.told("new_order")) == 1
    again = call(town, user, Caller("139 0000 0001", "李 奶奶"))
    assert (again["order_id"], again["new"]) == (row.id, False)
    assert len(town.rows(t.person)) == 1


def test_a_phone_that_a_family_shares_stays_with_each_of_them(town: TestTown) -> None:
    user = clerk(town)
    people = [
        town.row(call(town, user, Caller(PHONE, name), words=f"{name}说")["order_id"]).reporter_id
        for name in ("李奶奶", "李爷爷", "李奶奶", "")
    ]
    assert people == [people[0], people[1], people[0], people[0]]
    assert people[0] != people[1]
    chosen = call(town, user, Caller(PHONE, "", people[1]), words="孙子")["order_id"]
    assert town.row(chosen).reporter_id == people[1]


@pytest.mark.parametrize(
    ("caller", "more", "field"),
    [
        (Caller("123"), {}, "phone"),
        (Caller("", "李奶奶"), {}, "phone"),
        (Caller(PHONE), {"words": " "}, "words"),
        (Caller(PHONE), {"origin": "dream"}, "origin"),
        (Caller(PHONE), {"urgency": "huge"}, "urgency"),
        (Caller(PHONE), {"estate_id": 999}, "estate_id"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    town: TestTown, caller: Caller, more: dict[str, Any], field: str
) -> None:
    area = next(one.id for one in town.see(views.areas) if one.level == "community")
    refused = call(town, clerk(town, "community", area_id=area), caller, **more)
    assert (refused["ok"], refused["field"]) == (False, field)
    assert town.rows(t.person) == town.rows(t.work_order) == []


def test_a_firm_and_another_area_enter_nothing(town: TestTown) -> None:
    unit = town.planted.units["安居物业"]
    assert call(town, clerk(town, "firm", unit_id=unit), Caller(PHONE))["field"] == "estate_id"


def test_callers_who_join_are_counted_once_each(town: TestTown) -> None:
    user, order_id = clerk(town), town.order()["order_id"]
    heard = town.resident("o-neighbour")
    town.do(SetPhone(heard.person_id, "13900000002"))
    people = [
        town.do(JoinForCaller(user, order_id, Caller(phone)))["people"]
        for phone in (PHONE, PHONE, "13900000002", "13900000002", "13900000003")
    ]
    assert people == [2, 2, 3, 3, 4]
    assert [row.facts["people"] for row in town.told("order_joined")] == [2, 3, 4]
    followers = town.rows(t.order_follower, work_order_id=order_id)
    assert [row.account_id for row in followers][1:] == [None, heard.account_id, None]


def test_callers_without_a_number_are_counted_each(town: TestTown) -> None:
    user, order_id = clerk(town), town.order()["order_id"]
    people = [
        town.do(JoinForCaller(user, order_id, one))["people"] for one in (Caller(PHONE), Caller(), Caller())
    ]
    assert people == [2, 3, 3], "the last one pressed the button twice"
    town.clock.forward(minutes=LIMITS["same_words_minutes"])
    assert town.do(JoinForCaller(user, order_id, Caller()))["people"] == 4


def test_an_order_about_a_home_is_not_joined(town: TestTown) -> None:
    home = town.home("幸福小区", "3", "2", "602")
    order_id = town.order(home_id=home, public_part=None)["order_id"]
    assert town.do(JoinForCaller(clerk(town), order_id, Caller(PHONE)))["why"] == "unknown"


def test_a_report_here_opens_nothing_of_a_person_who_lives_elsewhere(town: TestTown) -> None:
    """Who calls about a lift here and lives in another area: the order is ours, their doors and record are not."""
    areas = {area.name: area.id for area in town.see(views.areas)}
    far = town.do(SaveArea("community", "远方社区", areas["幸福街道"]))["id"]
    with town.store.work(town.clock.now()) as work:
        there = t.estate.c.name == "阳光花园"
        work.conn.execute(t.estate.update().where(there).values(area_id=far))
    who = town.resident(home=("阳光花园", "5", "1", "301"))
    town.do(SetPhone(who.person_id, PHONE))
    near = clerk(town, "community", area_id=areas["和平社区"])
    asker = town.see(views.asker_of, near)
    assert town.see(views.by_phone, asker, PHONE).people == ()
    made = call(town, near, Caller(PHONE, "李奶奶"))
    (found,) = town.see(views.by_phone, asker, PHONE).people
    assert (found.id, found.name, found.doors) == (town.row(made["order_id"]).reporter_id, "李奶奶", ())
    assert found.id != who.person_id
    town.do(SavePerson(clerk(town), who.person_id, "刘桂芳", "13911112222"))
    door = town.see(views.door_of, asker, made["order_id"])
    assert (door.name, door.phone) == ("李奶奶", PHONE)
    assert town.see(views.contact_of, asker, who.account_id) is None
    assert town.do(SavePerson(near, who.person_id, "别的名字"))["why"] == "unknown"
    theirs = town.see(views.asker_of, clerk(town, "street", area_id=areas["幸福街道"]))
    assert len(town.see(views.by_phone, theirs, "13911112222").people[0].doors) == 1


@pytest.fixture
def far(town: TestTown) -> tuple[views.Resident, int]:
    """Somebody with PHONE who lives in another community, and a clerk of 和平社区."""
    areas = {area.name: area.id for area in town.see(views.areas)}
    away = town.do(SaveArea("community", "远方社区", areas["幸福街道"]))["id"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.estate.update().where(t.estate.c.name == "阳光花园").values(area_id=away))
    who = town.resident(home=("阳光花园", "5", "1", "301"))
    town.do(SetPhone(who.person_id, PHONE))
    return who, clerk(town, "community", area_id=areas["和平社区"])


def test_who_lives_elsewhere_still_hears_of_what_was_entered_for_them(
    town: TestTown, far: tuple[views.Resident, int]
) -> None:
    who, near = far
    first = call(town, near, Caller(PHONE, "李奶奶"))["order_id"]
    second = call(town, near, Caller(PHONE, "李奶奶"), words="又坏了")["order_id"]
    assert town.row(first).reporter_id == town.row(second).reporter_id
    for order_id in (first, second):
        (follower,) = town.rows(t.order_follower, work_order_id=order_id)
        assert (follower.account_id, follower.person_id) == (who.account_id, town.row(first).reporter_id)
    assert len(town.told("order_entered")) == 2
    (record,) = town.rows(t.person, id=who.person_id)
    assert record.name_sealed is None


def test_who_reports_here_themselves_is_known_here_and_their_record_stays_with_others(
    town: TestTown, far: tuple[views.Resident, int]
) -> None:
    who, near = far
    town.order(who)
    asker = town.see(views.asker_of, near)
    (found,) = town.see(views.by_phone, asker, PHONE).people
    assert (found.id, found.doors) == (who.person_id, ())
    refused = town.do(SavePerson(near, who.person_id, "别的名字"))
    assert (refused["ok"], refused["why"]) == (False, "elsewhere")


def test_who_lives_elsewhere_and_joins_twice_counts_once(
    town: TestTown, far: tuple[views.Resident, int]
) -> None:
    who, near = far
    order_id = town.order(town.resident("o-neighbour"))["order_id"]
    counts = [town.do(JoinForCaller(near, order_id, Caller(PHONE, "李奶奶")))["people"] for _ in range(2)]
    assert counts == [2, 2]
    assert len(town.rows(t.order_follower, work_order_id=order_id, account_id=who.account_id)) == 1


def test_erasing_takes_what_others_entered_for_the_phone(
    town: TestTown, far: tuple[views.Resident, int]
) -> None:
    who, near = far
    made = call(town, near, Caller(PHONE, "李奶奶"))
    town.do(CloseOrder(made["order_id"], near, "修好了", "resolved"))
    assert town.do(ErasePerson(who.person_id))["open"] == 0
    assert {row.phone_index for row in town.rows(t.person)} == {None}
    assert town.row(made["order_id"]).reporter_id is None


def test_counting_people_reads_the_lines_of_that_order_alone(town: TestTown) -> None:
    order_id, ran = int(town.order()["order_id"]), []
    with town.store.work(town.clock.now()) as work:
        order = OrderInHand.take(work, order_id)
        assert order is not None

        @event.listens_for(work.conn, "before_cursor_execute")
        def keep(_conn: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
            ran.append((statement, given))

        assert people(order) == 1
        statement, given = ran[-1]
        explain = "EXPLAIN" if work.conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str(work.conn.exec_driver_sql(f"{explain} {statement}", given).all())
    assert "order_entry" in plan
    assert "ix_order_entry_by" not in plan


def test_a_fixed_line_is_found_again_without_its_extension(town: TestTown) -> None:
    user = clerk(town)
    assert call(town, user, Caller("021-62221234 转 12", "钱爷爷"))["ok"]
    (person,) = [row for row in town.rows(t.person) if row.phone_sealed][-1:]
    with town.store.look(town.clock.now()) as work:
        assert work.unseal(person.phone_sealed) == "02162221234-12"
        assert person.phone_index == work.index("02162221234")
    assert call(town, user, Caller("(021)6222 1234 转 15", "钱爷爷"), public_part="大堂")["ok"]
    assert town.rows(t.person)[-1].id == person.id
    assert town.do(SetPhone(person.id, "0512 1234567-803"))["tail"] == "4567"
    assert not call(town, user, Caller("62221234", "钱爷爷"))["ok"]

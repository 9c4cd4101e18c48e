"""Help from another unit: who may ask, what either unit reads, what the helper sees, and for how long."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.answers import AnswerStaff
from models.actions.endings import Withdraw
from models.actions.helpers import AddHelper, DismissHelper, HelperDone
from models.actions.staff import Arrive, AskResident, Claim, Finish, Progress, ReplyResident, Return, SetDuty
from models.actions.transfer import Transfer
from models.limits import load_limits
from tests.models.test_staff import a_user
from tests.town import TestTown

WU = "和平社区居委会 吴芳"


@pytest.fixture
def order_id(town: TestTown) -> int:
    """An order about 602 that 王伟 of 安居物业 leads; nobody is on duty."""
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.worker).values(on_duty=False))
    home = town.home("幸福小区", "3", "2", "602")
    made = int(town.order(summary="602水管爆了，电话 13800001234", home_id=home)["order_id"])
    town.do(Claim(made, town.planted.workers["王伟"]))
    return made


def call(
    town: TestTown, order_id: int, words: str = f"{WU} 请陪住户等", by: str = "王伟"
) -> dict[str, object]:
    return town.do(AddHelper(order_id, "worker", town.planted.workers[by], words))


def told_in(town: TestTown, kind: str) -> list[str]:
    """The units whose groups were told."""
    units = {one.id: one.name for one in town.rows(t.handling_unit)}
    groups = {one.id: units[one.unit_id] for one in town.rows(t.work_group)}
    return [groups[one.work_group_id] for one in town.told(kind)]


def test_whoever_holds_it_calls_by_unit_and_name(town: TestTown, order_id: int) -> None:
    unknown = call(town, order_id, "和平社区居委会")
    assert (unknown["why"], unknown["names"]) == ("not_found", f"和平社区居委会 孙丽、{WU}")
    assert (
        call(town, order_id, "吴芳")["why"] == "not_found"
    )  # of another unit nobody is meant without its name
    assert "和平社区居委会" in str(call(town, order_id, "吴芳")["names"])
    assert call(town, order_id)["helper"] == WU
    assert call(town, order_id)["why"] == "already"
    assert town.see(views.helpers_of, town.staff("王伟"), order_id)[0].name == WU


def test_both_groups_are_told_and_neither_reads_the_door(town: TestTown, order_id: int) -> None:
    call(town, order_id, f"{WU} 602 的门开着")
    assert told_in(town, "order_helper_asked") == ["安居物业"]
    assert told_in(town, "order_helper_elsewhere") == ["和平社区居委会"]
    facts = town.told("order_helper_elsewhere")[0].facts
    assert (facts["helper"], facts["given_by"]) == ("吴芳", "安居物业 王伟")
    assert facts["mention"] == ["WuFang"]
    for one in town.told():
        if one.work_group_id:
            assert "602" not in str(one.facts), one.kind
            assert "13800001234" not in str(one.facts), one.kind


def test_a_colleague_on_duty_calls_nobody_of_another_unit(town: TestTown, order_id: int) -> None:
    town.do(SetDuty(town.planted.workers["李华"], True))
    refused = call(town, order_id, by="李华")
    assert (refused["why"], refused["names"]) == ("not_found", "李华、陈静")
    given = AddHelper(
        order_id, "worker", town.planted.workers["李华"], worker_id=town.planted.workers["吴芳"]
    )
    assert town.do(given)["why"] == "not_found"
    assert call(town, order_id, "陈静", by="李华")["ok"]


def test_a_clerk_calls_whom_they_might_give_it_to_and_a_firm_only_its_own(
    town: TestTown, order_id: int
) -> None:
    firm, clerk = a_user(town, "anju", "安居物业"), a_user(town)
    wu = town.planted.workers["吴芳"]
    assert town.do(AddHelper(order_id, "console", firm, worker_id=wu))["why"] == "not_found"
    assert town.do(AddHelper(order_id, "console", clerk, worker_id=wu))["helper"] == WU
    assert town.told("order_helper_elsewhere")[0].facts["given_by"] == "工作台"
    assert town.do(DismissHelper(order_id, "console", firm, worker_id=wu))["helper"] == WU


def test_the_helper_alone_of_their_unit_sees_it_and_only_while_they_help(
    town: TestTown, order_id: int
) -> None:
    wu, sun = town.staff("吴芳"), town.staff("孙丽")
    assert town.see(views.order_by_id, wu, order_id) is None
    call(town, order_id)
    assert "602" in town.see(views.door_of, wu, order_id).door
    assert [one.id for one in town.see(views.open_orders_of, wu)] == [order_id]
    assert town.see(views.queue, wu, views.Wanted()).orders == ()
    aloud = views.Staff(wu.worker_id, wu.unit_id, aloud=True)
    assert "602" not in town.see(views.order_by_id, aloud, order_id).summary
    assert town.see(views.order_by_id, sun, order_id) is None
    assert town.see(views.door_of, sun, order_id) is None
    assert town.do(HelperDone(order_id, wu.worker_id, "陪到了"))["elsewhere"] is True
    assert told_in(town, "order_helper_done") == ["安居物业"]
    for view in (views.order_by_id, views.door_of):
        assert town.see(view, wu, order_id) is None
    assert town.see(views.open_orders_of, wu) == ()
    assert town.see(views.passed_on, wu, town.row(order_id).number).holder == "王伟"


def test_the_helper_speaks_of_it_and_leads_nothing(town: TestTown, order_id: int) -> None:
    wu = town.planted.workers["吴芳"]
    assert town.do(Progress(order_id, wu, "在路上"))["why"] == "not_your_unit"
    call(town, order_id)
    town.do(SetDuty(wu, True))
    assert town.do(Progress(order_id, wu, "在路上"))["ok"]
    assert town.do(ReplyResident(order_id, wu, "马上到"))["ok"]
    for action in (
        Arrive(order_id, wu),
        Return(order_id, wu, "不会"),
        Transfer(order_id, "worker", wu, "李华"),
        AddHelper(order_id, "worker", wu, "李华"),
        DismissHelper(order_id, "worker", wu, "吴芳"),
    ):
        refused = town.do(action)
        assert (refused["why"], refused["by"]) == ("not_yours", "王伟")
    with town.store.work(town.clock.now()) as work:  # nobody holds it, as after a return at the top
        work.conn.execute(update(t.work_order).values(state="waiting", holder_id=None))
    assert town.do(Transfer(order_id, "worker", wu, "李华"))["why"] == "not_your_unit"
    assert town.do(Claim(order_id, wu))["why"] == "not_your_unit"


def test_what_the_resident_answers_the_helper_is_told_in_the_helpers_group_too(
    town: TestTown, order_id: int
) -> None:
    wu, who = town.planted.workers["吴芳"], town.resident()
    call(town, order_id)
    town.do(AskResident(order_id, wu, "几点在家？"))
    question = town.rows(t.open_question, kind="staff_question")[0].id
    assert town.do(AnswerStaff(who.account_id, question, "602 下午在"))["ok"]
    assert told_in(town, "order_answer") == ["安居物业", "和平社区居委会"]
    assert all("602" not in one.facts["words"] for one in town.told("order_answer"))


def test_closing_waits_for_them_and_says_how_not_to(town: TestTown, order_id: int) -> None:
    leader, wu = town.planted.workers["王伟"], town.planted.workers["吴芳"]
    call(town, order_id)
    refused = town.do(Finish(order_id, leader, "好了"))
    assert (refused["why"], refused["names"]) == ("helpers", WU)
    assert town.do(DismissHelper(order_id, "worker", leader, WU))["ok"]
    assert told_in(town, "order_helper_let_go") == ["和平社区居委会"]
    call(town, order_id)
    assert town.do(DismissHelper(order_id, "worker", leader, "小吴"))["ok"]
    call(town, order_id)
    assert town.do(Finish(order_id, wu, "陪到了"))["part"]
    assert town.do(Finish(order_id, leader, "好了"))["ok"]


def test_who_still_helps_is_told_when_it_ends_without_them(town: TestTown, order_id: int) -> None:
    who = town.resident()
    call(town, order_id)
    assert town.do(Withdraw(order_id, who.account_id))["ok"]
    assert told_in(town, "order_helper_let_go") == ["和平社区居委会"]
    assert all(one.done_at for one in town.rows(t.order_helper))


def test_the_helpers_unit_getting_the_order_is_not_told_that_its_help_is_over(
    town: TestTown, order_id: int
) -> None:
    call(town, order_id)
    town.do(Transfer(order_id, "worker", town.planted.workers["王伟"], "和平社区居委会"))
    assert town.row(order_id).unit_id == town.planted.units["和平社区居委会"]
    assert told_in(town, "order_helper_let_go") == []
    assert all(one.done_at for one in town.rows(t.order_helper))


def test_a_page_of_the_helpers_group_opens_while_they_help(town: TestTown, order_id: int) -> None:
    town.store.limits = load_limits(public_url="https://linli.example")
    unit = town.planted.units["和平社区居委会"]
    token = town.see(views.page_link, order_id, unit).rpartition("/")[2]
    assert town.see(views.page_of, token) is None
    call(town, order_id)
    assert town.see(views.page_of, token).unit_id == unit
    town.do(HelperDone(order_id, town.planted.workers["吴芳"], "陪到了"))
    assert town.see(views.page_of, token) is None

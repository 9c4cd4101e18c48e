"""Two orders become one, and everybody who followed either follows that one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from models import tables as t
from models import views
from models.actions.answers import Rate
from models.actions.caller import Caller, JoinForCaller, OpenForCaller
from models.actions.endings import NotFixed, Withdraw
from models.actions.helpers import AddHelper
from models.actions.merge import Merge
from models.actions.orders import AddPhotos, JoinOrder
from models.actions.people import SetPhone
from models.actions.staff import AskResident, Claim, Finish, Progress
from models.store import open_store
from tests.models.test_staff import a_user
from tests.town import KEYS, LIMITS, TestTown


@pytest.fixture
def two(town: TestTown) -> tuple[int, int]:
    """Two orders about a lift, the first held by 王伟, reported by two people."""
    first = int(town.order()["order_id"])
    town.do(Claim(first, town.planted.workers["王伟"]))
    return first, int(town.order(town.resident("o-neighbour"), summary="电梯不动")["order_id"])


def _merge(town: TestTown, order_id: int, into: int, name: str = "王伟") -> dict[str, object]:
    return town.do(Merge(order_id, into, "worker", town.planted.workers[name]))


def test_everybody_is_told_and_follows_the_one_that_goes_on(town: TestTown, two: tuple[int, int]) -> None:
    first, second = two
    neighbour = town.resident("o-neighbour")
    done = _merge(town, second, 1001)
    assert (done["into"], done["people"]) == (1001, 2)
    row = town.row(second)
    assert (row.state, row.close, row.merged_into_id) == ("closed", "duplicate", first)
    (told,) = town.told("order_merged")
    assert (told.account_id, told.facts["number"], told.facts["into"]) == (neighbour.account_id, 1002, 1001)
    assert town.told("order_merged_group")[0].facts["into"] == 1001
    assert town.told("order_joined")[-1].facts["people"] == 2
    town.do(Progress(first, town.planted.workers["王伟"], "在修"))
    assert {row.account_id for row in town.told("order_progress")} == {
        neighbour.account_id,
        town.resident().account_id,
    }
    merged = [
        (e.step, e.facts) for e in town.see(views.timeline, views.User("admin"), first) if e.step == "merge"
    ]
    assert merged == [("merge", {"number": 1002})]


def _call(town: TestTown, user: int, caller: Caller) -> int:
    """An order about the lift by somebody who called."""
    building = town.planted.buildings["幸福小区", "3"]
    about = {"estate_id": town.planted.estates["幸福小区"], "building_id": building, "public_part": "电梯"}
    return int(town.do(OpenForCaller(user, caller, "lift", "normal", "电梯不动", **about))["order_id"])


def test_who_only_called_follows_the_one_that_goes_on(town: TestTown, two: tuple[int, int]) -> None:
    first, user = two[0], a_user(town)
    called = _call(town, user, Caller("13900000001", "李奶奶"))
    town.do(JoinForCaller(user, called, Caller("13900000002")))
    town.do(JoinForCaller(user, called, Caller()))
    town.do(JoinForCaller(user, first, Caller("13900000002")))
    known = [row.person_id for row in town.rows(t.order_follower, work_order_id=called)]
    assert _merge(town, called, 1001)["people"] == 4, "who reported it, two with a number, one without"
    followers = town.rows(t.order_follower, work_order_id=first)
    assert sorted(row.person_id for row in followers if row.account_id is None) == sorted(known)
    assert town.told("order_joined")[-1].facts["people"] == 4
    neighbour = town.resident("o-3")
    assert town.do(JoinOrder(first, neighbour.account_id, neighbour.person_id))["people"] == 5


def test_somebody_who_called_and_wrote_is_one_of_the_people(town: TestTown, two: tuple[int, int]) -> None:
    neighbour, user = town.resident("o-neighbour"), a_user(town)
    town.do(SetPhone(neighbour.person_id, "13900000002"))
    town.do(JoinForCaller(user, two[0], Caller("13900000002")))
    assert _merge(town, two[1], 1001)["people"] == 2


def test_whom_a_caller_stays_behind_with_an_order_goes_on(town: TestTown, two: tuple[int, int]) -> None:
    called = _call(town, a_user(town), Caller("13900000001"))
    _merge(town, called, 1001)
    who = town.resident()
    assert town.do(Withdraw(two[0], who.account_id))["closed"] is False
    assert town.row(two[0]).state == "claimed"


def test_who_helped_with_the_merged_one_is_told(town: TestTown, two: tuple[int, int]) -> None:
    _, second = two
    wang = town.planted.workers["王伟"]
    town.do(Claim(second, wang))
    town.do(AddHelper(second, "worker", wang, "陈静"))
    assert _merge(town, second, 1001)["ok"]
    assert town.told("order_merged_group")[0].facts["mention"] == ["WangWei", "ChenJing"]
    assert [row.done_at for row in town.rows(t.order_helper)] == [town.clock.now()]


def test_the_one_that_goes_on_is_rated_alone(town: TestTown, two: tuple[int, int]) -> None:
    first, second = two
    neighbour = town.resident("o-neighbour")
    _merge(town, second, 1001)
    assert not town.told("order_finished")
    assert town.do(Rate(neighbour.account_id, second, 1, 5))["why"] == "unknown"
    town.do(Finish(first, town.planted.workers["王伟"], "好了"))
    assert town.do(Rate(neighbour.account_id, first, 1, 5))["ok"]


def test_photos_are_seen_with_the_one_that_goes_on(town: TestTown, two: tuple[int, int]) -> None:
    first, second = two
    town.do(AddPhotos(second, town.resident("o-neighbour").account_id, ("m1",)))
    _merge(town, second, 1001)
    (photo,) = town.see(views.photos, town.resident(), first)
    assert town.see(views.photo_by_id, town.resident(), first, photo.id) == photo
    assert town.see(views.photo_by_id, town.resident("o-stranger"), first, photo.id) is None


def test_what_was_about_a_home_stays_with_its_own_people(town: TestTown, two: tuple[int, int]) -> None:
    first, _ = two
    home = town.home("幸福小区", "3", "2", "602")
    own = int(
        town.order(town.resident("o-602"), summary="家里停电", home_id=home, public_part=None)["order_id"]
    )
    town.do(AddPhotos(own, town.resident("o-602").account_id, ("m1",)))
    assert _merge(town, first, 1003)["why"] == "not_same"
    assert _merge(town, own, 1001)["ok"]
    assert town.see(views.photos, town.resident(), first) == ()


def test_merges_that_are_refused(town: TestTown, two: tuple[int, int]) -> None:
    first, second = two
    assert _merge(town, first, 1001)["why"] == "not_same"
    assert _merge(town, second, 9999)["why"] == "unknown"
    assert town.do(Merge(second, None, "worker", town.planted.workers["王伟"]))["why"] == "needs_words"
    assert _merge(town, second, 1001, "赵敏")["why"] == "not_your_unit"
    town.order(summary="太吵", category="noise")
    assert _merge(town, second, 1003)["why"] == "not_same"
    assert _merge(town, second, 1001)["ok"]
    assert _merge(town, first, 1002)["why"] == "closed"
    assert _merge(town, second, 1001)["why"] == "closed"
    firm = a_user(town, "sunny", "阳光物业")
    assert town.do(Merge(first, 1003, "console", firm))["why"] == "unknown"


def test_the_console_merges(town: TestTown, two: tuple[int, int]) -> None:
    assert town.do(Merge(two[1], 1001, "console", a_user(town)))["ok"]


def test_the_one_that_goes_on_is_as_urgent_as_the_other(town: TestTown, two: tuple[int, int]) -> None:
    first, _ = two
    trapped = int(town.order(town.resident("o-3"), summary="有人困住", urgency="emergency")["order_id"])
    stage = town.row(first).stage
    assert _merge(town, trapped, 1001)["ok"]
    row = town.row(first)
    assert (row.urgency, row.stage, row.state) == ("emergency", stage + 1, "claimed")
    timer = town.rows(t.timer)[-1]
    assert (timer.kind, timer.stamp) == ("unattended", row.stage)


def test_who_says_that_it_is_something_else_has_their_order_again(
    town: TestTown, two: tuple[int, int]
) -> None:
    first, second = two
    _merge(town, second, 1001)
    assert town.do(NotFixed(second, town.resident("o-neighbour").account_id, "不是一回事"))["ok"]
    row = town.row(second)
    assert (row.state, row.merged_into_id) == ("waiting", None)
    assert _merge(town, first, 1002)["ok"]
    assert town.row(first).merged_into_id == second


def test_an_open_question_about_the_merged_one_ends(town: TestTown, two: tuple[int, int]) -> None:
    first, _ = two
    town.do(AskResident(first, town.planted.workers["王伟"], "几楼？"))
    town.do(Claim(two[1], town.planted.workers["陈静"]))
    assert _merge(town, first, 1002)["ok"]
    assert town.see(views.open_questions, town.resident().account_id) == ()


def test_of_two_opposite_merges_at_once_one_is_done(
    town: TestTown, two: tuple[int, int], database_url: str
) -> None:
    first, second = two
    user = a_user(town)
    store = open_store(database_url, KEYS, LIMITS, pool=4, wait_seconds=60)
    crowd = TestTown(store, town.clock, town.planted)
    acts = [Merge(first, 1002, "console", user), Merge(second, 1001, "console", user)] * 2
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(crowd.do, acts))
    store.engine.dispose()
    assert [one["ok"] for one in done].count(True) == 1
    assert sorted(town.row(one).state for one in two) in (["claimed", "closed"], ["closed", "waiting"])
    assert len(town.told("order_merged")) == 1

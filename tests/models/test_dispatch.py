"""Orders find their hands: by turns, by name, by grid; and who is away is replaced."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models.actions.endings import NotFixed
from models.actions.escalation import Unclaimed
from models.actions.orders import GivePlace
from models.actions.register import SaveRoute
from models.actions.roster import DropShift, EndLeave, SetLeave, SetShift, SetSkills
from models.actions.routing import today
from models.actions.staff import Claim, Finish, Progress, Return, SetDuty
from models.actions.transfer import Transfer
from models.rules.dispatch import Grid, officer
from models.store import open_store
from models.views.grids import grids_of_homes
from tests.town import KEYS, LIMITS, TestTown

FIRM, COMMUNITY = "安居物业", "和平社区居委会"
NAMES = ("李华", "王伟", "陈静")
HOURS = timedelta(hours=8)


def _route(town: TestTown, mode: str, worker: str | None = None, unit: str = FIRM, **more: Any) -> None:
    worker_id = town.planted.workers[worker] if worker else None
    with town.store.look(town.clock.now()) as work:
        day = today(work)
    more = {"category": "lift", "estate_id": town.planted.estates["幸福小区"], **more}
    saved = town.do(SaveRoute(town.planted.units[unit], day, mode=mode, worker_id=worker_id, **more))
    assert saved["ok"], saved


def _on_shift(town: TestTown, *names: str) -> None:
    for name in names:
        assert town.do(SetShift(town.planted.workers[name], town.clock.now(), town.clock.now() + HOURS))["ok"]


def _away(town: TestTown, name: str, substitute: str) -> dict[str, Any]:
    workers, now = town.planted.workers, town.clock.now()
    return town.do(SetLeave(workers[name], now, now + HOURS, workers[substitute]))


def _holder(town: TestTown, order_id: int) -> str:
    row = town.row(order_id)
    return next((name for name, one in town.planted.workers.items() if one == row.holder_id), "")


def _open(town: TestTown, summary: str = "电梯坏了", **more: Any) -> int:
    return int(town.order(summary=summary, **more)["order_id"])


def test_by_turns_among_those_on_the_roster(town: TestTown) -> None:
    _route(town, "round_robin")
    _on_shift(town, "王伟", "陈静")
    got = [_holder(town, _open(town, f"坏了{number}")) for number in range(4)]
    assert got == ["王伟", "陈静", "王伟", "陈静"]
    told = town.told("order_assigned")[0]
    assert (told.facts["turn_of"], told.facts["mention"]) == ("王伟", ["WangWei"])
    assert not town.told("new_order")
    assert len(town.told("order_assigned_resident")) == 4
    assert {timer.kind for timer in town.rows(t.timer)} == {"unattended"}


def test_without_a_roster_the_switch_says_who_is_on_duty(town: TestTown) -> None:
    _route(town, "round_robin")
    assert _holder(town, _open(town)) == "李华"
    shift = town.do(
        SetShift(town.planted.workers["王伟"], town.clock.now() + HOURS, town.clock.now() + 2 * HOURS)
    )
    assert _holder(town, _open(town, "又坏了")) == ""
    assert [row.kind for row in town.told("new_order")] == ["new_order"]
    assert town.rows(t.timer)[-1].kind == "unclaimed"
    town.do(DropShift(shift["id"]))
    assert _holder(town, _open(town, "还是坏了")) == "李华"


def test_nobody_there_and_the_order_waits_for_a_claim_as_ever(town: TestTown) -> None:
    _route(town, "round_robin")
    town.do(SetDuty(town.planted.workers["李华"], False))
    order_id = _open(town)
    assert town.row(order_id).state == "waiting"
    timer = town.rows(t.timer)[-1]
    assert (timer.kind, timer.due_at - town.clock.now()) == ("unclaimed", timedelta(minutes=30))
    assert len(town.told("new_order")) == 1


def test_who_is_full_is_passed_over_but_for_a_few_emergencies(town: TestTown) -> None:
    _route(town, "round_robin")
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.worker).values(cap=1))
    assert _holder(town, _open(town)) == "李华"
    assert _holder(town, _open(town, "又坏了")) == ""
    for number in range(2):
        assert _holder(town, _open(town, f"困人{number}", urgency="emergency")) == "李华"
    assert _holder(town, _open(town, "困人", urgency="emergency")) == ""
    worker = town.planted.workers["王伟"]
    for number in range(3):
        order_id = _open(town, f"电梯困人{number}", urgency="emergency")
        assert town.do(Claim(order_id, worker))["ok"]
    assert town.do(Claim(_open(town, "再困人", urgency="emergency"), worker))["why"] == "cap"


def test_skills_and_estates_steer_what_is_given_and_warn_who_takes(town: TestTown) -> None:
    _route(town, "round_robin")
    _on_shift(town, "王伟", "陈静")
    town.do(SetSkills(town.planted.workers["王伟"], ("gas",)))
    town.do(SetSkills(town.planted.workers["陈静"], (), (town.planted.estates["阳光花园"],)))
    order_id = _open(town)
    assert _holder(town, order_id) == ""
    assert town.do(Claim(order_id, town.planted.workers["王伟"]))["outside"] is True
    assert _holder(town, _open(town, "困人", urgency="emergency")) == "陈静"
    assert town.do(Claim(_open(town, "又困人", urgency="emergency"), 1))["ok"] is False
    town.do(SetSkills(town.planted.workers["王伟"]))
    assert _holder(town, _open(town, "再坏")) == "王伟"


def test_the_substitute_gets_it_and_the_group_reads_why(town: TestTown) -> None:
    _route(town, "round_robin")
    _on_shift(town, "王伟")
    leave = _away(town, "王伟", "陈静")
    assert _holder(town, _open(town)) == "陈静"
    assert town.told("order_assigned")[0].facts["instead_of"] == "王伟"
    assert town.do(EndLeave(leave["id"]))["ok"]
    assert _holder(town, _open(town, "又坏了")) == "王伟"


def test_a_named_worker_gets_every_order_of_the_route(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    town.do(SetSkills(town.planted.workers["陈静"], ("gas",)))
    assert [_holder(town, _open(town, f"坏{number}")) for number in range(2)] == ["陈静", "陈静"]
    assert town.told("order_assigned")[0].facts["charge_of"] == "陈静"


def test_the_homes_grid_officer_gets_it_once_the_home_is_known(town: TestTown) -> None:
    _route(town, "assign", None, category="water_power")
    _grids(town, building="吴芳", home="孙丽")
    who = town.resident()
    at = {"category": "water_power", "public_part": None}
    home = town.home("幸福小区", "3", "2", "602")
    assert _holder(town, _open(town, "漏水", home_id=home, **at)) == "孙丽"
    assert _holder(town, _open(town, "楼道漏水", **at)) == "吴芳"
    nowhere = {"building_id": None, "estate_id": town.planted.estates["幸福小区"]}
    order_id = _open(town, "没水", **at, **nowhere)
    assert _holder(town, order_id) == ""
    town.do(GivePlace(order_id, who.account_id, home_id=home))
    assert _holder(town, order_id) == "孙丽"
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["unit"]) == (town.planted.groups[0].id, COMMUNITY)
    _away(town, "孙丽", "吴芳")
    assert _holder(town, _open(town, "没电", home_id=home, **at)) == "吴芳"


def _grids(town: TestTown, building: str, home: str) -> None:
    """The building's micro-grid has no officer of its own, its home's has."""
    with town.store.work(town.clock.now()) as work:
        made = insert(t.grid).returning(t.grid.c.id)
        workers = town.planted.workers

        def grid(name: str, **more: Any) -> int:
            return int(work.conn.execute(made.values(name=name, **more)).scalar_one())

        base = grid("一网格", kind="grid", officer_id=workers[building])
        micro = grid("一网格 1", kind="micro_grid", parent_id=base)
        own = grid("一网格 2", kind="micro_grid", parent_id=base, officer_id=workers[home])
        where = t.building.c.id == town.planted.buildings["幸福小区", "3"]
        work.conn.execute(update(t.building).where(where).values(grid_id=micro))
        mine = town.home("幸福小区", "3", "2", "602")
        work.conn.execute(update(t.home).where(t.home.c.id == mine).values(grid_id=own))


def test_what_goes_up_is_handed_out_there_as_that_unit_says(town: TestTown) -> None:
    _route(town, "round_robin", unit=COMMUNITY, category=None, estate_id=None)
    order_id = _open(town)
    town.do(Claim(order_id, town.planted.workers["王伟"]))
    assert town.do(Return(order_id, town.planted.workers["王伟"], "不归我们"))["unit"] == COMMUNITY
    assert _holder(town, order_id) == "孙丽"
    told = town.told("order_assigned")[-1].facts
    assert (told["returned_by"], told["words"], told["turn_of"]) == ("王伟", "不归我们", "孙丽")
    assert not town.told("order_returned")


@pytest.mark.parametrize("mode", ["round_robin", "assign"])
def test_what_is_given_back_at_the_top_waits_there(town: TestTown, mode: str) -> None:
    named = "孙丽" if mode == "assign" else None
    _route(town, mode, named, unit=COMMUNITY, category="noise")
    order_id = _open(town, category="noise")
    assert _holder(town, order_id) == "孙丽"
    assert town.do(Return(order_id, town.planted.workers["孙丽"], "这不归我管"))["unit"] == COMMUNITY
    assert (_holder(town, order_id), town.row(order_id).state) == ("", "waiting")
    assert town.told("new_order")[-1].facts["returned_by"] == "孙丽"
    assert [item.kind for item in town.rows(t.desk_item)] == ["unrouted"]
    assert town.rows(t.timer)[-1].kind == "unclaimed"


def test_what_was_given_back_goes_to_the_next_in_turn(town: TestTown) -> None:
    _route(town, "round_robin", unit=COMMUNITY, category="noise")
    with town.store.work(town.clock.now()) as work:
        moved = update(t.worker).where(t.worker.c.id == town.planted.workers["王伟"])
        work.conn.execute(moved.values(unit_id=town.planted.units[COMMUNITY], on_duty=True))
    order_id = _open(town, category="noise")
    first = _holder(town, order_id)
    town.clock.forward(minutes=1)
    _open(town, "又吵", category="noise")  # so that it is the first one's turn again
    town.do(Return(order_id, town.planted.workers[first], "做不了"))
    assert {first, _holder(town, order_id)} == {"王伟", "孙丽"}


@pytest.mark.parametrize(
    ("there", "did", "holder"), [(NAMES, "assigned", "陈静"), (("王伟", "李华"), "escalated", "")]
)
def test_the_timer_gives_it_to_nobody_who_gave_it_back(
    town: TestTown, there: tuple[str, ...], did: str, holder: str
) -> None:
    """What 王伟 held and 李华 gave back is the firm's again: the turn passes both over, or it goes up."""
    _on_shift(town, *there)
    order_id, workers = _open(town), town.planted.workers
    town.do(Claim(order_id, workers["王伟"]))
    town.do(Return(order_id, workers["李华"], "做不了"))
    back = Transfer(order_id, "worker", workers["孙丽"], to_unit_id=town.planted.units[FIRM])
    assert town.do(back)["unit"] == FIRM
    assert town.do(Unclaimed(order_id, town.row(order_id).stage))["did"] == did
    assert _holder(town, order_id) == holder


def test_once_it_is_opened_again_everybody_may_get_it(town: TestTown) -> None:
    """What was given back before it was mended says nothing of whether it is mended now."""
    _on_shift(town, "李华")
    order_id, workers, who = _open(town), town.planted.workers, town.resident()
    town.do(Claim(order_id, workers["李华"]))
    town.do(Return(order_id, workers["李华"], "做不了"))
    town.do(Transfer(order_id, "worker", workers["孙丽"], to_unit_id=town.planted.units[FIRM]))
    town.do(Claim(order_id, workers["王伟"]))
    town.do(Finish(order_id, workers["王伟"], "好了"))
    _away(town, "王伟", "陈静")
    assert town.do(NotFixed(order_id, who.account_id, "没修好"))["state"] == "waiting"
    assert town.do(Unclaimed(order_id, town.row(order_id).stage))["did"] == "assigned"
    assert _holder(town, order_id) == "李华"


def test_nobody_claims_and_the_turn_decides(town: TestTown) -> None:
    _on_shift(town, *NAMES)
    got = []
    for number in range(3):
        order_id = _open(town, f"坏{number}")
        assert town.do(Unclaimed(order_id, 0))["did"] == "assigned"
        got.append(_holder(town, order_id))
        town.do(Finish(order_id, town.row(order_id).holder_id, "好了"))
        town.clock.forward(minutes=1)
    assert sorted(got) == sorted(NAMES)


def test_what_is_not_fixed_waits_for_somebody_else_while_its_holder_is_away(town: TestTown) -> None:
    order_id, who = _open(town), town.resident()
    worker = town.planted.workers["王伟"]
    town.do(Claim(order_id, worker))
    town.do(Finish(order_id, worker, "好了"))
    _away(town, "王伟", "陈静")
    assert town.do(NotFixed(order_id, who.account_id, "没修好"))["state"] == "waiting"


def test_a_colleague_on_the_roster_may_act_and_the_switch_no_longer_counts(town: TestTown) -> None:
    order_id = _open(town)
    town.do(Claim(order_id, town.planted.workers["王伟"]))
    _on_shift(town, "陈静")
    assert town.do(Progress(order_id, town.planted.workers["陈静"], "在修"))["ok"]
    assert town.do(Progress(order_id, town.planted.workers["李华"], "在修"))["why"] == "not_yours"


def test_a_route_that_is_changed_by_a_form_without_modes_keeps_its_mode(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    route = town.rows(t.route)[-1]
    saved = SaveRoute(route.unit_id, route.starts_on, route.estate_id, "lift", None, route.id)
    assert town.do(saved)["new"] is False
    assert town.rows(t.route)[-1] == route
    town.do(SaveRoute(route.unit_id, route.starts_on, route.estate_id, "lift", None, route.id, "round_robin"))
    assert (town.rows(t.route)[-1].mode, town.rows(t.route)[-1].worker_id) == ("round_robin", None)


@pytest.mark.parametrize(
    ("more", "field"), [({"mode": "auction"}, "mode"), ({"mode": "assign", "worker_id": 999}, "worker_id")]
)
def test_a_route_that_cannot_be_is_refused(town: TestTown, more: dict[str, Any], field: str) -> None:
    with town.store.look(town.clock.now()) as work:
        day = today(work)
    refusal = town.do(SaveRoute(town.planted.units[FIRM], day, category="gas", **more))
    assert (refusal["why"], refusal["field"]) == ("unknown", field)


def test_140000_homes_are_in_exactly_one_of_1107_micro_grids_and_each_has_an_officer(town: TestTown) -> None:
    homes, buildings, micros, bases = 140_000, 7_000, 1_107, 320
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.home.delete())
        estate, worker = town.planted.estates["幸福小区"], town.planted.workers["吴芳"]
        grids = [
            {"id": n + 1, "kind": "grid", "name": f"网格{n}", "parent_id": None, "officer_id": worker}
            for n in range(bases)
        ]
        grids += [
            {
                "id": bases + n + 1,
                "kind": "micro_grid",
                "name": f"微网格{n}",
                "parent_id": n % bases + 1,
                "officer_id": worker if n % 7 else None,
            }
            for n in range(micros)
        ]
        work.conn.execute(insert(t.grid), grids)
        doors = [
            {
                "id": 100 + n,
                "estate_id": estate,
                "key": f"b{n}",
                "name": "楼",
                "grid_id": bases + n % micros + 1,
            }
            for n in range(buildings)
        ]
        work.conn.execute(insert(t.building), doors)
        rooms = [
            {
                "building_id": 100 + n % buildings,
                "room": str(n),
                "grid_id": bases + n % micros + 1 if n % 10 == 0 else None,
            }
            for n in range(homes)
        ]
        work.conn.execute(insert(t.home), rooms)
        found = work.conn.execute(grids_of_homes()).all()
    assert len(found) == len({home for home, _ in found}) == homes
    assert {grid for _, grid in found} == set(range(bases + 1, bases + micros + 1))
    tree = {one["id"]: Grid(one["id"], one["parent_id"], one["officer_id"]) for one in grids}
    assert {officer(tree, grid) for _, grid in found} == {worker}


def test_33_estates_have_their_commissioner_though_there_are_only_25(town: TestTown) -> None:
    unit, day = town.planted.units[COMMUNITY], None
    with town.store.work(town.clock.now()) as work:
        day = today(work)
        people = [{"unit_id": unit, "name": f"专员{n}", "cap": 10} for n in range(25)]
        workers = list(work.conn.execute(insert(t.worker).values(people).returning(t.worker.c.id)).scalars())
        places = [{"name": f"小区{n}", "community_unit_id": unit} for n in range(33)]
        made = insert(t.estate).values([{**one, "aliases": []} for one in places])
        estates = list(work.conn.execute(made.returning(t.estate.c.id)).scalars())
        for number, estate_id in enumerate(estates):
            SaveRoute(unit, day, estate_id, mode="assign", worker_id=workers[number % 25]).run(work)
    away = SetLeave(workers[0], town.clock.now(), town.clock.now() + HOURS, workers[24])
    town.do(away)
    nowhere = {"building_id": None, "public_part": None}
    held = [town.row(_open(town, "灯坏了", estate_id=one, **nowhere)).holder_id for one in estates]
    assert held == [workers[24] if n % 25 == 0 else workers[n % 25] for n in range(33)]
    assert max(Counter(held).values()) == 3


def test_many_orders_at_once_go_round_fairly_and_nobody_gets_too_many(
    town: TestTown, database_url: str
) -> None:
    _route(town, "round_robin")
    _on_shift(town, *NAMES)
    people = [town.resident(f"o-{number}") for number in range(12)]
    store = open_store(database_url, KEYS, LIMITS, pool=8, wait_seconds=60)
    crowd = TestTown(store, town.clock, town.planted)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(crowd.order, people))
    store.engine.dispose()
    got = Counter(_holder(town, one["order_id"]) for one in opened)
    assert got == dict.fromkeys(NAMES, 4)


def test_a_claim_and_a_turn_meet_and_the_cap_holds(town: TestTown, database_url: str) -> None:
    _route(town, "round_robin")
    worker = town.planted.workers["李华"]
    waiting = []
    town.do(SetDuty(worker, False))
    for number in range(6):
        waiting.append(_open(town, f"坏{number}"))
    town.do(SetDuty(worker, True))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.worker).values(cap=3))
    store = open_store(database_url, KEYS, LIMITS, pool=12, wait_seconds=60)
    crowd = TestTown(store, town.clock, town.planted)
    acts = [*(Claim(one, worker) for one in waiting), *(Unclaimed(one, 0) for one in waiting)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(crowd.do, acts))
    store.engine.dispose()
    assert [town.row(one).holder_id for one in waiting].count(worker) == 3

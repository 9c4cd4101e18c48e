"""What a trial says is what becomes of an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.register import SaveRoute, SwitchWorker
from models.actions.roster import SetLeave, SetShift, SetSkills
from models.actions.staff import SetDuty
from models.actions.trial import Trial, try_out
from models.rules.dispatch import Hands, Leave, Task, candidates, standing
from tests.town import TestTown

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOURS = timedelta(hours=8)
DAY = date(2026, 3, 1)


def _admin(town: TestTown) -> views.User:
    found = town.see(views.asker_of, town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    assert isinstance(found, views.User)
    return found


def _route(town: TestTown, mode: str, worker: str | None = None) -> None:
    who = town.planted.workers[worker] if worker else None
    estate, unit = town.planted.estates["幸福小区"], town.planted.units["安居物业"]
    assert town.do(SaveRoute(unit, DAY, estate, "lift", mode=mode, worker_id=who))["ok"]


def _turns(town: TestTown) -> None:
    _route(town, "round_robin")
    workers, now = town.planted.workers, town.clock.now()
    for name in ("王伟", "陈静"):
        town.do(SetShift(workers[name], now, now + HOURS))


def _turns_with_leave(town: TestTown) -> None:
    _turns(town)
    workers, now = town.planted.workers, town.clock.now()
    town.do(SetSkills(workers["陈静"], ("gas",)))
    town.do(SetLeave(workers["王伟"], now, now + HOURS, workers["李华"]))


def _nobody(town: TestTown) -> None:
    _route(town, "round_robin")
    town.do(SetDuty(town.planted.workers["李华"], False))


def _named_away(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    worker, now = town.planted.workers["陈静"], town.clock.now()
    town.do(SetLeave(worker, now, now + HOURS))


def _named_replaced(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    workers, now = town.planted.workers, town.clock.now()
    town.do(SetLeave(workers["陈静"], now, now + HOURS, workers["王伟"]))


def _named_full(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    town.do(SetSkills(town.planted.workers["陈静"], cap=1))
    town.order(summary="先来的")


def _stopped(town: TestTown) -> None:
    _route(town, "assign", "陈静")
    town.do(SwitchWorker(town.planted.workers["陈静"], False))


def _silent(town: TestTown) -> None:
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.work_group).values(silent_since=work.now))


def _firm_silent(town: TestTown) -> None:
    unit = town.planted.units["安居物业"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(
            update(t.work_group).where(t.work_group.c.unit_id == unit).values(silent_since=work.now)
        )


@pytest.mark.parametrize(
    ("scene", "why", "mode"),
    [
        (lambda town: None, "claim", "claim"),
        (_turns, "turn", "round_robin"),
        (_turns_with_leave, "turn", "round_robin"),
        (_nobody, "nobody", "round_robin"),
        (lambda town: _route(town, "assign", "陈静"), "named", "assign"),
        (_named_replaced, "named", "assign"),
        (_named_away, "named_away", "assign"),
        (_named_full, "named_full", "assign"),
        (_stopped, "named_away", "assign"),
        (lambda town: _route(town, "assign"), "officer", "assign"),
        (_silent, "unreached", "claim"),
        (_firm_silent, "claim", "claim"),
    ],
)
def test_an_order_goes_where_the_trial_says(
    town: TestTown, scene: Callable[[TestTown], None], why: str, mode: str
) -> None:
    scene(town)
    trial: Trial = town.see(try_out, _admin(town), town.planted.estates["幸福小区"], "lift")
    row = town.row(int(town.order(summary="又来一个")["order_id"]))
    assert (trial.verdict.why, trial.mode) == (why, mode)
    assert (trial.unit_id, trial.verdict.worker_id) == (row.unit_id, row.holder_id)


def test_a_trial_says_who_stands_in_and_what_keeps_the_others(town: TestTown) -> None:
    _turns_with_leave(town)
    workers = town.planted.workers
    trial = town.see(try_out, _admin(town), town.planted.estates["幸福小区"], "lift")
    assert (trial.verdict.worker_id, trial.verdict.away_id) == (workers["李华"], workers["王伟"])
    assert dict(trial.people) == {"李华": "ready", "王伟": "away", "陈静": "unable"}


def test_a_trial_gives_nothing_to_anybody(town: TestTown) -> None:
    _turns(town)
    admin = _admin(town)
    before = [town.rows(table) for table in (t.work_order, t.worker, t.outbox)]
    first = town.see(try_out, admin, town.planted.estates["幸福小区"], "lift")
    assert town.see(try_out, admin, town.planted.estates["幸福小区"], "lift") == first
    assert [town.rows(table) for table in (t.work_order, t.worker, t.outbox)] == before


def test_units_that_nobody_could_tell_are_named(town: TestTown) -> None:
    _firm_silent(town)
    trial = town.see(try_out, _admin(town), town.planted.estates["幸福小区"], "lift")
    units = town.planted.units
    assert (trial.passed, trial.unit_id) == ((units["安居物业"],), units["和平社区居委会"])
    assert trial.route is not None
    assert trial.route.unit_id == units["安居物业"]


def test_officers_of_an_estate_are_known_by_its_grids(town: TestTown) -> None:
    estate = town.planted.estates["幸福小区"]
    assert town.see(views.officers_in, estate) == ()
    with town.store.work(town.clock.now()) as work:
        grid = insert(t.grid).returning(t.grid.c.id)
        officer = {"kind": "grid", "officer_id": town.planted.workers["吴芳"]}
        base = work.conn.execute(grid.values(name="一网格", **officer)).scalar_one()
        micro = work.conn.execute(grid.values(name="微", kind="micro_grid", parent_id=base)).scalar_one()
        where = t.building.c.id == town.planted.buildings["幸福小区", "3"]
        work.conn.execute(update(t.building).where(where).values(grid_id=micro))
    assert town.see(views.officers_in, estate) == ("吴芳",)
    assert town.see(views.officers_in, town.planted.estates["阳光花园"]) == ()


def test_nobody_tries_an_estate_of_another_area(town: TestTown) -> None:
    user = views.User("community", user_id=1, areas=frozenset({99}), estates=frozenset())
    assert town.see(try_out, user, town.planted.estates["幸福小区"], "lift") is None


_LEAVES = st.sampled_from([(), (Leave(NOW - HOURS, NOW + HOURS, 1),), (Leave(NOW - HOURS, NOW + HOURS, 2),)])
_HANDS = st.builds(
    Hands,
    id=st.just(0),
    name=st.just("某"),
    unit_id=st.sampled_from([1, 1, 2]),
    on_duty=st.booleans(),
    cap=st.integers(1, 2),
    holds=st.integers(0, 3),
    skills=st.sampled_from([frozenset(), frozenset({"gas"}), frozenset({"lift"})]),
    leaves=_LEAVES,
)


@given(st.lists(_HANDS, max_size=4), st.booleans())
def test_who_is_ready_is_a_candidate_and_nobody_else(made: list[Any], emergency: bool) -> None:
    crew = {
        number: Hands(
            number,
            one.name,
            one.unit_id,
            one.on_duty,
            one.cap,
            one.holds,
            None,
            one.skills,
            leaves=one.leaves,
        )
        for number, one in enumerate(made)
    }
    task = Task("lift", 1, emergency, 1)
    stands = {one: standing(crew, one, 1, task, NOW) for one in crew if crew[one].unit_id == 1}
    ready = {one for one, how in stands.items() if how == "ready"}
    if emergency and not ready:
        ready = {one for one, how in stands.items() if how == "unable"}
    assert set(candidates(crew, 1, task, NOW)) == ready

"""Who works when: shifts that do not overlap, a week once more, leaves with somebody who is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.register import SaveRoute, SwitchWorker
from models.actions.roster import CopyWeek, DropShift, EndLeave, SetLeave, SetShift, SetSkills
from models.rules.dispatch import Hands, Leave
from models.rules.hours import read_hours, spans_between
from models.rules.roster import OnShift, a_week_on, overlap, uncovered
from models.store import open_store
from tests.town import KEYS, LIMITS, TestTown

MONDAY = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # midnight in Shanghai
ZONE = "Asia/Shanghai"
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def _at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def _shift(town: TestTown, name: str, begins: float, ends: float) -> dict[str, Any]:
    return town.do(SetShift(town.planted.workers[name], _at(begins), _at(ends)))


def _leave(
    town: TestTown, name: str, begins: float, ends: float, substitute: str | None = None
) -> dict[str, Any]:
    workers = town.planted.workers
    instead = workers[substitute] if substitute else None
    return town.do(SetLeave(workers[name], _at(begins), _at(ends), instead))


def _admin(town: TestTown) -> views.User:
    user_id = town.do(SaveUser("admin", "admin", "hash"))["user_id"]
    found = town.see(views.asker_of, user_id)
    assert isinstance(found, views.User)
    return found


def test_nobody_has_two_shifts_at_a_time(town: TestTown) -> None:
    first = _shift(town, "李华", 8, 17)
    assert _shift(town, "李华", 8, 18) == {"ok": True, "id": first["id"], "new": False}
    assert (_shift(town, "李华", 17, 20)["why"], _shift(town, "李华", 17, 20)["field"]) == (
        "already",
        "starts_at",
    )
    assert _shift(town, "李华", 18, 20)["new"]
    assert _shift(town, "王伟", 17, 20)["new"]
    assert _shift(town, "李华", 30, 30)["field"] == "ends_at"


MEETING = {
    "shifts": (
        lambda one, _: SetShift(one, _at(8), _at(17)),
        lambda one, _: SetShift(one, _at(9), _at(18)),
        "already",
    ),
    "leaves": (
        lambda one, _: SetLeave(one, _at(8), _at(17)),
        lambda one, _: SetLeave(one, _at(9), _at(18)),
        "already",
    ),
    "each other's substitutes": (
        lambda one, other: SetLeave(one, _at(8), _at(17), other),
        lambda one, other: SetLeave(other, _at(9), _at(18), one),
        "away",
    ),
}


@pytest.mark.parametrize("meeting", MEETING)
def test_of_two_plans_at_once_that_do_not_go_together_one_is_refused(
    town: TestTown, database_url: str, meeting: str
) -> None:
    """The second one waits for the first on another connection, and is then told that it no longer fits."""
    pair = town.planted.workers["李华"], town.planted.workers["王伟"]
    first, second, why = MEETING[meeting]
    another = open_store(database_url, KEYS, LIMITS)
    with ThreadPoolExecutor(1) as other:

        def meanwhile() -> dict[str, Any]:
            with another.work(town.clock.now()) as work:
                return second(*pair).run(work)

        with town.store.work(town.clock.now()) as work:
            assert first(*pair).run(work)["ok"]
            later = other.submit(meanwhile)
            assert not wait([later], timeout=0.3).done
        assert later.result()["why"] == why
    another.engine.dispose()


def test_a_week_is_copied_and_what_is_there_stays(town: TestTown) -> None:
    unit = town.planted.units["安居物业"]
    assert town.do(CopyWeek(unit, MONDAY))["field"] == "starts_at"
    _shift(town, "李华", 8, 17)
    _shift(town, "王伟", 20, 32)
    _shift(town, "王伟", 6 * 24 + 20, 7 * 24 + 8)  # from Sunday evening: of this week
    _shift(town, "陈静", 32, 41)
    _shift(town, "陈静", 7 * 24 + 30, 7 * 24 + 33)  # the next week, in the way
    _shift(town, "赵敏", 8, 17)  # of another unit
    assert town.do(CopyWeek(unit, MONDAY)) == {"ok": True, "made": 3, "left": 1}
    assert town.do(CopyWeek(unit, MONDAY)) == {"ok": True, "made": 0, "left": 4}
    shifts = town.see(views.shifts, _admin(town), unit, MONDAY + WEEK, MONDAY + 2 * WEEK)
    copied = {(one.worker, one.starts_at - WEEK - MONDAY, one.ends_at - WEEK - MONDAY) for one in shifts}
    assert ("王伟", 20 * HOUR, 32 * HOUR) in copied
    assert ("陈静", 30 * HOUR, 33 * HOUR) in copied
    assert len(town.rows(t.shift)) == 9


def test_who_is_stopped_is_not_copied(town: TestTown) -> None:
    _shift(town, "李华", 8, 17)
    _shift(town, "王伟", 8, 17)
    town.do(SwitchWorker(town.planted.workers["王伟"], False))
    assert town.do(CopyWeek(town.planted.units["安居物业"], MONDAY))["made"] == 1


def test_shifts_of_who_was_stopped_keep_no_roster(town: TestTown) -> None:
    firm, wang = town.planted.units["安居物业"], town.planted.workers["王伟"]
    _shift(town, "王伟", 5 * 24, 5 * 24 + 8)
    for active, there in ((True, []), (False, ["李华"])):
        town.do(SwitchWorker(wang, active))
        workers = town.see(views.workers_of_units, (firm,))[firm]
        assert [one.name for one in workers if one.on_duty] == there


def test_a_substitute_is_a_colleague_who_is_there(town: TestTown) -> None:
    _leave(town, "陈静", 48, 72)
    for substitute, why in (("陈静", "away"), ("李华", "unknown"), ("赵敏", "unknown")):
        refused = _leave(town, "李华", 24, 60, substitute)
        assert (refused["why"], refused["field"]) == (why, "substitute_id")
    assert _leave(town, "李华", 24, 48, "陈静")["ok"]  # their times only touch
    town.do(SwitchWorker(town.planted.workers["王伟"], False))
    assert _leave(town, "李华", 100, 120, "王伟")["field"] == "substitute_id"


def test_whose_substitute_goes_away_is_named(town: TestTown) -> None:
    assert _leave(town, "李华", 24, 48, "陈静")["replaces"] == []
    assert _leave(town, "陈静", 36, 60)["replaces"] == ["李华"]


def test_nobody_is_away_twice_at_a_time(town: TestTown) -> None:
    made = _leave(town, "李华", 24, 48)
    assert (_leave(town, "李华", 40, 60)["why"], _leave(town, "李华", 40, 60)["field"]) == (
        "already",
        "starts_at",
    )
    again = _leave(town, "李华", 24, 60, "王伟")
    assert (again["id"], again["new"]) == (made["id"], False)


def test_what_is_gone_is_gone(town: TestTown) -> None:
    shift, leave = _shift(town, "李华", 200, 210)["id"], _leave(town, "李华", 200, 210)["id"]
    for action in (DropShift(shift), EndLeave(leave)):
        assert town.do(action)["ok"]
        assert town.do(action)["why"] == "already"
    assert (town.rows(t.shift), town.rows(t.leave)) == ([], [])


def test_estates_that_a_clerk_may_give(town: TestTown) -> None:
    worker, estates = town.planted.workers["李华"], town.planted.estates
    area = next(one.id for one in town.see(views.areas) if one.level == "community")
    user = int(town.do(SaveUser("she", "community", "hash", area_id=area))["user_id"])
    refused = town.do(SetSkills(worker, (), (estates["阳光花园"],), by=user))  # his unit does nothing there
    assert (refused["why"], refused["field"]) == ("unknown", "estate_ids")
    assert town.do(SetSkills(worker, ("lift",), (estates["幸福小区"],), 3, user))["ok"]
    found = town.see(views.skills_of, worker)
    assert (found.categories, found.estate_ids) == (("lift",), (estates["幸福小区"],))
    assert town.rows(t.worker, id=worker)[0].cap == 3
    assert town.do(SetSkills(worker, cap=0, by=user))["field"] == "cap"
    town.do(SaveRoute(town.planted.units["安居物业"], MONDAY.date(), estates["阳光花园"]))
    assert town.do(SetSkills(worker, (), (estates["阳光花园"],), by=user))["ok"]
    assert town.rows(t.worker, id=worker)[0].cap == 3


def test_gaps_are_of_the_hours_of_duty_and_know_leaves(town: TestTown) -> None:
    admin = _admin(town)
    unit = next(one for one in town.see(views.units) if one.name == "安居物业")

    def gaps() -> list[tuple[tuple[str, ...], list[tuple[float, float]]]]:
        found = town.see(views.gaps, admin, unit, MONDAY, MONDAY + DAY)
        return [
            (one.estates, [((a - MONDAY) / HOUR, (b - MONDAY) / HOUR) for a, b in one.spans]) for one in found
        ]

    assert gaps() == []  # no roster, so no holes in it
    _shift(town, "李华", 8, 12)
    assert gaps() == [((), [(12, 17.5)])]
    _shift(town, "王伟", 12, 18)
    assert gaps() == []
    _leave(town, "王伟", 13, 14, "陈静")
    assert gaps() == []
    _leave(town, "李华", 9, 10)
    assert gaps() == [((), [(9, 10)])]
    town.do(SaveRoute(unit.id, MONDAY.date(), town.planted.estates["阳光花园"]))
    town.do(SetSkills(town.planted.workers["王伟"], (), (town.planted.estates["幸福小区"],)))
    assert gaps() == [(("幸福小区",), [(9, 10)]), (("阳光花园",), [(9, 10), (12, 13), (14, 17.5)])]


def _hands(worker_id: int, *leaves: Leave) -> Hands:
    return Hands(worker_id, f"{worker_id}", 1, True, 10, leaves=leaves)


def test_uncovered_time_is_cut_where_somebody_comes_or_goes() -> None:
    crew = {1: _hands(1, Leave(_at(10), _at(11), 2)), 2: _hands(2, Leave(_at(10.5), _at(12)))}
    shifts = (OnShift(1, _at(8), _at(12)), OnShift(2, _at(13), _at(14)))
    asked = [(_at(7), _at(9)), (_at(10), _at(15))]
    found = [((a - MONDAY) / HOUR, (b - MONDAY) / HOUR) for a, b in uncovered(crew, shifts, asked)]
    assert found == [(7, 8), (10.5, 11), (12, 13), (14, 15)]


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(1, 12)), max_size=6))
def test_time_is_covered_or_uncovered_and_never_both(made: list[tuple[int, int]]) -> None:
    shifts = [OnShift(1, _at(begins), _at(begins + lasts)) for begins, lasts in made]
    spans = uncovered({1: _hands(1)}, shifts, [(_at(0), _at(48))])
    for hour in range(48):
        covered = any(one.starts_at <= _at(hour) < one.ends_at for one in shifts)
        assert any(begins <= _at(hour) < ends for begins, ends in spans) is not covered


@pytest.mark.parametrize(
    ("one", "other", "both"), [((0, 2), (2, 4), False), ((0, 3), (2, 4), True), ((1, 2), (0, 4), True)]
)
def test_spans_that_only_touch_do_not_overlap(
    one: tuple[int, int], other: tuple[int, int], both: bool
) -> None:
    spans = [(_at(begins), _at(ends)) for begins, ends in (one, other)]
    assert overlap(*spans) is overlap(*reversed(spans)) is both


def test_a_week_on_is_the_same_time_on_the_wall() -> None:
    assert a_week_on(_at(8), ZONE) == _at(8) + WEEK
    summer = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)  # clocks go forward in between
    assert a_week_on(summer, "Europe/Berlin") == summer + WEEK - HOUR


def test_hours_of_duty_between_two_moments_are_cut_there() -> None:
    hours = read_hours(
        [{"days": [1, 2], "from": "08:00", "to": "12:00"}, {"days": [1], "from": "20:00", "to": "02:00"}]
    )
    found = spans_between(hours, _at(9), _at(33), ZONE)
    assert found == ((_at(9), _at(12)), (_at(20), _at(26)), (_at(32), _at(33)))
    always = read_hours([{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}])
    assert spans_between(always, _at(9), _at(33), ZONE) == ((_at(9), _at(33)),)
    assert spans_between((), _at(9), _at(33), ZONE) == ()

"""Who gets an order, as pure rules: never over the cap, never somebody on leave, and everybody in turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.dispatch import Grid, Hands, Leave, Task, candidates, named, officer, stand_in
from tests.town import MONDAY_MORNING as NOW

UNIT, ELSEWHERE = 1, 2
HOUR = timedelta(hours=1)
LIFT = Task("lift", 7)
CATEGORIES, ESTATES = st.sampled_from(["lift", "gas", "noise"]), st.sampled_from([7, 8])


def hands(worker_id: int, **more: object) -> Hands:
    """Somebody on duty with room."""
    return Hands(**{"id": worker_id, "name": "", "unit_id": UNIT, "on_duty": True, "cap": 10, **more})  # type: ignore[arg-type]


def crew(*people: Hands) -> dict[int, Hands]:
    return {one.id: one for one in people}


def away(
    substitute_id: int | None = None, ago: timedelta = HOUR, left: timedelta = HOUR
) -> tuple[Leave, ...]:
    return (Leave(NOW - ago, NOW + left, substitute_id),)


def test_who_waited_longest_is_next() -> None:
    people = crew(hands(1, given_at=NOW), hands(2, given_at=NOW - HOUR), hands(3))
    assert candidates(people, UNIT, LIFT, NOW) == (3, 2, 1)


def test_the_roster_skills_and_estates_decide_who_is_asked() -> None:
    people = crew(
        hands(1, on_duty=False),
        hands(2, skills=frozenset({"gas"})),
        hands(3, estates=frozenset({8})),
        hands(4, skills=frozenset({"lift", "gas"}), estates=frozenset({7, 8})),
        hands(5, unit_id=ELSEWHERE),
        hands(6, holds=10),
    )
    assert candidates(people, UNIT, LIFT, NOW) == (4,)
    assert candidates(people, UNIT, replace(LIFT, estate_id=None), NOW) == (3, 4)


def test_an_emergency_goes_to_those_who_are_able_and_without_any_to_whoever_is_there() -> None:
    emergency = Task("lift", 7, emergency=True, over=2)
    full, other = hands(1, holds=10), hands(2, skills=frozenset({"gas"}))
    assert candidates(crew(full, other), UNIT, emergency, NOW) == (1,)
    assert candidates(crew(other), UNIT, emergency, NOW) == (2,)
    assert candidates(crew(other), UNIT, LIFT, NOW) == ()
    assert candidates(crew(hands(1, holds=12)), UNIT, emergency, NOW) == ()
    under = hands(3, holds=9, given_at=NOW)
    assert candidates(crew(full, under), UNIT, emergency, NOW) == (3, 1)


def test_who_is_away_is_replaced_on_and_on_until_somebody_is_there() -> None:
    people = crew(hands(1, leaves=away(2)), hands(2, on_duty=False, leaves=away(3)), hands(3, on_duty=False))
    assert stand_in(people, 1, NOW) == 3
    assert candidates(people, UNIT, LIFT, NOW) == (3,)
    assert named(people, 1, {UNIT}, LIFT, NOW) == 3
    assert stand_in(people, 1, NOW + HOUR) == 1
    assert stand_in(people, 9, NOW) is None


def test_a_circle_of_substitutes_ends_with_nobody() -> None:
    people = crew(hands(1, leaves=away(2)), hands(2, leaves=away(1)), hands(3, leaves=away(3)))
    assert [stand_in(people, worker_id, NOW) for worker_id in people] == [None, None, None]
    assert candidates(people, UNIT, LIFT, NOW) == ()


def test_one_who_stands_in_for_two_is_one_candidate() -> None:
    people = crew(hands(1, leaves=away(3)), hands(2, leaves=away(3)), hands(3))
    assert candidates(people, UNIT, LIFT, NOW) == (3,)


@pytest.mark.parametrize(
    ("one", "units"),
    [(hands(1, holds=10), {UNIT}), (hands(1), {ELSEWHERE}), (hands(1, leaves=away()), {UNIT})],
)
def test_whom_nobody_can_give_it_to_is_not_named(one: Hands, units: set[int]) -> None:
    assert named(crew(one), 1, units, LIFT, NOW) is None
    assert named(crew(hands(1, skills=frozenset({"gas"}))), 1, {UNIT}, LIFT, NOW) == 1


LEAVES = st.builds(
    lambda start, hours, substitute: Leave(NOW + start * HOUR, NOW + (start + hours) * HOUR, substitute),
    st.integers(-5, 5),
    st.integers(1, 5),
    st.none() | st.integers(1, 6),
)
PEOPLE = st.lists(
    st.builds(
        hands,
        st.just(0),
        on_duty=st.booleans(),
        cap=st.integers(0, 3),
        holds=st.integers(0, 4),
        unit_id=st.sampled_from([UNIT, UNIT, ELSEWHERE]),
        skills=st.frozensets(CATEGORIES),
        estates=st.frozensets(ESTATES),
        leaves=st.lists(LEAVES, max_size=2).map(tuple),
    ),
    max_size=6,
).map(lambda people: crew(*(replace(one, id=index + 1) for index, one in enumerate(people))))
TASKS = st.lists(st.builds(Task, CATEGORIES, ESTATES, emergency=st.booleans(), over=st.just(1)), max_size=20)


@given(PEOPLE, TASKS, st.integers(-6, 10))
def test_nobody_is_given_more_than_they_may_hold_or_anything_while_away(
    people: dict[int, Hands], tasks: list[Task], hours: int
) -> None:
    now = NOW + hours * HOUR
    for task in tasks:
        found = candidates(people, UNIT, task, now)
        assert len(set(found)) == len(found)
        for worker_id in found:
            one = people[worker_id]
            assert one.leave(now) is None
            assert one.unit_id == UNIT
            assert one.holds < one.cap + task.emergency
            assert task.emergency or not one.skills or task.category in one.skills
            assert task.emergency or not one.estates or task.estate_id in one.estates
        if found:
            one = people[found[0]]
            people[one.id] = replace(one, holds=one.holds + 1, given_at=now)


@given(st.integers(1, 7), st.integers(1, 40), st.data())
def test_turns_are_fair_whatever_gets_finished_meanwhile(many: int, orders: int, data: st.DataObject) -> None:
    people = crew(*(hands(number + 1, cap=100) for number in range(many)))
    given_to: Counter[int] = Counter(dict.fromkeys(people, 0))
    for order in range(orders):
        now = NOW + order * HOUR
        chosen = people[candidates(people, UNIT, LIFT, now)[0]]
        given_to[chosen.id] += 1
        people[chosen.id] = replace(chosen, holds=chosen.holds + 1, given_at=now)
        done = data.draw(st.sampled_from(sorted(people)))
        people[done] = replace(people[done], holds=max(0, people[done].holds - 1))
        assert max(given_to.values()) - min(given_to.values()) <= 1


def test_orders_of_one_moment_go_round_too() -> None:
    people = crew(*(hands(number) for number in range(1, 4)))
    given_to: list[int] = []
    for _ in range(6):
        chosen = people[candidates(people, UNIT, LIFT, NOW)[0]]
        given_to.append(chosen.id)
        people[chosen.id] = replace(chosen, holds=chosen.holds + 1, given_at=NOW)
    assert given_to == [1, 2, 3, 1, 2, 3]


def test_the_officer_of_the_nearest_grid_looks_after_a_home() -> None:
    grids = {1: Grid(1, None, 11), 2: Grid(2, 1, None), 3: Grid(3, 2, 33), 4: Grid(4, 2, None)}
    assert [officer(grids, grid_id) for grid_id in (1, 2, 3, 4)] == [11, 11, 33, 11]
    assert officer(grids, None) is None
    assert officer({1: Grid(1, 2, None), 2: Grid(2, 1, None)}, 1) is None

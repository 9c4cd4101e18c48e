"""When duty staff answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.limits import load_limits
from models.rules.calendar import Calendar, OwnDay
from models.rules.hours import DAY, Hours, Span, after_duty, next_duty, on_duty, read_hours

ZONE = "Asia/Shanghai"
HALF = timedelta(minutes=30)
OFFICE = read_hours(
    [
        {"days": [1, 2, 3, 4, 5], "from": "08:30", "to": "11:30"},
        {"days": [1, 2, 3, 4, 5], "from": "13:00", "to": "17:30"},
        {"days": [2], "from": "19:00", "to": "21:00"},
    ]
)


def at(day: int, clock: str) -> datetime:
    """A moment of the week that begins on Monday, 2 March 2026; in Shanghai."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, 1 + day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        (at(1, "9:00"), at(1, "9:00")),
        (at(1, "8:29"), at(1, "8:30")),
        (at(1, "11:30"), at(1, "13:00")),  # lunch
        (at(1, "18:00"), at(2, "8:30")),
        (at(2, "18:00"), at(2, "19:00")),  # the evening of Tuesday
        (at(5, "17:30"), at(8, "8:30")),  # the weekend
        (at(7, "12:00"), at(8, "8:30")),
    ],
)
def test_when_somebody_answers_next(now: datetime, comes: datetime) -> None:
    assert next_duty(OFFICE, now, ZONE) == comes
    assert on_duty(OFFICE, now, ZONE) is (comes == now)


@pytest.mark.parametrize(
    ("now", "rings"),
    [
        (at(1, "9:00"), at(1, "9:30")),
        (at(1, "11:10"), at(1, "13:10")),  # twenty minutes before lunch, ten after it
        (at(5, "17:20"), at(8, "8:50")),
        (at(6, "12:00"), at(8, "9:00")),
    ],
)
def test_only_time_on_duty_counts(now: datetime, rings: datetime) -> None:
    assert after_duty(OFFICE, now, HALF, ZONE) == rings


def test_nights_belong_to_the_day_on_which_they_begin() -> None:
    night = read_hours([{"days": [7], "from": "20:00", "to": "02:00"}])
    assert on_duty(night, at(8, "1:59"), ZONE)
    assert not on_duty(night, at(8, "2:00"), ZONE)
    assert not on_duty(night, at(7, "1:59"), ZONE)


DESK = read_hours(
    [
        {"days": [1, 2, 3, 4, 5], "from": "08:30", "to": "17:30"},
        {"days": [6, 7], "from": "09:00", "to": "16:00"},
    ]
)


def october(day: int, clock: str) -> datetime:
    """Of October 2026: off from the 1st to the 7th, Saturday the 10th is worked."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 10, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def test_on_holidays_nobody_answers_and_make_up_days_are_kept_as_working_days() -> None:
    assert next_duty(DESK, october(1, "9:00"), ZONE) == october(8, "8:30")
    assert not on_duty(DESK, october(3, "10:00"), ZONE)  # a Saturday within the holidays
    assert on_duty(DESK, october(10, "17:00"), ZONE)
    assert not on_duty(DESK, october(11, "17:00"), ZONE)  # a Sunday like any other
    assert after_duty(DESK, october(1, "9:00"), HALF, ZONE) == october(8, "9:00")


def test_a_unit_may_say_that_it_answers_on_holidays() -> None:
    always = read_hours([{"days": [1, 2, 3, 4, 5, 6, 7], "from": "08:00", "to": "20:00"}])
    assert on_duty(always, october(1, "9:00"), ZONE)
    also = (*DESK, *read_hours([{"days": [8], "from": "10:00", "to": "12:00"}]))
    assert next_duty(also, october(1, "9:00"), ZONE) == october(1, "10:00")
    assert next_duty(also, october(1, "12:00"), ZONE) == october(2, "10:00")


def test_what_the_town_has_written_down_counts() -> None:
    own = Calendar({date(2026, 10, 1): OwnDay(True), date(2026, 10, 12): OwnDay(False)})
    assert on_duty(DESK, october(1, "9:00"), ZONE, own)
    assert next_duty(DESK, october(12, "9:00"), ZONE, own) == october(13, "8:30")


def test_round_the_clock_has_no_gap_at_midnight() -> None:
    always = read_hours([{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}])
    assert on_duty(always, at(3, "0:00"), ZONE)
    assert after_duty(always, at(3, "23:45"), HALF, ZONE) == at(4, "0:15")
    assert after_duty(always, at(3, "23:45"), timedelta(weeks=5), ZONE) == at(3, "23:45") + timedelta(weeks=5)


@pytest.mark.parametrize("rows", [[], [{"days": [], "from": "08:00", "to": "09:00"}]])
def test_where_nobody_is_ever_on_duty_nobody_is_promised(rows: list[dict[str, object]]) -> None:
    never = read_hours(rows)
    assert next_duty(never, at(1, "9:00"), ZONE) is None
    assert not on_duty(never, at(1, "9:00"), ZONE)
    assert after_duty(never, at(1, "9:00"), HALF, ZONE) == at(1, "9:30")


@pytest.mark.parametrize(
    "row",
    [
        {"days": [0], "from": "08:00", "to": "09:00"},
        {"days": [9], "from": "08:00", "to": "09:00"},
        {"days": [1], "from": "8", "to": "09:00"},
        {"days": [1], "from": "08:60", "to": "09:00"},
        {"days": [1], "from": "08:00", "to": "24:01"},
        {"days": [1], "from": "24:00", "to": "09:00"},
    ],
)
def test_a_day_or_a_time_that_does_not_exist_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"days are|no time|begins before"):
        read_hours([row])


def test_the_hours_of_the_limits_can_be_read() -> None:
    hours = read_hours(load_limits()["duty_hours"])
    assert on_duty(hours, at(1, "9:00"), ZONE)
    assert not on_duty(hours, at(1, "22:00"), ZONE)


spans = st.builds(
    lambda days, opens, lasts: Span(frozenset(days), opens, opens + lasts),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, DAY - 1),
    st.integers(15, DAY),
)
some_hours = st.lists(spans, min_size=1, max_size=4).map(tuple)
moments = st.timedeltas(timedelta(0), timedelta(days=365)).map(datetime(2026, 1, 1, tzinfo=UTC).__add__)
zones = st.sampled_from([ZONE, "Europe/Berlin"])  # one of them puts its clocks forward


@given(some_hours, moments, zones)
def test_next_is_the_first_moment_on_duty(hours: Hours, now: datetime, zone: str) -> None:
    comes = next_duty(hours, now, zone)
    assert comes is not None
    assert (
        now <= comes <= now + timedelta(days=23)
    )  # one day a week, and the two weeks of the Spring Festival
    assert on_duty(hours, comes, zone)
    if comes > now:
        assert not on_duty(hours, now, zone)
        assert not on_duty(hours, comes - timedelta(microseconds=1), zone)
        assert next_duty(hours, now + (comes - now) / 2, zone) == comes


@given(
    some_hours,
    moments,
    st.timedeltas(timedelta(0), timedelta(hours=6)),
    st.timedeltas(timedelta(0), timedelta(hours=6)),
)
def test_waiting_in_two_parts_is_waiting_once(
    hours: Hours, now: datetime, first: timedelta, then: timedelta
) -> None:
    once = after_duty(hours, now, first + then, ZONE)
    assert after_duty(hours, after_duty(hours, now, first, ZONE), then, ZONE) == once
    assert once >= now + first + then


@given(some_hours, moments)
def test_a_wait_on_duty_ends_on_duty(hours: Hours, now: datetime) -> None:
    rings = after_duty(hours, now, HALF, ZONE)
    assert on_duty(hours, rings - timedelta(microseconds=1), ZONE)
    if rings == now + HALF:
        assert on_duty(hours, now, ZONE)

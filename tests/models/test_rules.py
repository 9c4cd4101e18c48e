"""The pure rules: masking, routing, ratings, the table of steps, limits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.limits import load_limits
from models.rules.levels import Levels, read_levels
from models.rules.masking import mask
from models.rules.orders import ENDS, STEPS, Why, refused
from models.rules.ratings import is_low, word_of
from models.rules.routing import Route, Unit, chain, choose, fallback, local_day
from tests.town import LIMITS


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("我家3号楼602室漏水", "我家3 号楼漏水"),
        ("3号楼2单元602", "3 号楼"),
        ("3栋1203 没电", "3 栋 没电"),
        ("三号楼六〇二室", "三 号楼"),
        ("3-2-602跳闸", "3 号楼跳闸"),
        ("2-602没电", "〔门牌已隐去〕没电"),
        ("602室", "〔门牌已隐去〕"),
        ("我住602的", "我住〔门牌已隐去〕的"),
        ("电话13812345678，谢谢", "电话〔电话已隐去〕，谢谢"),
        ("打 138 1234 5678", "打 〔电话已隐去〕"),
        ("021-65432100", "〔电话已隐去〕"),
        ("１３８１２３４５６７８", "〔电话已隐去〕"),
        ("证件11010519491231002X", "证件〔证件号已隐去〕"),
        ("卡号6222020200112233", "卡号〔号码已隐去〕"),
        ("3号楼电梯坏了两次", "3号楼电梯坏了两次"),
        ("上午8-10点，2026-11-22", "上午8-10点，2026-11-22"),
        ("工单 1024 什么时候好", "工单 1024 什么时候好"),
        ("一号楼 12层", "一号楼 12层"),
        ("2024年的灯", "2024年的灯"),
    ],
)
def test_masking(words: str, masked: str) -> None:
    assert mask(words) == masked


def test_masking_cuts_to_length() -> None:
    assert mask("电梯坏了" * 50, 120).endswith("…")
    assert len(mask("电梯坏了" * 50, 120)) == 120


@given(st.text(alphabet="0123456789 号楼室单元-我住电话，", max_size=60))
def test_no_phone_survives_and_masking_again_changes_nothing(words: str) -> None:
    masked = mask(f"{words}，13812345678。")
    assert "13812345678" not in masked
    assert mask(masked) == masked


DAY = date(2026, 3, 2)


def _route(
    number: int,
    estate: int | None,
    category: str | None,
    unit: int,
    starts: date = date(2026, 1, 1),
    ends: date | None = None,
) -> Route:
    return Route(number, estate, category, unit, starts, ends)


ROUTES = (
    _route(1, None, None, 10),
    _route(2, None, "lift", 20),
    _route(3, 1, None, 30),
    _route(4, 1, "lift", 40),
    _route(5, 2, "lift", 50, ends=date(2026, 3, 2)),
    _route(6, 2, "lift", 60, starts=date(2026, 3, 3)),
    _route(7, 1, "gas", 70),
    _route(8, 1, "gas", 80, starts=date(2026, 2, 1)),
)


@pytest.mark.parametrize(
    ("estate", "category", "on", "unit"),
    [
        (1, "lift", DAY, 40),
        (1, "noise", DAY, 30),
        (9, "lift", DAY, 20),
        (9, "noise", DAY, 10),
        (None, "lift", DAY, 20),
        (2, "lift", date(2026, 3, 2), 50),
        (2, "lift", date(2026, 3, 3), 60),
        (1, "gas", DAY, 80),
        (1, "gas", date(2026, 1, 31), 70),
        (1, "lift", date(2025, 12, 31), None),
    ],
)
def test_the_most_specific_route_wins(estate: int | None, category: str, on: date, unit: int | None) -> None:
    assert choose(ROUTES, estate, category, on) == unit
    assert choose(reversed(ROUTES), estate, category, on) == unit


UNITS = {
    1: Unit(1, "firm", 2),
    2: Unit(2, "community", 4),
    3: Unit(3, "community", 4),
    4: Unit(4, "street", 5),
    5: Unit(5, "district", None),
}


LEVELS: Levels = LIMITS["levels"]


def test_the_chain_goes_through_the_estates_own_community() -> None:
    assert chain(UNITS, LEVELS, 1, None) == (1, 2, 4, 5)
    assert chain(UNITS, LEVELS, 1, 3) == (1, 3, 4, 5)
    assert chain(UNITS, LEVELS, None, 3) == ()


def test_no_chain_is_longer_than_there_are_levels() -> None:
    two = Levels({"firm": "物业", "community": "社区"}, "community", "community")
    assert chain(UNITS, two, 1, 3) == (1, 3)


def test_a_loop_in_the_data_ends_the_chain() -> None:
    assert chain({1: Unit(1, "firm", 2), 2: Unit(2, "street", 1)}, LEVELS, 1, None) == (1, 2)


def test_without_a_route_the_community_or_the_street_stands_in() -> None:
    assert fallback(UNITS, LEVELS, 3) == 3
    assert fallback(UNITS, LEVELS, None) == 4
    assert fallback({}, LEVELS, None) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"of_estate": "village"}, "of_estate is 'village', and must be one of firm, community"),
        ({"stands_in": "village"}, "stands_in"),
        ({"chain": [{"kind": "firm", "name": "物业"}] * 2}, "once"),
    ],
)
def test_a_chain_that_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    chain = [{"kind": "firm", "name": "物业"}, {"kind": "community", "name": "社区"}]
    good = {"chain": chain, "of_estate": "community", "stands_in": "community"}
    assert read_levels(good).kinds == ("firm", "community")
    with pytest.raises(ValueError, match=words):
        read_levels(good | change)


def test_the_day_changes_at_midnight_there() -> None:
    assert local_day(datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "Asia/Shanghai") == date(2026, 3, 1)
    assert local_day(datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "Asia/Shanghai") == date(2026, 3, 2)


def test_ratings() -> None:
    names = ["dissatisfied", "dissatisfied", "neutral", "basically_satisfied", "satisfied"]
    assert [word_of(score) for score in range(1, 6)] == names
    assert [score for score in range(1, 6) if is_low(score)] == [1, 2]


@pytest.mark.parametrize(
    ("step", "state", "by", "why"),
    [
        ("claim", "waiting", "worker", None),
        ("claim", "claimed", "worker", Why.ALREADY),
        ("claim", "closed", "worker", Why.CLOSED),
        ("claim", "waiting", "resident", Why.NOT_YOURS),
        ("arrive", "waiting", "worker", Why.NOT_CLAIMED),
        ("finish", "waiting", "worker", Why.NOT_CLAIMED),
        ("reopen", "claimed", "resident", Why.NOT_CLOSED),
        ("reopen", "closed", "resident", None),
        ("close", "waiting", "console", None),
    ],
)
def test_who_may_take_which_step(step: str, state: str, by: str, why: Why | None) -> None:
    assert refused(step, state, by) is why


def test_the_table_of_steps_speaks_of_known_states_only() -> None:
    states = {"waiting", "claimed", "arrived", "paused", "closed"}
    for step in STEPS.values():
        assert step.starts | set(step.ends) <= states
        assert step.by <= {"resident", "worker", "console", "system"}
    assert {name for name, end in ENDS.items() if not end.rate} == {"duplicate", "withdrawn"}


def test_a_misspelt_limit_is_refused() -> None:
    assert load_limits(urge_minutes=5)["urge_minutes"] == 5
    with pytest.raises(KeyError, match="urge_minute"):
        load_limits(urge_minute=5)

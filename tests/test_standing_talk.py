"""Meals ordered for good, in a talk: a day that is not wanted is not ordered, whoever orders."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models.actions.standing_days import RunStandingDay
from tests.chat import Community, Resident, found

HOME = "幸福小区3号楼2单元602"
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


@pytest.fixture
def zhang(community: Community) -> Resident:
    """Somebody who has lunch every day."""
    phone = community.resident()
    for words in ("绑定住址", HOME, "每天午饭自取"):
        phone.says(words)
    assert "订好了" in phone.says("1")
    return phone


def days(community: Community) -> list[Any]:
    """What became of the days, those that were ordered at once left out."""
    return [(row.day, row.outcome) for row in community.rows(t.standing_day) if row.outcome != "ordered"]


@pytest.mark.parametrize(
    "words", ["不要11月22日午饭", "周日的午饭不要", "11月22日的饭不要了", "停11月22日一天"]
)
def test_a_day_that_is_not_wanted_is_heard(community: Community, zhang: Resident, words: str) -> None:
    assert "没有订" not in zhang.says(words)
    (order,) = community.rows(t.standing_order)
    with community.store.work(community.clock.now()) as work:
        assert not RunStandingDay(order.id, SUNDAY, None).run(work)["ok"]


def test_the_day_is_said_with_its_meal(community: Community, zhang: Resident) -> None:
    assert zhang.says("不要11月22日午饭") == "好的，11 月 22 日（周日）午餐不订了，别的日子照常自动订。"
    assert days(community) == [(SUNDAY, "skipped")]
    assert "没有订" in zhang.says("不要11月22日晚饭")


def test_a_pause_is_heard_where_it_is_asked_which_meal_is_meant(
    community: Community, zhang: Resident
) -> None:
    assert "要取消哪一餐" in zhang.says("不要早饭")
    assert "没有订" not in zhang.says("停11月24日一天")


def test_a_carer_takes_back_a_day_of_the_elders(community: Community, zhang: Resident) -> None:
    (standing,) = community.rows(t.standing_order)
    daughter = community.resident("daughter")
    daughter.says("绑定住址")
    daughter.says("幸福小区1号楼1单元101")
    [account] = [row for row in community.rows(t.account) if row.address == "openid-daughter"]
    link = {"elder_id": standing.person_id, "carer_id": account.person_id, "word": "妈妈", "state": "agreed"}
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(insert(t.carer).values(**link, made_at=work.now))
        work.conn.execute(update(t.meal_order).values(state="served"))
    assert "妈妈的 11 月 22 日（周日）午餐不订了" in daughter.says("不要妈妈11月22日的午饭")
    assert "妈妈的 11 月 23 日（周一）午餐不订了" in daughter.says("不要11月23日午饭")
    assert [day.day for day, _ in days(community)] == [22, 23]

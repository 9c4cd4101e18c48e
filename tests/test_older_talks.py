"""Talks that an earlier version stored go on where they were, though their dialog has been split since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from tests.chat import Community, Resident, found_at_eight

STORED: list[dict[str, Any]] = json.loads(
    (Path(__file__).with_name("data") / "talks_at_meal_mine.json").read_text(encoding="utf-8")
)
"""As they were stored after these words at 8 in the morning, with one meal ordered, while one dialog did all."""
STATES = {one["said"]: one["state"] for one in STORED}


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """The morning of the talks."""
    return found_at_eight(tmp_path)


@pytest.fixture
def zhang(community: Community) -> Resident:
    """Who has ordered lunch."""
    phone = community.resident()
    for words in ("绑定住址", "幸福小区3号楼2单元602", "今天中午番茄炒蛋一份，自取", "好"):
        phone.says(words)
    return phone


def goes_on(community: Community, said: str) -> None:
    """The state of an earlier version is the one that is stored."""
    state = json.dumps(STATES[said], ensure_ascii=False)
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.conversation).values(state=state, turn=STATES[said]["turn"]))


@pytest.mark.parametrize(
    ("said", "answer", "told", "order"),
    [
        ("改成两份", "1", "改好了：今天午餐，番茄炒蛋 2 份", ("placed", 2)),
        ("改成两份", "2", "没有改", ("placed", 1)),
        ("改成两份", "改成三份", "番茄炒蛋 3 份", ("placed", 1)),
        ("改成两份", "取消", "订的餐照旧", ("placed", 1)),
        ("取消订餐", "1", "取消了：今天午餐", ("cancelled", 1)),
        ("取消订餐", "2", "照旧：今天午餐", ("placed", 1)),
    ],
)
def test_a_meal_is_changed_or_cancelled_as_it_was_asked_before(
    community: Community, zhang: Resident, said: str, answer: str, told: str, order: tuple[str, int]
) -> None:
    goes_on(community, said)
    assert told in zhang.says(answer)
    [row] = community.rows(t.meal_order)
    assert (row.state, row.portions) == order

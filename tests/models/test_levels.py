"""The same code climbs the chain of one town and of another: four levels here, three there, from two files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.clock import FixedClock
from models import sample, views
from models import tables as t
from models.actions.escalation import Unclaimed
from models.actions.orders import OpenOrder
from models.actions.people import EnsureAccount
from models.actions.register import SaveEstate, SaveRoute, SaveUnit
from models.limits import load_limits
from models.rules.levels import Levels, read_levels
from models.rules.routing import local_day
from models.store import Store, open_store
from tests.town import KEYS, TestTown

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(params=["levels_four", "levels_three"])
def levels(request: pytest.FixtureRequest) -> Levels:
    """Jining's four levels, Gongshu's three."""
    return read_levels(json.loads((DATA / f"{request.param}.json").read_text(encoding="utf-8")))


@pytest.fixture
def bare(database_url: str, clock: FixedClock, levels: Levels) -> Iterator[TestTown]:
    """A town with nothing but its chain of levels."""
    store: Store = open_store(database_url, KEYS, load_limits(levels=levels))
    nothing = sample.Town({}, {}, {}, {}, (), (), (), (), ())
    yield TestTown(store, clock, nothing)
    store.engine.dispose()


def _speaking(town: TestTown, unit_id: int) -> None:
    """The unit hears of orders in a group."""
    with town.store.work(town.clock.now()) as work:
        bot = insert(t.bot).values(name=f"bot{unit_id}", unit_id=unit_id, config_sealed=work.seal("{}"))
        bot_id = work.conn.execute(bot.returning(t.bot.c.id)).scalar_one()
        group = {"bot_id": bot_id, "unit_id": unit_id, "name": "群", "chat": "wr", "bound_at": work.now}
        work.conn.execute(insert(t.work_group).values(**group, robot_key_sealed=work.seal("key")))


def _chain(town: TestTown, levels: Levels) -> list[int]:
    """One unit of every level, the lowest first."""
    units: list[int] = []
    for kind in reversed(levels.kinds):
        made = town.do(SaveUnit(kind, levels.names[kind], units[0] if units else None))
        assert made["ok"]
        units.insert(0, int(made["id"]))
        _speaking(town, units[0])
    return units


def test_nobody_claims_and_the_order_climbs_every_level_of_the_town(bare: TestTown, levels: Levels) -> None:
    units = _chain(bare, levels)
    bare.do(SaveRoute(units[0], local_day(bare.clock.now(), "Asia/Shanghai")))
    who = bare.do(EnsureAccount("wechat_oa", "o-zhang"))
    opened = bare.do(OpenOrder(who["account_id"], who["person_id"], "lift", "normal", "电梯坏了"))
    climbed = [bare.row(opened["order_id"]).unit_id]
    for stage in range(len(units) - 1):
        assert bare.do(Unclaimed(opened["order_id"], stage))["did"] == "escalated"
        climbed.append(bare.row(opened["order_id"]).unit_id)
    assert climbed == units
    assert bare.row(opened["order_id"]).level == len(units) - 1
    assert bare.do(Unclaimed(opened["order_id"], len(units) - 1))["did"] == "called"
    told = [row.facts["unit"] for row in bare.told("order_escalated")]
    assert told == [levels.names[kind] for kind in levels.kinds[1:]]


def test_a_unit_stands_below_a_higher_level_of_its_own_town_only(bare: TestTown, levels: Levels) -> None:
    top = bare.do(SaveUnit(levels.kinds[-1], "上面"))["id"]
    below = bare.do(SaveUnit(levels.kinds[0], "下面", top))
    assert below["ok"]
    assert bare.do(SaveUnit(levels.kinds[-1], "还要上", below["id"]))["field"] == "parent_id"
    assert bare.do(SaveUnit("firm", "物业"))["field"] == "kind"
    assert [unit.level for unit in bare.see(views.units)] == [
        levels.names[levels.kinds[-1]],
        levels.names[levels.kinds[0]],
    ]


def test_an_estate_names_the_unit_of_the_level_that_the_town_says(bare: TestTown, levels: Levels) -> None:
    units = dict(zip(levels.kinds, _chain(bare, levels), strict=True))
    for kind, unit_id in units.items():
        saved = bare.do(SaveEstate(f"{kind} 小区", (), unit_id))
        assert saved["ok"] is (kind == levels.of_estate)

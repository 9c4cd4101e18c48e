"""The register by hand: what is made, what is refused beside which field, what stays as it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.grids import SaveGrid
from models.actions.register import (
    MakeHomes,
    SaveBot,
    SaveBuilding,
    SaveEstate,
    SaveGroup,
    SaveRoute,
    SaveUnit,
    SaveWorker,
    SwitchWorker,
)
from models.actions.staff import Claim
from tests.town import TestTown

KEY = "k" * 43
DAY = date(2026, 3, 1)


def refused(outcome: dict[str, Any]) -> tuple[str, str]:
    """Why, and beside which field."""
    assert outcome["ok"] is False
    return outcome["why"], outcome.get("field", "")


def test_a_unit_is_made_and_renamed(town: TestTown) -> None:
    above = town.planted.units["和平社区居委会"]
    made = town.do(SaveUnit("firm", "新天物业", above))
    assert made["new"] is True
    town.do(SaveUnit("street", "新天物业服务", above, made["id"]))
    (unit,) = (unit for unit in town.see(views.units) if unit.id == made["id"])
    assert (unit.kind, unit.name, unit.parent_id) == ("firm", "新天物业服务", above)


@pytest.mark.parametrize(
    ("kind", "name", "above", "why"),
    [
        ("firm", "安居物业", None, ("already", "name")),
        ("firm", " ", None, ("needs_words", "name")),
        ("king", "甲", None, ("unknown", "kind")),
        ("firm", "甲", "阳光物业", ("unknown", "parent_id")),
        ("street", "甲", "和平社区居委会", ("unknown", "parent_id")),
    ],
)
def test_a_unit_that_makes_no_sense_is_refused(
    town: TestTown, kind: str, name: str, above: str | None, why: tuple[str, str]
) -> None:
    parent = town.planted.units[above] if above else None
    assert refused(town.do(SaveUnit(kind, name, parent))) == why


def test_levels_never_make_a_loop(town: TestTown) -> None:
    units = town.planted.units
    community = SaveUnit("community", "和平社区居委会", units["安居物业"], units["和平社区居委会"])
    assert refused(town.do(community)) == ("unknown", "parent_id")


def test_a_worker_is_made_sealed_changed_and_stays_with_their_unit(town: TestTown) -> None:
    anju, yangguang = town.planted.units["安居物业"], town.planted.units["阳光物业"]
    action = SaveWorker(anju, "钱进", 5, "13812345678", on_duty=True)
    assert "13812345678" not in repr(action)
    made = town.do(action)
    (row,) = town.rows(t.worker, id=made["id"])
    assert "13812345678" not in row.phone_sealed
    town.do(SaveWorker(yangguang, "钱多", 6, worker_id=made["id"]))
    (again,) = town.rows(t.worker, id=made["id"])
    assert (again.name, again.cap, again.unit_id, again.phone_sealed) == ("钱多", 6, anju, row.phone_sealed)
    assert refused(town.do(SaveWorker(anju, "李华", 5))) == ("already", "name")
    assert refused(town.do(SaveWorker(999, "甲", 5))) == ("unknown", "unit_id")
    assert refused(town.do(SaveWorker(anju, "甲", 5, worker_id=999))) == ("unknown", "")


def test_a_stopped_worker_is_off_duty_and_what_they_hold_is_counted(town: TestTown) -> None:
    worker = town.planted.workers["李华"]
    town.do(Claim(town.order()["order_id"], worker))
    assert town.do(SwitchWorker(worker, False)) == {"ok": True, "held": 1}
    (row,) = town.rows(t.worker, id=worker)
    assert (row.active, row.on_duty) == (False, False)
    assert [one.id for one in town.see(views.setup_workers, row.unit_id)][-1] == worker
    assert town.do(SwitchWorker(worker, True)) == {"ok": True, "held": 0}
    assert not town.rows(t.worker, id=worker)[0].on_duty
    assert refused(town.do(SwitchWorker(999, False))) == ("unknown", "")


def test_a_bots_secrets_are_sealed_and_kept_until_they_are_replaced(town: TestTown) -> None:
    anju, yangguang = town.planted.units["安居物业"], town.planted.units["阳光物业"]
    action = SaveBot("anju2", anju, "小邻", "aib1", "token1", KEY)
    assert KEY not in repr(action)
    made = town.do(action)
    assert KEY not in town.rows(t.bot, id=made["id"])[0].config_sealed
    town.do(SaveBot("other", yangguang, "小安", "aib2", token="token2", bot_id=made["id"]))
    (bot,) = (bot for bot in town.see(views.bots) if bot.id == made["id"])
    assert (bot.name, bot.unit_id, bot.display) == ("anju2", anju, "小安")
    assert bot.config == {"aibotid": "aib2", "token": "token2", "aes_key": KEY}
    town.do(SaveBot("anju2", anju, "小安", "aib2", active=False, bot_id=made["id"]))
    assert made["id"] not in {bot.id for bot in town.see(views.bots)}
    assert made["id"] in {bot.id for bot in town.see(views.setup_bots)}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "anju"}, ("already", "name")),
        ({"name": ""}, ("needs_words", "name")),
        ({"token": ""}, ("needs_words", "token")),
        ({"aibotid": ""}, ("needs_words", "aibotid")),
        ({"aes_key": KEY[1:]}, ("unknown", "aes_key")),
        ({"unit_id": 999}, ("unknown", "unit_id")),
    ],
)
def test_a_bot_that_cannot_work_is_refused(
    town: TestTown, changes: dict[str, Any], why: tuple[str, str]
) -> None:
    good = {"name": "b", "unit_id": 1, "display": "小邻", "aibotid": "aib", "token": "t", "aes_key": KEY}
    assert refused(town.do(SaveBot(**{**good, **changes}))) == why


def test_a_group_belongs_to_its_bots_unit_and_a_fresh_robot_speaks(town: TestTown) -> None:
    bot = town.planted.bots[0].id
    made = town.do(SaveGroup("夜班群", bot))
    assert not town.see(views.group_by_id, made["id"]).speaks
    town.do(SaveGroup("夜班报修群", 999, "robot-key", made["id"]))
    group = town.see(views.group_by_id, made["id"])
    assert (group.name, group.unit_id, group.robot_key) == (
        "夜班报修群",
        town.planted.units["安居物业"],
        "robot-key",
    )
    assert refused(town.do(SaveGroup("夜班报修群", bot))) == ("already", "name")
    assert refused(town.do(SaveGroup("甲", 999))) == ("unknown", "bot_id")
    assert refused(town.do(SaveGroup("", bot))) == ("needs_words", "name")


def test_an_estate_its_building_and_its_homes_are_made(town: TestTown) -> None:
    community = town.planted.units["和平社区居委会"]
    estate = town.do(SaveEstate("春天里", ("春天",), community))["id"]
    building = town.do(SaveBuilding(estate, "9", "9 号楼"))["id"]
    assert town.do(MakeHomes(building, 2, 3, 2)) == {"ok": True, "made": 12}
    assert town.do(MakeHomes(building, 2, 3, 2)) == {"ok": True, "made": 0}
    assert town.do(MakeHomes(building, 0, 12, 1))["made"] == 12
    rooms = {(row.unit, row.room) for row in town.rows(t.home, building_id=building)}
    assert {("1", "101"), ("2", "302"), ("", "1201")} <= rooms
    (shown,) = (one for one in town.see(views.setup_buildings) if one.id == building)
    assert (shown.homes, shown.scene) == (24, f"door:{building}")
    assert town.see(views.building_by_scene, shown.scene).name == "9 号楼"


def test_a_scene_never_changes(town: TestTown) -> None:
    building = town.planted.buildings["幸福小区", "3"]
    town.do(SaveBuilding(0, "3", "三号楼", building))
    (row,) = town.rows(t.building, id=building)
    assert (row.name, row.scene, row.estate_id) == ("三号楼", "bld:3", town.planted.estates["幸福小区"])


def test_places_that_make_no_sense_are_refused(town: TestTown) -> None:
    estate = town.planted.estates["幸福小区"]
    assert refused(town.do(SaveEstate("幸福小区"))) == ("already", "name")
    assert refused(town.do(SaveEstate(""))) == ("needs_words", "name")
    firm = town.planted.units["安居物业"]
    assert refused(town.do(SaveEstate("甲", community_unit_id=firm))) == ("unknown", "community_unit_id")
    assert refused(town.do(SaveBuilding(estate, "3", "3 号楼"))) == ("already", "key")
    assert refused(town.do(SaveBuilding(999, "3", "3 号楼"))) == ("unknown", "estate_id")
    assert refused(town.do(SaveBuilding(estate, "30", ""))) == ("needs_words", "name")
    assert refused(town.do(MakeHomes(999, 1, 1, 1))) == ("unknown", "building_id")


def test_a_route_sends_the_next_order_and_ends(town: TestTown) -> None:
    estate, unit = town.planted.estates["幸福小区"], town.planted.units["阳光物业"]
    made = town.do(SaveRoute(unit, DAY, estate, "lift"))
    assert town.row(town.order()["order_id"]).unit_id == unit
    town.do(SaveRoute(unit, DAY, estate, "lift", DAY, made["id"]))
    assert town.row(town.order(summary="又坏了")["order_id"]).unit_id == town.planted.units["安居物业"]
    assert (made["id"], "幸福小区", "阳光物业") in [
        (one.id, one.estate, one.unit) for one in town.see(views.setup_routes)
    ]


def test_a_route_that_makes_no_sense_is_refused(town: TestTown) -> None:
    unit = town.planted.units["阳光物业"]
    assert refused(town.do(SaveRoute(999, DAY))) == ("unknown", "unit_id")
    assert refused(town.do(SaveRoute(unit, DAY, 999))) == ("unknown", "estate_id")
    assert refused(town.do(SaveRoute(unit, DAY, ends_on=date(2026, 2, 28)))) == ("unknown", "ends_on")
    town.do(SwitchWorker(town.planted.workers["刘洋"], False))
    for name in ("李华", "刘洋"):  # of another unit, and one who was stopped
        worker = town.planted.workers[name]
        refusal = town.do(SaveRoute(unit, DAY, category="gas", mode="assign", worker_id=worker))
        assert refused(refusal) == ("unknown", "worker_id")
    assert town.do(SaveRoute(unit, DAY, category="lift"))["ok"]
    assert refused(town.do(SaveRoute(unit, DAY, category="lift"))) == ("already", "starts_on")


def test_grids_are_made_and_only_micro_grids_lie_in_others(town: TestTown) -> None:
    officer = town.planted.workers["孙丽"]
    whole = town.do(SaveGrid("grid", "第一网格", officer_id=officer))["id"]
    micro = town.do(SaveGrid("micro_grid", "第一微网格", whole))["id"]
    assert town.do(SaveGrid("", "一号微网格", whole, grid_id=micro)) == {
        "ok": True,
        "id": micro,
        "new": False,
    }
    building = town.planted.buildings["幸福小区", "3"]
    town.do(SaveBuilding(0, "3", "3 号楼", building, micro))
    assert town.see(views.officer_of, None, building) == officer
    town.do(SwitchWorker(town.planted.workers["李华"], False))
    for refused, field in (
        (SaveGrid("park", "x"), "kind"),
        (SaveGrid("grid", " "), "name"),
        (SaveGrid("grid", "第一网格"), "name"),
        (SaveGrid("grid", "x", whole), "parent_id"),
        (SaveGrid("micro_grid", "x", micro), "parent_id"),
        (SaveGrid("micro_grid", "第一微网格", micro, grid_id=micro), "parent_id"),
        (SaveGrid("grid", "x", area_id=999), "area_id"),
        (SaveGrid("grid", "x", officer_id=town.planted.workers["李华"]), "officer_id"),
        (SaveBuilding(0, "3", "3 号楼", building, 999), "grid_id"),
    ):
        assert town.do(refused)["field"] == field, refused
    assert [(one.name, one.parent) for one in town.see(views.setup_grids)] == [
        ("第一网格", ""),
        ("一号微网格", "第一网格"),
    ]

"""Lines into the register: what is new, changed, as it was or wrong; twice is as good as once; nothing goes away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text

from models import tables as t
from models import views
from models.actions.import_lines import Brought, Line
from models.actions.import_runs import (
    BRING,
    BringLines,
    ConfirmImport,
    DropImport,
    EndReading,
    StartImport,
    look_at,
)
from models.rules.lookup import name_key
from models.rules.orders import Why
from models.store import Work
from tests.town import TestTown

HOME = {"estate": "幸福小区", "building": "3", "unit": "2", "room": "602"}
ZHANG = {"name": "张三", "phone": "13812345678", **HOME, "part": "owner"}
REGISTER = (
    t.area, t.grid, t.handling_unit, t.estate, t.building, t.home, t.person, t.binding, t.route, t.worker,
    t.worker_skill, t.worker_estate,
)  # fmt: skip
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "firms": [
        {"name": "新街道", "kind": "street", "district": "新区", "street": "新街"},
        {"name": "新物业", "kind": "firm", "parent": "新街道"},
    ],
    "estates": [
        {"name": "新小区", "aliases": ["新村"], "district": "新区", "street": "新街", "community": "一居"},
        {"name": "新二区", "district": "新区", "street": "新街", "community": "一居"},
    ],
    "buildings": [
        {"estate": "幸福小区", "building": "9", "grid": "微网格 9"},
        {"estate": "幸福小区", "building": "15弄3号", "name": "十五弄三号"},
    ],
    "homes": [
        {"estate": "幸福小区", "building": "3", "unit": "2", "room": "0602", "grid": "微网格 9"},
        {"estate": "幸福小区", "building": "3", "room": "9901"},
    ],
    "grids": [
        {"name": "第一网格", "kind": "grid", "district": "新区", "street": "新街", "community": "一居"},
        {"name": "第一微网格", "kind": "micro_grid", "parent": "第一网格", "officer": "李华", "unit": "安居物业"},
    ],
    "people": [ZHANG, {**ZHANG, "room": "601"}, {"name": "李四", **HOME}],
    "routes": [
        {"unit": "安居物业", "starts_on": "2027-01-01"},
        {"unit": "安居物业", "estate": "幸福小区", "category": "gas", "starts_on": "2027-01-01", "mode": "assign"},
    ],
    "staff": [
        {"unit": "安居物业", "name": "新人", "phone": "13900000000", "skills": ["lift"], "estates": ["幸福小区"]},
        {"unit": "安居物业", "name": "又一个", "cap": 3},
    ],
}  # fmt: skip


def bring(town: TestTown, kind: str, *values: dict[str, Any]) -> Brought:
    """Import these lines; they are numbered from 2."""
    brought = Brought(kind, writes=True)
    with town.store.work(town.clock.now()) as work:
        BRING[kind](work, as_lines(*values), brought)
    return brought


def as_lines(*values: dict[str, Any]) -> tuple[Line, ...]:
    return tuple(Line(number, one) for number, one in enumerate(values, 2))


def register(town: TestTown) -> list[list[Any]]:
    return [town.rows(table) for table in REGISTER]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_same_lines_again_change_nothing(town: TestTown, kind: str) -> None:
    lines = EXAMPLES[kind]
    untouched = register(town)
    looked = town.see(look_at, kind, as_lines(*lines))
    assert register(town) == untouched
    first = bring(town, kind, *lines)
    assert first.counts == looked.counts == {"new": len(lines)}
    assert first.faults == looked.faults == []
    after = register(town)
    assert after != untouched
    again = bring(town, kind, *lines)
    assert again.counts == {"unchanged": len(lines)}
    assert register(town) == after


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_a_line_leaves_empty_stays(town: TestTown, kind: str) -> None:
    bring(town, kind, *EXAMPLES[kind])
    after = register(town)
    needed = {"name", "kind", "estate", "building", "unit", "room", "starts_on", "category", "phone"}
    bare = [{name: value for name, value in one.items() if name in needed} for one in EXAMPLES[kind]]
    if kind == "estates":
        bare = [{"name": one["name"]} for one in bare]
    assert bring(town, kind, *bare).counts == {"unchanged": len(bare)}
    assert register(town) == after


@pytest.mark.parametrize(
    ("kind", "values", "fault"),
    [
        ("firms", {"name": "x", "kind": "firm", "parent": "没有"}, ("上级单位", "unknown_parent")),
        ("firms", {"name": "x", "kind": "street", "parent": "安居物业"}, ("上级单位", "parent_level")),
        ("firms", {"name": "安居物业", "kind": "street"}, ("类型", "kind_fixed")),
        ("estates", {"name": "x", "unit": "没有"}, ("社区单位", "unknown_unit")),
        ("estates", {"name": "x", "unit": "安居物业"}, ("社区单位", "not_community")),
        ("estates", {"name": "x", "aliases": ["幸福小区"]}, ("别名", "alias_taken")),
        ("buildings", {"estate": "没有", "building": "1"}, ("小区", "unknown_estate")),
        ("grids", {"name": "x", "kind": "micro_grid", "parent": "没有"}, ("所属网格", "unknown_grid")),
        ("grids", {"name": "x", "kind": "grid", "parent": "老网格"}, ("所属网格", "grid_level")),
        ("grids", {"name": "老网格", "kind": "micro_grid"}, ("类型", "grid_kind_fixed")),
        ("grids", {"name": "x", "kind": "grid", "officer": "没有"}, ("网格员", "unknown_officer")),
        ("homes", {**HOME, "estate": "没有"}, ("小区", "unknown_estate")),
        ("homes", {**HOME, "building": "99"}, ("楼号", "unknown_building")),
        ("people", {**ZHANG, "building": "99"}, ("楼号", "unknown_building")),
        ("people", {**ZHANG, "room": "9999"}, ("室号", "unknown_home")),
        ("routes", {"unit": "没有", "starts_on": "2027-01-01"}, ("承办单位", "unknown_unit")),
        (
            "routes",
            {"unit": "安居物业", "estate": "x", "starts_on": "2027-01-01"},
            ("小区", "unknown_estate"),
        ),
        ("staff", {"unit": "没有", "name": "甲"}, ("单位", "unknown_unit")),
        ("staff", {"unit": "安居物业", "name": "甲", "estates": ["没有"]}, ("负责小区", "unknown_estate")),
    ],
)
def test_a_line_with_a_fault_is_left_out_whole(
    town: TestTown, kind: str, values: dict[str, Any], fault: tuple[str, str]
) -> None:
    bring(town, "grids", {"name": "老网格", "kind": "grid"})
    before = register(town)
    brought = bring(town, kind, values)
    assert brought.faults == [(2, *fault)]
    assert brought.counts == {"wrong": 1}
    assert register(town) == before


def test_two_units_do_not_get_the_same_orders(town: TestTown) -> None:
    every = {"starts_on": "2027-01-01"}
    brought = bring(town, "routes", {"unit": "安居物业", **every}, {"unit": "阳光物业", **every})
    assert brought.faults == [(3, "承办单位", "routed")]
    assert bring(town, "routes", {"unit": "阳光物业", **every}).faults == [(2, "承办单位", "routed")]


def test_a_grid_that_is_brought_in_has_its_officer_for_the_homes_in_it(town: TestTown) -> None:
    """Building 9 lies in the micro-grid, which has an officer of its own."""
    bring(town, "grids", *EXAMPLES["grids"])
    bring(town, "buildings", {"estate": "幸福小区", "building": "9", "grid": "第一微网格"})
    building = next(one.id for one in town.see(views.setup_buildings) if one.key == "9")
    assert town.see(views.officer_of, None, building) == town.planted.workers["李华"]
    whole, micro = town.see(views.setup_grids)
    assert (micro.parent, micro.officer, micro.buildings, whole.buildings) == ("第一网格", "李华", 1, 0)


def test_an_estate_is_found_by_its_other_name(town: TestTown) -> None:
    alias = next(one.aliases[0] for one in town.see(views.estates) if one.aliases)
    brought = bring(town, "buildings", {"estate": alias, "building": "77"})
    assert brought.counts == {"new": 1}


def test_a_new_building_gets_a_name_and_the_scene_of_its_code(town: TestTown) -> None:
    bring(town, "buildings", *EXAMPLES["buildings"])
    nine, lane = town.rows(t.building)[-2:]
    assert (nine.key, nine.name, nine.scene) == ("9", "9 号楼", f"door:{nine.id}")
    assert (lane.key, lane.name) == ("15弄3号", "十五弄三号")


def test_areas_are_made_once_and_lie_in_each_other(town: TestTown) -> None:
    before = len(town.rows(t.area))
    bring(town, "estates", *EXAMPLES["estates"])
    district, street, community = town.rows(t.area)[before:]
    assert (district.parent_id, street.parent_id, community.parent_id) == (None, district.id, street.id)
    assert {row.area_id for row in town.rows(t.estate)[-2:]} == {community.id}


# --- people ------------------------------------------------------------------------------------------------


def test_a_town_is_searched_by_its_indexes(town: TestTown) -> None:
    bring(town, "people", *EXAMPLES["people"])

    def plan(work: Work, column: str) -> str:
        # A handful of rows is read as a whole: the planner is asked what it would do with many.
        if work.conn.dialect.name == "postgresql":
            work.conn.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN" if work.conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        found = work.conn.execute(text(f"{explain} SELECT id FROM person WHERE {column} = 'x'"))
        return " ".join(str(row) for row in found)

    for column in ("name_index", "phone_index"):
        assert f"ix_person_{column}" in town.see(plan, column)
    with town.store.look(town.clock.now()) as work:
        named = select(t.person.c.id).where(t.person.c.name_index == work.index(name_key(" 张 三 ")))
        assert work.conn.execute(named).scalars().all() == [1]


# --- runs --------------------------------------------------------------------------------------------------


def run_of(town: TestTown, total: int, *faults: Any) -> int:
    """A run that is being checked."""
    run_id = int(town.do(StartImport("people", "x.sheet", admin(town)))["id"])
    town.do(EndReading(run_id, total, len(faults), faults))
    return run_id


def admin(town: TestTown) -> int:
    with town.store.work(town.clock.now()) as work:
        known = select(t.console_user.c.id).where(t.console_user.c.login == "admin")
        user = work.conn.execute(known).scalar()
        if user is None:
            row = {"login": "admin", "role": "admin", "password": "x", "made_at": work.now}
            user = work.conn.execute(
                insert(t.console_user).values(row).returning(t.console_user.c.id)
            ).scalar_one()
        return int(user)


def test_a_run_checks_waits_and_brings(town: TestTown) -> None:
    good, bad = ZHANG, {**ZHANG, "building": "99", "name": "李四", "phone": "13900000001"}
    run_id = run_of(town, 2, (5, "手机号", "phone"))
    assert town.do(BringLines(run_id, 0, as_lines(good, bad)))["state"] == "preview"
    (run,) = town.rows(t.import_run)
    assert run.facts == {"unread": 1, "wrong": 2, "new": 1, "changed": 0, "unchanged": 0}
    assert run.errors == [[5, "手机号", "phone"], [3, "楼号", "unknown_building"]]
    assert town.rows(t.person) == []
    town.do(ConfirmImport(run_id, admin(town)))
    (run,) = town.rows(t.import_run)
    assert (run.state, run.done, run.errors) == ("running", 0, [[5, "手机号", "phone"]])
    assert town.do(BringLines(run_id, 0, as_lines(good)))["state"] == "running"
    assert town.do(BringLines(run_id, 1, as_lines(bad)[:1]))["state"] == "done"
    (run,) = town.rows(t.import_run)
    assert run.facts == {"unread": 1, "wrong": 2, "new": 1, "changed": 0, "unchanged": 0}
    assert [row.what for row in town.rows(t.audit)] == ["import_uploaded", "import_started", "import_done"]


def test_a_run_keeps_notes_apart_from_faults_and_asks_anew(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    other, gone = {**ZHANG, "name": "李四", "room": "601"}, {**ZHANG, "name": "王五"}
    run_id = run_of(town, 2)
    town.do(BringLines(run_id, 0, as_lines(other, gone)))
    for _ in range(2):
        run = town.see(views.import_run, views.User("admin"), run_id)
        assert (run.facts["new"], run.facts["wrong"]) == (1, 1)
        assert (run.errors, run.notes) == (((3, "姓名", "other_name"),), ((2, "手机号", "other_home"),))
        town.do(ConfirmImport(run_id, admin(town)))
        town.do(BringLines(run_id, 0, as_lines(other, gone)))
    assert run.state == "done"


def test_a_batch_counts_once_however_often_it_is_brought(town: TestTown) -> None:
    run_id = run_of(town, 3)
    first = BringLines(run_id, 0, as_lines(ZHANG))
    assert town.do(first)["done"] == 1
    assert town.do(first) == {"ok": False, "why": Why.ALREADY.value}
    assert town.do(BringLines(run_id, 2, as_lines(ZHANG)))["ok"] is False
    assert town.rows(t.import_run)[0].facts["new"] == 1


def test_what_runs_or_has_ended_is_not_dropped(town: TestTown) -> None:
    run_id = run_of(town, 0)
    town.do(BringLines(run_id, 0, ()))
    town.do(ConfirmImport(run_id, admin(town)))
    assert town.do(DropImport(run_id, admin(town)))["ok"] is False
    assert town.do(ConfirmImport(run_id, admin(town)))["ok"] is False


def test_only_an_admin_sees_imports(town: TestTown) -> None:
    run_id = run_of(town, 0)
    assert [one.id for one in town.see(views.import_runs, views.User("admin"))] == [run_id]
    firm = views.User("firm", town.planted.units["安居物业"])
    assert town.see(views.import_runs, firm) == ()
    assert town.see(views.import_run, firm, run_id) is None

"""Lines into the register: what is new, changed, as it was or wrong; twice is as good as once; nothing goes away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

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
from models.actions.people import BindHome, SetPhone
from models.rules.importing import SHARED
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


def people(town: TestTown) -> list[tuple[str, str]]:
    """Everybody's name and phone."""
    with town.store.look(town.clock.now()) as work:
        rows = work.conn.execute(select(t.person).order_by(t.person.c.id))
        return [(work.unseal(row.name_sealed), work.unseal(row.phone_sealed)) for row in rows]


def test_a_person_is_bound_to_their_homes_as_verified(town: TestTown) -> None:
    bring(town, "people", *EXAMPLES["people"])
    assert people(town) == [("张三", "13812345678"), ("李四", "")]
    bound = [(one.person_id, one.state, one.part, one.decided_by) for one in town.rows(t.binding)]
    assert bound == [
        (1, "verified", "owner", None),
        (1, "verified", "owner", None),
        (2, "verified", "", None),
    ]


def test_names_and_phones_are_kept_sealed(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    (row,) = town.rows(t.person)
    assert "张三" not in repr(row)
    assert "13812345678" not in repr(row)


def test_a_changed_phone_or_part_is_changed(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    moved = {**ZHANG, "phone": "13900000000"}
    assert bring(town, "people", moved).counts == {"changed": 1}
    assert people(town) == [("张三", "13900000000")]
    assert bring(town, "people", {**moved, "part": "tenant"}).counts == {"changed": 1}
    assert [one.part for one in town.rows(t.binding)] == ["tenant"]


def test_another_name_with_the_same_phone_and_home_waits_for_a_word(town: TestTown) -> None:
    """Whether a name was corrected or the wife is meant, no table says: nobody is renamed, nobody is made."""
    files = [ZHANG, {**ZHANG, "name": "李四"}]
    for number, file in enumerate(files * 2):
        looked = town.see(look_at, "people", as_lines(file))
        brought = bring(town, "people", file)
        assert looked.faults == brought.faults == ([(2, "姓名", "other_name")] if number % 2 else [])
        assert people(town) == [("张三", ZHANG["phone"])]
    assert bring(town, "people", *FAMILY).counts == {"unchanged": 1, "new": 1}
    for file in files * 2:
        assert bring(town, "people", file).counts == {"unchanged": 1}


def test_two_people_with_one_phone_in_two_files_stay_apart(town: TestTown) -> None:
    files = [ZHANG, {**ZHANG, "name": "李四", "room": "601"}]
    assert bring(town, "people", files[0]).notes == []
    looked = town.see(look_at, "people", as_lines(files[1]))
    brought = bring(town, "people", files[1])
    assert looked.notes == brought.notes == [(2, "手机号", "other_home")]
    assert looked.counts == brought.counts == {"new": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]
    after = register(town)
    for file in files * 2:
        again = bring(town, "people", file)
        assert (again.counts, again.notes) == ({"unchanged": 1}, [])
    assert register(town) == after


def test_who_moved_out_is_not_whoever_moves_in_with_their_phone(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(ended_at=town.clock.now()))
    assert bring(town, "people", {**ZHANG, "name": "李四"}).counts == {"new": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]


def test_namesakes_without_a_phone_in_two_homes_are_two_people(town: TestTown) -> None:
    one, other = {"name": "王芳", **HOME}, {"name": "王芳", **HOME, "room": "601"}
    bring(town, "people", one, other)
    assert bring(town, "people", one, other).counts == {"unchanged": 2}
    assert sorted(binding.person_id for binding in town.rows(t.binding)) == [1, 2]


def test_who_claimed_the_home_in_a_chat_with_that_phone_is_verified(town: TestTown) -> None:
    who = town.resident("o-zhang", ("幸福小区", "3", "2", "602"))
    town.do(SetPhone(who.person_id, ZHANG["phone"]))
    assert bring(town, "people", ZHANG).counts == {"changed": 1}
    (binding,) = town.rows(t.binding)
    assert (binding.person_id, binding.state, binding.decided_at) == (
        who.person_id,
        "verified",
        town.clock.now(),
    )
    assert people(town) == [("张三", "13812345678")]


def test_a_phone_typed_in_a_chat_alone_gives_nobody_anothers_home(town: TestTown) -> None:
    thief = town.resident("o-thief")
    town.do(SetPhone(thief.person_id, ZHANG["phone"]))
    for _ in range(2):
        bring(town, "people", ZHANG)
        assert town.see(views.homes_of, thief.person_id) == ()
    assert people(town) == [("", "13812345678"), ("张三", "13812345678")]
    town.do(BindHome(thief.person_id, town.home("幸福小区", "3", "1", "101")))
    assert bring(town, "people", ZHANG).counts == {"unchanged": 1}


FAMILY = [
    {**ZHANG, SHARED: True},
    {**ZHANG, "name": "李四", SHARED: True},
]  # 李四 is registered with 张三's phone


@pytest.mark.parametrize("before", [[], [0], [1]], ids=["nobody", "one", "other"])
@pytest.mark.parametrize("lines", [FAMILY, FAMILY[::-1]], ids=["", "turned"])
def test_a_family_that_shares_a_phone_stays_apart(town: TestTown, before: list[int], lines: Any) -> None:
    for place in before:
        bring(town, "people", {**FAMILY[place], SHARED: False})
    counts = {"new": 2 - len(before)} | ({"unchanged": 1} if before else {})
    assert town.see(look_at, "people", as_lines(*lines)).counts == counts
    assert bring(town, "people", *lines).counts == counts
    assert sorted(people(town)) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]
    after = register(town)
    for again in (lines, lines[::-1], *([{**one, SHARED: False}] for one in lines)):
        assert bring(town, "people", *again).counts == {"unchanged": len(again)}
    assert register(town) == after


def test_of_a_family_with_one_phone_who_chats_is_who_lives_there(town: TestTown) -> None:
    who = town.resident("o-li", ("幸福小区", "3", "2", "602"))
    town.do(SetPhone(who.person_id, ZHANG["phone"]))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(state="verified"))
    lines = {**FAMILY[0], "room": "601"}, FAMILY[1], {**FAMILY[1], "room": "601"}
    assert bring(town, "people", *lines).counts == {"new": 2, "changed": 1}
    assert people(town) == [("李四", ZHANG["phone"]), ("张三", ZHANG["phone"])]
    after = register(town)
    assert bring(town, "people", *lines).counts == {"unchanged": 3}
    assert register(town) == after


def test_who_gets_the_phone_of_another_in_their_home_takes_nothing_from_them(town: TestTown) -> None:
    bring(town, "people", ZHANG, {"name": "李四", **HOME})
    assert bring(town, "people", {**ZHANG, "name": "李四", "part": "household"}).counts == {"changed": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]


@pytest.mark.parametrize("ended", [{"state": "refused"}, {"ended": True}])
def test_what_people_have_ended_stays_ended(town: TestTown, ended: dict[str, Any]) -> None:
    bring(town, "people", ZHANG)
    values = {"ended_at": town.clock.now()} if "ended" in ended else ended
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(values))
    after = register(town)
    assert bring(town, "people", {**ZHANG, "part": "tenant"}).faults == [(2, "姓名", "ended")]
    assert register(town) == after


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

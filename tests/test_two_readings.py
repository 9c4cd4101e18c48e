"""12-8-602 has two readings; the register of homes says which of them there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models import tables as t
from tests.chat import Resident, found

UNIT, LANE = ("12", "12 号楼", "8"), ("12弄8号", "12 弄 8 号", "")
BY_UNIT, BY_LANE = "幸福小区 12 号楼 8 单元 602 室", "幸福小区 12 弄 8 号 602 室"


def town(folder: Path, *homes: tuple[str, str, str, str, str]) -> Resident:
    """Somebody where there are these homes: estate, key and name of the building, unit and room ("": no home)."""
    community, b = found(folder), t.building.c
    with community.store.work(community.clock.now()) as work:
        for estate, key, name, unit, room in homes:
            of = work.conn.execute(select(t.estate.c.id).where(t.estate.c.name == estate)).scalar_one()
            known = select(b.id).where(b.estate_id == of, b.key == key)
            building_id = work.conn.execute(known).scalar()
            if building_id is None:
                made = insert(t.building).values(estate_id=of, key=key, name=name).returning(b.id)
                building_id = work.conn.execute(made).scalar_one()
            if room:
                work.conn.execute(insert(t.home).values(building_id=building_id, unit=unit, room=room))
    return community.resident()


def phone(folder: Path, *doors: tuple[str, str, str]) -> Resident:
    """Somebody where 602 is behind each of these doors, and 101 behind the others."""
    community = found(folder)
    with community.store.work(community.clock.now()) as work:
        estate = select(t.estate.c.id).where(t.estate.c.name == "幸福小区").scalar_subquery()
        for key, name, unit in (UNIT, LANE):
            row = insert(t.building).values(estate_id=estate, key=key, name=name).returning(t.building.c.id)
            building_id = work.conn.execute(row).scalar_one()
            there = (key, name, unit) in doors
            home = {
                "building_id": building_id,
                "unit": unit if there else "1",
                "room": "602" if there else "101",
            }
            work.conn.execute(insert(t.home).values(**home))
    return community.resident()


@pytest.mark.parametrize(("door", "place"), [(UNIT, BY_UNIT), (LANE, BY_LANE)])
def test_the_one_that_exists_is_taken(tmp_path: Path, door: tuple[str, str, str], place: str) -> None:
    one = phone(tmp_path, door)
    assert f"水电 · {place}" in one.says("12-8-602水管漏水")


@pytest.mark.parametrize(("door", "place"), [(UNIT, BY_UNIT), (LANE, BY_LANE)])
def test_it_is_taken_as_a_home_and_in_danger_too(
    tmp_path: Path, door: tuple[str, str, str], place: str
) -> None:
    one = phone(tmp_path, door)
    one.says("我要绑定")
    assert f"绑定好了：{place}" in one.says("12-8-602")
    assert place in one.says("12-8-602着火了")


def test_where_both_exist_it_is_asked(tmp_path: Path) -> None:
    asked = phone(tmp_path, UNIT, LANE)
    asked.says("报修")
    asked.says("水管漏水")
    said = asked.says("12-8-602")
    assert "您说的是哪一个" in said
    assert BY_UNIT in said
    assert BY_LANE in said


HERE, THERE = "幸福小区", "阳光花园"
ASKED = "您说的是哪一个"
NINE = ("9", "9 号楼")


@pytest.mark.parametrize(
    ("homes", "words", "answer"),
    [
        # Nobody has the door: the reading is taken whose building has the unit, or may have it.
        ([(HERE, *UNIT[:2], "1", "101"), (HERE, *LANE[:2], "", "101")], "12-8-602", "幸福小区 12 弄 8 号"),
        ([(HERE, *UNIT[:2], "8", "101"), (HERE, *LANE[:2], "", "101")], "12-8-602", ASKED),
        ([(HERE, *UNIT[:2], "", ""), (HERE, *LANE[:2], "", "101")], "12-8-602", ASKED),
        ([(HERE, *UNIT[:2], "8", "101")], "12-8-602", "幸福小区 12 号楼"),
        ([(HERE, *UNIT[:2], "1", "101")], "12-8-602", "幸福小区 12 号楼"),  # nothing else is left
        ([(HERE, *LANE[:2], "", "101")], "12-8-602", "幸福小区 12 弄 8 号"),
        # Two estates have such a building, one of them such a unit.
        ([(HERE, *NINE, "1", "101"), (THERE, *NINE, "2", "101")], "9号楼2单元", "阳光花园 9 号楼"),
        ([(HERE, *NINE, "1", "101"), (THERE, *NINE, "2", "101")], "9号楼2单元602", "阳光花园 9 号楼"),
        ([(HERE, *NINE, "2", "101"), (THERE, *NINE, "2", "102")], "9号楼2单元", ASKED),
        ([(HERE, *NINE, "1", "101"), (THERE, *NINE, "3", "101")], "9号楼2单元", ASKED),
        ([(HERE, *NINE, "1", "101"), (THERE, *NINE, "2", "101")], "9号楼", ASKED),
    ],
)
def test_a_building_without_the_unit_is_not_asked_about(
    tmp_path: Path, homes: list[tuple[str, str, str, str, str]], words: str, answer: str
) -> None:
    one = town(tmp_path, *homes)
    one.says("报修")
    one.says("水管漏水")
    said = one.says(words)
    assert answer in said
    assert (ASKED in said) == (answer == ASKED)

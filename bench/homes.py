"""A home for everybody who talks: reports are about as many kitchens, not all about the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import insert, select

from models import tables as t
from models.store import Work

ESTATE = "幸福小区"  # of the sample neighbourhood
FIRST = 101  # the number of the first building made here
UNITS, FLOORS, DOORS = 4, 6, 4
HOMES = UNITS * FLOORS * DOORS  # to a building
LINES = 4
APART = 50  # people who begin before somebody says the next line


def dialog(person: int) -> tuple[str, ...]:
    """A report in four messages about this person's home; every fourth turn opens a work order."""
    building, home = divmod(person, HOMES)
    unit, door = divmod(home, FLOORS * DOORS)
    room = f"{door // DOORS + 1}0{door % DOORS + 1}"
    return "厨房水管漏水", f"{ESTATE} {FIRST + building} 号楼 {unit + 1} 单元 {room}", "1", "进度"


def build(work: Work, people: int) -> None:
    """The homes of so many people."""
    estate_id = work.conn.execute(select(t.estate.c.id).where(t.estate.c.name == ESTATE)).scalar_one()
    for number in range(FIRST, FIRST + people // HOMES + 1):
        row = {"estate_id": estate_id, "key": str(number), "name": f"{number} 号楼"}
        made = insert(t.building).values(row).returning(t.building.c.id)
        building_id = work.conn.execute(made).scalar_one()
        doors = [f"{floor + 1}0{door + 1}" for floor in range(FLOORS) for door in range(DOORS)]
        homes = [{"unit": str(unit + 1), "room": room} for unit in range(UNITS) for room in doors]
        work.conn.execute(insert(t.home), [{"building_id": building_id, **home} for home in homes])


def turns(people: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Each of them holds the dialog, beginning a moment after the one before: (person, words), in a constant mix."""
    for moment in range(len(people) + (LINES - 1) * APART):
        for line in range(LINES):
            if 0 <= (at := moment - line * APART) < len(people):
                yield people[at], dialog(people[at])[line]

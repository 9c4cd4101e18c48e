"""Excel files of a town that nobody lives in, as large as is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from xlsxwriter import Workbook

from models.rules.importing import SHEETS

ESTATES = 130
UNITS, FLOORS, DOORS = 2, 9, 2  # of each building: 36 homes
FAMILIES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
PARTS = ("业主", "家人", "租户")

Line = Sequence[str]


def write(folder: Path, homes: int, people: int) -> list[tuple[str, Path, int]]:
    """Write estates, buildings, homes and people; gives (kind, file, lines) in the order of importing."""
    kinds: dict[str, Sequence[Line]] = {
        "estates": [
            (f"测试{n}小区", "", "测试区", f"测试{n % 8}街道", f"测试{n}社区", "") for n in range(ESTATES)
        ],
        "buildings": list(dict.fromkeys((e, b, "", "") for e, b, _, _ in doors(homes))),
        "homes": [(*door, f"微网格{n // 127}") for n, door in enumerate(doors(homes))],
        "people": list(residents(homes, people)),
    }
    return [(kind, _written(folder, kind, lines), len(lines)) for kind, lines in kinds.items()]


def _written(folder: Path, kind: str, lines: Sequence[Line]) -> Path:
    headings = [column.title for column in SHEETS[kind].columns]
    path = folder / f"{kind}.xlsx"
    with Workbook(path) as book:  # strings shared, as Excel and WPS write them
        sheet = book.add_worksheet()
        for row, line in enumerate(itertools.chain([headings], lines)):
            sheet.write_row(row, 0, line)
    return path


def doors(homes: int) -> Iterator[Line]:
    """So many homes: estate, building, unit, room."""
    every = (
        (building, estate, unit, floor, door)
        for building in itertools.count(1)
        for estate, unit, floor, door in itertools.product(
            range(ESTATES), range(UNITS), range(FLOORS), range(DOORS)
        )
    )
    for building, estate, unit, floor, door in itertools.islice(every, homes):
        yield f"测试{estate}小区", f"{building} 号楼", str(unit + 1), f"{floor + 1:02d}{door + 1:02d}"


def residents(homes: int, people: int) -> Iterator[Line]:
    """So many people, spread over the homes; every fifth has no phone."""
    placed = itertools.islice(itertools.cycle(list(doors(homes))), people)
    for n, (estate, building, unit, room) in enumerate(placed):
        name = FAMILIES[n % 16] + GIVEN[n // 16 % 20] + GIVEN[n // homes % 20]
        phone = "" if n % 5 == 4 else str(13_000_000_000 + n)
        yield name, phone, estate, building, unit, room, PARTS[n // homes % 3]

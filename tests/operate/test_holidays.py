"""`app.py calendar`: a year's days come in from a file, shown first, whole or not at all."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.settings import Settings
from models import tables as t
from models.rules.calendar import statutory
from operate import holidays
from operate.command import CommandRefused
from tests.town import MONDAY_MORNING, TestTown
from workers.watch import alarm_words

WHOLE = [(on.isoformat(), "休", name) for on, name in statutory(2027).items()] + [
    ("2027-02-14", "班", "春节")
]


def does(chosen: Settings, *words: str) -> int:
    parser = ArgumentParser()
    holidays.arguments(parser)
    return holidays.run(chosen, parser.parse_args(words))


def written(folder: Path, *lines: str, name: str = "2027.csv") -> str:
    path = folder / name
    path.write_text("\n".join(lines), encoding="gb18030")  # as Excel writes it here
    return str(path)


def test_a_file_is_shown_and_kept_only_when_wanted(
    chosen: Settings, town: TestTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "日期,安排,名称", *(",".join(line) for line in WHOLE))
    assert does(chosen, file) == 0
    shown = capsys.readouterr().out
    assert "2027 年：放假 19 天，上班 1 天" in shown
    assert "2027-10-01 到 2027-10-05 休 国庆节" in shown
    assert "2027-02-14 班 春节" in shown
    assert "--save" in shown
    assert town.rows(t.calendar_day) == []
    assert does(chosen, file, "--save") == 0
    assert "2027 年保存好了，马上生效。" in capsys.readouterr().out
    assert len(town.rows(t.calendar_day)) == 20
    (trace,) = town.rows(t.audit, what="days_saved")
    assert (trace.console_user_id, trace.subject) == (None, "2027")


def test_an_excel_file_with_days_of_excel_is_read(chosen: Settings, town: TestTown, tmp_path: Path) -> None:
    book = Workbook()
    for on, works, name in [("日期", "安排", "名称"), *WHOLE]:
        book.active.append([date.fromisoformat(on) if on[0] == "2" else on, works, name])
    book.save(tmp_path / "2027.xlsx")
    does(chosen, str(tmp_path / "2027.xlsx"), "--save")
    assert len(town.rows(t.calendar_day)) == 20


def test_every_wrong_line_is_named_and_nothing_kept(chosen: Settings, town: TestTown, tmp_path: Path) -> None:
    lines = ("2027-01-01,休,元旦", "2027-02-30,休", "明天,休", "2027-01-01,班", "2101-01-01,休")
    with pytest.raises(CommandRefused) as refused:
        does(chosen, written(tmp_path, *lines), "--save")
    told = str(refused.value).splitlines()
    assert told[0] == "第 2 行没有 2027 年 2 月 30 日这一天，请核对。"
    assert [line[:6] for line in told[1:3]] == ["第 3 行没", "第 4 行和"]
    assert "2101 年不在" in told[3]
    assert "没有保存" in told[4]
    assert town.rows(t.calendar_day) == []


def test_a_part_of_a_year_is_kept_and_said_to_be_a_part(
    chosen: Settings, town: TestTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    does(chosen, written(tmp_path, "2027-01-01,休,元旦"), "--save")
    assert "有法定节假日没有写到" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的 .xls"),
        ("日期,安排".encode(), "没有日期"),
        (None, "打不开"),
    ],
)
def test_what_is_no_table_is_refused(
    chosen: Settings, town: TestTown, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "2027.xls"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandRefused, match=said):
        does(chosen, str(path))


def test_without_a_file_it_says_what_is_known(
    chosen: Settings, town: TestTown, capsys: pytest.CaptureFixture[str]
) -> None:
    assert does(chosen) == 0
    assert "年的放假和调休安排" in capsys.readouterr().out


def test_the_alarm_that_a_year_is_missing_names_the_command() -> None:
    facts = {"end": "calendar", "what": "2027 年的放假和调休安排还没有登记。"}
    assert "python app.py calendar" in alarm_words(facts, {}, MONDAY_MORNING)

"""`app.py understand`: one line of JSON for each line, whatever is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import FixedClock
from bot.language.retrieval import Finder
from operate.command import CommandRefused
from operate.understand import Reader, answers, read_items, read_menu

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
ITEMS = Path(__file__).parents[2] / "training" / "data" / "service_items.jsonl"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(FixedClock(NOW), Finder(read_items(ITEMS)), ("红烧肉", "米饭"))


def heard(reader: Reader, **line: Any) -> dict[str, Any]:
    (answer,) = answers([json.dumps(line)], reader)
    found: dict[str, Any] = json.loads(answer)
    return found


def test_a_report(reader: Reader) -> None:
    found = heard(reader, text="3号楼店梯坏了")
    assert list(found) == ["intent", "score", "slots", "category", "urgency", "faq"]
    assert (found["intent"], found["category"], found["urgency"]) == ("report", "电梯", "urgent")
    assert found["slots"] == {"bldg": "3"}


def test_an_order_counts_days_from_the_line_or_from_today(reader: Reader) -> None:
    slots = heard(reader, text="明天中午订两份红烧肉")["slots"]
    assert slots == {"date": "2026-11-19", "meal": "lunch", "items": [{"dish": "红烧肉", "qty": 2}]}
    later = heard(reader, text="明天中午订两份红烧肉", now="2026-12-01T10:00:00+08:00")
    assert later["slots"]["date"] == "2026-12-02"


def test_a_question(reader: Reader) -> None:
    found = heard(reader, text="敬老卡丢了怎么补办")
    assert (found["intent"], found["faq"]["verdict"]) == ("faq", "sure")
    assert found["faq"]["items"][0] == "elder_card"


def test_without_items_nothing_is_answered() -> None:
    found = heard(Reader(FixedClock(NOW), Finder([])), text="敬老卡丢了怎么补办")
    assert found["faq"] == {"verdict": "none", "items": []}


def test_only_staff_command(reader: Reader) -> None:
    assert heard(reader, text="接单 1024", role="staff")["intent"] == "staff"
    assert heard(reader, text="接单 1024")["intent"] != "staff"


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", "null", '"text"', "{}", '{"text": 5}', '{"text": "a", "role": "boss"}', '{"text": "a", "role": [1]}',
     '{"text": "a", "now": "soon"}', '{"text": "a", "now": "2026-11-18"}', '{"text": "a", "now": 7}', "[" * 9000],
)  # fmt: skip
def test_a_bad_line_gets_its_number_and_what_to_change(reader: Reader, line: str) -> None:
    first, second, third = answers(["\n", line, '{"text": "你好"}', '{"text": ""}'], reader)
    assert json.loads(first)["error"].startswith("第 2 行：")
    assert json.loads(second)["intent"] == json.loads(third)["intent"] == "oos"


@pytest.mark.parametrize(
    "text", ["好" * 5000, "😀" * 40, "\ud800", "\x00\x07", "'; DROP TABLE x; --", "。。。"]
)
def test_any_text_gets_an_answer(reader: Reader, text: str) -> None:
    assert "error" not in heard(reader, text=text)


@pytest.mark.parametrize("content", ["{}", "[1]", "no", '{"id": "a", "title": 3}', '{"id": "a"}'])
def test_bad_items_are_refused_with_the_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(f'{{"id": "b", "title": "敬老卡"}}\n{content}\n', encoding="utf-8")
    with pytest.raises(CommandRefused, match="第 2 行"):
        read_items(path)


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"no", b"\xff\xfe"])
def test_a_bad_menu_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "menu.json"
    path.write_bytes(content)
    with pytest.raises(CommandRefused):
        read_menu(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandRefused, match="读不到"):
        read_menu(tmp_path / "none.json")

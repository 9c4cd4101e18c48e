"""Browsing by number: whatever the size of the catalogue, every item is three replies away, in messages that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import dialogs
from bot.channels.wechat_oa_rendering import TEXT_BYTES, passage
from bot.channels.wechat_oa_rendering import lines as plain
from bot.message import Option
from bot.talk import Do, Look, Said, Took, Which, Who, World
from bot.talk.finding import find_dialogs
from models.rules.catalogue import CLASSES, FIELDS

CATALOGUE = find_dialogs(dialogs)["catalogue"]
SPREADS: Mapping[str, tuple[int, int]] = {  # items, and how many of them in the first class and field
    "116": (116, 10),
    "200": (200, 20),
    "359": (359, 50),
    "200 in one": (200, 200),
    "359 in one": (359, 359),
}
BY = {"class_key": CLASSES, "field_key": FIELDS}


def made(count: int, first: int) -> list[dict[str, Any]]:
    """Items as a view gives them, with long titles; after the first class and field they go round the others."""
    classes, fields = list(CLASSES), list(FIELDS)
    return [
        {
            "id": n,
            "title": f"第{n}件" + "事" * 34,
            "class_key": classes[0] if n < first else classes[1 + n % (len(classes) - 1)],
            "field_key": fields[0] if n < first else fields[1 + n % (len(fields) - 1)],
        }
        for n in range(count)
    ]


def asked(items: Sequence[dict[str, Any]], by: str, replies: Sequence[int]) -> Which | int:
    """Where these replies lead: to another question, or to the item that is shown."""
    who = Who(account_id=1, person_id=1)
    option = "FIELDS" if by == "field_key" else "ITEMS"
    talk = CATALOGUE.script(World(datetime(2026, 11, 18, tzinfo=UTC), who, Said(option=option)))
    left, answer = list(replies), None
    while True:
        step = talk.send(answer)
        if isinstance(step, Do):
            return int(step.command.item_id)
        if isinstance(step, Look):
            answer = counted(items, by) if step.key == "counts" else found(items, by, replies[0])
        elif not left:
            assert isinstance(step, Which)
            return step
        else:
            took = step.read(Said(text=str(left.pop(0))), None, None)
            assert isinstance(took, Took)
            answer = took.value


def counted(items: Sequence[dict[str, Any]], by: str) -> Counter[str]:
    return Counter(one[by] for one in items)


def found(items: Sequence[dict[str, Any]], by: str, reply: int) -> list[dict[str, Any]]:
    counts = counted(items, by)
    kinds = [key for key in BY[by] if counts[key]]
    return [one for one in items if one[by] == kinds[reply - 1]]


def reached(items: Sequence[dict[str, Any]], by: str, replies: tuple[int, ...] = ()) -> Iterator[int]:
    """Every item within three replies, each list on the way being one message."""
    there = asked(items, by, replies)
    if isinstance(there, int):
        yield there
        return
    assert len(replies) < 3
    options = [Option(number, label, number) for number, label in there.options()]
    words = passage(there.text, options, plain)
    assert len(words.encode()) <= TEXT_BYTES
    assert all(label in words for _, label in there.options())
    for number in range(1, len(options) + 1):
        yield from reached(items, by, (*replies, number))


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("spread", SPREADS)
def test_every_item_is_three_replies_away(spread: str, by: str) -> None:
    items = made(*SPREADS[spread])
    assert sorted(reached(items, by)) == [one["id"] for one in items]

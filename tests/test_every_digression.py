"""A question is answered in the midst of every dialog, another matter is offered, a correction of nothing harms none.

A new file in dialogs/ is walked by being there.
"""

from __future__ import annotations

import pytest

from bot.frames import Frame, unpack
from models import tables as t
from tests.test_every_dialog import Example, lines_of, prefixes, stage

__all__ = ["stage"]
ITEM, CARD = "敬老卡怎么办", "【敬老卡"
OTHER = "查工单"  # opens progress, which says at once that there is nothing, or asks which
# Nothing that is said in an emergency may be lost, and a person who has taken over reads everything: it is passed on.
TAKES_ALL = frozenset({"emergency", "person"})


def stopped(stage: Example, name: str, count: int) -> Frame | None:
    """The frame on top after so many lines of the example, if it asks something that must be answered."""
    for words in lines_of(name)[:count]:
        stage.says(words)
    frame = stage.state.stack[-1] if stage.state.stack else None
    return frame if frame and frame.shown and not unpack(frame.shown).optional else None


def still_asks(stage: Example, before: Frame) -> bool:
    """Whether the same question is open as before."""
    stack = stage.state.stack
    now = stack[-1] if stack else None
    return bool(
        now
        and before.shown
        and now.shown
        and (now.dialog, now.shown["key"]) == (before.dialog, before.shown["key"])
    )


@pytest.mark.parametrize(("name", "count"), prefixes(), ids=lambda value: str(value))
def test_every_question_survives_what_is_asked_corrected_and_wished_meanwhile(
    name: str, count: int, stage: Example
) -> None:
    asks = stopped(stage, name, count)
    on_top = {name, *(frame.dialog for frame in stage.state.stack[-1:])}
    answer = stage.says(ITEM)
    if TAKES_ALL & on_top:
        return
    assert CARD in answer
    if asks and asks.shown:
        assert unpack(asks.shown).text in answer
        assert still_asks(stage, asks)
    assert stage.says("不是三号楼是五号楼")
    assert stage.says("说错了")
    if asks is None or not still_asks(stage, asks):
        return
    answer = stage.says(OTHER)
    if "先办“" in answer:
        stage.says("接着")
    assert still_asks(stage, asks) or asks.dialog == "progress" or "我们接着刚才的" in answer
    assert not any(row.kind == "defect" for row in stage.community.rows(t.desk_item))

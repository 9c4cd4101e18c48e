"""Whether words are about the inside of a home, and whether they tell a door."""

import pytest

from bot.language.places import at_home, tells_door


@pytest.mark.parametrize(
    "text", ["2单元602", "2 单元 602 室", "602", "602室", "2-602", "3号楼2单元602", "１２０３"]
)
def test_a_door_is_told(text: str) -> None:
    assert tells_door(text)


@pytest.mark.parametrize(
    "text", ["3号楼", "13800138000", "不用了", "幸福小区", "1", "谢谢", "下午 3 点以后在家", ""]
)
def test_no_door_is_told(text: str) -> None:
    assert not tells_door(text)


def test_a_room_of_a_home_is_inside() -> None:
    assert at_home("厨房水管漏水")
    assert not at_home("电梯坏了")

"""Whether something is inside a home, and whether a door is told."""

from __future__ import annotations

import re

from bot.language.addresses import read_home, strip_home
from bot.language.text import clean

_INSIDE = re.compile(
    "我家|家里|家中|屋里|房间|厨房|卫生间|厕所|浴室|阳台|卧室|客厅|马桶|水龙头|洗手池|洗脸池|水槽|面盆|地漏|热水器|插座"
)


_DOOR = re.compile(r"(?:[0-9]{1,2}\s*(?:单元|-|\s)\s*)?[0-9]{3,4}[A-Za-z]?\s*(?:室|号|房)?")


def tells_door(text: str) -> bool:
    """Whether a door is written, the number of a room at least.

    >>> tells_door("2 单元 602"), tells_door("602"), tells_door("3 号楼"), tells_door("13800138000")
    (True, True, False, False)
    """
    return any(home.room for home in read_home(text)) or bool(_DOOR.fullmatch(clean(text)))


def only_place(text: str) -> bool:
    """Whether a message is an address or a door and nothing besides.

    >>> only_place("5 号楼"), only_place("2单元602"), only_place("602还在漏")
    (True, True, False)
    """
    return bool(_DOOR.fullmatch(clean(text))) or (bool(read_home(text)) and len(strip_home(text)) <= 1)


def at_home(text: str) -> bool:
    """Whether a report is about the inside of the speaker's home.

    >>> at_home("厨房水管漏水"), at_home("电梯坏了")
    (True, False)
    """
    return bool(_INSIDE.search(text))

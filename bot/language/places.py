"""Whether something is inside a home."""

from __future__ import annotations

import re

_INSIDE = re.compile(
    "我家|家里|家中|屋里|房间|厨房|卫生间|厕所|浴室|阳台|卧室|客厅|马桶|水龙头|洗手池|洗脸池|水槽|面盆|地漏|热水器|插座"
)


def at_home(text: str) -> bool:
    """Whether a report is about the inside of the speaker's home.

    >>> at_home("厨房水管漏水"), at_home("电梯坏了")
    (True, False)
    """
    return bool(_INSIDE.search(text))

"""What a message is about: an order's number, what staff do with it, whom or what a resident asks for."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table

_TABLE = read_table("matters")
_TARGETS = tuple((target, re.compile(any_of(words))) for target, words in _TABLE["targets"].items())
_ACTIONS = tuple((action, re.compile("|".join(forms))) for action, forms in _TABLE["actions"])
_NUMBER = (
    r"(?P<number>20[0-9]{6}-[0-9]{3,4}|20[0-9]{2}-[0-9]{3,4}|[0-9]{1,9})"
    rf"(?![0-9]|\s*{any_of(_TABLE['units'])}|[.:/-][0-9])"
)
_SURE = (
    re.compile(rf"{any_of(_TABLE['ticket_heads'])}\s*[:是为]?\s*[#№【\[(]?\s*{_NUMBER}"),
    re.compile(rf"(?<![0-9.-]){_NUMBER}\s*{any_of(_TABLE['ticket_tails'])}"),
    re.compile(rf"(?<![0-9A-Za-z甲乙丙丁])[#№【]\s*{_NUMBER}(?!\s*[0-9])"),
    re.compile(r"(?<![0-9-])(?P<number>20[0-9]{6}-[0-9]{3,4}|20[0-9]{2}-[0-9]{4})(?![0-9-])"),
)
_BY_VERB = (
    re.compile(rf"(?:派给|转给|改派|指派|转交|去处理|负责)(?:[^\s0-9]{{1,4}}[\s:,]+)?{_NUMBER}号?[\s。!]*$"),
    re.compile(rf"^\s*[我请把已]?{any_of(_TABLE['staff_verbs'])}了?\s*[:,]?\s*{_NUMBER}(?:号(?![楼门]))?"),
    re.compile(
        rf"^\s*[我把]?(?:接|派|转|退)?(?<![0-9.-]){_NUMBER}\s*号?\s*[,:]?\s*{any_of(_TABLE['verbs_behind'])}"
    ),
)
_ASKS = re.compile(any_of(_TABLE["asks"]))


def find_ticket(text: str) -> tuple[str, int, int] | None:
    """The number of an order in the cleaned `text` as it was written, and where: 工单128, 退回 22, 20261118-003.

    >>> find_ticket("回复8号工单:配件下午到"), find_ticket("8号楼电梯坏了")
    (('8', 2, 3), None)
    """
    for form in (*_SURE, *_BY_VERB):
        found = form.search(text)
        if found:
            return found["number"], found.start("number"), found.end("number")
    return None


def find_action(text: str) -> str | None:
    """What a member of staff does or wants, or None: done, return, reply, list, stats, menu_off and others.

    >>> find_action("工单128已修好,换了个阀门"), find_action("看看未派的单子"), find_action("下班了")
    ('done', 'list', 'offduty')
    """
    return next((action for action, form in _ACTIONS if form.search(text)), None)


def find_target(text: str) -> str | None:
    """What is asked after, or who is asked for: human, temp, order or report.

    >>> find_target("找个真人跟我讲"), find_target("我订的饭送到哪里了"), find_target("昨天报的电梯几时来修")
    ('human', 'order', 'report')
    """
    asks = _ASKS.search(text)
    return next(
        (target for target, form in _TARGETS if (asks or target == "human") and form.search(text)), None
    )

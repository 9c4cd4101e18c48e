"""What a sentence surely wants to open. Words in, names of intents out; dialogs declare which they open on."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bot.language.commands import in_digits, is_order, my_orders, not_fixed, order_number, urges, withdraws
from bot.language.diets import wants_diet
from bot.language.dining import answers_carer, ends_carer, wants_carer
from bot.language.phones import read_phone, without_phone
from bot.language.reports import maybe_report, opens_report
from bot.language.standing import wants_standing
from bot.language.tables import read_table
from bot.language.text import REMEMBERED

_BIND = re.compile(r"^(?:我要|我想)?(?:绑定|换绑|添加|加)(?:住址|房子|房屋|地址|我家|家)?$")
_NUMBER = re.compile(r"(?<!\d)\d{4,9}(?!\d)")
_URGE = re.compile(r"^(?:再)?催\D{0,3}\d{4,9}$|^\d{4,9}\D{0,3}催")
_THANKS = re.compile(
    r"^(?:好的|好|嗯|太)?[，,\s]*(?:谢谢|多谢|感谢|辛苦)(?:[了你您啦啊]|你们|师傅)*[。！!~\s]*$"
)
_POLITE = re.compile(
    r"^(?:你好|您好|请|麻烦|帮我|我要|我想|我想要|把)+[，,]?|[吧啊呀哦了。！!]*(?:谢谢)?[吧啊呀哦了。！!]*$"
)
_BARE = re.compile(
    r"^(?:我要|我想|帮我|请|麻烦|你好|您好|，|,|\s)*(?:报修|报事|报故障|投诉|反映(?:问题|情况)?|维修|修东西)"
    r"(?:一下|吧|呀|啊|：|:|，|,|。|！|\s)*"
)

_MOST = 60  # characters of a command with all politeness
_PRIVACY = {name: frozenset(words) for name, words in read_table("privacy").items()}


def _bare(text: str) -> str:
    """The sentence without spaces, politeness and signs around it; a long one as it is: it is no command."""
    if len(text) > _MOST:
        return text
    return _POLITE.sub("", "".join(text.split())).strip("。？?！!，,~")


INTENTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("urge", lambda text: urges(text) or _URGE.match(in_digits(text)) is not None),
    ("not_fixed", not_fixed),
    ("withdraw", withdraws),
    ("my_orders", my_orders),
    ("order_number", lambda text: order_number(text) is not None),
    ("bind_home", lambda text: _BIND.match(text.strip()) is not None),
    ("end_carer", ends_carer),
    ("carer_answer", lambda text: answers_carer(text) is not None),
    ("carer", wants_carer),
    ("diet", wants_diet),
    ("standing_order", wants_standing),
    ("report", opens_report),
    ("phone_number", lambda text: read_phone(text) is not None and len(text.strip()) < 20),
    ("my_data", lambda text: _bare(text) in _PRIVACY["my_data"]),
    ("erase_me", lambda text: _bare(text) in _PRIVACY["erase_me"]),
    ("withdraw_consent", lambda text: _bare(text) in _PRIVACY["withdraw_consent"]),
    ("privacy", lambda text: text.strip("。？?！! ") in {"隐私", "隐私说明", "隐私政策"}),
    ("phones", lambda text: text.strip("。？?！! ") in {"电话", "紧急电话", "急救电话", "报警电话"}),
    ("thanks", lambda text: _THANKS.match(text.strip()) is not None),
    ("maybe_report", maybe_report),
)


def intents(text: str) -> list[str]:
    """The intents of a sentence, the surest first; empty for chit-chat.

    >>> intents("我要绑定")
    ['bind_home']
    """
    return list(rules(text))


@lru_cache(REMEMBERED)
def rules(text: str) -> tuple[str, ...]:
    """The intents that the rules find in a sentence, the surest first."""
    return tuple(name for name, wants in INTENTS if wants(text)) if text.strip() else ()


def report_content(text: str) -> str | None:
    """What a report says beyond the wish to report and a phone number, or None.

    >>> report_content("我要报修，3 号楼电梯坏了"), report_content("报修")
    ('3 号楼电梯坏了', None)
    """
    rest = _BARE.sub("", text.strip(), count=1).strip(" ，,。！!")
    return rest if len(without_phone(rest)) >= 2 else None


def about_number(text: str) -> int | None:
    """The order a sentence about one is about: 1001, 催 1001, 没修好 1001; None when no number is said.

    >>> about_number("催1001"), about_number("催一下")
    (1001, None)
    """
    found = _NUMBER.findall(in_digits(text))
    return order_number(text) or (int(found[0]) if len(found) == 1 and is_order(int(found[0])) else None)

"""What people say around meals for others: 给我妈订饭, 绑定家人, 解除代订, 同意代订."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

_TABLE = read_table("dining")
_CALLED = {word: name for name, words in _TABLE["kin"].items() for word in words}
_KIN = any_of(_CALLED)
_MINE = "(?:我们家|我家里|我家|我们|家里的|家里|我的|我|阿拉|俺)?(?:的)?"
ELDER = rf"{_MINE}{_KIN}"
_WISH = rf"(?:{any_of(_TABLE['wishes'])}[,\s]*){{0,4}}"  # more can be cut in too many ways
_ASKS = rf"(?:{any_of(_TABLE['asks'])})?"
_FOR = any_of(_TABLE["for"])
_NAMED = re.compile(rf"{_FOR}(?P<mine>{_MINE})(?P<kin>{_KIN})")
_ORDERS = re.compile(rf"{_WISH}{_FOR}{_MINE}{_KIN}{any_of(_TABLE['order'])}{_ASKS}")
_LINKS = re.compile(rf"{_WISH}{any_of(_TABLE['link'])}{_MINE}(?:{_KIN})")
_FIRST = re.compile(rf"(?:{_WISH}(?:{_FOR})?)?{_MINE}(?P<kin>{_KIN})")
_ALONE = re.compile(rf"{_MINE}(?P<kin>{_KIN})")
_END, _AGREE, _REFUSE = (frozenset(_TABLE[name]) for name in ("end", "agree", "refuse"))


def named_elder(text: str) -> str:
    """For whom a meal is, as the carer calls them, always in the same words; empty where nobody is named.

    >>> named_elder("给我妈妈订饭"), named_elder("帮姆妈订明天中午的饭"), named_elder("订饭")
    ('妈妈', '妈妈', '')
    """
    found = _NAMED.search(clean(text))
    return _CALLED[found["kin"]] if found else ""


def elder_spoken_of(text: str) -> str:
    """The same of a sentence that begins with them: 我妈不能吃鱼; empty where it does not.

    >>> elder_spoken_of("我妈不能吃鱼"), elder_spoken_of("我不能吃鱼")
    ('妈妈', '')
    """
    found = _FIRST.match(clean(text))
    return _CALLED[found["kin"]] if found else ""


def elder_called(text: str) -> str:
    """The same of an answer that is nothing but the word: 妈妈, 我的奶奶; other words as they are.

    >>> elder_called("我妈妈"), elder_called("王阿婆")
    ('妈妈', '王阿婆')
    """
    said = clean(text).strip("，,。.!！ ")
    found = _ALONE.fullmatch(said)
    return _CALLED[found["kin"]] if found else named_elder(said) or said


def wants_carer(text: str) -> bool:
    """Whether somebody wants to order for a relative, and says nothing yet of what.

    >>> wants_carer("我想给我妈订饭"), wants_carer("绑定家人"), wants_carer("给我妈订明天的红烧肉")
    (True, True, False)
    """
    return any(_ORDERS.fullmatch(form) or _LINKS.fullmatch(form) for form in spellings(text))


def ends_carer(text: str) -> bool:
    """Whether somebody wants nobody to order for anybody any more: 解除代订."""
    return not _END.isdisjoint(spellings(text))


def answers_carer(text: str) -> bool | None:
    """同意代订, 不同意代订; None for anything else."""
    forms = spellings(text)
    if not _REFUSE.isdisjoint(forms):
        return False
    return None if _AGREE.isdisjoint(forms) else True

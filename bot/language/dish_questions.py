"""Questions for a dish: 有没有红烧肉, 红烧肉有吗; and the bare name of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.asking import worth
from bot.language.dishes import called, find_dish
from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("dish_questions")
_LEAD, _ENDS = any_of(_TABLE["lead"]), any_of(_TABLE["ends"])
_HAS, _SAYS = any_of(_TABLE["has"]), any_of(_TABLE["asks"])
_NAME = "[\u4e00-\u9fff]{1,8}?"
_ASKED = re.compile(
    rf"(?:{_LEAD})*+(?:(?:{_HAS})(?P<first>{_NAME})|有(?P<within>{_NAME})(?:{_SAYS})"
    rf"|(?P<last>{_NAME})(?:{_LEAD})*(?:{_HAS}|有(?:{_SAYS})))(?:{_ENDS})*"
)
_FOODS = frozenset(_TABLE["foods"])
_SIGNS = re.compile(r"[\W_]+")
_LONGEST = 20  # characters; who asks this says little more


def asked_dish(text: str) -> str:
    """What somebody asks for as one asks for a dish; empty where nothing is asked so. It may be no dish at all.

    >>> asked_dish("请问今天有没有红烧肉？"), asked_dish("红烧肉还有吗"), asked_dish("有鱼伐")
    ('红烧肉', '红烧肉', '鱼')
    """
    said = clean(text)
    found = _ASKED.fullmatch(said) if len(said) <= _LONGEST else None
    return next(filter(None, found.groups()), "") if found else ""


def dishes_meant(asked: str, names: Sequence[str]) -> list[str]:
    """Those of `names` that are asked for: what is called so or nearly so, else what has it in its name. A single
    character has to be a food: whoever asks 有人吗 does not want 人参鸡汤.

    >>> dishes_meant("洪烧肉", ["红烧肉", "红烧鱼"]), dishes_meant("鱼", ["红烧肉", "红烧鱼"])
    (['红烧肉'], ['红烧鱼'])
    >>> dishes_meant("人", ["人参鸡汤"])
    []
    """
    if len(asked) == 1 and asked not in _FOODS:
        return []
    return find_dish(asked, names) or [one for one in names if asked in one]


def bare_dish(text: str) -> str:
    """A sentence that may be the name of a dish and nothing else, without its signs; empty for any other.

    >>> bare_dish("红烧肉！"), bare_dish("好的"), bare_dish("两份红烧肉，一碗米饭，送到家里来吧")
    ('红烧肉', '', '')
    """
    said = _SIGNS.sub("", worth(text))
    return said if said and re.fullmatch(_NAME, said) else ""


def named_dish(text: str, names: Sequence[str]) -> str:
    """The one of `names` that a sentence is, by its name or its other name; empty for none."""
    said = bare_dish(text)
    return called(said, names) if said else ""

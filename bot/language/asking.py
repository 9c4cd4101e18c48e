"""Whether a sentence asks something, and the few questions that have a dialog of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from bot.language.addresses import strip_home
from bot.language.commands import control
from bot.language.corrections import mistaken, read_correction
from bot.language.intents import rules
from bot.language.numbers import SPOKEN, bare_number, read_numeral, read_yes_no
from bot.language.questions import standard
from bot.language.replies import small_talk, switches
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean, spellings

_TABLE = read_table("asking")
_ASKS, _NEVER = re.compile(any_of(_TABLE["asks"])), re.compile(any_of(_TABLE["never"]))
_MEDICAL, _KIOSK = re.compile(any_of(_TABLE["medical"])), re.compile(any_of(_TABLE["kiosk"]))
_BARE = re.compile(
    rf"(?:{any_of(_TABLE['bare']['things'])}){{0,6}}{any_of(_TABLE['bare']['words'])}(?:{any_of(_TABLE['bare']['ends'])}){{0,6}}"
)
_FEW = frozenset({"", "maybe_report", "diet", "carer", "thanks"})  # what a few words may be taken for as well
_LEAST_NAMED = 3  # characters of a title that name it
_SIGNS = re.compile(r"[\W_]+")
_BENEFITS = re.compile(
    rf"(?:什么|哪些|啥|多少).{{0,4}}(?:补贴|优惠|待遇|福利|政策|照顾|津贴|补助)"
    rf"|{any_of(_TABLE['benefit_verbs'])}(?:到|些|受|点)?(?:什么|哪些|啥)"
)
_AGE = re.compile(rf"(?<![0-9])(?P<age>[0-9]{{1,3}}|{SPOKEN}{{1,5}})\s*(?:周岁|岁)")
_OLDEST = 120
LONGEST = 200  # characters of a question; what is longer is a story or a poem
MAYBE = "maybe_report"  # of the rules' intents the only unsure one
_FOREIGN = 3  # letters that are not Chinese, from which on it is another language


@lru_cache(REMEMBERED)
def worth(text: str) -> str:
    """What of a message may be a question: cleaned; empty for a number, a yes, a control word, chit-chat, a story.

    >>> worth(" 敬老卡怎么办？"), worth("2"), worth("好的，谢谢")
    ('敬老卡怎么办?', '', '')
    """
    said = clean(text)
    if not 1 < len(said) <= LONGEST or control(said) or bare_number(said) is not None:
        return ""
    return "" if small_talk(said) or read_yes_no(said) is not None or not _han(said) else said


def _han(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def asks(text: str) -> bool:
    """Whether a sentence asks something.

    >>> asks("护照去哪里办"), asks("你是谁呀"), asks("今天真热")
    (True, False, False)
    """
    said = worth(text)
    return bool(said) and _ASKS.search(said) is not None and _NEVER.search(said) is None


def says_few(text: str) -> bool:
    """Whether words may be a name or a thing: nothing that asks, corrects, goes on or surely opens anything.

    >>> says_few("王桂芳"), says_few("花生、鱼"), says_few("电梯坏了"), says_few("不是我妈，是我奶奶")
    (True, True, False, False)
    """
    opens = next(iter(rules(text)), "")
    corrects = mistaken(text) or read_correction(text) is not None
    return opens in _FEW and not corrects and not asks(text) and switches(text) is None


def named_titles(text: str, titles: Sequence[str]) -> list[int]:
    """Which of `titles` a sentence names by a part of them, the places of those of which it has most.

    >>> named_titles("自助机能换身份证吗", ["居住证签注", "居民身份证换领补领", "就医记录册更换"])
    [1]
    """
    said = clean(text)
    runs = [_longest_run(said, title) for title in titles]
    most = max(runs, default=0)
    return [at for at, run in enumerate(runs) if run == most] if most >= _LEAST_NAMED else []


def _longest_run(said: str, title: str) -> int:
    """How many characters of the title stand together in what was said."""
    cuts = ((start, end) for start in range(len(title)) for end in range(start + 1, len(title) + 1))
    return max((end - start for start, end in cuts if title[start:end] in said), default=0)


def asks_bare(text: str) -> bool:
    """Whether a question says how or where, and not what.

    >>> asks_bare("哪能弄啦"), asks_bare("要什么材料？"), asks_bare("敬老卡怎么办")
    (True, True, False)
    """
    return _BARE.fullmatch(_SIGNS.sub("", standard(text))) is not None


def read_age(text: str) -> int | None:
    """The age in a sentence, when there is just one.

    >>> read_age("我妈82岁能享受什么"), read_age("八十二岁"), read_age("60岁和70岁")
    (82, 82, None)
    """
    ages = [read_numeral(found["age"]) for found in _AGE.finditer(clean(text))]
    return ages[0] if len(ages) == 1 and ages[0] is not None and 0 < ages[0] <= _OLDEST else None


def foreign(text: str) -> bool:
    """Whether it is words of another language: letters, and nothing Chinese.

    >>> foreign("Where can I get my ID card?"), foreign("ok"), foreign("卡在 ATM 里")
    (True, False, False)
    """
    said = clean(text)
    letters = [char for char in said if unicodedata.category(char).startswith("L")]
    return len(letters) > _FOREIGN and not _han(said) and not small_talk(said) and control(said) is None


def _exactly(name: str) -> Callable[[str], bool]:
    words = frozenset(_TABLE[name])
    return lambda text: any(form in words for form in spellings(text))


def _kiosk(text: str) -> bool:
    """What can be done at a machine: the question names it and what, or nothing else."""
    return _KIOSK.search(text) is not None and (
        len(text) < 8 or re.search("办|能|可以|哪|什么", text) is not None
    )


def _benefits(text: str) -> bool:
    """By situation: an age, or whom it is for, and what there is for them."""
    return _BENEFITS.search(text) is not None and (read_age(text) is not None or "享受" in text)


WISHES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("bare_question", asks_bare),
    ("medical", lambda text: _MEDICAL.search(text) is not None),
    ("catalogue", _exactly("catalogue")),
    ("fields", _exactly("fields")),
    ("steps", _exactly("steps")),
    ("benefits", _benefits),
    ("kiosk", _kiosk),
    ("foreign", foreign),
)


def searched(text: str) -> str:
    """What of a message is looked for among the service items: as worth() has it, but empty where the rules surely
    read something else and nothing is asked: whatever was found would come second, and nobody would hear of it.

    A home and nothing else asks nothing either.

    >>> searched("厨房水管漏水"), searched("电梯坏了怎么办？"), searched("敬老卡掉了"), searched("3 号楼 602")
    ('', '电梯坏了怎么办?', '敬老卡掉了', '')
    """
    if not strip_home(text):
        return ""
    read = (*wishes(text), *rules(text))
    return "" if read and read[0] != MAYBE and not asks(text) else worth(text)


@lru_cache(REMEMBERED)
def wishes(text: str) -> tuple[str, ...]:
    """What of WISHES a sentence wants.

    >>> wishes("办事"), wishes("我妈82岁能享受什么"), wishes("电梯坏了")
    (('catalogue',), ('benefits',), ())
    """
    said = clean(text)
    return tuple(name for name, wants in WISHES if said and len(said) <= LONGEST and wants(said))

"""改成三份, 不是三号楼是五号楼, 说错了: what a person says instead of an earlier answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.text import clean

_WRONG = "(?:说|写|打|搞|弄|选|填|点|发|报|记)错了?"
_IS = r"(?:应该|其实|而)?是"
_GAP = r"[,、。.!:\s]*"
_PAUSE = r"[,、。.!:\s]+"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<old>.*?){_GAP}(?:改成|改为|改到|换成|换到)了?(?P<new>.+)$",
        rf"^不是(?P<old>[^,、。是]+?){_GAP}{_IS}(?P<new>.+)$",
        rf"^(?:{_IS})?(?P<new>[^,、。是]+?){_GAP}(?:而)?不是(?P<old>[^是,]+)$",
        rf"^(?:我|刚才|哎呀)*(?:{_WRONG}|错了){_GAP}(?:{_IS})?(?P<new>.+)$",
        rf"^(?P<old>.+?){_WRONG}{_GAP}(?:{_IS})?(?P<new>.+)$",
        rf"^(?:不对|不是的?)(?:{_GAP}{_IS}|{_PAUSE})(?P<new>.+)$",
        rf"^(?:更正|改一下|改正){_GAP}(?:{_IS})?(?P<new>.+)$",
        r"(?:应该是|其实是)(?P<new>.+)$",
    )
)
_LEAD = re.compile(
    r"^(?:那|请|帮我|麻烦|给我|把|不要|我(?!家|们)|我的|刚才|上面|前面|的|地址|地方|还是|改一下)+"
)
_TAIL = re.compile(r"(?:[吧啊呀哦呢啦]|谢谢)+$")
_MISTAKEN = re.compile(
    rf"(?:哎呀?|啊|哦|我|刚才|上面|前面|地址|地方|好像){{0,3}}"
    rf"(?:{_WRONG}|错了|要改|要改一下|改一下|想改|想改一下)(?:了|啊|呀)?"
)
_NOT_SO = re.compile(
    "(?:哎呀?|啊|哦|噢)?(?:不(?:是|对)(?:的|这样|这个)?|错[了的]?|勿(?:是|对))[啊呀哦呢啦了]?"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was meant, `new`, and what it takes the place of, if that was said."""

    old: str | None
    new: str


def read_correction(text: str) -> Correction | None:
    """The correction that a sentence is, or None.

    >>> read_correction("不是三号楼是五号楼")
    Correction(old='三号楼', new='五号楼')
    >>> read_correction("改成 3 份"), read_correction("说错了，五号楼")
    (Correction(old=None, new='3 份'), Correction(old=None, new='五号楼'))
    >>> read_correction("不是") is None
    True
    """
    said = clean(text).replace("，", ",").strip(" 。,!")
    for pattern in () if mistaken(text) else _PATTERNS:
        found = pattern.search(said)
        if found and (new := _bare(found["new"])):
            return Correction(_bare(found["old"] or "") if "old" in found.groupdict() else None, new)
    return None


def _bare(words: str) -> str | None:
    return _TAIL.sub("", _LEAD.sub("", words.strip(" 。,、!"))).strip(" 。,、!") or None


def mistaken(text: str) -> bool:
    """Whether somebody says that something was wrong without saying what: 说错了, 我要改一下.

    >>> mistaken("说错了"), mistaken("说错了，是五号楼"), mistaken("坏了")
    (True, False, False)
    """
    return bool(_MISTAKEN.fullmatch(clean(text).strip(" 。,!")))


def not_so(text: str) -> bool:
    """Whether somebody says of what has just been told that it is wrong, and not what is right: 不对, 错了, 说错了.

    >>> not_so("不对"), not_so("哎呀说错了"), not_so("不好"), not_so("不对，是四楼")
    (True, True, False, False)
    """
    return mistaken(text) or bool(_NOT_SO.fullmatch(clean(text).strip(" 。,!")))

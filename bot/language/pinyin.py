"""How Chinese sounds, so blurred that what an ear or a southern tongue mixes up is the same."""

from __future__ import annotations

import re

from pypinyin import lazy_pinyin, load_phrases_dict

from bot.language.tables import read_table

# What is read otherwise in a word than alone, where it matters: the package's own 47,000 words are left out.
load_phrases_dict({word: [[sound] for sound in way.split()] for word, way in read_table("readings").items()})
_SOUNDS = ((re.compile("^([zcs])h"), r"\1"), (re.compile("^n(?=[aeiouv])"), "l"), (re.compile("ng$"), "n"))


def syllables(text: str) -> list[str]:
    """The sounds of `text`, one a character: zh is z, ch c, sh s, n l, and -ng is -n.

    Letters and digits stay together as they are written.

    >>> syllables("食堂证"), syllables("思糖正")
    (['si', 'tan', 'zen'], ['si', 'tan', 'zen'])
    """
    return [blurred(sound) for sound in lazy_pinyin(text)]


def blurred(sound: str) -> str:
    """One sound as `syllables` gives it: zhang is zan, nan is lan."""
    for pattern, plain in _SOUNDS:
        sound = pattern.sub(plain, sound)
    return sound

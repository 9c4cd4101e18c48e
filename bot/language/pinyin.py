"""How Chinese sounds, so blurred that what an ear or a southern tongue mixes up is the same."""

from __future__ import annotations

import re
from functools import lru_cache
from sys import intern

from pypinyin import lazy_pinyin, load_phrases_dict
from pypinyin.constants import PINYIN_DICT

from bot.language.tables import any_of, read_table

# The package holds a string for each of 42,000 characters. The 8,600 different ones suffice, in 3 MB less.
PINYIN_DICT.update({code: intern(sounds) for code, sounds in PINYIN_DICT.items()})
# What is read otherwise in a word than alone, where it matters: the package's own 47,000 words are left out.
_READINGS = read_table("readings")
load_phrases_dict({word: [[sound] for sound in way.split()] for word, way in _READINGS.items()})
_PIECE = re.compile(any_of(_READINGS) + r"|[\u4e00-\u9fff]|[^\u4e00-\u9fff]+")
_REMEMBERED = 8192  # characters and words: a town uses some three thousand
_SOUNDS = ((re.compile("^([zcs])h"), r"\1"), (re.compile("^n(?=[aeiouv])"), "l"), (re.compile("ng$"), "n"))


def syllables(text: str) -> list[str]:
    """The sounds of `text`, one a character: zh is z, ch c, sh s, n l, and -ng is -n.

    Letters and digits stay together as they are written.

    >>> syllables("食堂证"), syllables("思糖正")
    (['si', 'tan', 'zen'], ['si', 'tan', 'zen'])
    """
    return [sound for piece in _PIECE.findall(text) for sound in _sounds(piece)]


@lru_cache(_REMEMBERED)
def _sounds(piece: str) -> tuple[str, ...]:
    return tuple(blurred(sound) for sound in lazy_pinyin(piece))


def blurred(sound: str) -> str:
    """One sound as `syllables` gives it: zhang is zan, nan is lan."""
    for pattern, plain in _SOUNDS:
        sound = pattern.sub(plain, sound)
    return sound

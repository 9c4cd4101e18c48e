"""How Chinese sounds: what it costs in memory. How it is read stands in the examples of bot/language/pinyin.py."""

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from bot.language.pinyin import syllables


def test_equal_readings_are_one_string() -> None:
    assert len({id(sounds) for sounds in PINYIN_DICT.values()}) == len(set(PINYIN_DICT.values()))


def test_of_the_words_only_ours_are_there() -> None:
    assert len(PHRASES_DICT) < 1000


def test_a_rare_character_is_read_too() -> None:
    assert syllables("䶮") == ["yan"]

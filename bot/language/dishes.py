"""Dishes of a menu as people name, mistype and mishear them: 土豆丝, 糖醋排古, 肉馒头, 洪烧肉."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.language.pinyin import syllables
from bot.language.tables import any_of, read_table

_TABLE = read_table("dishes")
_ALIASES: Mapping[str, str] = _TABLE["aliases"]
_WHOLE_ALIASES = frozenset(_TABLE["whole_aliases"])  # words that stand inside other dishes
_LIGHT = frozenset(
    _TABLE["light"]
)  # how it is cooked: said, left out or changed without another dish being meant
SURE = 0.72
"""A score from which a dish counts as named."""
_NEAR = 0.08  # candidates this close to the best are offered beside it
_ENOUGH = 0.6  # of the characters alike: worth asking
_HALF = 0.5  # of them: worth naming first
_LIGHT_WEIGHT, _HEARD, _SOUNDS_NEAR, _PARTED = 0.2, 0.04, 0.6, 0.06
_LEFT_OFF = 0.15  # 大排饭 for 大排
_STAPLE = re.compile(rf"(?<=..){any_of(_TABLE['staples'])}$")
_LONGEST = 12  # characters of a dish; nobody names one at greater length


@dataclass(frozen=True, slots=True)
class _Dish:
    """A name ready for comparing: its characters, how each sounds, and what each weighs."""

    name: str
    plain: str
    sounds: tuple[str, ...]
    weights: tuple[float, ...]


def find_dish(said: str, menu: Sequence[str]) -> list[str]:
    """The dishes of `menu` that the cleaned words `said` may mean, the likeliest first; [] when none is like it.

    Several when none is clearly ahead: 排骨 of 糖醋排骨 and 椒盐排骨.

    >>> find_dish("糖醋排古", ["红烧肉", "糖醋排骨"]), find_dish("牛排", ["大排", "红烧肉"])
    (['糖醋排骨'], [])
    """
    said = said.strip()
    if not said or len(said) > _LONGEST:
        return []
    if said in menu:
        return [said]
    wanted = _dish(said)
    bare = _dish(_STAPLE.sub("", said))
    scored = [
        (max(_score(wanted, dish), _score(bare, dish) - _LEFT_OFF), dish.name)
        for dish in _index(tuple(menu))
        if _akin(wanted, dish)
    ]
    ranked = sorted((one for one in scored if one[0] >= SURE), key=lambda one: -one[0])
    return [name for score, name in ranked if score >= ranked[0][0] - _NEAR]


def called(said: str, names: Sequence[str]) -> str:
    """The one of `names` that the cleaned words `said` are exactly, or by its other name, or with a staple; else "".

    >>> called("西红柿炒蛋", ["番茄炒蛋"]), called("红烧肉饭", ["红烧肉"]), called("洪烧肉", ["红烧肉"])
    ('番茄炒蛋', '红烧肉', '')
    """
    forms = {_dish(said).plain, _dish(_STAPLE.sub("", said)).plain}
    return next((name for name in names if _dish(name).plain in forms), "")


def near_dishes(said: str, menu: Sequence[str], most: int = 3) -> list[str]:
    """Dishes of `menu` that share enough characters with `said` to be asked about, the nearest first.

    >>> near_dishes("红绕肉", ["红烧肉", "炖豆腐", "清蒸鱼"]), near_dishes("鱼", ["红烧肉", "清蒸鱼"])
    (['红烧肉'], ['清蒸鱼'])
    """
    shares = {name: _shared(said, name) for name in dict.fromkeys(menu)}
    near = [name for name, share in shares.items() if share >= _ENOUGH or (len(said) == 1 and said in name)]
    return sorted(near, key=lambda name: -shares[name])[:most]


def likest_first(said: str, menu: Sequence[str]) -> list[str]:
    """All of `menu`, what is most like `said` first, the rest as it is.

    >>> likest_first("麻婆豆腐", ["红烧肉", "米饭", "家常豆腐"])
    ['家常豆腐', '红烧肉', '米饭']
    """
    alike = {name: _shared(said, name) for name in menu}
    near = sorted((name for name in menu if alike[name] >= _HALF), key=lambda name: -alike[name])
    return list(dict.fromkeys([*find_dish(said, menu), *near, *menu]))


def _shared(one: str, other: str) -> float:
    """The part of their characters that two names have alike, of the longer one."""
    alike = sum(min(one.count(c), other.count(c)) for c in set(one))
    return alike / max(len(one), len(other), 1)


@lru_cache(8)
def _index(menu: tuple[str, ...]) -> tuple[_Dish, ...]:
    return tuple(_dish(name) for name in dict.fromkeys(menu))


@lru_cache(512)
def _dish(name: str) -> _Dish:
    plain = _plain(name)
    sounds = tuple(sound for c in plain for sound in syllables(c)[:1])
    weights = tuple(_LIGHT_WEIGHT if c in _LIGHT else 1.0 for c in plain)
    return _Dish(name, plain, sounds, weights)


def _plain(name: str) -> str:
    """The name with one word for what has several: 西红柿 is 番茄."""
    if name in _ALIASES:
        return _ALIASES[name]
    for word, usual in _ALIASES.items():
        if word in name and word not in _WHOLE_ALIASES and not (word in usual and usual in name):
            name = name.replace(word, usual)
    return name


def _akin(one: _Dish, other: _Dish) -> bool:
    """Whether two names share a sound at all: most of a menu does not, and need not be compared."""
    return not set(one.sounds).isdisjoint(other.sounds)


def _score(said: _Dish, dish: _Dish) -> float:
    """1 for the same name, down to 0: parts, cooking words and sounds cost little, other food costs all."""
    if said.plain == dish.plain:
        return 1.0
    if len(said.plain) >= 2 and said.plain in dish.plain:
        # 豆腐羹 of 荠菜豆腐羹: what is said stands at the end, where the kind of dish is.
        missing = len(dish.plain) - len(said.plain)
        return 0.95 - _PARTED * (not dish.plain.endswith(said.plain)) - 0.01 * missing
    if _sounds_in(said.sounds, dish.sounds):
        return 0.85 - 0.01 * (len(dish.plain) - len(said.plain))
    heavy = sum(said.weights) + sum(dish.weights)
    return 1.0 - 2 * _distance(said, dish) / heavy if heavy else 0.0


def _sounds_in(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether a part of a name was misheard: 烤夫 of 四喜烤麸."""
    size = len(part)
    return size >= 2 and any(whole[i : i + size] == part for i in range(len(whole) - size + 1))


def _distance(said: _Dish, dish: _Dish) -> float:
    """The cheapest way from one name to the other, by characters that weigh differently."""
    row = [0.0]
    for weight in dish.weights:
        row.append(row[-1] + weight * 0.5)  # left out
    for i, c in enumerate(said.plain):
        before, row = row, [row[0] + said.weights[i]]
        for j, d in enumerate(dish.plain):
            same = before[j] + _substitution(said, i, c, dish, j, d)
            row.append(min(same, row[-1] + dish.weights[j] * 0.5, before[j + 1] + said.weights[i]))
    return row[-1]


def _substitution(said: _Dish, i: int, c: str, dish: _Dish, j: int, d: str) -> float:
    if c == d:
        return 0.0
    heavier = max(said.weights[i], dish.weights[j])
    if said.sounds[i] == dish.sounds[j]:
        return _HEARD
    if said.sounds[i][:1] == dish.sounds[j][:1] and abs(len(said.sounds[i]) - len(dish.sounds[j])) <= 1:
        return _SOUNDS_NEAR * heavier
    return heavier * 1.5

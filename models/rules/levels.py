"""The chain of levels that an order climbs, 物业—社区—街道—区 here, 红盟管家—红盟汇—社区 elsewhere: data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Levels:
    """`names`: the Chinese name of every kind of handling unit, the lowest level first.

    `of_estate`: the kind that an estate names as its own, which may differ for two estates of one firm.
    `stands_in`: the kind that takes what no route fits where the estate names nobody.
    """

    names: Mapping[str, str]
    of_estate: str
    stands_in: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind, the lowest first."""
        return tuple(self.names)

    def is_above(self, kind: str, other: str) -> bool:
        """Whether `kind` is a higher level than `other`; a kind that is not in the chain is above nothing."""
        known = kind in self.names and other in self.names
        return known and self.kinds.index(kind) > self.kinds.index(other)

    def is_just_below_estates(self, kind: str) -> bool:
        """Whether the estate's own unit is the very next level."""
        rank = self.kinds.index(self.of_estate)
        return rank > 0 and kind == self.kinds[rank - 1]


def read_levels(data: Mapping[str, Any]) -> Levels:
    """The chain of models/data/levels.json, or of a file like it.

    Raises ValueError, saying what to change, when a kind comes twice or `of_estate` or `stands_in` is not in it.
    """
    kinds = [one["kind"] for one in data["chain"]]
    if len(set(kinds)) != len(kinds):
        raise ValueError("levels: every kind of the chain must be there once")
    for field in ("of_estate", "stands_in"):
        if data[field] not in kinds:
            raise ValueError(f"levels: {field} is {data[field]!r}, and must be one of {', '.join(kinds)}")
    return Levels({one["kind"]: one["name"] for one in data["chain"]}, data["of_estate"], data["stands_in"])

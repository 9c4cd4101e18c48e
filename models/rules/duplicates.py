"""Whether two reports are likely of one thing: the same place and the same thing. A suggestion; people decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """What a report is of. `thing`: what is broken, by its usual name (电梯); `part`: the shared part it is in."""

    estate_id: int | None
    building_id: int | None
    thing: str | None
    category: str = ""
    part: str | None = None


def same_matter(one: Matter, other: Matter, public: Collection[str]) -> bool:
    """Whether the two are likely one: the same thing in the same building, or anywhere in the estate if `public`.

    Where a thing is not named, the same category in the same shared part of the same building counts.
    """
    if one.estate_id is None or one.estate_id != other.estate_id:
        return False
    near = one.building_id is not None and one.building_id == other.building_id
    if one.thing and other.thing:
        return one.thing == other.thing and (near or one.thing in public)
    return near and one.part is not None and (one.part, one.category) == (other.part, other.category)


def is_shared(one: Matter, things: Collection[str]) -> bool:
    """Whether neighbours may hear of it: it is in a shared part, or of one of the `things` that a whole building has.

    What breaks inside a home is nobody else's to read, also while the home is not known yet.
    """
    return one.part is not None or one.thing in things


def same_at_home(one: Matter, other: Matter) -> bool:
    """The same of two reports from one home: the same thing, or the category where one names no thing."""
    if one.thing and other.thing:
        return one.thing == other.thing
    return one.category == other.category

"""Where an order is: from what is known to ids that fit together and words without a door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Select, Table, bindparam, null, or_, select

from models import tables as t
from models.rules.masking import mask
from models.store import Work

AT_HOME = "住户家中"
UNKNOWN = "地点还没说清楚"
LETTERS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an order; what is not known is None. `words` never names a door."""

    estate_id: int | None
    building_id: int | None
    home_id: int | None
    public_part: str | None
    words: str

    def columns(self) -> dict[str, int | str | None]:
        """As columns of work_order."""
        return {
            "estate_id": self.estate_id,
            "building_id": self.building_id,
            "home_id": self.home_id,
            "public_part": self.public_part,
            "place": self.words,
        }


def find_place(
    work: Work,
    *,
    estate_id: int | None = None,
    building_id: int | None = None,
    home_id: int | None = None,
    public_part: str | None = None,
    label: str = "",
) -> Place:
    """The place that the most exact of these ids means; a home's building wins over another building given.

    `public_part` is the key of a known part, or what the resident called it. `label` (of the map) helps only
    when nothing else is known. Ids that do not exist are left out.
    """
    found = _first(work, ((_OF_HOME, home_id), (_OF_BUILDING, building_id), (_OF_ESTATE, estate_id)))
    part = AT_HOME if found.home_id is not None else _part(work, found.estate_id, public_part)
    somewhere = found.estate or (f"{UNKNOWN}（{part}）" if part and not label else None)
    named = (found.estate, found.building, part)
    words = " ".join(word for word in named if word) if found.estate else somewhere
    kept = public_part[:32] if public_part and found.home_id is None else None
    return Place(found.estate_id, found.building_id, found.home_id, kept, words or mask(label, LETTERS))


class _Found(NamedTuple):
    """What an id stands for in the register; None from where on nothing is known."""

    home_id: int | None = None
    building_id: int | None = None
    building: str | None = None
    estate_id: int | None = None
    estate: str | None = None


def _first(work: Work, tried: Sequence[tuple[Select[Any], int | None]]) -> _Found:
    """What the first of these ids that is in the register stands for."""
    for query, wanted in tried:
        row = work.run(query, {"wanted": wanted}).first() if wanted is not None else None
        if row is not None:
            return _Found(*row)
    return _Found()


def _of(kind: Table, sources: FromClause, home: Any, building: Any, name: Any) -> Select[Any]:
    e = t.estate.c
    columns = (home.label("home"), building.label("building"), name.label("name"), e.id, e.name)
    return select(*columns).select_from(sources).where(kind.c.id == bindparam("wanted", type_=t.Id))


# Asked for every order, so built once.
_IN = t.building.join(t.estate)
_OF_HOME = _of(t.home, t.home.join(_IN), t.home.c.id, t.building.c.id, t.building.c.name)
_OF_BUILDING = _of(t.building, _IN, null(), t.building.c.id, t.building.c.name)
_OF_ESTATE = _of(t.estate, t.estate, null(), null(), null())


def _part(work: Work, estate_id: int | None, public_part: str | None) -> str:
    if not public_part:
        return ""
    known = work.run(_PART, {"part": public_part, "estate": estate_id}).scalar()
    return known or mask(public_part, 32)


_P = t.public_part.c
_PART = (
    select(_P.name)
    .where(
        _P.key == bindparam("part"),
        or_(_P.estate_id.is_(None), _P.estate_id == bindparam("estate", type_=t.Id)),
    )
    .limit(1)
)

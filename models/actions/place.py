"""Where an order is: from what is known to ids that fit together and words without a door."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

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
    if home_id is not None:
        of_home = work.conn.execute(select(t.home.c.building_id).where(t.home.c.id == home_id)).scalar()
        home_id, building_id = (None, building_id) if of_home is None else (home_id, of_home)
    b = t.building.c
    building = work.conn.execute(select(b.estate_id, b.name).where(b.id == building_id)).first()
    estate_id = building.estate_id if building is not None else estate_id
    estate = work.conn.execute(select(t.estate.c.name).where(t.estate.c.id == estate_id)).scalar()
    part = AT_HOME if home_id is not None else _part(work, estate_id, public_part)
    somewhere = estate or (f"{UNKNOWN}（{part}）" if part and not label else None)
    named = (estate, building.name, part) if building is not None else (estate, part)
    words = " ".join(word for word in named if word) if estate else somewhere
    kept = public_part[:32] if public_part and home_id is None else None
    known = estate_id if estate is not None else None
    return Place(
        known, building_id if building is not None else None, home_id, kept, words or mask(label, LETTERS)
    )


def _part(work: Work, estate_id: int | None, public_part: str | None) -> str:
    p = t.public_part.c
    if not public_part:
        return ""
    known = select(p.name).where(p.key == public_part, or_(p.estate_id.is_(None), p.estate_id == estate_id))
    return work.conn.execute(known.limit(1)).scalar() or mask(public_part, 32)

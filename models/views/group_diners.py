"""Whom staff may order for from their group: people at home in the estates that their unit's canteens serve."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from models import tables as t
from models.rules.names import alike
from models.store import Work
from models.views.askers import Staff


def estates_cooked_for(work: Work, asker: Staff) -> dict[int, set[int]]:
    """The estates for which a unit may order, with the canteens: of its own, or, of a community, of its estates."""
    c, e = t.canteen.c, t.estate_canteen.c
    theirs = or_(c.unit_id == asker.unit_id, t.estate.c.community_unit_id == asker.unit_id)
    query = select(e.estate_id, c.id).join_from(t.estate_canteen, t.canteen).join(t.estate)
    query = query.where(theirs, c.active)
    found: dict[int, set[int]] = {}
    for estate_id, canteen_id in work.conn.execute(query):
        found.setdefault(estate_id, set()).add(canteen_id)
    return found


def people_at(work: Work, home_ids: Iterable[int], name: str) -> list[int]:
    """Who lives in one of these homes and may be the one who is called so; without a name everybody."""
    p, b = t.person.c, t.binding.c
    query = select(p.id, p.name_sealed).join_from(t.person, t.binding).order_by(p.id).distinct()
    lives = query.where(b.home_id.in_(list(home_ids)), b.ended_at.is_(None), b.state != "refused")
    rows = [(row.id, work.unseal(row.name_sealed)) for row in work.conn.execute(lives)]
    exact = [one for one, known in rows if name and known == name]
    return exact or [one for one, known in rows if not name or (known and alike(known, name))]

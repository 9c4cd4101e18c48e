"""Service items as residents are told them, and what the index is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from models import tables as t
from models.rules.benefits import Situation, fits
from models.rules.catalogue import in_force
from models.store import Work
from models.views.askers import User
from models.views.people import homes_of

VERSION = "catalogue"  # of the counter that grows with every change


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """One item. `scope`: the estate or community it is told in, empty for everywhere; dates as ISO text."""

    id: int
    title: str
    class_key: str
    field_key: str
    steps: tuple[str, ...]
    materials: str
    place: str
    hours: str
    phone: str
    fee: str
    link: str
    whom: str
    elsewhere: str
    kiosk: str
    rules: Mapping[str, Any]
    is_health: bool
    starts_on: str
    ends_on: str
    source: str
    source_on: str
    estate_id: int | None
    unit_id: int | None
    scope: str
    state: str


@dataclass(frozen=True, slots=True)
class Findable:
    """What one title is found by: all its items' names and words. `id`: of the first of them."""

    id: int
    title: str
    aliases: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Whereby:
    """Where somebody lives, for the scope of items."""

    estates: frozenset[int]
    units: frozenset[int]
    areas: frozenset[str]


NOWHERE = Whereby(frozenset(), frozenset(), frozenset())


def today(work: Work) -> date:
    """The day in the community."""
    return work.now.astimezone(ZoneInfo(work.limits["time_zone"])).date()


def catalogue_version(work: Work) -> int:
    """A number that has changed when any item has."""
    c = t.counter.c
    found = work.conn.execute(select(c.value).where(c.name == VERSION)).scalar()
    return int(found or 0)


def select_items() -> Any:
    """Items with the name of their scope."""
    i, e, u = t.service_item.c, t.estate.c, t.handling_unit.c
    joined = t.service_item.outerjoin(t.estate, e.id == i.estate_id)
    joined = joined.outerjoin(t.handling_unit, u.id == i.unit_id)
    return select(t.service_item, e.name.label("estate"), u.name.label("unit")).select_from(joined)


def as_item(row: Any) -> ServiceItem:
    """A row of select_items()."""
    same = {
        name: getattr(row, name)
        for name in ServiceItem.__slots__
        if name not in ("steps", "rules", "scope", "starts_on", "ends_on", "source_on")
    }
    days: dict[str, Any] = {name: _iso(getattr(row, name)) for name in ("starts_on", "ends_on", "source_on")}
    scope = row.estate or row.unit or ""
    return ServiceItem(**same, **days, steps=tuple(row.steps), rules=row.rules or {}, scope=scope)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def entries(work: Work) -> Sequence[Findable]:
    """What the index is made of: everything in force today, those of one title together."""
    rows = _live(work)
    aliases: dict[int, list[str]] = {}
    a = t.item_alias.c
    for row in work.conn.execute(select(a.service_item_id, a.words).order_by(a.id)):
        aliases.setdefault(row.service_item_id, []).append(row.words)
    alike: dict[str, list[Any]] = {}
    for row in rows:
        alike.setdefault(row.title_key, []).append(row)
    return [_entry(some, aliases) for some in alike.values()]


def _entry(rows: Sequence[Any], aliases: Mapping[int, Sequence[str]]) -> Findable:
    names = dict.fromkeys(words for row in rows for words in aliases.get(row.id, ()))
    said = dict.fromkeys(part for row in rows for part in (*row.steps, row.materials, row.place) if part)
    return Findable(rows[0].id, rows[0].title, tuple(names), "。".join(said))


def _live(work: Work, *where: Any) -> Sequence[Any]:
    query = select_items().where(t.service_item.c.state == "live", *where).order_by(t.service_item.c.id)
    day = today(work)
    return [row for row in work.conn.execute(query) if in_force(row.starts_on, row.ends_on, day)]


def whereby(work: Work, person_id: int) -> Whereby:
    """Where this person's homes are."""
    estates = frozenset(one.home.estate_id for one in homes_of(work, person_id))
    if not estates:
        return NOWHERE
    e = t.estate.c
    rows = work.conn.execute(select(e.community_unit_id, e.area_id).where(e.id.in_(estates))).all()
    units = frozenset(row.community_unit_id for row in rows if row.community_unit_id)
    return Whereby(estates, units, _areas_above(work, {row.area_id for row in rows if row.area_id}))


def _areas_above(work: Work, ids: Iterable[int]) -> frozenset[str]:
    rows = {row.id: row for row in work.conn.execute(select(t.area))}
    names: set[str] = set()
    for one in ids:
        at: int | None = one
        while at is not None and at in rows:
            names.add(rows[at].name)
            at = rows[at].parent_id
    return frozenset(names)


def _nearness(row: Any, at: Whereby) -> int:
    """2 for an item of their estate, 1 of their community, 0 for everybody's, -1 for others'."""
    if row.estate_id:
        return 2 if row.estate_id in at.estates else -1
    if row.unit_id:
        return 1 if row.unit_id in at.units else -1
    return 0


def _told(rows: Iterable[Any], at: Whereby) -> list[Any]:
    """Of each title what is told there, the nearest: several when two homes have one each."""
    best: dict[str, list[Any]] = {}
    for row in rows:
        if (near := _nearness(row, at)) < 0:
            continue
        known = best.setdefault(row.title_key, [row])
        held = _nearness(known[0], at)
        if near > held:
            best[row.title_key] = [row]
        elif near == held and row not in known:
            known.append(row)
    return [row for some in best.values() for row in some]


def items_like(work: Work, person_id: int, item_id: int) -> tuple[ServiceItem, ...]:
    """What this person is told of the title that `item_id` has: one item, or one for each of their estates.

    Somebody without a home gets every estate's where none is everybody's, to choose from. Empty: it is not told here.
    """
    i = t.service_item.c
    title = select(i.title_key).where(i.id == item_id).scalar_subquery()
    rows, at = _live(work, i.title_key == title), whereby(work, person_id)
    return tuple(as_item(row) for row in _told(rows, at) or (rows if at == NOWHERE else ()))


def item_named(work: Work, item_id: int) -> ServiceItem | None:
    """One item, if it is still in force."""
    rows = _live(work, t.service_item.c.id == item_id)
    return as_item(rows[0]) if rows else None


def items_told(
    work: Work, person_id: int, *, class_key: str = "", field_key: str = "", kiosk: bool = False
) -> tuple[ServiceItem, ...]:
    """What this person is told, by class or field or what a kiosk does, in the order they were entered."""
    i = t.service_item.c
    where = [i.class_key == class_key] if class_key else []
    where += [i.field_key == field_key] if field_key else []
    where += [i.kiosk != ""] if kiosk else []
    return tuple(as_item(row) for row in _told(_live(work, *where), whereby(work, person_id)))


def counts_told(work: Work, person_id: int, by: str) -> dict[str, int]:
    """How many items there are in each class ("class_key") or field ("field_key")."""
    counts: dict[str, int] = {}
    for row in _told(_live(work), whereby(work, person_id)):
        counts[getattr(row, by)] = counts.get(getattr(row, by), 0) + 1
    return counts


def benefits(
    work: Work, person_id: int, age: int | None, households: Sequence[str]
) -> dict[str, tuple[ServiceItem, ...]]:
    """What somebody of that age and household may have, "yes", and what only some may, "perhaps"."""
    at = whereby(work, person_id)
    of, i = Situation(age, frozenset(households), at.areas), t.service_item.c
    found: dict[str, list[ServiceItem]] = {"yes": [], "perhaps": []}
    for row in _told(_live(work, i.rules.is_not(None)), at):
        if (fit := fits(row.rules, of)) in found:
            found[fit].append(as_item(row))
    return {fit: tuple(some) for fit, some in found.items()}


def health_item(work: Work, person_id: int) -> ServiceItem | None:
    """The item that a medical question gets."""
    rows = _told(_live(work, t.service_item.c.is_health.is_(True)), whereby(work, person_id))
    return as_item(rows[0]) if rows else None


def items_changed(work: Work, item_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these items was changed last."""
    i = t.service_item.c
    rows = work.conn.execute(select(i.id, i.changed_at).where(i.id.in_(item_ids)))
    return {row.id: row.changed_at for row in rows}


def kept_vectors(work: Work) -> dict[str, bytes]:
    """What the model made of entries, by the entry's digest."""
    v = t.item_vector.c
    return {row.made_of: row.vectors for row in work.conn.execute(select(v.made_of, v.vectors))}


def items_offered(work: Work, person_id: int, item_ids: Sequence[int]) -> tuple[ServiceItem, ...]:
    """The items to choose from: of each title one that this person is told, in the order given."""
    found = (items_like(work, person_id, item_id) for item_id in item_ids)
    return tuple(some[0] for some in found if some)


def item_last_told(work: Work, account_id: int) -> ServiceItem | None:
    """The item that was shown to this account last, if it is still in force."""
    q = t.question_asked.c
    last = select(q.service_item_id).where(q.account_id == account_id, q.service_item_id.is_not(None))
    item_id = work.conn.execute(last.order_by(q.id.desc()).limit(1)).scalar()
    return item_named(work, item_id) if item_id else None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item as the console shows it, with the other words for it."""

    item: ServiceItem
    aliases: tuple[str, ...]


def items_kept(work: Work, asker: User, sought: str = "", class_key: str = "") -> tuple[KeptItem, ...]:
    """Every item, also what is over, for administrators; those that hold the words searched for."""
    if not asker.sees_all:
        return ()
    a = t.item_alias.c
    aliases: dict[int, list[str]] = {}
    for row in work.conn.execute(select(a.service_item_id, a.words).order_by(a.id)):
        aliases.setdefault(row.service_item_id, []).append(row.words)
    query = select_items().order_by(t.service_item.c.id)
    query = query.where(t.service_item.c.class_key == class_key) if class_key else query
    kept = (KeptItem(as_item(row), tuple(aliases.get(row.id, ()))) for row in work.conn.execute(query))
    return tuple(one for one in kept if not sought or sought in _all_words(one))


def _all_words(kept: KeptItem) -> str:
    one = kept.item
    return "\n".join((one.title, one.materials, one.place, *one.steps, *kept.aliases))


def item_kept(work: Work, asker: User, item_id: int) -> KeptItem | None:
    """One item."""
    i, a = t.service_item.c, t.item_alias.c
    row = work.conn.execute(select_items().where(i.id == item_id)).first() if asker.sees_all else None
    if row is None:
        return None
    aliases = select(a.words).where(a.service_item_id == item_id).order_by(a.id)
    return KeptItem(as_item(row), tuple(work.conn.execute(aliases).scalars()))


def items_choosable(work: Work) -> tuple[ServiceItem, ...]:
    """Every item that is not over, in the order of their titles."""
    i = t.service_item.c
    query = select_items().where(i.state == "live", or_(i.ends_on.is_(None), i.ends_on >= today(work)))
    return tuple(map(as_item, work.conn.execute(query.order_by(i.title, i.id))))

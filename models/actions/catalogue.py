"""Service items: kept, changed, withdrawn; other words for them; what the model made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.catalogue import title_key
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.catalogue import VERSION, today

COLUMNS = (
    "title", "class_key", "field_key", "steps", "materials", "place", "hours", "phone", "fee", "link", "whom",
    "elsewhere", "kiosk", "rules", "is_health", "starts_on", "ends_on", "source", "source_on", "estate_id", "unit_id",
    "state",
)  # fmt: skip


def touched(work: Work) -> None:
    """Let every process make its index anew; the row is locked until the end of the transaction."""
    work.count(VERSION)


def keep_item(work: Work, values: Mapping[str, Any], item_id: int | None, user_id: int | None) -> int:
    """Write an item's row, new or changed; gives its id."""
    row = {name: values[name] for name in COLUMNS if name in values}
    if "title" in row:
        row["title_key"] = title_key(row["title"])
    row |= {"changed_at": work.now, "changed_by": user_id, "vectors": "wanted", "next_at": work.now}
    if item_id is not None:
        work.conn.execute(update(t.service_item).where(t.service_item.c.id == item_id).values(row))
        return item_id
    made = insert(t.service_item).values(row).returning(t.service_item.c.id)
    return int(work.conn.execute(made).scalar_one())


def keep_aliases(work: Work, item_id: int, aliases: tuple[str, ...]) -> None:
    """The other words for an item are these."""
    a = t.item_alias.c
    work.conn.execute(delete(t.item_alias).where(a.service_item_id == item_id, a.words.not_in(aliases)))
    rows = [{"service_item_id": item_id, "words": words} for words in dict.fromkeys(aliases)]
    if rows:
        work.conn.execute(work.insert_once(t.item_alias), rows)


def twin(work: Work, values: Mapping[str, Any], item_id: int | None) -> int | None:
    """The id of another item with the same title in the same place."""
    i = t.service_item.c
    same = (
        i.title_key == title_key(values["title"]),
        i.estate_id.is_not_distinct_from(values.get("estate_id")),
        i.unit_id.is_not_distinct_from(values.get("unit_id")),
        i.state != "ended",
    )
    others = [i.id != item_id] if item_id is not None else []
    found: int | None = work.conn.execute(select(i.id).where(*same, *others)).scalar()
    return found


@dataclass(frozen=True, slots=True)
class SaveItem:
    """An item from the console, new or changed (`item_id`). `values`: columns of service_item by name.

    Gives {"id"}. Refusal already: the title is there in the same place.
    """

    user_id: int
    values: Mapping[str, Any] = field(hash=False)
    aliases: tuple[str, ...] = ()
    item_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Everything of it at once."""
        i = t.service_item.c
        if (
            self.item_id is not None
            and not work.conn.execute(select(i.id).where(i.id == self.item_id)).first()
        ):
            return Refusal(Why.UNKNOWN)
        if twin(work, self.values, self.item_id) is not None:
            return Refusal(Why.ALREADY)
        item_id = keep_item(work, self.values, self.item_id, self.user_id)
        keep_aliases(work, item_id, self.aliases)
        touched(work)
        Audit(self.user_id, "item_saved", str(item_id)).run(work)
        return {"ok": True, "id": item_id}


@dataclass(frozen=True, slots=True)
class KeepVectors:
    """What the model made of items' entries.

    `changed_at`: the items by their ids, each with the change that was read; one that has changed since is still
    wanted. `vectors`: float16, one after the other, by the entry's digest.
    """

    changed_at: Mapping[int, datetime] = field(hash=False)
    vectors: Mapping[str, bytes] = field(repr=False, hash=False)

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"new"}: how many were not there. Every process then makes its index anew."""
        v, i = t.item_vector, t.service_item.c
        rows = ({"made_of": key, "vectors": made, "made_at": work.now} for key, made in self.vectors.items())
        new = sum(work.made(v, row) is not None for row in rows)
        for item_id, at in self.changed_at.items():
            this = update(t.service_item).where(i.id == item_id, i.changed_at == at)
            work.conn.execute(this.values(vectors="made"))
        if new:
            touched(work)
        return {"ok": True, "new": new}


@dataclass(frozen=True, slots=True)
class WantVectors:
    """What begins or ends in the last `days` has changed the words of its title's entry, though no item has changed.

    Whoever makes the vectors finds out which are there: items that are marked in vain cost a look.
    """

    days: int = 8  # so that nights on which nobody worked are made up for

    def run(self, work: Work) -> dict[str, Any]:
        """The items of these titles come with the next round."""
        i, last = t.service_item.c, today(work)
        first = last - timedelta(days=self.days)
        turned = or_(i.starts_on.between(first, last), i.ends_on.between(first, last))
        titles = select(i.title_key).where(turned)
        made = update(t.service_item).where(i.title_key.in_(titles), i.vectors == "made")
        work.conn.execute(made.values(vectors="wanted", next_at=work.now))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class PutOffVectors:
    """There is no model here: these items are looked at again later."""

    item_ids: tuple[int, ...]
    after: timedelta

    def run(self, work: Work) -> dict[str, Any]:
        """They are found by their words until then."""
        i = t.service_item.c
        later = update(t.service_item).where(i.id.in_(self.item_ids), i.vectors == "wanted")
        work.conn.execute(later.values(next_at=work.now + self.after))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class DropVectors:
    """Forget what was made of entries that have changed: of all but these digests."""

    digests: tuple[str, ...]

    def run(self, work: Work) -> dict[str, Any]:
        """Gives how many went."""
        gone = delete(t.item_vector).where(t.item_vector.c.made_of.not_in(self.digests))
        return {"ok": True, "gone": work.conn.execute(gone).rowcount}

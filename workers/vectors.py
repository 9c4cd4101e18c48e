"""What the language model makes of service items, made once here and used by every process."""

from __future__ import annotations

from datetime import timedelta

from bot.language.retrieval import Item, digest, passages
from handlers.knowledge import as_item, packed
from models import views
from models.actions.catalogue import DropVectors, KeepVectors, PutOffVectors
from models.store import Work
from workers.hands import here

LATER = timedelta(days=1)  # without a model


def embed(item_ids: list[int]) -> None:
    """Make the vectors of these items' entries that are not there yet. May run twice or late."""
    hands = here()
    embedder = hands.embedder()
    now = hands.clock.now()
    if embedder is None:
        with hands.store.work(now) as work:
            PutOffVectors(tuple(item_ids), LATER).run(work)
        return
    with hands.store.look(now) as work:
        changed_at = views.items_changed(work, item_ids)
        items, missing = _items(work), _missing(work)
    # An item that is no entry's first stands under another item of its title.
    alone = set(item_ids) <= {int(item.id) for item in items.values()}
    wanted = {key: item for key, item in missing.items() if not alone or int(item.id) in item_ids}
    made = {key: packed(embedder.embed(passages(item), query=False)) for key, item in wanted.items()}
    with hands.store.work(hands.clock.now()) as work:
        KeepVectors(changed_at, made).run(work)
        DropVectors(tuple(_items(work))).run(work)


def _items(work: Work) -> dict[str, Item]:
    return {digest(item): item for item in map(as_item, views.entries(work))}


def _missing(work: Work) -> dict[str, Item]:
    known = views.kept_vectors(work)
    return {key: item for key, item in _items(work).items() if key not in known}

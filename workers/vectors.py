"""What the language model makes of service items, made once here and used by every process."""

from __future__ import annotations

from datetime import timedelta

from bot.language.retrieval import digest, passages
from handlers.knowledge import as_item, packed
from models import views
from models.actions.catalogue import DropVectors, KeepVectors, PutOffVectors
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
        entries = views.entries(work)
        items = {digest(item): item for item in map(as_item, entries)}
        known = views.kept_vectors(work)
    alone = set(item_ids) <= {
        entry.id for entry in entries
    }  # else some stand under another item of their title
    wanted = {key: item for key, item in items.items() if not alone or int(item.id) in item_ids}
    made = {
        key: packed(embedder.embed(passages(item), query=False))
        for key, item in wanted.items()
        if key not in known
    }
    with hands.store.work(hands.clock.now()) as work:
        KeepVectors(tuple(item_ids), made).run(work)
        DropVectors(tuple(items)).run(work)

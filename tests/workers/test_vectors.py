"""What the language model makes of service items: there for every entry, whatever changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from bot.language.retrieval import FloatArray, digest
from handlers.knowledge import ItemIndex, as_item
from models import tables as t
from models import views
from models.actions.catalogue import SaveItem
from models.actions.questions import MakeAlias
from tests.workers.stage import NOW, Stage
from workers import due, duties, vectors
from workers.hands import equip

TODAY = NOW.date()


@dataclass
class Letters:
    """An embedder that counts a text's letters; `then` happens while it is at it."""

    then: list[Callable[[], object]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        self.asked += texts if query else ()
        if self.then:
            self.then.pop()()
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


@pytest.fixture
def letters(stage: Stage) -> Letters:
    """The model of these tests, in the worker's hands."""
    model = Letters()
    equip(replace(stage.hands, embedder=lambda: model))
    return model


def clerk(stage: Stage) -> int:
    """An administrator of the console."""
    user = {"login": "clerk", "password": "-", "role": "admin", "made_at": NOW}
    known = stage.rows(t.console_user)
    return int(known[0].id) if known else stage.insert(t.console_user, **user)


def save(stage: Stage, title: str, item_id: int | None = None, **more: Any) -> int:
    """A service item, or its change."""
    values = {"title": title, "class_key": "convenience", "field_key": "support", "steps": ["东门外。"]}
    values |= {"source": "指南", "source_on": TODAY, **more}
    user = clerk(stage)
    with stage.store.work(stage.clock.now()) as work:
        return int(SaveItem(user, values, (), item_id).run(work)["id"])


def made(stage: Stage) -> None:
    """Let the worker do whatever is wanted now."""
    wanted = [row.id for row in stage.rows(t.service_item) if row.vectors == "wanted"]
    if wanted:
        vectors.embed(wanted)


def whole(stage: Stage) -> bool:
    """Whether every entry has its vectors; one without them goes by words."""
    with stage.store.look(stage.clock.now()) as work:
        entries = {digest(as_item(entry)) for entry in views.entries(work)}
        return entries == set(views.kept_vectors(work))


def test_an_item_that_changes_while_its_vectors_are_made_is_still_wanted(
    stage: Stage, letters: Letters
) -> None:
    dog = save(stage, "养犬登记")

    def change() -> None:
        stage.clock.forward(seconds=1)
        save(stage, "养犬证", dog)

    letters.then.append(change)
    made(stage)
    assert not whole(stage)
    made(stage)
    assert whole(stage)


def test_another_way_to_ask_has_its_vectors_too(stage: Stage, letters: Letters) -> None:
    dog, user = save(stage, "养犬登记"), clerk(stage)
    made(stage)
    asked = stage.insert(
        t.unanswered, number=1, words="小狗去哪里上牌照", state="answered", answer="东门外。",
        first_at=NOW, last_at=NOW, answered_at=NOW, answered_by="console",
    )  # fmt: skip
    with stage.store.work(stage.clock.now()) as work:
        assert MakeAlias(asked, dog, user).run(work)["ok"]
    made(stage)
    assert whole(stage)


def test_an_item_that_begins_or_ends_at_midnight_is_seen_to_then(stage: Stage, letters: Letters) -> None:
    save(stage, "养犬登记")
    save(stage, "清凉券", starts_on=TODAY + timedelta(days=1))
    made(stage)
    assert whole(stage)
    stage.clock.forward(days=1)
    (duty,) = (one for one in duties.DUTIES if one.name == "want_vectors")
    with stage.store.work(stage.clock.now()) as work:
        duties.do_duty(work, duty)
    made(stage)
    assert whole(stage)


def test_one_item_without_vectors_leaves_the_model_to_the_others(stage: Stage, letters: Letters) -> None:
    save(stage, "养犬登记")
    made(stage)
    save(stage, "借轮椅")
    index = ItemIndex(stage.store, stage.clock, lambda: letters, fresh_seconds=0.0)
    index.understand("家里那只小东西要不要去登个记")
    assert letters.asked == ["家里那只小东西要不要去登个记"]


def test_one_item_is_in_hand_at_a_time_so_that_photos_do_not_wait(stage: Stage) -> None:
    for title in ("养犬登记", "借轮椅", "居住证"):
        save(stage, title)
    kind = next(one for one in due.KINDS if one.function == "workers.vectors.embed")

    def handed_out() -> int:
        with stage.store.work(stage.clock.now()) as work:
            return len(due.lease(work, kind))

    assert [handed_out(), handed_out()] == [1, 0]
    stage.clock.forward(seconds=due.LEASE.total_seconds() + 1)
    assert handed_out() == 1, "whoever had it may be gone"

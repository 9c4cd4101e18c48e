"""The town's own texts: who may change them, and how soon a process knows."""

from __future__ import annotations

from handlers.own_words import FRESH_SECONDS, OwnWords
from models.actions.desk import SaveUser
from models.actions.texts import ResetText, SaveText
from tests.town import TestTown


class Seconds:
    """Real time that a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_process_knows_a_change_within_seconds_and_reads_no_more_than_that(town: TestTown) -> None:
    seconds = Seconds()
    known = OwnWords(seconds)
    assert town.see(known.of) == {}
    admin = town.do(SaveUser("chief", "admin", "hash"))["user_id"]
    assert town.do(SaveText(admin, "photo_lost", ("没存下来。",)))["ok"]
    assert town.see(known.of) == {}
    seconds.at = FRESH_SECONDS + 0.1
    assert town.see(known.of) == {"photo_lost": ["没存下来。"]}
    assert town.do(ResetText(admin, "photo_lost"))["ok"]
    assert town.do(ResetText(admin, "photo_lost"))["why"] == "already"
    seconds.at *= 3
    assert town.see(known.of) == {}


def test_only_an_administrator_changes_a_text(town: TestTown) -> None:
    unit = town.do(SaveUser("firm", "firm", "hash", unit_id=next(iter(town.planted.units.values()))))[
        "user_id"
    ]
    for action in (
        SaveText(unit, "photo_lost", ("x",)),
        ResetText(unit, "photo_lost"),
        SaveText(99, "x", ("x",)),
    ):
        assert town.do(action)["why"] == "unknown"

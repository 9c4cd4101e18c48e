"""What stays of a talk with a person when somebody leaves or the time of keeping is over."""

from __future__ import annotations

import json

from models import tables as t
from models import views
from models.actions.people import Unfollow
from models.actions.person_talk import EndTalk
from tests.models.test_person_talk import answered, row, rung, spoken, zhang
from tests.town import TestTown
from workers import retention

__all__ = ["zhang"]


def test_unfollowing_leaves_no_word_and_no_name(town: TestTown, zhang: views.Resident) -> None:
    talk = spoken(town, zhang)
    town.do(Unfollow(zhang.account_id))
    ended = row(town)
    assert (ended.state, ended.ended_by, ended.account_id) == ("ended", "system", None)
    assert {one.words_sealed for one in town.rows(t.talk_entry)} == {""}
    assert "秘密" not in json.dumps([one.facts for one in town.told()], ensure_ascii=False)
    assert {one.state for one in town.told()} == {"failed"}
    assert town.rows(t.photo) == []
    assert answered(town, talk, "您好")["why"] == "too_late"
    town.clock.forward(minutes=31)
    assert {one["did"] for one in rung(town)} == {"nothing"}


def forget_old(town: TestTown) -> None:
    """The nightly duty."""
    with town.store.work(town.clock.now()) as work:
        retention.RULES["person_talks"].step(work)


def test_after_the_time_of_keeping_numbers_stay_and_words_go(town: TestTown, zhang: views.Resident) -> None:
    talk = spoken(town, zhang)
    town.do(EndTalk(talk, "resident", zhang.account_id))
    for days, left in ((29, True), (2, False)):
        town.clock.forward(days=days)
        forget_old(town)
        assert any(one.words_sealed for one in town.rows(t.talk_entry)) is left
        assert bool(town.rows(t.photo)) is left
    assert row(town).number == 1
    assert "秘密" not in json.dumps([one.facts for one in town.told()], ensure_ascii=False)


def test_an_open_talk_is_never_emptied(town: TestTown, zhang: views.Resident) -> None:
    spoken(town, zhang)
    town.clock.forward(days=99)
    forget_old(town)
    assert all(one.words_sealed for one in town.rows(t.talk_entry))


# --- views -------------------------------------------------------------------------------------------------

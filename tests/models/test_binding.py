"""Binding words: single use, short-lived, not to be guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import tables as t
from models import views
from models.actions.binding import ALPHABET, BindGroup, BindWorker, MakeBindingWord, UnbindGroup, UnbindWorker
from tests.town import TestTown


def _word(town: TestTown, name: str = "王伟") -> str:
    return str(town.do(MakeBindingWord(worker_id=town.planted.workers[name]))["word"])


def test_a_word_binds_one_account_once(town: TestTown) -> None:
    bot, word = town.planted.bots[0].id, _word(town)
    assert len(word) == 8
    assert set(word) <= set(ALPHABET)
    assert word not in str(town.rows(t.binding_word))
    typed = f" {word[:4].lower()}-{word[4:]} "
    bound = town.do(BindWorker(bot, "NewPhone", typed))
    assert (bound["name"], bound["unit"]) == ("王伟", "安居物业")
    assert town.do(BindWorker(bot, "NewPhone", word)) == bound
    assert town.do(BindWorker(bot, "Thief", word))["why"] == "unknown"
    assert town.see(views.worker_of, bot, "NewPhone").name == "王伟"
    assert len(town.see(views.worker_accounts, town.planted.units["安居物业"])) == 4


def test_a_word_expires(town: TestTown) -> None:
    word = _word(town)
    town.clock.forward(hours=24)
    assert town.do(BindWorker(town.planted.bots[0].id, "New", word))["why"] == "unknown"


def test_a_given_end_counts(town: TestTown) -> None:
    ends = town.clock.now() + timedelta(minutes=5)
    made = town.do(MakeBindingWord(worker_id=town.planted.workers["王伟"], ends=ends))
    assert made["ends"] == ends.isoformat()
    town.clock.forward(minutes=5)
    assert town.do(BindWorker(town.planted.bots[0].id, "New", made["word"]))["why"] == "unknown"


def test_a_new_word_ends_the_old_one(town: TestTown) -> None:
    old, new = _word(town), _word(town)
    assert town.do(BindWorker(town.planted.bots[0].id, "New", old))["why"] == "unknown"
    assert town.do(BindWorker(town.planted.bots[0].id, "New", new))["ok"]


def test_a_word_of_another_firm_is_not_taken_and_not_spent(town: TestTown) -> None:
    word, (anju, sunny, *_) = _word(town), town.planted.bots
    assert town.do(BindWorker(sunny.id, "New", word))["why"] == "unknown"
    assert town.do(BindWorker(anju.id, "New", word))["ok"]


def test_a_workers_word_binds_no_group(town: TestTown) -> None:
    bot = town.planted.bots[0].id
    assert town.do(BindGroup(bot, "wrNew", _word(town), "LiHua"))["why"] == "unknown"


def test_guessing_is_stopped_for_a_while(town: TestTown) -> None:
    bot, word = town.planted.bots[0].id, _word(town)
    for _ in range(5):
        assert town.do(BindWorker(bot, "Guesser", "ABCD2345"))["why"] == "unknown"
    assert town.do(BindWorker(bot, "Guesser", word)) == {"ok": False, "why": "too_many", "minutes": 10}
    assert town.do(BindGroup(bot, "wrNew", word, "Guesser"))["why"] == "too_many"
    town.clock.forward(minutes=10)
    assert town.do(BindWorker(bot, "Guesser", word))["ok"]


def test_an_account_may_change_hands(town: TestTown) -> None:
    bot = town.planted.bots[0].id
    town.do(BindWorker(bot, "LiHua", _word(town, "陈静")))
    assert town.see(views.worker_of, bot, "LiHua").name == "陈静"


def test_a_word_binds_a_group(town: TestTown) -> None:
    bot, group = town.planted.bots[0].id, town.planted.groups[0]
    assert town.do(UnbindGroup(group.id))["ok"]
    assert town.do(UnbindGroup(group.id))["why"] == "already"
    assert town.order()["unit"] == "和平社区居委会"
    word = town.do(MakeBindingWord(work_group_id=group.id))["word"]
    bound = town.do(BindGroup(bot, "wrNew", word, "LiHua"))
    assert (bound["name"], bound["work_group_id"]) == (group.name, group.id)
    assert town.do(BindGroup(bot, "wrNew", word, "LiHua")) == bound
    assert town.do(BindGroup(bot, "wrElse", word, "LiHua"))["why"] == "unknown"
    assert town.see(views.group_of, bot, "wrNew").id == group.id
    assert town.order(summary="又坏了")["unit"] == "安居物业"


def test_unbinding_a_worker(town: TestTown) -> None:
    bound = town.see(views.worker_accounts, town.planted.units["安居物业"])[0]
    assert town.do(UnbindWorker(bound.id))["ok"]
    assert town.do(UnbindWorker(bound.id))["why"] == "already"
    assert town.see(views.worker_of, town.planted.bots[0].id, "LiHua") is None


@pytest.mark.parametrize("who", [{}, {"worker_id": 1, "work_group_id": 1}, {"worker_id": 999}])
def test_words_are_for_one_worker_or_one_group(town: TestTown, who: dict[str, int]) -> None:
    assert town.do(MakeBindingWord(**who))["why"] == "unknown"

"""A door that the register lacks reaches whoever holds the order, and nobody else; and it goes with the rest."""

from __future__ import annotations

import pytest

from models import tables as t
from models import views
from models.actions.door import TellDoor
from models.actions.erasure import ErasePerson
from models.actions.orders import AddWords, JoinOrder
from models.actions.staff import Claim, Finish
from models.rules.masking import DOOR_LEFT
from tests.town import TestTown

WRITTEN = "9 单元 901"
LOOSE = ("六楼东户", "2单元六百零二", "二单元顶楼左手边", "三叔家")


def test_a_written_door_is_for_the_holder_alone(town: TestTown) -> None:
    who, holder, colleague = town.resident(), town.staff("王伟"), town.staff("李华")
    order_id = int(town.order(who)["order_id"])
    town.do(Claim(order_id, holder.worker_id))
    assert town.do(TellDoor(order_id, who.account_id, WRITTEN))["ok"]
    town.do(AddWords(order_id, who.account_id, "快点"))
    shown = town.see(views.door_of, holder, order_id)
    assert shown.door == WRITTEN
    assert town.see(views.door_of, colleague, order_id) is None
    assert all("901" not in str(row.facts) for row in town.told())
    assert "只有接单的师傅能看到" in town.told("order_message")[0].facts["words"]
    assert all("901" not in one.words for one in town.see(views.timeline, colleague, order_id))


def test_the_last_door_counts_and_the_registers_goes_before_it(town: TestTown) -> None:
    who, holder = town.resident(), town.staff("王伟")
    order_id = int(town.order(who)["order_id"])
    town.do(Claim(order_id, holder.worker_id))
    for words in (WRITTEN, WRITTEN, "8 单元 801"):
        town.do(TellDoor(order_id, who.account_id, words))
    assert town.see(views.door_of, holder, order_id).door == "8 单元 801"
    assert len(town.told("order_message")) == 2
    home = int(
        town.order(who, summary="漏水", category="utilities", home_id=town.home("幸福小区", "3", "2", "602"))[
            "order_id"
        ]
    )
    town.do(Claim(home, holder.worker_id))
    town.do(TellDoor(home, who.account_id, WRITTEN))
    assert "602" in town.see(views.door_of, holder, home).door


def test_a_door_is_told_by_a_follower_in_words(town: TestTown) -> None:
    who, stranger = town.resident(), town.resident("o-stranger")
    order_id = int(town.order(who)["order_id"])
    assert town.do(TellDoor(order_id, who.account_id, " "))["why"] == "needs_words"
    assert town.do(TellDoor(order_id, stranger.account_id, WRITTEN))["why"] == "not_yours"


@pytest.mark.parametrize("words", LOOSE)
def test_a_written_door_is_hidden_whole_however_it_is_put(town: TestTown, words: str) -> None:
    who, neighbour, holder = town.resident(), town.resident("o-neighbour"), town.staff("王伟")
    order_id = int(town.order(who)["order_id"])
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    town.do(TellDoor(order_id, who.account_id, words))
    town.do(Claim(order_id, holder.worker_id))
    firm = views.User("firm", holder.unit_id)
    for asker in (neighbour, town.staff("李华"), firm):
        lines = town.see(views.timeline, asker, order_id)
        assert DOOR_LEFT in [one.words for one in lines]
        assert words not in str(lines)
    for asker in (who, holder, views.User("admin")):
        assert words in str(town.see(views.timeline, asker, order_id))
    town.do(Finish(order_id, holder.worker_id, "好了"))
    assert words not in str(town.see(views.timeline, holder, order_id))


def test_the_door_of_whoever_joined_is_not_for_the_reporter(town: TestTown) -> None:
    who, neighbour = town.resident(), town.resident("o-neighbour")
    order_id = int(town.order(who)["order_id"])
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    town.do(TellDoor(order_id, neighbour.account_id, LOOSE[0]))
    assert LOOSE[0] not in str(town.see(views.timeline, who, order_id))
    assert LOOSE[0] in str(town.see(views.timeline, neighbour, order_id))


@pytest.mark.parametrize("words", LOOSE)
def test_a_written_door_goes_with_whoever_wrote_it(town: TestTown, words: str) -> None:
    who, neighbour, holder = town.resident(), town.resident("o-neighbour"), town.staff("王伟")
    order_id = int(town.order(who)["order_id"])
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    for one in (who, neighbour):
        town.do(TellDoor(order_id, one.account_id, words))
    town.do(ErasePerson(neighbour.person_id))
    assert [row.words for row in town.rows(t.order_entry, step="message")] == [words, ""]
    town.do(Claim(order_id, holder.worker_id))
    town.do(Finish(order_id, holder.worker_id, "好了"))
    town.do(ErasePerson(who.person_id))
    assert words not in str(town.rows(t.order_entry))

"""A door that the register lacks reaches whoever holds the order, and nobody else."""

from __future__ import annotations

from models import views
from models.actions.door import TellDoor
from models.actions.orders import AddWords
from models.actions.staff import Claim
from tests.town import TestTown

WRITTEN = "9 单元 901"


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

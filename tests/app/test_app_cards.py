"""Cards in the app: told to all on duty, the first press takes the order, the others' cards are changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers import checkup
from models import tables as t
from models.actions.binding import UnbindWorker
from models.actions.endings import Withdraw
from models.actions.escalation import Unclaimed
from models.actions.merge import Merge
from models.actions.orders import AddWords
from models.actions.roster import SetShift
from models.actions.staff import Claim, Finish, Return, SetDuty
from tests.app.conftest import BOT, FIVE, NAMES, Firm
from workers import outbox


def test_everybody_on_duty_gets_a_card_without_door_name_or_phone(firm: Firm) -> None:
    firm.order()
    firm.deliver()
    assert sorted(one.userid for one in firm.played.cards.values()) == FIVE
    card = firm.card("chen3")
    assert card.card["main_title"]["title"] == "1001 水电"
    assert "厨房漏水" in card.words
    assert card.keys == ["claim"]
    assert "602" not in str(firm.played.cards)
    rows = firm.town.rows(t.app_card)
    assert [(row.stage, bool(row.response_code)) for row in rows] == [(0, True)] * 5
    assert {row.task for row in rows} == set(firm.played.cards)
    assert {row.code_ends_at for row in rows} == {firm.town.clock.now() + timedelta(hours=72)}


def test_only_those_on_duty_and_without_anybody_all_who_are_bound(firm: Firm) -> None:
    for worker in list(firm.workers.values())[1:]:
        firm.town.do(SetDuty(worker, False))
    firm.order()
    firm.deliver()
    assert [one.userid for one in firm.played.cards.values()] == ["chen1"]
    firm.town.do(SetDuty(firm.workers["chen1"], False))
    firm.order(summary="楼道灯不亮", category="lighting")
    firm.deliver()
    assert len(firm.played.cards) == 6


def test_where_a_roster_is_kept_it_says_who_is_on_duty(firm: Firm) -> None:
    now = firm.town.clock.now()
    firm.town.do(SetShift(firm.workers["chen2"], now - timedelta(hours=1), now + timedelta(hours=7)))
    firm.order()
    firm.deliver()
    assert [one.userid for one in firm.played.cards.values()] == ["chen2"]


def test_five_press_at_once_and_one_has_it(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(firm.press, FIVE))
    holder = firm.town.row(order_id).holder_id
    (winner,) = [userid for userid, worker in firm.workers.items() if worker == holder]
    name = NAMES[FIVE.index(winner)]
    firm.deliver()
    assert firm.card(winner).keys == ["arrive", "finish_hint"]
    for userid in set(FIVE) - {winner}:
        assert firm.card(userid).keys == []
        assert name in firm.card(userid).words
    assert firm.played.changes == [], "each has pressed, so each answer has changed its own card"


def test_the_others_cards_are_changed_once_and_never_again(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    answer = firm.press("chen2")
    assert "由您接单" in answer["TemplateCard"]["SubTitleText"]
    firm.deliver()
    others = [userid for userid in FIVE if userid != "chen2"]
    assert sorted(firm.played.cards[task].userid for task in firm.played.changes) == others
    for userid in others:
        assert firm.card(userid).words == "1001 水电\n已由 陈二 接单"
        assert firm.card(userid).keys == []
    firm.press("chen2", "arrive")
    firm.town.do(Finish(order_id, firm.workers["chen2"], "换了水管"))
    firm.deliver()
    assert len(firm.played.changes) == 5, (
        "the holder's card with the code of the press; the others' are used up"
    )
    assert "已经办结" in firm.card("chen2").words
    assert {row.state for row in firm.town.told("card_update")} <= {"accepted", "delivered"}


def test_cards_show_the_urgency_of_an_order_that_became_part_of_theirs(firm: Firm) -> None:
    first, urgent = firm.order(), firm.order(summary="厨房冒烟", urgency="emergency")
    firm.deliver()
    tasks = [row.task for row in firm.town.rows(t.app_card, work_order_id=first)]
    assert {firm.played.cards[task].words.partition(" ")[0] for task in tasks} == {"1001"}
    assert firm.town.do(Merge(urgent, 1001, "worker", firm.workers["chen1"]))["ok"]
    firm.deliver()
    assert {firm.played.cards[task].words.partition(" ")[0] for task in tasks} == {"紧急"}
    assert {tuple(firm.played.cards[task].keys) for task in tasks} == {("claim",)}


def test_a_button_that_was_left_on_a_card_says_how_the_order_is_by_now(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    firm.press("chen2")
    hint = firm.press("chen2", "finish_hint")["TemplateCard"]["SubTitleText"]
    assert hint.endswith("。\n办结请发：完成 1001 怎么修的（可带照片）")
    firm.town.do(Finish(order_id, firm.workers["chen2"], "换了水管"))
    firm.town.clock.forward(minutes=1)
    late = firm.press("chen2", "finish_hint")
    assert "1001 已经办结，不能再改" in late["TemplateCard"]["SubTitleText"]
    assert "办结请发" not in late["TemplateCard"]["SubTitleText"]
    assert firm.card("chen2").keys == []


def test_delivering_a_change_again_sends_nothing(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.deliver()
    changed, rows = len(firm.played.changes), [row.id for row in firm.town.told("card_update")]
    with firm.town.store.work(firm.town.clock.now()) as work:
        work.conn.execute(update(t.outbox).where(t.outbox.c.id.in_(rows)).values(state="queued"))
    outbox.deliver(rows)
    assert len(firm.played.changes) == changed == 5
    assert {(row.state, row.reason) for row in firm.town.told("card_update")} == {("delivered", "NotNeeded")}


def test_after_three_days_a_card_stays_as_it_is_and_that_is_no_failure(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    firm.town.clock.forward(hours=72)
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.deliver()
    assert firm.played.changes == []
    assert firm.town.told("card_update") == []


def test_a_code_that_expires_while_its_change_waits_is_no_failure(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.town.clock.forward(hours=73)
    firm.deliver()
    assert firm.played.changes == []
    assert {row.state for row in firm.town.told("card_update")} == {"delivered"}


def test_a_card_that_is_late_is_changed_at_once(firm: Firm) -> None:
    order_id = firm.order()
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.deliver()
    assert len(firm.played.cards) == len(firm.played.changes) == 5
    assert firm.card("chen5").words.endswith("已由 陈一 接单")
    assert firm.card("chen1").keys == ["arrive", "finish_hint"]


def test_who_was_unbound_meanwhile_is_told_nothing(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    gone = firm.town.rows(t.worker_account, userid="chen4")[0].id
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.town.do(UnbindWorker(gone))
    firm.deliver()
    assert "chen4" not in [firm.played.cards[task].userid for task in firm.played.changes]
    assert len(firm.played.changes) == 4
    before = firm.played.cards.copy()
    firm.order(summary="灯坏了", category="lighting")
    firm.deliver()
    assert "chen4" not in [one.userid for task, one in firm.played.cards.items() if task not in before]
    answer = firm.hears(
        firm.played.press(next(t for t, one in before.items() if one.userid == "chen4"), "claim")
    )
    assert "还没有绑定" in str(answer)


def test_a_message_on_its_way_to_somebody_unbound_is_not_sent(firm: Firm) -> None:
    firm.order()
    firm.town.do(UnbindWorker(firm.town.rows(t.worker_account, userid="chen4")[0].id))
    firm.deliver()
    assert sorted(one.userid for one in firm.played.cards.values()) == ["chen1", "chen2", "chen3", "chen5"]
    (row,) = [row for row in firm.town.told("new_order") if row.state == "failed"]
    assert row.reason == "NoSuchPerson"


def test_who_does_not_see_the_app_is_reported_to_the_desk_in_an_emergency_too(firm: Firm) -> None:
    firm.played.members.discard("chen4")
    firm.order()
    firm.deliver()
    (row,) = [row for row in firm.town.told("new_order") if row.state == "failed"]
    assert (row.reason, row.detail) == ("NoSuchPerson", "81013")
    (item,) = firm.town.rows(t.desk_item, kind="not_told")
    assert "陈四" in item.words


def test_a_broken_connection_does_not_double_a_card(firm: Firm) -> None:
    firm.played.broken.append("message/send")
    firm.order()
    firm.deliver()
    firm.town.clock.forward(seconds=5)
    firm.deliver()
    assert sorted(one.userid for one in firm.played.cards.values()) == FIVE
    assert len(firm.town.rows(t.app_card)) == 5


def test_returned_goes_up_and_the_cards_say_so(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    firm.press("chen2")
    firm.deliver()
    firm.town.do(Return(order_id, firm.workers["chen2"], "不归我们管"))
    firm.deliver()
    assert "已经不在原来的人手上" in firm.card("chen2").words
    assert firm.card("chen2").keys == []
    assert sorted(userid for userid, words in firm.played.texts if "已转给和平社区居委会" in words) == FIVE


def test_withdrawn_is_told_and_shown(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    account = firm.town.rows(t.order_follower, work_order_id=order_id)[0].account_id
    firm.town.do(Withdraw(order_id, account))
    firm.deliver()
    assert all("已经办结" in firm.card(userid).words for userid in FIVE)
    assert all("不用再处理" in words for _, words in firm.played.texts)
    assert "@" not in str(firm.played.texts)


def test_what_nobody_takes_is_assigned_with_a_card_to_one(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    assert firm.town.do(Unclaimed(order_id, 0))["did"] == "assigned"
    firm.deliver()
    assert [one.keys for one in firm.played.cards.values()][5:] == [["arrive", "finish_hint"]]
    newest = list(firm.played.cards.values())[-1]
    assert "已派给您" in newest.words
    assert firm.town.rows(t.app_card, task=newest.task)[0].worker_account_id is not None


def test_a_press_whose_answer_was_lost_changes_the_card_later(firm: Firm) -> None:
    order_id = firm.order()
    firm.deliver()
    task = firm.card("chen3").task
    firm.hears(firm.played.press(task, "claim"))  # the chat never gets this answer
    (key,) = [row.key for row in firm.town.rows(t.inbox) if ":e:" in row.key]
    assert firm.given_up(key).words == ""
    firm.deliver()
    assert firm.town.row(order_id).holder_id == firm.workers["chen3"]
    assert firm.card("chen3").keys == ["arrive", "finish_hint"]
    assert [userid for userid, _ in firm.played.texts] == ["chen3"]
    assert firm.given_up(key).words == ""
    firm.deliver()
    assert len(firm.played.texts) == 1


@pytest.mark.parametrize("key", ["claim", "unheard_of", ""])
def test_a_press_on_a_card_that_nobody_knows_does_no_harm(firm: Firm, key: str) -> None:
    order_id = firm.order()
    firm.deliver()
    task = firm.card("chen1").task
    with firm.town.store.work(firm.town.clock.now()) as work:
        work.conn.execute(t.app_card.delete())
    firm.hears(firm.played.press(task, key))
    assert firm.town.row(order_id).state == ("claimed" if key == "claim" else "waiting")


def test_the_address_of_an_app_is_that_of_a_bot(firm: Firm) -> None:
    channel = firm.switchboard.get(f"wecom:{BOT}")
    assert channel.name == f"wecom_app:{BOT}"
    assert f"wecom_app:{BOT}" in [one.name for one in firm.switchboard.of_kind("wecom_app")]
    assert firm.switchboard.find("wecom:nobody") is None


def test_messages_to_one_worker_go_in_their_order(firm: Firm) -> None:
    order_id = firm.order()
    firm.town.do(Claim(order_id, firm.workers["chen1"]))
    firm.deliver()
    account = firm.town.rows(t.order_follower, work_order_id=order_id)[0].account_id
    for words in ("第一句", "第二句"):
        firm.town.do(AddWords(order_id, account, words))
    first, second = firm.town.told("order_message")
    outbox.deliver([second.id])
    assert firm.played.texts == []
    outbox.deliver([first.id])
    firm.town.clock.forward(seconds=5)
    outbox.deliver([second.id])
    assert ["第一句" in firm.played.texts[0][1], "第二句" in firm.played.texts[1][1]] == [True, True]


def test_the_app_is_checked_in_plain_words(firm: Firm) -> None:
    apps = [firm.switchboard.get(f"wecom_app:{BOT}")]
    assert checkup.apps(apps, emulated=True) == []
    ((ok, words),) = checkup.apps(apps, emulated=False)
    assert (ok, words) == (True, f"自建应用 {BOT}：密钥有效，企业微信认得这个应用。")


def test_a_firm_with_a_group_and_an_app_is_told_in_both(firm: Firm) -> None:
    with firm.town.store.work(firm.town.clock.now()) as work:
        work.conn.execute(update(t.work_group).values(bound_at=firm.town.clock.now()))
    firm.order()
    told = firm.town.told("new_order")
    assert sum(row.work_group_id is not None for row in told) == 1
    assert sum(row.worker_account_id is not None for row in told) == 5


def test_a_unit_that_nobody_can_be_told_in_is_passed_over(firm: Firm) -> None:
    for row in firm.town.rows(t.worker_account, bot_id=firm.bot_id):
        firm.town.do(UnbindWorker(row.id))
    order = firm.town.row(firm.order())
    assert order.unit_id == firm.town.planted.units["和平社区居委会"]

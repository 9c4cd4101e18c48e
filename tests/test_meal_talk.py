"""Ordering meals in a talk: how few replies it takes, and what may go wrong between reading a menu and ordering."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.clock import real_seconds
from bot.message import Heard
from handlers.host import TurnHost
from models import tables as t
from models.actions.meal_in_hand import Account, By
from models.actions.meal_money import PayAtCounter
from models.actions.staff import Claim, Finish
from models.limits import load_limits
from models.rules.money import yuan
from models.rules.orders import Refusal, Why
from models.views.meal_code import meal_code_of
from tests.chat import Community, Resident, found_at_eight
from tests.models.kitchen import kitchen
from tests.town import TestTown

HOME = "幸福小区3号楼2单元602"
DONE = "订好了"


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """The next morning at eight: lunch and dinner of today can be ordered."""
    return found_at_eight(tmp_path)


@pytest.fixture
def zhang(community: Community) -> Resident:
    """Somebody at home in 幸福小区."""
    phone = community.resident()
    phone.says("绑定住址")
    phone.says(HOME)
    return phone


def orders(community: Community) -> list[Any]:
    """The meals that are to be cooked."""
    return [row for row in community.rows(t.meal_order) if row.state == "placed"]


def had_before(phone: Resident, words: str) -> None:
    """A meal was ordered two days ago and is usual since."""
    assert DONE in [phone.says(one) for one in (words, "好")][-1]
    phone.community.clock.forward(days=2)


def test_the_usual_takes_one_reply(community: Community, zhang: Resident) -> None:
    had_before(zhang, "今天中午番茄炒蛋一份，自取")
    assert "1. 老样子：番茄炒蛋 1 份，自己取，您付 12 元" in zhang.says("订餐")
    assert DONE in zhang.says("1")
    assert len(orders(community)) == 2


def test_who_fetches_a_meal_gets_the_page_with_its_code(community: Community, zhang: Resident) -> None:
    community.store.limits = load_limits(public_url="https://linli.example")
    zhang.says("今天中午番茄炒蛋一份，自取")
    told = zhang.says("好")
    assert DONE in told
    assert "二维码" in told
    token = told.rpartition("https://linli.example/meal/")[2].split()[0]
    [order] = orders(community)
    with community.store.look(community.clock.now()) as work:
        shown = meal_code_of(work, token)
    assert shown is not None
    assert shown.code == order.code
    zhang.says("今天晚餐鸡汤面一份，送到家")
    assert "二维码" not in zhang.says("好")


@pytest.mark.parametrize("first", ["订餐", "老样子", "今天吃什么", "[菜单 MEAL]"])
def test_a_digit_orders_nothing_once_something_else_was_shown(
    community: Community, zhang: Resident, first: str
) -> None:
    had_before(zhang, "今天中午番茄炒蛋一份，自取")
    zhang.says(first)
    zhang.says("取消")
    zhang.says("1")
    assert len(orders(community)) == 1


def test_a_digit_is_a_score_where_a_rating_was_asked_for_after_the_menu(
    community: Community, zhang: Resident
) -> None:
    had_before(zhang, "今天中午番茄炒蛋一份，自取")
    for words in ("幸福小区3号楼电梯坏了", "1"):
        zhang.says(words)
    zhang.says("订餐")
    worker = community.town.workers["李华"]
    with community.store.work(community.clock.now()) as work:
        order_id = community.rows(t.work_order)[-1].id
        assert Claim(order_id, worker).run(work)["ok"]
        assert Finish(order_id, worker, "换了皮带").run(work)["ok"]
    community.clock.forward(minutes=1)
    community.show_pushes()
    zhang.says("1")
    assert len(orders(community)) == 1


def test_a_new_order_takes_four_replies_at_most(community: Community) -> None:
    phone = community.resident()
    replies = [HOME, "2", "2", "1"]
    said = [phone.says(words) for words in ("订餐", *replies)]
    assert DONE in said[-1]
    assert [(row.how, row.portions) for row in orders(community)] == [("delivery", 1)]


@pytest.mark.parametrize(
    ("words", "portions", "told"),
    [
        ("三份", 3, "改过来了"),
        ("要三份", 3, "改过来了"),
        ("两份", 2, "改过来了"),
        ("一份", 1, "现在就是家常豆腐 1 份"),
        ("要一份", 1, "现在就是家常豆腐 1 份"),
        ("换番茄炒蛋", 1, "改过来了"),
    ],
)
def test_how_many_may_be_said_once_a_dish_has_been_named(
    community: Community, zhang: Resident, words: str, portions: int, told: str
) -> None:
    assert "要几份、换什么，可以再说" in zhang.says("家常豆腐")
    said = zhang.says(words)
    assert told in said
    assert "怎么取餐" in said
    for reply in ("1", "1"):
        said = zhang.says(reply)
    assert DONE in said
    assert [row.portions for row in orders(community)] == [portions]


def test_what_the_opening_says_surely_is_confirmed_once(community: Community, zhang: Resident) -> None:
    said = zhang.says("明天中午两份家常豆腐送到家")
    assert "家常豆腐 2 份，20 元" in said
    assert "送餐费 1 元\n您付 21 元，送到时付" in said
    assert DONE in zhang.says("好")


def test_noon_is_lunch_and_midnight_is_no_meal(zhang: Resident) -> None:
    assert "明天午餐" in zhang.says("明天12点订一份家常豆腐，自取")
    zhang.says("取消")
    assert "哪一餐" in zhang.says("订明天晚上12点的饭")


def test_the_same_message_five_times_orders_once(community: Community, zhang: Resident) -> None:
    zhang.says("明天中午两份家常豆腐送到家")
    heard = Heard(zhang.channel, "test:once", zhang.sender, "text", community.clock.now(), text="1")
    community.keep(heard)
    play = community.residents.answer
    answers = {play(zhang.channel, zhang.sender, heard.key, real_seconds()).words for _ in range(5)}
    assert len(answers) == 1
    assert DONE in answers.pop()
    assert len(orders(community)) == 1


class Refuses:
    """The first orders are refused, as when somebody else was quicker by a moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *refusals: Refusal) -> None:
        self.refusals = list(refusals)
        self.do = TurnHost.do
        monkeypatch.setattr(TurnHost, "do", lambda host, command: self.done(host, command))

    def done(self, host: TurnHost, command: Any) -> Any:
        meal = type(command).__name__ in ("PlaceMeal", "ChangeMeal")
        return self.refusals.pop(0) if meal and self.refusals else self.do(host, command)


def dish_id(community: Community, name: str) -> int:
    return next(row.id for row in community.rows(t.dish) if row.name == name)


def test_a_dish_that_went_a_moment_ago_is_asked_for_again(
    community: Community, zhang: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    Refuses(monkeypatch, Refusal(Why.SOLD_OUT, dish_id=dish_id(community, "家常豆腐"), left=0))
    zhang.says("明天中午两份家常豆腐送到家")
    said = zhang.says("好")
    assert "家常豆腐刚刚卖完了，这一餐还没有订上" in said
    assert "确定订吗" in said
    assert DONE in zhang.says("好")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(Why.TOO_LATE), "明天午餐刚刚截止订餐"),
        (Refusal(Why.FULL, left=0), "明天午餐刚刚订满"),
        (Refusal(Why.NOT_SERVED), "有变化，没有订上"),
    ],
)
def test_a_refusal_is_told_kindly_and_it_goes_on(
    zhang: Resident, monkeypatch: pytest.MonkeyPatch, refusal: Refusal, words: str
) -> None:
    Refuses(monkeypatch, refusal)
    zhang.says("明天中午两份家常豆腐送到家")
    said = zhang.says("好")
    assert words in said
    assert "确定订吗" in said
    assert "明天晚餐" in zhang.says("明天晚饭鸡汤面一份")


def test_what_is_always_refused_ends_with_a_person(zhang: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    Refuses(monkeypatch, *[Refusal(Why.NOT_SERVED)] * 9)
    zhang.says("明天中午两份家常豆腐送到家")
    assert "人工" in [zhang.says("好") for _ in range(4)][-1]


def test_a_yes_is_not_taken_for_another_price(community: Community, zhang: Resident) -> None:
    zhang.says("今天中午一份家常豆腐自取")
    community.clock.forward(minutes=95)
    asked = zhang.says("好")
    assert "今天午餐订餐已经截止（今天 9:30 截止）" in asked
    assert "1. 今天晚餐" in asked
    assert not orders(community)


def test_more_than_a_meal_may_hold_is_refused_in_words(zhang: Resident) -> None:
    assert "一共最多 10 份" in zhang.says("明天中午六份家常豆腐，六份清炒时蔬，自取")
    assert "1 到 10 份" in zhang.says("家常豆腐11份")


def test_who_pays_how_is_told(zhang: Resident) -> None:
    zhang.says("明天中午两份家常豆腐送到家")
    zhang.says("好")
    said = zhang.says("我的余额")
    assert "取餐时付钱" in said
    assert "明天午餐：您付 21 元，送到时付" in said


def test_what_the_balance_has_paid_is_told_as_paid(community: Community, zhang: Resident) -> None:
    [person_id] = {row.person_id for row in community.rows(t.account)}
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(
            insert(t.meal_account),
            {"person_id": person_id, "pays": "balance", "balance_cents": 5000, "changed_at": work.now},
        )
    zhang.says("明天中午两份家常豆腐，自取")
    zhang.says("好")
    said = zhang.says("我的余额")
    assert "您的餐费余额是 30 元" in said
    assert "明天午餐：您付 20 元，已付" in said


def _has(community: Community, pays: str, cents: int = 0) -> int:
    [person_id] = {row.person_id for row in community.rows(t.account)}
    with community.store.work(community.clock.now()) as work:
        row = {"person_id": person_id, "pays": pays, "balance_cents": cents, "changed_at": work.now}
        work.conn.execute(insert(t.meal_account), row)
    return int(person_id)


def test_a_change_is_confirmed_with_what_the_order_gives_back(community: Community, zhang: Resident) -> None:
    _has(community, "balance", 2500)
    zhang.says("明天中午一份家常豆腐，自取")
    zhang.says("好")
    assert "您付 20 元，从余额里扣（扣完还剩 5 元）" in zhang.says("明天午餐改成两份")
    assert "您付 20 元，从余额里扣，取餐码" in zhang.says("好")
    assert "您的餐费余额是 5 元" in zhang.says("余额")
    zhang.says("明天午餐改成一份")
    assert "付过的 10 元已退回餐费余额" in zhang.says("好")


def test_what_was_paid_at_the_counter_is_given_back_told_and_spent(
    community: Community, zhang: Resident
) -> None:
    zhang.says("明天中午一份家常豆腐，自取")
    zhang.says("好")
    [order] = orders(community)
    with community.store.work(community.clock.now()) as work:
        assert PayAtCounter(order.id, "console", 1).run(work)["ok"]
    assert "付过的 10 元已退回餐费余额" in zhang.says("不要明天午饭")
    assert "您的餐费余额是 10 元" in zhang.says("余额")
    assert "您付 10 元，从余额里扣" in zhang.says("明天中午一份家常豆腐，自取")
    assert "您付 10 元，从余额里扣" in zhang.says("好")


def test_a_bill_is_told_what_was_taken_off_and_what_is_too_much(
    community: Community, zhang: Resident
) -> None:
    person_id = _has(community, "bill")
    zhang.says("明天中午一份家常豆腐，自取")
    zhang.says("好")
    assert "现在记了 10 元" in zhang.says("余额")
    with community.store.work(community.clock.now()) as work:
        account = Account.lock(work, person_id)
        assert account is not None
        account.enter("bill_paid", 1000, By("console", 1))
    assert "账单上减去了 10 元" in zhang.says("不要明天午饭")
    assert "现在多付了 10 元" in zhang.says("余额")


def test_a_carer_orders_for_their_mother(community: Community, zhang: Resident) -> None:
    zhang.says("138 0013 8000")
    daughter = community.resident("daughter")
    for words in ("给我妈订饭", "张丽", "138 0013 8000"):
        daughter.says(words)
    community.show_pushes()
    zhang.says("1")
    said = daughter.says("给我妈订明天中午一份家常豆腐，送到家")
    assert "给妈妈订的" in said
    assert DONE in daughter.says("好")
    [order] = orders(community)
    elder = community.rows(t.account)[0].person_id
    assert order.person_id == elder != order.by_person_id
    assert "妈妈的明天午餐" in daughter.says("我的订餐")
    assert "明天午餐：家常豆腐 1 份" in zhang.says("我的订餐")
    assert "取消了" in daughter.says("妈妈明天中午不要了")
    assert not orders(community)


def test_a_carer_with_a_canteen_of_their_own_is_asked_for_whom(community: Community, zhang: Resident) -> None:
    zhang.says("138 0013 8000")
    daughter = community.resident("daughter")
    for words in ("绑定住址", "阳光花园5号楼1单元201", "给我妈订饭", "张丽", "138 0013 8000"):
        daughter.says(words)
    community.show_pushes()
    zhang.says("1")
    assert "给谁订" in daughter.says("今天中午番茄炒蛋一份，自取")
    assert "给妈妈订的" in daughter.says("1")
    daughter.says("好")
    daughter.says("今天中午番茄炒蛋一份，自取")
    assert "请核对：" in daughter.says("我自己")
    daughter.says("好")
    assert len(orders(community)) == 2
    asked = daughter.says("不要午饭")
    assert "妈妈的今天午餐：番茄炒蛋 1 份" in asked
    assert "取消了" in daughter.says("2")
    assert "取消了" in daughter.says("不要午饭")
    assert not orders(community)


def test_what_is_ordered_at_another_canteen_is_told_with_the_way_to_move_it(
    community: Community, zhang: Resident
) -> None:
    assert DONE in [zhang.says(one) for one in ("今天中午番茄炒蛋一份，自取", "好")][-1]
    east = kitchen(TestTown(community.store, community.clock, community.town)).published("lunch")
    with community.store.work(community.clock.now()) as work:
        others = (t.menu.c.id != east) & (t.menu.c.meal == "lunch")
        work.conn.execute(update(t.menu).where(others).values(order_until=work.now))
    said = zhang.says("今天中午麻婆豆腐一份，自取")
    assert "已经在和平长者食堂订过" in said
    assert "先回复“不要午饭”" in said
    zhang.says("不要午饭")
    assert DONE in [zhang.says(one) for one in ("今天中午麻婆豆腐一份，自取", "好")][-1]
    assert [row.menu_id for row in orders(community)] == [east]


def test_who_is_not_linked_is_sent_to_ask_first(zhang: Resident) -> None:
    assert "问过本人" in zhang.says("给我妈订明天中午一份家常豆腐")


def test_an_abandoned_menu_orders_nothing_the_next_day(community: Community, zhang: Resident) -> None:
    had_before(zhang, "今天中午番茄炒蛋一份，自取")
    zhang.says("订餐")
    community.clock.forward(hours=25)
    zhang.says("1")
    assert len(orders(community)) == 1


def test_the_one_sum_counts_what_each_meal_leaves_of_a_cap(community: Community, zhang: Resident) -> None:
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.subsidy_tier).values(weekly_most=1))
        person = community.rows(t.person)[-1].id
        facts = work.seal('{"born": "1940-01-01", "groups": []}')
        row = {"person_id": person, "facts_sealed": facts, "changed_at": work.now, "verified_at": work.now}
        work.conn.execute(insert(t.entitlement).values(row))
        work.conn.execute(update(t.binding).values(state="verified"))
    shown = zhang.says("明天中午家常豆腐，晚上鸡汤面两份")
    assert shown.count("补贴减") == 1
    done = zhang.says("好")
    assert "您付" not in done, "what is paid is what was shown"
    paid = sum(row.pay_cents for row in orders(community))
    assert f"一共您付 {yuan(paid)}" in shown

"""The kitchen's count: frozen once, corrected by number, acknowledged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.message import Reply
from bot.ports import Flags
from bot.wording import word
from models import tables as t
from models.actions.kitchen import AcknowledgeCount, Correct, Freeze, RepeatCorrection
from models.rules.kitchen import changes
from models.views.kitchen import kitchen_count
from tests.kitchen.scene import NAME, PHONE, Lunch
from tests.town import LIMITS, TestTown
from workers.timers import OURS

GROUP = Flags(hears=False, speaks_first=True)
CHANGING = 50


def counted(lunch: Lunch, version: int = 1) -> dict[str, int]:
    """The kept count of that version."""
    (kept,) = lunch.town.rows(t.kitchen_count, menu_id=lunch.menu, version=version)
    return dict(kept.counts)


def read(row: Any) -> str:
    """A message as its group reads it."""
    return word(row.kind, row.facts, channel=GROUP, names={}, at=row.made_at).words


def test_what_is_ordered_at_the_cut_off_is_frozen_and_told(lunch: Lunch) -> None:
    lunch.order(2, 1)
    lunch.order(1, 0, how="delivery", home=lunch.town.home("幸福小区", "3", "2", "602"))
    lunch.cancel(lunch.order(5, 5))
    lunch.at(9, 30)
    assert lunch.town.do(Freeze(lunch.menu, 0)) == {"ok": True, "version": 1, "orders": 2}
    pork, tofu = (str(dish) for dish in lunch.dishes)
    assert counted(lunch) == {pork: 3, tofu: 1}
    (row,) = lunch.town.told("kitchen_count")
    assert read(row) == (
        "【备餐】和平长者食堂 3 月 2 日（周一）午餐\n"
        "订餐截止，一共 4 份，2 单：\n红烧肉 3 份\n白菜豆腐 1 份\n"
        "自取 3 份，送餐 1 份。备餐单、标签和送餐单请到工作台“备餐”打印。"
    )


def test_a_meal_that_nobody_ordered_is_told_too(lunch: Lunch) -> None:
    lunch.at(9, 30)
    assert lunch.town.do(Freeze(lunch.menu, 0))["orders"] == 0
    (row,) = lunch.town.told("kitchen_count")
    assert read(row).endswith("订餐截止，没有人订，不用备餐。")


def test_early_repeated_and_stale_timers_change_nothing(lunch: Lunch) -> None:
    lunch.order(1)
    assert lunch.town.do(Freeze(lunch.menu, 0))["why"] == "already"  # 9:00
    lunch.at(9, 30)
    assert lunch.town.do(Freeze(lunch.menu, 1))["why"] == "already"  # its times were changed since
    assert lunch.town.rows(t.menu)[0].state == "published"
    assert lunch.town.do(Freeze(lunch.menu, 0))["ok"]
    kept = [lunch.town.rows(table) for table in (t.menu, t.kitchen_count, t.outbox, t.timer)]
    lunch.order(1)  # what nobody may do any more is not in the count that is frozen
    lunch.town.clock.forward(hours=5)
    assert lunch.town.do(Freeze(lunch.menu, 0))["why"] == "already"
    assert [row.version for row in lunch.town.rows(t.kitchen_count)] == [1]
    assert [lunch.town.rows(table) for table in (t.kitchen_count, t.outbox, t.timer)] == kept[1:]


def test_a_withdrawn_menu_is_not_cooked(lunch: Lunch) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        work.conn.execute(update(t.menu).values(state="withdrawn"))
    lunch.at(9, 30)
    assert not lunch.town.do(Freeze(lunch.menu, 0))["ok"]
    assert lunch.town.told() == []


def test_the_count_is_orders_less_cancellations_under_fifty_changes_at_once(crowded: Lunch) -> None:
    """Whoever commits before the cut-off is in the count, whoever comes later is refused; nobody is lost between."""
    lunch, town = crowded, crowded.town
    kept = [lunch.order(1) for _ in range(CHANGING // 2)]
    lunch.at(9, 30)

    def change(number: int) -> int:
        """A new portion, or one less; nothing once it is frozen."""
        with town.store.work(town.clock.now()) as work:
            m = t.menu.c
            mine = update(t.menu).where(m.id == lunch.menu, m.state == "published").values(taken=m.taken)
            if not work.conn.execute(mine).rowcount:
                return 0
            if number % 2:
                lunch.cancel(kept[number // 2], work)
                return -1
            lunch.ordered(work, 1, code=f"9{number:05}", number=9000 + number)
            return 1

    def freeze(_: int) -> int:
        with town.store.work(town.clock.now()) as work:
            return int(Freeze(lunch.menu, 0).run(work)["ok"])

    jobs = [(change, number) for number in range(CHANGING)]
    jobs[20:20] = [(freeze, 0)] * 3
    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(lambda job: (job[0], job[0](job[1])), jobs))
    assert sum(result for doing, result in done if doing is freeze) == 1
    changed = sum(result for doing, result in done if doing is change)
    assert counted(lunch) == {str(lunch.dishes[0]): len(kept) + changed}
    live = [row for row in town.rows(t.meal_order) if row.state == "placed"]
    assert len(live) == len(kept) + changed


def frozen(lunch: Lunch, *counts: int) -> int:
    """One order in a frozen count; its id."""
    order = lunch.order(*counts)
    lunch.at(9, 30)
    assert lunch.town.do(Freeze(lunch.menu, 0))["ok"]
    return order


def test_a_late_change_is_a_numbered_correction(lunch: Lunch) -> None:
    order = frozen(lunch, 2, 1)
    lunch.order(1)
    assert lunch.town.do(Correct(lunch.menu)) == {"ok": True, "version": 2, "correction": 1}
    assert lunch.town.do(Correct(lunch.menu)) == {"ok": True, "version": 2, "correction": 1}
    lunch.cancel(order)
    lunch.town.do(Correct(lunch.menu))
    pork, tofu = (str(dish) for dish in lunch.dishes)
    versions = lunch.town.rows(t.kitchen_count)
    assert [(row.version, row.changes) for row in versions] == [
        (1, {}),
        (2, {pork: 1}),
        (3, {pork: -2, tofu: -1}),
    ]
    first, second = lunch.town.told("kitchen_correction")
    assert "第 1 次更正：红烧肉 +1\n" in read(first)
    assert "第 2 次更正：红烧肉 −2、白菜豆腐 −1\n现在一共 1 份。\n" in read(second)
    assert read(second).endswith("看到了请回复「@小邻 收到 午餐 2」。")


def test_another_way_to_get_a_meal_is_a_correction_without_dishes(lunch: Lunch) -> None:
    frozen(lunch, 2, 1)
    assert lunch.town.do(Correct(lunch.menu, ways=True))["correction"] == 1
    assert [(row.version, row.changes) for row in lunch.town.rows(t.kitchen_count)] == [(1, {}), (2, {})]
    (told,) = lunch.town.told("kitchen_correction")
    assert "第 1 次更正：送餐和取餐有变" in read(told)


def test_nothing_is_corrected_before_the_cut_off(lunch: Lunch) -> None:
    lunch.order(1)
    assert lunch.town.do(Correct(lunch.menu))["why"] == "too_soon"
    assert lunch.town.do(Correct(404))["why"] == "unknown"


def test_a_correction_is_told_once_more_unless_somebody_has_read_it(lunch: Lunch) -> None:
    frozen(lunch, 1)
    for _ in range(2):
        lunch.order(1)
        lunch.town.do(Correct(lunch.menu))
    timers = [row for row in lunch.town.rows(t.timer) if row.kind == "kitchen_unread"]
    ten = timedelta(minutes=LIMITS["kitchen_again_minutes"])
    assert [row.due_at - lunch.town.clock.now() for row in timers] == [ten, ten]
    worker = lunch.town.planted.workers["李华"]
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 2, worker_id=worker)) == {"ok": True, "correction": 1}
    read_one, unread = (row.subject for row in timers)
    assert lunch.town.do(RepeatCorrection(read_one))["why"] == "already"
    assert lunch.town.do(RepeatCorrection(unread))["ok"]
    assert lunch.town.do(RepeatCorrection(unread))["why"] == "already"
    (again,) = lunch.town.told("kitchen_correction_again")
    assert "还没有人确认第 2 次更正：红烧肉 +1" in read(again)


def test_who_acknowledges_is_kept_and_only_the_canteens_own_people_may(lunch: Lunch) -> None:
    frozen(lunch, 1)
    lunch.order(0, 1)
    lunch.town.do(Correct(lunch.menu))
    own, other = lunch.town.planted.workers["王伟"], lunch.town.planted.workers["赵敏"]
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 2, worker_id=other))["why"] == "unknown"
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 1, worker_id=own))["why"] == "unknown"
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 3, worker_id=own))["why"] == "unknown"
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 2, worker_id=own))["ok"]
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 2, worker_id=own))["why"] == "already"
    count = lunch.town.see(kitchen_count, lunch.town.staff("李华"), lunch.menu)
    assert [(one.number, one.changes, one.by) for one in count.corrections] == [
        (1, (("白菜豆腐", 1),), "王伟")
    ]
    assert count.unread == ()
    assert lunch.town.see(kitchen_count, lunch.town.staff("赵敏"), lunch.menu) is None


def test_the_shown_count_is_what_the_kitchen_was_told(lunch: Lunch) -> None:
    frozen(lunch, 1)
    lunch.order(7, how="delivery")  # not corrected yet
    count = lunch.town.see(kitchen_count, lunch.town.staff(), lunch.menu)
    assert (count.portions, count.orders, count.state, count.version) == (1, 1, "frozen", 1)
    assert [(dish.name, dish.portions) for dish in count.dishes] == [("红烧肉", 1), ("白菜豆腐", 0)]


def test_no_message_to_a_group_says_who_eats(lunch: Lunch) -> None:
    frozen(lunch, 1)
    lunch.order(1, how="delivery", home=lunch.town.home("幸福小区", "3", "2", "602"))
    lunch.town.do(Correct(lunch.menu))
    lunch.town.do(RepeatCorrection(2))
    told = lunch.town.told()
    assert {row.kind for row in told} == {"kitchen_count", "kitchen_correction", "kitchen_correction_again"}
    for row in told:
        words = Reply(read(row)).to_json()
        assert not any(secret in words for secret in (NAME, PHONE, PHONE[-4:], "602", lunch.codes[0]))


COUNTS = st.dictionaries(st.integers(1, 5).map(str), st.integers(0, 9))


@given(COUNTS, COUNTS)
def test_a_correction_leads_from_one_count_to_the_next(before: dict[str, int], after: dict[str, int]) -> None:
    differ = changes(before, after)
    assert 0 not in differ.values()
    for dish in before.keys() | after.keys():
        assert before.get(dish, 0) + differ.get(dish, 0) == after.get(dish, 0)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["order", "cancel", "freeze", "correct"]), st.integers(0, 3)), max_size=12
    )
)
def test_versions_add_up_to_what_is_ordered(town: TestTown, steps: list[tuple[str, int]]) -> None:
    """Whatever happens in whatever order: the newest version is what is ordered, once it is corrected."""
    with town.store.work(town.clock.now()) as work:
        for table in (
            t.kitchen_count,
            t.meal_order_dish,
            t.meal_order,
            t.menu_dish,
            t.menu,
            t.dish,
            t.canteen,
        ):
            work.conn.execute(table.delete())
        work.conn.execute(t.timer.delete())
    lunch = Lunch(town)
    lunch.at(9, 30)
    placed: list[int] = []
    for step, number in steps:
        if step == "order":
            placed.append(lunch.order(number, 1))
        elif step == "cancel" and placed:
            lunch.cancel(placed.pop(number % len(placed)))
        elif step == "freeze":
            town.do(Freeze(lunch.menu, 0))
        elif step == "correct":
            town.do(Correct(lunch.menu))
    town.do(Freeze(lunch.menu, 0))
    town.do(Correct(lunch.menu))
    rows = town.rows(t.kitchen_count)
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    for before, after in pairwise(rows):
        assert changes(before.counts, after.counts) == after.changes
    orders = [row.id for row in town.rows(t.meal_order) if row.state == "placed"]
    totals: dict[str, int] = {}
    for one in town.rows(t.meal_order_dish):
        if one.meal_order_id in orders:
            totals[str(one.dish_id)] = totals.get(str(one.dish_id), 0) + one.count
    assert {dish: count for dish, count in rows[-1].counts.items() if count} == totals


@pytest.mark.parametrize("unit", ["便民维修", "绿荫园林"])
def test_groups_without_a_bot_and_apps_are_told_too(town: TestTown, unit: str) -> None:
    """A group that is only written to once the server has an address; somebody in an app alone."""
    town.store.limits = {**LIMITS, "public_url": "https://linli.example"}
    lunch = Lunch(town, unit)
    frozen(lunch, 1)
    lunch.order(1)
    town.do(Correct(lunch.menu))
    told = town.told("kitchen_correction")
    assert told
    hint = {"便民维修": "看到了，请到工作台“备餐”点“收到了”。", "绿荫园林": "看到了请回复「收到 午餐 1」。"}[
        unit
    ]
    assert all(read(row).endswith(hint) for row in told)


def test_the_timers_do_it_from_the_cut_off_to_the_end(lunch: Lunch) -> None:
    """As the relay hands them out: the count, a correction told again, who has not come."""
    town = lunch.town

    def ring() -> None:
        for row in town.rows(t.timer):
            if row.due_at <= town.clock.now():
                with town.store.work(town.clock.now()) as work:
                    OURS[row.kind](work, row.subject, row.stamp)

    lunch.order(1)
    ring()
    assert town.told() == []
    lunch.at(9, 30)
    ring()
    lunch.order(1)
    town.do(Correct(lunch.menu))
    for hour, minute in ((9, 39), (9, 40), (14, 0), (15, 0)):
        lunch.at(hour, minute)
        ring()
    kinds = [row.kind for row in town.told()]
    assert kinds == ["kitchen_count", "kitchen_correction", "kitchen_correction_again", "meal_over"]
    assert [row.state for row in town.rows(t.meal_order)] == ["no_show", "no_show"]

"""Where nobody of a canteen hears its count: the level above does, the desk phones, the console keeps showing it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.ports import Flags
from bot.refusals import Busy, KeyRefused, NoSuchGroup, NotAllowed, NotTold, Unsure
from bot.wording import word
from handlers.console.words import word as console_word
from models import tables as t
from models.actions import outbox
from models.actions.desk import OpenDeskItem, SaveUser
from models.actions.kitchen import AcknowledgeCount, Correct, Freeze, RepeatCorrection
from models.actions.kitchen_unheard import PassUpCount
from models.actions.menus import WithdrawMenu
from models.views.askers import User
from models.views.desk import desk_items
from models.views.kitchen import corrections_unread, kitchen_count
from tests.kitchen.scene import Lunch
from tests.kitchen.test_kitchen_pages import HASH, SignIn, sign_in
from tests.words import faults
from workers import ladders, outcomes

__all__ = ["sign_in"]

COMMUNITY = "和平社区居委会"
PASSED_UP = "kitchen_passed_up"
GROUP = Flags(hears=False, speaks_first=True)


def without_group(lunch: Lunch, unit: str = "安居物业") -> None:
    """Nobody has bound that unit's group to a bot."""
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        g = t.work_group.c
        this = update(t.work_group).where(g.unit_id == lunch.town.planted.units[unit])
        work.conn.execute(this.values(bound_at=None))


def freeze(lunch: Lunch) -> None:
    lunch.order(2, 1)
    lunch.at(9, 30)
    assert lunch.town.do(Freeze(lunch.menu, 0))["ok"]


def refuse(lunch: Lunch, refusal: NotTold, kind: str = "kitchen_count", attempts: int = 0) -> None:
    """Let the channel refuse every message of that kind which waits."""
    town = lunch.town
    for row in town.told(kind):
        with town.store.work(town.clock.now()) as work:
            work.conn.execute(update(t.outbox).where(t.outbox.c.id == row.id).values(attempts=attempts))
        with town.store.work(town.clock.now()) as work:
            message = outbox.read(work, row.id)
            claimed = message and outbox.claim(work, message, ["robot"], 0)
            assert claimed
            outcomes.ON[type(refusal)](work, claimed, refusal)


def passed_up(lunch: Lunch) -> list[tuple[str, Any]]:
    """To which unit what was passed up."""
    units = {one: name for name, one in lunch.town.planted.units.items()}
    groups = {row.id: units[row.unit_id] for row in lunch.town.rows(t.work_group)}
    return [(groups[row.work_group_id], row.facts) for row in lunch.town.told(PASSED_UP)]


def calls(lunch: Lunch) -> list[tuple[str, str]]:
    return [(row.state, row.words) for row in lunch.town.rows(t.desk_item, kind="kitchen_not_told")]


def said(lunch: Lunch) -> str:
    (row,) = lunch.town.told(PASSED_UP)[-1:]
    words = word(row.kind, row.facts, channel=GROUP, names={}, at=row.made_at).words
    assert faults(words) == []
    return words


def test_a_canteen_without_a_group_is_passed_up_at_once(lunch: Lunch) -> None:
    without_group(lunch)
    freeze(lunch)
    ((unit, facts),) = passed_up(lunch)
    assert (unit, facts["portions"], facts["dishes"]) == (COMMUNITY, 3, ["红烧肉 2 份", "白菜豆腐 1 份"])
    head = "和平长者食堂 3 月 2 日（周一）午餐：食堂的群没有收到份数。请马上打电话告诉后厨"
    assert calls(lunch) == [("open", f"{head}，一共 3 份：红烧肉 2 份、白菜豆腐 1 份。")]
    assert said(lunch) == (
        "【备餐】和平长者食堂 3 月 2 日（周一）午餐\n食堂的群收不到消息，请马上打电话告诉后厨：\n一共 3 份。\n"
        "红烧肉 2 份\n白菜豆腐 1 份\n说过了，请到工作台“备餐”点“后厨知道了”。"
    )


@pytest.mark.parametrize(
    ("refusal", "attempts"),
    [
        (NoSuchGroup("93000"), 0),
        (NotAllowed("60011"), 0),
        (Unsure("cut"), 0),
        (KeyRefused("40014"), 0),
        (Busy("-1"), len(ladders.BUSY)),
    ],
)
def test_a_count_that_the_channel_refuses_is_passed_up_once(
    lunch: Lunch, refusal: NotTold, attempts: int
) -> None:
    freeze(lunch)
    assert passed_up(lunch) == []
    (message,) = lunch.town.told("kitchen_count")
    refuse(lunch, refusal, attempts=attempts)
    for _ in range(5):
        assert lunch.town.do(PassUpCount(message.id))["why"] == "already"
    assert [unit for unit, _ in passed_up(lunch)] == [COMMUNITY]
    assert len(calls(lunch)) == 1
    assert lunch.town.rows(t.kitchen_count)[0].unheard_at == lunch.town.clock.now()


def test_what_waits_for_another_key_is_still_told_once_there_is_one(lunch: Lunch) -> None:
    freeze(lunch)
    for attempts in range(3):
        refuse(lunch, KeyRefused("40014"), attempts=attempts)
    (message,) = lunch.town.told("kitchen_count")
    assert (message.state, message.reason) == ("queued", "KeyRefused")
    assert len(passed_up(lunch)) == len(calls(lunch)) == 1


def test_what_the_platform_is_too_busy_for_is_not_passed_up_yet(lunch: Lunch) -> None:
    freeze(lunch)
    refuse(lunch, Busy("-1"))
    assert (passed_up(lunch), calls(lunch)) == ([], [])


@pytest.mark.parametrize(
    ("state", "reason", "up"), [("accepted", "", 0), ("queued", "", 0), ("queued", "NoSuchGroup", 1)]
)
def test_one_group_that_hears_it_is_enough(lunch: Lunch, state: str, reason: str, up: int) -> None:
    freeze(lunch)
    (message,) = lunch.town.told("kitchen_count")
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        row = {name: value for name, value in message._mapping.items() if name != "id"}
        work.conn.execute(t.outbox.insert().values({**row, "state": state, "reason": reason}))
    lunch.town.do(PassUpCount(message.id))
    assert len(passed_up(lunch)) == up


def test_a_correction_and_its_repetition_are_passed_up_as_one(lunch: Lunch) -> None:
    freeze(lunch)
    without_group(lunch)
    lunch.order(1)
    lunch.town.do(Correct(lunch.menu))
    lunch.at(9, 40)
    assert lunch.town.do(RepeatCorrection(2))["ok"]
    ((_, facts),) = passed_up(lunch)
    assert (facts["correction"], facts["changes"]) == (1, "红烧肉 +1")
    assert "没有收到第 1 次更正（红烧肉 +1）" in calls(lunch)[0][1]
    assert "第 1 次更正：红烧肉 +1\n一共 4 份。" in said(lunch)


def test_a_meal_withdrawn_after_its_count_is_passed_up_too(lunch: Lunch) -> None:
    without_group(lunch)
    freeze(lunch)
    lunch.town.do(WithdrawMenu(None, lunch.menu, orders=True))
    assert len(passed_up(lunch)) == len(calls(lunch)) == 2
    assert "这一餐不用做了" in calls(lunch)[1][1]
    words = said(lunch)
    assert "这一餐撤下了，不用做了。" in words
    assert "红烧肉" not in words


def test_nobody_above_leaves_the_call_to_the_desk(lunch: Lunch) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        work.conn.execute(update(t.work_group).values(bound_at=None))
    freeze(lunch)
    assert passed_up(lunch) == []
    assert [state for state, _ in calls(lunch)] == ["open"]


def asker(lunch: Lunch, role: str, estate: str | None) -> User:
    """Somebody of the console who looks after that estate alone."""
    estates = {lunch.town.planted.estates[estate]} if estate else set()
    return User(role, estates=frozenset(estates))


@pytest.mark.parametrize(
    ("role", "estate", "sees"),
    [
        ("admin", None, True),
        ("community", "幸福小区", True),
        ("street", "幸福小区", True),
        ("community", "阳光花园", False),
        ("firm", "幸福小区", False),
    ],
)
def test_the_call_is_for_the_areas_that_the_canteen_serves(
    lunch: Lunch, role: str, estate: str | None, sees: bool
) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        served = {"estate_id": lunch.town.planted.estates["幸福小区"], "canteen_id": lunch.canteen}
        work.conn.execute(t.estate_canteen.insert().values(served))
        other = t.canteen.insert().values(name="别家食堂", unit_id=lunch.town.planted.units["安居物业"])
        elsewhere = work.conn.execute(other.returning(t.canteen.c.id)).scalar_one()
        row = {"estate_id": lunch.town.planted.estates["阳光花园"], "canteen_id": elsewhere}
        work.conn.execute(t.estate_canteen.insert().values(row))
    without_group(lunch)
    freeze(lunch)
    found = lunch.town.see(desk_items, asker(lunch, role, estate))
    assert [one.kind for one in found] == (["kitchen_not_told"] if sees else [])


def test_two_meals_are_two_calls(lunch: Lunch) -> None:
    for words in ("午餐", "晚餐"):
        lunch.town.do(OpenDeskItem("kitchen_not_told", words))
    assert len(calls(lunch)) == 2


def test_what_is_no_count_is_passed_up_by_nobody(lunch: Lunch) -> None:
    assert lunch.town.do(PassUpCount(99))["why"] == "unknown"


def test_who_phoned_says_so_and_the_call_is_over(lunch: Lunch) -> None:
    without_group(lunch)
    freeze(lunch)
    lunch.order(1)
    lunch.town.do(Correct(lunch.menu))
    user = lunch.town.do(SaveUser("admin", "admin", HASH))["user_id"]
    count = lunch.town.see(kitchen_count, User("admin"), lunch.menu)
    assert count is not None
    assert count.unheard == (1, 2)
    assert lunch.town.see(corrections_unread, User("admin")) == 2
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 1, user_id=user))["ok"]
    assert [state for state, _ in calls(lunch)] == ["open", "open"]
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 2, user_id=user))["ok"]
    assert [state for state, _ in calls(lunch)] == ["done", "done"]
    assert lunch.town.see(corrections_unread, User("admin")) == 0


def test_a_count_that_was_heard_needs_no_word(lunch: Lunch) -> None:
    freeze(lunch)
    user = lunch.town.do(SaveUser("admin", "admin", HASH))["user_id"]
    assert lunch.town.do(AcknowledgeCount(lunch.menu, 1, user_id=user))["why"] == "unknown"


def test_the_console_keeps_showing_it_until_somebody_has_phoned(lunch: Lunch, sign_in: SignIn) -> None:
    without_group(lunch)
    freeze(lunch)
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        work.conn.execute(update(t.canteen).values(phone="021-60000001"))
    cook = sign_in("cook")
    page = cook.open("/console/meals/kitchen")
    assert "食堂的群收不到份数， 请打电话告诉后厨，电话 021-60000001" in page.text
    assert "助餐 1" in page.text
    assert "3 份" in page.text
    assert "已记下后厨知道了份数" in cook.send(f"/console/meals/kitchen/{lunch.menu}/read", version="1").text
    assert "收不到份数" not in cook.open("/console/meals/kitchen").text
    assert console_word("kitchen_not_told", "item") == "食堂没有收到份数"

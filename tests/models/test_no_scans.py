"""No turn reads a table that grows with the town from end to end: cost stays flat up to 330,000 people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, update

from bot.clock import FixedClock
from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.meal_money import PayAtCounter, PayOut, SetPays, TopUp
from models.actions.meals import CancelMeal, ChangeMeal, PlaceMeal
from tests.chat import Community, found
from tests.models.dining import LUNCH_DAY, Dining
from tests.planted import open_planted
from tests.town import KEYS, MONDAY_MORNING, TestTown

GROWING = {
    "account", "binding", "carer", "conversation", "dietary_restriction", "entitlement", "home", "inbox",
    "kitchen_count", "meal_account", "meal_entry", "meal_order", "meal_order_dish", "meal_rating", "meal_subsidy",
    "menu", "menu_dish", "open_question", "order_entry", "order_follower", "outbox", "person", "person_talk", "photo",
    "question_asked", "standing_day", "standing_order", "talk_entry", "timer", "unanswered", "voice_note",
    "work_order",
}  # fmt: skip
SHOWN = "UPDATE open_question SET shown_at"  # how tests/chat.py pretends that the workers have sent something
SCANNED = re.compile(r"SCAN (\w+)")
RESIDENT = (
    "电梯坏了，停在 3 楼不动",
    "3 号楼",
    "不用了",
    "1",
    "进度",
    "我的报修",
    "我的信息",
    "菜单",
    "人工",
    "结束",
    "5 分",
)
ASKING = (
    "敬老卡怎么办",
    "1",
    "步骤",
    "哪里有理发的",
    "办事",
    "1",
    "1",
    "没用",
    "我妈 82 岁能享受什么",
    "1",
    "自助机",
    "1",
    "血压高要不要吃药",
)


@contextmanager
def scans(community: Community | TestTown) -> Iterator[list[tuple[str, str]]]:
    """(table, statement) of every growing table that SQLite's plan reads from end to end."""
    seen: list[tuple[str, str]] = []

    def plan(_conn: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if many or SHOWN in statement or not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        lines = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        names = {name for (*_, line) in lines for name in SCANNED.findall(line)}
        seen.extend((name, statement) for name in sorted(names & GROWING))

    event.listen(community.store.engine, "before_cursor_execute", plan)
    yield seen
    event.remove(community.store.engine, "before_cursor_execute", plan)


def test_a_residents_turns_scan_nothing_that_grows(tmp_path: Path) -> None:
    community = found(tmp_path)
    zhang = community.resident()
    with scans(community) as seen:
        for words in RESIDENT:
            zhang.does(text=words)
    assert not seen


def test_what_is_asked_or_spoken_scans_nothing_that_grows(tmp_path: Path) -> None:
    community = found(tmp_path)
    zhang = community.resident()
    with scans(community) as seen:
        for words in ASKING:
            zhang.does(text=words)
        for kind, words in (("voice", "楼道灯坏了，三楼黑的"), ("text", "1"), ("voice", "")):
            zhang.does(kind=kind, text=words, media=("media",) if kind == "voice" else ())
    tables = {t.question_asked: 5, t.unanswered: 1}
    assert {table: len(community.rows(table)) for table in tables} == tables
    assert not seen


def test_staff_who_answer_a_question_scan_nothing_that_grows(tmp_path: Path) -> None:
    community = found(tmp_path)
    community.resident().does(text="哪里有理发的")
    worker = community.worker("WuFang")
    with scans(community) as seen:
        told = [worker.says(words) for words in ("未答", "Q1", "答 Q1 东门外有一家")]
    assert "发给了 1 位居民" in told[-1]
    assert not seen


def test_a_workers_commands_scan_nothing_that_grows(tmp_path: Path) -> None:
    community = found(tmp_path)
    for words in RESIDENT[:4]:
        community.resident().does(text=words)
    worker = community.worker("LiHua")
    with scans(community) as seen:
        for words in (
            "待接",
            "接 1001",
            "查 1001",
            "到场 1001",
            "问 1001 几楼？",
            "完成 1001 换了门机",
            "待办",
            "帮助",
        ):
            worker.says(words)
    assert not seen


def test_ordering_meals_scans_nothing_that_grows(tmp_path: Path) -> None:
    store, planted = open_planted(tmp_path / "meals.db", KEYS, MONDAY_MORNING)
    town = TestTown(store, FixedClock(MONDAY_MORNING), planted)
    dining = Dining(town)
    with store.work(MONDAY_MORNING) as work:
        area = work.conn.execute(select(t.estate.c.area_id)).scalars().first()
        work.conn.execute(update(t.subsidy_tier).values(area_id=area))
    who, user = dining.diner(born=date(1940, 1, 1)), 1
    do, see, person = dining.town.do, dining.town.see, who.person_id
    do(SaveUser("admin", "admin", "hash"))
    greens, day = dining.on_lunch()[-1], LUNCH_DAY
    with scans(town) as seen:
        assert do(TopUp(person, 5000, user))["ok"]
        assert see(views.menus_open, person)
        assert see(views.dishes_offered, person)
        assert see(views.dishes_known, person)
        assert see(views.menu_card, person, dining.lunch)
        assert see(views.price, dining.lunch, person, {greens: 1}, "delivery")["subsidy_cents"] == 300
        order = do(PlaceMeal(dining.lunch, person, {greens: 1}, "delivery", account_id=who.account_id))
        assert (order["pays"], order["subsidy_cents"]) == ("balance", 300)
        assert do(PlaceMeal(dining.lunch, person, {greens: 1}, "pickup"))["why"] == "already"
        assert see(views.price, dining.lunch, person, {greens: 2}, "delivery", but=order["meal_order_id"])
        assert do(ChangeMeal(order["meal_order_id"], {greens: 2}))["ok"]
        assert see(views.meals_of, person, day)
        assert see(views.usual_of, person, "lunch")
        assert see(views.meal_of, who, order["number"])
        assert see(views.meal_of, views.User("admin"), order["number"])
        assert do(CancelMeal(order["meal_order_id"]))["ok"]
        assert do(PayOut(person, 5000, user))["ok"]
        assert do(SetPays(person, "pickup", user))["ok"]
        paid = do(PlaceMeal(dining.lunch, person, {greens: 1}, "pickup"))["meal_order_id"]
        assert do(PayAtCounter(paid, "console", user))["ok"]
    assert not seen
    store.engine.dispose()

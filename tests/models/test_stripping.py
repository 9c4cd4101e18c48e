"""After an erasure, and after retention, nothing in the whole database says who had to do with an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import String, Table, Text, select, update

from models import tables as t
from models import views
from models.actions.caller import Caller, JoinForCaller
from models.actions.desk import OpenDeskItem
from models.actions.erasure import ErasePerson
from models.actions.orders import AddWords, JoinOrder
from models.actions.people import BindHome, SetPhone, Unfollow
from models.actions.residents import set_name
from models.actions.staff import Claim, Finish
from models.columns import Json
from models.limits import load_limits
from models.rules.masking import DOOR, NAME, PHONE, hide
from tests.models.test_erasure import everything
from tests.models.test_staff import a_user
from tests.town import TestTown
from workers.retention import RULES

HOME, NEXT = ("幸福小区", "3", "2", "602"), ("幸福小区", "3", "2", "502")
MOBILE, OTHER, CALLED = "13812345678", "13900139000", "13700137000"
SAID = f"我是欧阳修，我和李四光住六〇二和502，打{MOBILE}或{OTHER}，苏东坡也行"
PERSONAL = (MOBILE, OTHER, CALLED, "欧阳修", "李四光", "苏东坡", "602", "六〇二", "502", "13 楼老王")

# Columns of text that a program fills, in the order's own row and in what hangs on it.
MACHINE = {
    "work_order": {"category", "thing", "urgency", "state", "origin", "close"},  # thing: of objects.json
    "order_entry": {"step", "by", "origin"},
    "photo": {"channel", "media", "state", "file"},  # what is on a photo nobody can mask: it goes
    "rating": {"word"},
    "desk_item": {"kind", "state"},
    "outbox": {"kind", "state", "channel", "rung", "reason", "detail", "job"},
    "app_card": {"task", "response_code"},
}


def _of_orders() -> list[Table]:
    about = (t.work_order, *t.metadata.sorted_tables)
    hang = [one for one in about if any(key.column.table is t.work_order for key in one.foreign_keys)]
    return list(dict.fromkeys([t.work_order, *hang]))


def _plant(town: TestTown, order_id: int) -> None:
    """Personal words in every column of text, and everything personal in every JSON, of one order."""
    facts = {
        "words": SAID,
        "question": SAID,
        "room": "602",
        "phone": MOBILE,
        "name": "欧阳修",
        "worker": "李华",
    }
    facts |= {"deep": [{"who": SAID}], "people": ["李四光"], "who": "13 楼老王"}
    with town.store.work(town.clock.now()) as work:
        for table in _of_orders():
            key = table.c.id if table is t.work_order else table.c.work_order_id
            for column in table.columns:
                if column.name in MACHINE.get(table.name, ()):
                    continue
                value: Any = facts if isinstance(column.type, Json) else None
                if isinstance(column.type, String | Text):
                    value = SAID[: column.type.length]
                if value is not None:
                    work.conn.execute(update(table).where(key == order_id).values({column.name: value}))


@pytest.fixture
def who(town: TestTown) -> views.Resident:
    return _person(town, "o-ouyang", "欧阳修", MOBILE, HOME)


def _person(
    town: TestTown, openid: str, name: str, phone: str, home: tuple[str, str, str, str]
) -> views.Resident:
    made = town.resident(openid)
    town.do(BindHome(made.person_id, town.home(*home)))
    town.do(SetPhone(made.person_id, phone))
    with town.store.work(town.clock.now()) as work:
        set_name(work, made.person_id, name)
    return made


@pytest.fixture
def order_id(town: TestTown, who: views.Resident) -> int:
    """A closed order about the lift, joined by a neighbour and a caller, with personal values everywhere."""
    order_id = int(town.order(who)["order_id"])
    other = _person(town, "o-li", "李四光", OTHER, NEXT)
    town.do(JoinOrder(order_id, other.account_id, other.person_id))
    town.do(JoinForCaller(a_user(town), order_id, Caller(CALLED, "苏东坡")))
    for one in (who, other):
        town.do(AddWords(order_id, one.account_id, "快点"))
    town.do(OpenDeskItem("return_visit", SAID, order_id=order_id))
    town.do(Claim(order_id, town.staff().worker_id))
    town.do(Finish(order_id, town.staff().worker_id, "好了"))
    with town.store.work(town.clock.now()) as work:
        said = update(t.outbox).where(t.outbox.c.account_id == other.account_id)
        work.conn.execute(said.values(state="held"))
        work.conn.execute(update(t.outbox).where(t.outbox.c.state == "queued").values(state="accepted"))
    _plant(town, order_id)
    with town.store.work(town.clock.now()) as work:
        waits = update(t.outbox).where(t.outbox.c.state == "held")
        work.conn.execute(waits.values(facts={"words": SAID, "question": SAID, "number": 1001}))
    return order_id


def _left(town: TestTown, *besides: str) -> list[str]:
    after = everything(town, *besides)
    return [word for word in PERSONAL if word in after]


def test_everything_that_is_searched_for_is_there_before(town: TestTown, order_id: int) -> None:
    assert _left(town) == list(PERSONAL)


def test_erasing_the_reporter_leaves_nobody_in_the_order(
    town: TestTown, who: views.Resident, order_id: int
) -> None:
    town.do(ErasePerson(who.person_id))
    assert _left(town, "person") == []
    assert set(_left(town)) <= {OTHER, CALLED, "李四光", "苏东坡"}, "who follows it is known as before"
    row = town.row(order_id)
    assert (row.reporter_id, row.latitude, row.longitude) == (None, None, None)
    assert town.rows(t.order_follower) == []
    assert {row.facts.get("worker") for row in town.rows(t.order_entry)} == {"李华"}


def test_the_night_two_years_later_leaves_nobody_at_all(
    town: TestTown, who: views.Resident, order_id: int
) -> None:
    for account in town.rows(t.account):
        town.do(Unfollow(account.id))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(ended_at=town.clock.now()))
    town.clock.forward(days=load_limits()["order_personal_days"] + 1)
    for rule in RULES.values():
        while _step(town, rule.step):
            pass
    assert _left(town) == []
    assert [row.name_sealed for row in town.rows(t.person)] == [None] * 3


def _step(town: TestTown, step: Callable[..., bool]) -> bool:
    with town.store.work(town.clock.now()) as work:
        return step(work)


def test_who_only_joined_is_erased_from_a_neighbours_order(town: TestTown, order_id: int) -> None:
    other = next(row for row in town.rows(t.order_follower) if row.joined and row.account_id is not None)
    town.do(ErasePerson(other.person_id))
    with town.store.look(town.clock.now()) as work:
        mine = select(t.order_entry.c.words).where(t.order_entry.c.by == "resident")
        words = list(work.conn.execute(mine.order_by(t.order_entry.c.id)).scalars())
    assert [f"{NAME}" in one for one in words] == [False, True, False, True], "open, join, two messages"
    assert other.person_id not in [row.by_id for row in town.rows(t.order_entry) if row.by == "resident"]
    assert other.person_id not in [row.person_id for row in town.rows(t.order_follower)]
    assert town.row(order_id).reporter_id is not None


def test_a_caller_who_joined_an_open_order_is_erased_at_once(town: TestTown) -> None:
    order_id = int(town.order()["order_id"])
    town.do(JoinForCaller(a_user(town), order_id, Caller(CALLED, "苏东坡")))
    called = town.rows(t.order_follower)[-1]
    assert town.do(ErasePerson(called.person_id))["open"] == 0
    assert [row.account_id for row in town.rows(t.order_follower)] == [town.resident().account_id]
    assert CALLED not in everything(town)


def test_an_order_that_is_written_in_again_is_stripped_again(
    town: TestTown, who: views.Resident, order_id: int
) -> None:
    with town.store.work(town.clock.now()) as work:
        old = town.clock.now() - timedelta(days=load_limits()["order_personal_days"] + 1)
        work.conn.execute(update(t.work_order).values(closed_at=old, stripped_at=None))
    assert _step(town, RULES["orders"].step) is False
    assert town.row(order_id).stripped_at == town.clock.now()


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("张 三丰说漏水", f"{NAME}说漏水"),
        ("张三丰602", f"{NAME}{DOOR}"),
        ("找李，13812345678", f"找李，{PHONE}"),
        ("Tom来过", f"{NAME}来过"),
    ],
)
def test_names_are_hidden_however_they_are_spaced(words: str, hidden: str) -> None:
    assert hide(words, ["张三丰", "李", "TOM"]) == hidden

"""The page 代报: what somebody says on the phone becomes the same order as from a chat."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models import tables as t
from models.actions.residents import SavePerson
from models.rules.orders import STEPS
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from tests.console.reading import Page

__all__ = ["apart"]

WHAT = {"category": "water", "urgency": "normal", "origin": "phone", "words": "水管漏水，请打 13900000001"}
PART = {"estate": "幸福小区", "building": "3号楼", "part": "lift"}


@pytest.fixture
def clerk(apart: Console) -> Visitor:
    """A clerk of the community; the first person can be looked up by phone."""
    with apart.store.work(NOW) as work:
        admin = next(row.id for row in apart.rows(t.console_user) if row.login == "admin")
        assert SavePerson(admin, 1, phone="13812345678").run(work)["ok"]
        work.conn.execute(t.public_part.insert().values(key="lift", name="电梯"))
        work.conn.execute(update(t.work_order).values(public_part="lift"))
        work.conn.execute(t.audit.delete())
    visitor = apart.signed_in("she1")
    visitor.open("/console/caller")
    return visitor


def beside(page: Page, field: str) -> str:
    return page.html.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]


def test_the_phone_finds_the_person_and_that_is_written_down(apart: Console, clerk: Visitor) -> None:
    page = clerk.post("/console/caller", phone="138 1234 5678", do="look", words="漏水")
    assert "602" in page.text
    assert 'value="1:1" checked' in page.html
    assert "漏水</textarea>" in page.html
    assert [(row.what, row.subject) for row in apart.rows(t.audit)] == [("caller", "1")]
    assert "没有登记过" in clerk.post("/console/caller", phone="13987654321", do="look").text
    assert "号码不完整" in clerk.post("/console/caller", phone="138 1234", do="look").text


def test_a_call_is_an_order_that_the_caller_follows(apart: Console, clerk: Visitor) -> None:
    page = clerk.send("/console/caller", do="open", phone="13812345678", who="1:1", **WHAT)
    assert "已经登记，工单 1003" in page.text or "工单" in page.text
    order = apart.rows(t.work_order)[-1]
    assert (order.reporter_id, order.home_id, order.origin, order.state) == (1, 1, "phone", "waiting")
    (entry,) = apart.rows(t.order_entry, t.order_entry.c.work_order_id == order.id)
    assert (entry.step, entry.by, entry.origin) == ("open", "console", "console")
    (follower,) = apart.rows(t.order_follower, t.order_follower.c.work_order_id == order.id)
    assert (follower.account_id, follower.joined) == (1, False)
    assert [row.kind for row in apart.rows(t.outbox, t.outbox.c.work_order_id == order.id)] == [
        "order_entered"
    ]
    (timer,) = apart.rows(t.timer)
    minutes = apart.store.limits["unclaimed_minutes"]["normal"]
    assert (timer.kind, (timer.due_at - NOW).total_seconds()) == ("unclaimed", minutes * 60)
    clerk.open("/console/caller")
    clerk.send("/console/caller", do="open", phone="13812345678", who="1:1", **WHAT)
    assert apart.rows(t.work_order)[-1].id == order.id


def test_what_a_caller_says_is_masked_for_a_firm(apart: Console, clerk: Visitor) -> None:
    clerk.send("/console/caller", do="open", phone="13812345678", who="1:1", **WHAT)
    order = apart.rows(t.work_order)[-1]
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).values(unit_id=1))
    page = apart.signed_in("anju").open(f"/console/orders/{order.number}")
    assert "漏水" in page.text
    assert "13900000001" not in page.text


def test_a_new_caller_is_kept_with_what_was_said(apart: Console, clerk: Visitor) -> None:
    form = {"phone": "139 0000 0009", "name": "钱 爷爷", "estate": "幸福小区", "building": "3", "room": "602"}
    clerk.send("/console/caller", do="open", **form, **WHAT)
    person, order = apart.rows(t.person)[-1], apart.rows(t.work_order)[-1]
    assert (order.reporter_id, order.home_id) == (person.id, 1)
    (follower,) = apart.rows(t.order_follower, t.order_follower.c.work_order_id == order.id)
    assert (follower.account_id, follower.person_id) == (None, person.id)
    assert "钱爷爷" in clerk.post("/console/search", q="13900000009").text.replace(" ", "")


def test_nobody_is_kept_without_a_phone(apart: Console, clerk: Visitor) -> None:
    before = apart.rows(t.person)
    page = clerk.post("/console/caller", do="open", name="钱爷爷", estate="幸福小区", **WHAT)
    assert page.status == 422
    assert "请写 11 位手机号，或者带区号的座机号" in beside(page, "phone")
    clerk.send("/console/caller", do="open", estate="幸福小区", **{**WHAT, "origin": "visit"})
    assert apart.rows(t.person) == before
    order = apart.rows(t.work_order)[-1]
    assert (order.reporter_id, order.origin, order.estate_id) == (None, "visit", 1)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"phone": "123"}, "phone"),
        ({"estate": "远方小区"}, "estate"),
        ({"estate": ""}, "estate"),
        ({"building": "99"}, "building"),
        ({"building": "", "room": "602"}, "building"),
        ({"building": "3", "room": "999"}, "room"),
        ({"category": "king"}, "category"),
        ({"origin": "dream"}, "origin"),
        ({"urgency": "huge"}, "urgency"),
        ({"words": "  "}, "words"),
    ],
)
def test_a_wrong_field_is_explained_and_the_rest_is_kept(
    apart: Console, clerk: Visitor, form: dict[str, str], field: str
) -> None:
    before = [apart.rows(table) for table in (t.work_order, t.person, t.outbox)]
    typed = {"phone": "13900000009", "estate": "幸福小区", **WHAT, **form}
    page = clerk.post("/console/caller", do="open", **typed)
    assert page.status == 422
    assert beside(page, field)
    assert page.html.count('class="wrong"') == 1
    assert f'value="{typed["phone"]}"' in page.html
    assert [apart.rows(table) for table in (t.work_order, t.person, t.outbox)] == before


def test_two_doors_want_the_unit(apart: Console, clerk: Visitor) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(t.home.insert().values(building_id=1, unit="1", room="602"))
    place = {"estate": "幸福小区", "building": "3", "room": "602"}
    assert "单元" in beside(clerk.post("/console/caller", do="open", **place, **WHAT), "unit")
    clerk.send("/console/caller", do="open", **place, unit="1", **WHAT)
    assert apart.rows(t.work_order)[-1].home_id == 3


def test_a_neighbours_order_is_shown_and_joined(apart: Console, clerk: Visitor) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).values(home_id=None))
    form = {**WHAT, **PART, "category": "lift", "phone": "13900000009"}
    page = clerk.post("/console/caller", do="open", **form)
    assert "已经有人报过" in page.text
    assert "加入工单 1001" in page.text
    orders = len(apart.rows(t.work_order))
    clerk.send("/console/caller", do="join", same="1001", **form)
    clerk.open("/console/caller")
    clerk.send("/console/caller", do="join", same="1001", **form)
    assert len(apart.rows(t.work_order)) == orders
    joins = apart.rows(t.order_entry, t.order_entry.c.step == "join")
    assert [(row.work_order_id, row.by, row.facts) for row in joins] == [(1, "console", {})]
    assert [row.joined for row in apart.rows(t.order_follower) if row.account_id is None] == [True]
    clerk.open("/console/caller")
    clerk.send("/console/caller", do="anyway", **form)
    assert len(apart.rows(t.work_order)) == orders + 1


def test_another_areas_order_is_not_joined(apart: Console, clerk: Visitor) -> None:
    form = {**WHAT, "estate": "幸福小区", "phone": "13900000009"}
    assert clerk.post("/console/caller", do="join", same="1002", **form).status == 404
    assert apart.rows(t.order_entry, t.order_entry.c.step == "join") == []


@pytest.mark.parametrize("who", ["2:2", "1:2", "1:99", "x:1", ":", "0:1"])
def test_a_home_that_was_not_offered_is_not_taken(apart: Console, clerk: Visitor, who: str) -> None:
    before = apart.rows(t.work_order)
    answer = clerk.post("/console/caller", do="open", phone="13812345678", who=who, **WHAT)
    assert answer.status in (404, 422)
    assert apart.rows(t.work_order) == before


def test_the_same_steps_are_open_to_a_call_and_a_chat() -> None:
    assert {"resident", "console"} <= STEPS["open"].by
    assert {"resident", "console"} <= STEPS["join"].by

"""Who may open what: every route, by every role, for what lies in their own area and in another one.

The routes are taken from the table, so that a new one is tried at once. What its address names must be in THINGS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from handlers.console import imports, plotting, session
from handlers.console.guard import opens
from handlers.console.routes import ROUTES, Route
from models import tables as t
from models import views
from models.actions import Action
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.desk import SaveUser
from models.actions.roster import CopyWeek, DropShift, EndLeave, SetLeave, SetShift, SetSkills
from models.actions.staff import Assign
from models.store import Store, Work
from tests.console.conftest import HASH, NOW, Console, Visitor, add

ROLES = ("admin", "district", "street", "community", "firm")
# What an address may name: in one's own area, and in another one.
THINGS = {
    "number": (1001, 1002),
    "photo_id": (1, 2),
    "item_id": (1, 2),
    "question_number": (1, 2),
    "service_id": (1, 1),
    "worker_id": (1, 3),
    "group_id": (1, 2),
    "binding_id": (1, 2),
    "person_id": (1, 2),
    "claim_id": (1, 2),
    "building_id": (1, 3),
    "estate_id": (1, 2),
    "user_id": (2, 2),
    "inbox_id": (1, 1),
    "outbox_id": (1, 1),
    "row_id": (1, 1),
    "key": ("units", "units"),
    "run_id": (1, 1),
    "name": ("order_claimed", "order_claimed"),
    "kind": ("homes", "homes"),
    "phone_id": (1, 2),
    "shift_id": (1, 2),
    "leave_id": (1, 2),
    "menu_id": (1, 2),
    "meal_number": (5001, 5002),
    "dish_id": (1, 2),
    "meal_kind": ("menus", "menus"),
    "meal_order_id": (3, 4),
    "anything": ("no-such-page", "no-such-page"),
}
FORM = {
    "words": "话",
    "worker": "1",
    "end": "resolved",
    "sure": "yes",
    "unit_id": "1",
    "name": "钱进",
    "do": "top_up",
}
OTHERS = ("1002", "阳光", "远方小区", "远方的人", "13987654321")
AWAY = (session.sign_out,)
LIBRARIES = (plotting.plotly_js,)
# What is only its maker's, and an administrator's.
OWN = (
    imports.import_page,
    imports.import_progress,
    imports.start_import,
    imports.drop_import,
    imports.import_errors,
)


@dataclass(frozen=True)
class Users:
    """Logins by role, in the area where order 1001 is."""

    district: str = "qu1"
    street: str = "jie1"
    community: str = "she1"
    firm: str = "anju"
    admin: str = "admin"


@pytest.fixture
def apart(console: Console) -> Console:
    """Two districts, each with a street, a community, an estate and a firm: 1001 is here, 1002 there."""
    divide(console.store)
    return console


def divide(store: Store) -> None:
    """Put everything about order 1002 into a second district."""
    with store.work(NOW) as work:

        def add(table: Any, **values: Any) -> int:
            return int(work.conn.execute(insert(table).values(values).returning(table.c.id)).scalar_one())

        def change(table: Any, row_id: int, **values: Any) -> None:
            work.conn.execute(update(table).where(table.c.id == row_id).values(values))

        work.number_after(t.ORDER_NUMBER, 1002)
        for n in (1, 2):
            above: int | None = None
            for level, letters in (("district", "qu"), ("street", "jie"), ("community", "she")):
                above = add(t.area, level=level, name=f"{level}{n}", parent_id=above)
                SaveUser(f"{letters}{n}", level, HASH, area_id=above).run(work)
            change(t.handling_unit, n, area_id=above)
            here = above
        change(t.estate, 1, area_id=3, aliases=["幸福小区"])
        estate = add(t.estate, name="远方小区", area_id=here)
        building = add(t.building, estate_id=estate, key="3", name="3 号楼", scene="bld:9")
        home = add(t.home, building_id=building, unit="2", room="602")
        sealed = {"name_sealed": work.seal("远方的人"), "phone_sealed": work.seal("13987654321")}
        person = add(t.person, **sealed, phone_index=work.index("13987654321"), made_at=NOW)
        account = add(t.account, channel="wechat_oa", address="oFAR", person_id=person, made_at=NOW)
        for person_id, home_id in ((1, 1), (person, home)):
            add(t.binding, person_id=person_id, home_id=home_id, made_at=NOW)
        place = {"estate_id": estate, "building_id": building, "home_id": home, "place": "远方小区 3 号楼"}
        change(t.work_order, 2, **place, reporter_id=person, summary="远方的人说话")
        for n, account_id in ((1, 1), (2, account)):
            talk = {"number": 1000 + n, "account_id": account_id, "unit_id": n, "why": "asked"}
            talk_id = add(t.person_talk, **talk, opened_at=NOW, last_at=NOW)
            add(t.talk_entry, person_talk_id=talk_id, at=NOW, by="resident", words_sealed=work.seal("在吗"))
            change(t.photo, n, person_talk_id=talk_id)
            asked = {"number": n, "words": ("哪里有理发的", "远方小区哪里有理发的")[n - 1], "unit_id": n}
            add(t.unanswered, **asked, first_at=NOW, last_at=NOW)
            worker_id, ends = (1, 3)[n - 1], NOW + timedelta(days=30)
            add(t.worker_phone, worker_id=worker_id, visitor=f"v{n}", bound_at=NOW, ends_at=ends)
            for table, days in ((t.shift, 5), (t.leave, 60)):
                starts = NOW + timedelta(days=days)
                add(table, worker_id=worker_id, starts_at=starts, ends_at=starts + timedelta(hours=8))
        item = {
            "title": "理发",
            "title_key": "理发",
            "class_key": "elder",
            "field_key": "elder",
            "steps": ["剪"],
        }
        add(t.service_item, **item, source="指南", source_on=NOW.date(), next_at=NOW, changed_at=NOW)
        add(t.import_run, kind="homes", state="preview", file="gone.sheet", made_at=NOW, next_at=NOW)
        for n, person_id, estate_id in ((1, 1, 1), (2, person, estate)):
            meal = {
                "number": 5000 + n,
                "menu_id": n,
                "canteen_id": n,
                "person_id": person_id,
                "meal": "lunch",
            }
            meal |= {"how": "pickup", "portions": 1, "price_cents": 1500, "pay_cents": 1500, "pays": "pickup"}
            day = NOW.date() + timedelta(days=2)
            add(
                t.meal_order, **meal, day=day, estate_id=estate_id, code="1234", via="console", made_at=NOW,
                changed_at=NOW,
            )  # fmt: skip
        change(t.desk_item, 1, account_id=1)
        change(t.desk_item, 2, account_id=account)
        change(t.desk_item, 3, account_id=account, words="远方的人找人")
        for n, home_id in ((1, 1), (2, home)):
            a_meal(work, n, home_id)


def a_meal(work: Work, n: int, home_id: int) -> None:
    """Canteen `n`'s lunch is frozen and corrected once, with a meal that is delivered for somebody erased since."""
    frozen = {"state": "frozen", "version": 2, "frozen_at": NOW}
    work.conn.execute(update(t.menu).where(t.menu.c.id == n).values(frozen))
    menu = work.conn.execute(select(t.menu).where(t.menu.c.id == n)).one()
    for version, changes in ((1, {}), (2, {str(n): 1})):
        counts = {"counts": {str(n): version}, "changes": changes, "orders": 1, "made_at": NOW}
        add(work, t.kitchen_count, menu_id=n, version=version, **counts)
    paid = {"price_cents": 1200, "pay_cents": 1200, "pays": "balance", "paid_at": NOW}
    made = {"made_at": NOW, "changed_at": NOW, "via": "console", "portions": 1, "number": 700 + n}
    whose = {"how": "delivery", "home_id": home_id, "code": f"123{n}"}
    when = {"canteen_id": menu.canteen_id, "day": menu.day, "meal": menu.meal, "menu_id": n}
    order = add(work, t.meal_order, **when, **paid, **made, **whose)
    add(work, t.meal_order_dish, meal_order_id=order, dish_id=n, count=1, cents=1200)


def address(route: Route, other: bool) -> str:
    """The route's address with what it names filled in."""
    return "/console" + re.sub(
        r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(THINGS[found[1]][other]), route.rule
    )


def names_things(route: Route) -> bool:
    """Whether the address names something that lies in one area and not in another."""
    named = re.findall(r"<(?:[^:<>]+:)?(\w+)>", route.rule)
    return any(THINGS[name][0] != THINGS[name][1] for name in named)


def ask(visitor: Visitor, route: Route, other: bool) -> Any:
    path = address(route, other)
    if route.method == "POST":
        visitor.open("/console/people")  # a page with a token
    return visitor.open(path) if route.method == "GET" else visitor.post(path, **FORM)


def walked() -> list[Route]:
    """Every route but those that end the session and those of libraries, the harmless ones first."""
    left_out = (*AWAY, *LIBRARIES)
    mine = [route for route in ROUTES if route.who != "anybody" and route.view not in left_out]
    return sorted(mine, key=lambda route: route.method)


def asker(console: Console, role: str) -> views.ConsoleUser:
    with console.store.look(NOW) as work:
        found = views.console_user(work, login=getattr(Users(), role))
    assert found is not None
    return found


@pytest.mark.parametrize("role", ROLES)
def test_ones_own_area_is_open(apart: Console, role: str) -> None:
    visitor, user = apart.signed_in(getattr(Users(), role)), asker(apart, role)
    wrong = {}
    for route in walked():
        with apart.store.work(NOW) as work:  # an earlier route may have marked it as done
            work.conn.execute(update(t.desk_item).values(state="open"))
        status = ask(visitor, route, other=False).status
        hidden = "anything" in route.rule or (route.view in OWN and role != "admin")
        expected = (404,) if hidden else (200, 302, 304, 422)
        if status not in (expected if opens(route, user) else (403,)):
            wrong[f"{route.method} {route.rule}"] = status
    assert wrong == {}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_nothing_of_another_area_is_found(apart: Console, role: str) -> None:
    visitor, user = apart.signed_in(getattr(Users(), role)), asker(apart, role)
    kept = [table for table in t.metadata.sorted_tables if table is not t.audit]
    before = [apart.rows(table) for table in kept]
    wrong = {}
    for route in walked():
        if not names_things(route) and route.method == "POST":
            continue  # what its form may name is tried below
        answer = ask(visitor, route, other=True)
        nowhere = names_things(route) or "anything" in route.rule or route.view in OWN
        hidden = 404 if nowhere else 200
        expected = hidden if opens(route, user) else 403
        told = [word for word in OTHERS if word in answer.text]
        if answer.status != expected or told:
            wrong[f"{route.method} {route.rule}"] = (answer.status, told)
    assert wrong == {}
    assert [apart.rows(table) for table in kept] == before


def test_an_admin_finds_both(apart: Console) -> None:
    visitor = apart.signed_in("admin")
    for other in (False, True):
        statuses = {
            route.rule: ask(visitor, route, other).status
            for route in walked()
            if route.method == "GET" and "anything" not in route.rule
        }
        assert {rule for rule, status in statuses.items() if status not in (200, 302)} == set()


@pytest.mark.parametrize("role", ["district", "street", "community", "firm"])
def test_actions_ask_for_themselves_who_acts(apart: Console, role: str) -> None:
    """Also without any page before them."""
    user = asker(apart, role).id
    for action in (
        CloseOrder(2, user, "话"),
        ReplyFromDesk(2, user, "话"),
        NoteOrder(2, user, "话"),
        Assign(2, 3, user),
        Assign(1, 3, user),
    ):
        with apart.store.work(NOW) as work:
            assert action.run(work)["ok"] is False, action
    with apart.store.work(NOW) as work:
        assert Assign(1, 2, user).run(work)["ok"]


@pytest.mark.parametrize("role", ["district", "street", "community", "firm"])
def test_the_roster_asks_for_itself_who_changes_it(apart: Console, role: str) -> None:
    """Also without any page before it; nobody's own area is refused."""
    user, hour = asker(apart, role).id, timedelta(hours=1)
    later = NOW + timedelta(days=90)

    def actions(unit_id: int, worker_id: int) -> tuple[Action, ...]:
        return (
            SetShift(worker_id, later, later + hour, user),
            CopyWeek(unit_id, NOW, user),
            DropShift(unit_id, user),
            SetLeave(worker_id, later, later + hour, by=user),
            EndLeave(unit_id, user),
            SetSkills(worker_id, ("lift",), by=user),
        )

    for unit_id, worker_id, done in ((2, 3, False), (1, 1, True)):
        before = [apart.rows(table) for table in (t.shift, t.leave, t.worker_skill)]
        for action in actions(unit_id, worker_id):
            with apart.store.work(NOW) as work:
                assert action.run(work)["ok"] is done, action
        assert ([apart.rows(table) for table in (t.shift, t.leave, t.worker_skill)] == before) is not done


@pytest.mark.parametrize("role", ["district", "street", "community", "firm"])
def test_the_roster_of_another_area_is_neither_shown_nor_changed(apart: Console, role: str) -> None:
    visitor = apart.signed_in(getattr(Users(), role))
    visitor.open("/console/roster?unit=1")
    forms: dict[str, dict[str, str]] = {
        "shifts": {"unit": "1", "worker": "3", "days": "0", "from": "08:00", "to": "17:00"},
        "leaves": {
            "unit": "1",
            "worker_id": "3",
            "starts_at": "2026-12-01T08:00",
            "ends_at": "2026-12-02T08:00",
        },
    }
    before = [apart.rows(table) for table in (t.shift, t.leave, t.audit)]
    for path, form in forms.items():
        assert visitor.post(f"/console/roster/{path}", **form).status == 422
        assert visitor.post(f"/console/roster/{path}", **{**form, "unit": "2"}).status == 404
    assert visitor.post("/console/roster/copy", unit="2", week="2026-11-18").status == 404
    assert visitor.open("/console/roster?unit=2").status == 404
    assert [apart.rows(table) for table in (t.shift, t.leave, t.audit)] == before


def test_what_is_given_to_a_worker_is_of_their_own_area(apart: Console) -> None:
    visitor = apart.signed_in("she1")
    with apart.store.work(NOW) as work:
        for estate_id in (1, 2):
            work.conn.execute(insert(t.route).values(estate_id=estate_id, unit_id=1, starts_on=NOW.date()))
        work.conn.execute(insert(t.worker_skill).values(worker_id=1, category="steam"))  # of former times
    page = visitor.open("/console/people/workers/1")
    assert 'name="categories" value="steam" checked' in page.html
    assert 'name="estates" value="1"' in page.html
    assert 'name="estates" value="2"' not in page.html
    sent = {"categories": "lift", "estates": "2", "cap": "4"}
    assert "已经保存" in visitor.send("/console/people/workers/1", **sent).text
    assert [row.category for row in apart.rows(t.worker_skill)] == ["lift"]
    assert apart.rows(t.worker_estate) == []
    assert apart.rows(t.worker, t.worker.c.id == 1)[0].cap == 4
    assert apart.rows(t.audit)[-1].what == "skills_set"
    page = visitor.post("/console/people/workers/1", estates="1", cap="0")
    assert page.status == 422
    assert 'id="cap-wrong"' in page.html
    assert 'name="estates" value="1" checked' in page.html
    visitor.post("/console/people/workers/1/stop")
    assert "已经停用" in visitor.send("/console/people/workers/1", cap="5").text
    assert apart.rows(t.worker, t.worker.c.id == 1)[0].cap == 4


def test_a_trial_is_of_estates_of_ones_own_area(apart: Console) -> None:
    visitor = apart.signed_in("jie1")
    assert "远方小区" not in visitor.open("/console/roster/try").text
    assert visitor.open("/console/roster/try?estate=1&category=lift").status == 200
    assert visitor.open("/console/roster/try?estate=2&category=lift").status == 404
    assert apart.signed_in("anju").open("/console/roster/try").status == 403


def test_an_order_without_a_place_is_seen_where_its_unit_is(apart: Console) -> None:
    with apart.store.work(NOW) as work:
        nowhere = {"estate_id": None, "building_id": None, "home_id": None}
        work.conn.execute(update(t.work_order).values(nowhere))
    for login, number, other in (("she1", 1001, 1002), ("qu2", 1002, 1001)):
        visitor = apart.signed_in(login)
        assert visitor.open(f"/console/orders/{number}").status == 200
        assert visitor.open(f"/console/orders/{other}").status == 404


def test_a_firm_from_elsewhere_that_serves_the_estate_may_get_its_orders(apart: Console) -> None:
    user = asker(apart, "community").id
    with apart.store.work(NOW) as work:
        work.conn.execute(insert(t.route).values(estate_id=1, unit_id=2, starts_on=NOW.date()))
        assert Assign(1, 3, user).run(work)["ok"]
    visitor = apart.signed_in("she1")
    assert "王伟2" in visitor.open("/console/orders/1001").text
    assert "王伟2" not in visitor.open("/console/people").text


@pytest.mark.parametrize("role", ["district", "street", "community"])
def test_residents_words_are_whole_for_an_area_and_masked_for_a_firm(apart: Console, role: str) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).values(summary="请打 13812345678"))
    assert "13812345678" in apart.signed_in(getattr(Users(), role)).open("/console/orders/1001").text
    assert "13812345678" not in apart.signed_in("anju").open("/console/orders/1001").text


def test_an_area_adds_and_stops_only_its_own_units_workers(apart: Console) -> None:
    visitor = apart.signed_in("jie1")
    visitor.open("/console/people")
    assert visitor.post("/console/people/workers", unit_id="1", name="钱进", phone="").status == 302
    before = apart.rows(t.worker)
    assert visitor.post("/console/people/workers", unit_id="2", name="钱进", phone="").status == 422
    assert visitor.post("/console/people/workers/3/stop").status == 404
    assert apart.rows(t.worker) == before


def test_a_role_nobody_knows_sees_nothing(apart: Console) -> None:
    with apart.store.look(NOW) as work:
        nobody = views.User("cook", 1, 1, frozenset({1}), frozenset({1}))
        assert views.order_by_number(work, views.User("cook"), 1001) is None
        assert views.own_units(work, views.User("cook")) == ()
        assert views.contact_of(work, nobody, 1) is None


def test_an_account_is_made_for_every_role(apart: Console) -> None:
    admin = apart.signed_in("admin")
    wanted = {
        "district": ("1", ""),
        "street": ("2", ""),
        "community": ("3", ""),
        "firm": ("", "2"),
        "admin": ("", ""),
    }
    for role, (area, unit) in wanted.items():
        admin.open("/console/accounts")
        form = {"login": f"new-{role}", "role": role, "area_id": area, "unit_id": unit}
        assert admin.post("/console/accounts", **form).status == 200, role
    made = {row.login: row for row in apart.rows(t.console_user) if row.login.startswith("new-")}
    assert {row.role: (str(row.area_id or ""), str(row.unit_id or "")) for row in made.values()} == wanted


@pytest.mark.parametrize(
    ("role", "area", "unit", "field"),
    [
        ("street", "3", "", "area_id"),
        ("street", "", "", "area_id"),
        ("admin", "1", "", "area_id"),
        ("firm", "", "", "unit_id"),
        ("admin", "", "1", "unit_id"),
        ("king", "", "", "role"),
    ],
)
def test_an_account_needs_what_its_role_needs(
    apart: Console, role: str, area: str, unit: str, field: str
) -> None:
    admin = apart.signed_in("admin")
    admin.open("/console/accounts")
    before = apart.rows(t.console_user)
    page = admin.post("/console/accounts", login="new", role=role, area_id=area, unit_id=unit)
    assert page.status == 422
    assert f'id="{field}-wrong"' in page.html
    assert apart.rows(t.console_user) == before

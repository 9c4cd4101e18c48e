"""What is done and given is of one's own area: actions ask for themselves who acts, whatever a page has shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions import Action
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.roster import CopyWeek, DropShift, EndLeave, SetLeave, SetShift, SetSkills
from models.actions.staff import Assign
from tests.console.apart import Users, apart, asker
from tests.console.conftest import NOW, Console

__all__ = ["apart"]


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

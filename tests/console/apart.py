"""Two districts that have nothing to do with each other, and somebody of every role in the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.store import Store, Work
from tests.console.conftest import HASH, NOW, Console, add

ROLES = ("admin", "district", "street", "community", "firm")


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


def asker(console: Console, role: str) -> views.ConsoleUser:
    with console.store.look(NOW) as work:
        found = views.console_user(work, login=getattr(Users(), role))
    assert found is not None
    return found

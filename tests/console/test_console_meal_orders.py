"""订餐, 替人订餐: a clerk orders, changes, cancels; a firm sees its orders and nobody's diet."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, update

from models import tables as t
from models.actions.diets import SaveDiet
from models.views import meal_desk
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from tests.console.meals_open import FOR, FRIDAY, ORDER, clerk, open_menus, ordered

__all__ = ["apart", "clerk", "open_menus"]


def test_a_clerk_finds_the_person_sees_the_sum_and_orders(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/meals/for")
    found = clerk.post("/console/meals/for", who="幸福小区 3 号楼 2 单元 602")
    assert "张大妈" in found.text
    assert 'href="/console/meals/for/1"' in found.html
    page = clerk.open(FOR)
    assert "红烧肉" in page.text
    asked = clerk.post(FOR, menu="1", count_1="2", how="pickup", do="look")
    assert asked.status == 200
    assert "自己付 30 元" in asked.text
    assert open_menus.rows(t.meal_order) == []
    page = ordered(clerk)
    assert "订好了：订餐号" in page.text
    (order,) = open_menus.rows(t.meal_order)
    assert (order.person_id, order.portions, order.via, order.pay_cents) == (1, 2, "console", 3000)
    assert open_menus.rows(t.menu_dish, t.menu_dish.c.menu_id == 1)[0].taken == 2
    assert {"found_person", "diner_seen", "meal_placed", "meal_order_seen"} <= {
        row.what for row in open_menus.rows(t.audit)
    }
    again = clerk.post(FOR, menu="1", count_1="1", do="place")
    assert (again.status, "已经订过" in again.text) == (422, True)


def test_the_first_account_that_can_be_told_something_hears_of_it(
    open_menus: Console, clerk: Visitor
) -> None:
    with open_menus.store.work(NOW) as work:
        mine = update(t.account).where(t.account.c.person_id == 1)
        work.conn.execute(mine.values(refused_at=NOW))
        row = {"channel": "wechat_oa", "person_id": 1, "made_at": NOW}
        reached = [{**row, "address": f"o-{n}", "refused_at": None} for n in (1, 2)]
        gone = {**row, "address": "o-3", "refused_at": NOW}
        ids = [
            work.conn.execute(insert(t.account).values(one).returning(t.account.c.id)).scalar_one()
            for one in (*reached, gone)
        ]
    assert "订好了" in ordered(clerk).text
    assert [row.account_id for row in open_menus.rows(t.meal_order)] == ids[:1]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "请至少写一个菜的份数"),
        ({"count_1": "0"}, "请至少写一个菜的份数"),
        ({"count_1": "两百"}, "请至少写一个菜的份数"),
        ({"count_1": "99"}, "一次最多订"),
        ({"count_1": "1", "how": "delivery"}, "请改成自取"),
        ({"count_2": "1"}, "菜单刚刚改过"),
    ],
)
def test_what_cannot_be_ordered_is_said(
    open_menus: Console, clerk: Visitor, form: dict[str, str], said: str
) -> None:
    clerk.open(FOR)
    page = clerk.post(FOR, menu="1", do="place", **form)
    assert page.status == 422
    assert said in page.text
    assert open_menus.rows(t.meal_order) == []


def test_more_than_there_is_left_is_refused(open_menus: Console, clerk: Visitor) -> None:
    with open_menus.store.work(NOW) as work:
        work.conn.execute(update(t.menu_dish).values(taken=9))
    clerk.open(FOR)
    assert "只剩 1 份" in clerk.post(FOR, menu="1", count_1="2", do="place").text


def test_what_is_not_for_somebody_is_shown_to_who_looks_after_them_and_to_no_firm(
    open_menus: Console, clerk: Visitor
) -> None:
    user = next(row.id for row in open_menus.rows(t.console_user) if row.login == "she1")
    with open_menus.store.work(NOW) as work:
        work.conn.execute(update(t.dish).values(allergens=["peanut"]))
        assert SaveDiet(1, allergens=("peanut",), user_id=user).run(work)["ok"]
    assert "本人对花生过敏" in clerk.open(FOR).text
    ordered(clerk)
    number = open_menus.rows(t.meal_order)[0].number
    assert "本人对花生过敏" in clerk.open(f"/console/meals/orders/{number}").text
    firm = open_menus.signed_in("anju")
    page = firm.open(f"/console/meals/orders/{number}")
    assert "张大妈" in page.text
    assert "花生" not in page.text
    assert "忌口" not in page.text
    for path in (FOR, "/console/residents/1/meals", "/console/meals/money", "/console/meals/for"):
        assert firm.open(path).status == 403


def test_a_firm_is_told_one_sum_of_subsidies_and_not_whose_they_are(apart: Console) -> None:
    with apart.store.work(NOW) as work:
        less = {"subsidy_cents": 800, "pay_cents": 700}
        work.conn.execute(update(t.meal_order).where(t.meal_order.c.number == 5001).values(less))
        order_id = next(row.id for row in apart.rows(t.meal_order) if row.number == 5001)
        for name, payer, cents in (("低保", "街道", 500), ("残疾", "区残联", 300)):
            tier = {"name": name, "payer": payer, "cents": cents, "starts_on": NOW.date()}
            tier_id = work.conn.execute(insert(t.subsidy_tier).values(tier).returning(t.subsidy_tier.c.id))
            paid = {"meal_order_id": order_id, "subsidy_tier_id": tier_id.scalar_one(), "cents": cents}
            work.conn.execute(insert(t.meal_subsidy).values(**paid, person_id=1, day=NOW.date()))
    assert "街道 低保 −5 元 区残联 残疾 −3 元" in apart.signed_in("she1").open(ORDER).text
    page = apart.signed_in("anju").open(ORDER)
    assert "补贴 −8 元" in page.text
    for word in ("低保", "残疾", "街道"):
        assert word not in page.text


def test_an_order_is_changed_and_cancelled(open_menus: Console, clerk: Visitor) -> None:
    ordered(clerk)
    number = open_menus.rows(t.meal_order)[0].number
    path = f"/console/meals/orders/{number}"
    assert "红烧肉 3 份" in clerk.send(f"{path}/change", count_1="3", how="pickup").text
    assert open_menus.rows(t.meal_order)[0].portions == 3
    bad = clerk.post(f"{path}/change", count_1="0", how="pickup")
    assert (bad.status, "还没有改" in bad.text) == (422, True)
    assert "已经取消" in clerk.send(f"{path}/cancel").text
    assert open_menus.rows(t.meal_order)[0].state == "cancelled"
    assert "已经订过、取消或者取走了" in clerk.send(f"{path}/cancel").text


@pytest.mark.parametrize("state", ["placed", "served"])
def test_money_taken_at_the_door_is_entered_once(open_menus: Console, clerk: Visitor, state: str) -> None:
    ordered(clerk)
    number = open_menus.rows(t.meal_order)[0].number
    with open_menus.store.work(NOW) as work:
        work.conn.execute(update(t.meal_order).values(state=state))
    path = f"/console/meals/orders/{number}"
    assert "已收钱" in clerk.open(path).text
    page = clerk.send(f"{path}/change", do="paid")
    assert "收了 30 元" in page.text
    assert "已收钱" not in page.text
    assert open_menus.rows(t.meal_order)[0].paid_at is not None
    clerk.send(f"{path}/change", do="paid")
    assert [row.cents for row in open_menus.rows(t.meal_entry)] == [3000, -3000]
    assert "meal_paid" in {row.what for row in open_menus.rows(t.audit)}


def test_after_the_cut_off_it_is_said_clearly_and_still_done(open_menus: Console, clerk: Visitor) -> None:
    ordered(clerk)
    number = open_menus.rows(t.meal_order)[0].number
    open_menus.clock.forward(days=2)  # 10:00, half an hour late
    with open_menus.store.work(open_menus.clock.now()) as work:
        work.conn.execute(update(t.menu).values(state="frozen", version=1, frozen_at=work.now))
        count = {"menu_id": 1, "version": 1, "counts": {"1": 2}, "orders": 1, "made_at": work.now}
        work.conn.execute(t.kitchen_count.insert().values(count))
    path = f"/console/meals/orders/{number}"
    assert "后厨已经拿到份数" in clerk.open(path).text
    assert "后厨会收到一张更正" in clerk.send(f"{path}/change", count_1="3", how="pickup").text
    assert [row.version for row in open_menus.rows(t.kitchen_count)] == [1, 2]
    assert "后厨会收到一张更正" in clerk.send(f"{path}/cancel").text
    page = clerk.open(FOR)
    assert "已截止" in page.text
    assert "会收到一张有编号的更正" in page.text


def test_a_days_orders_are_listed_narrowed_and_exported(open_menus: Console, clerk: Visitor) -> None:
    ordered(clerk)
    page = clerk.open(f"/console/meals/orders?day={FRIDAY}")
    assert "张大妈" in page.text
    assert "份数 2" in page.text
    assert "没有符合条件" in clerk.open(f"/console/meals/orders?day={FRIDAY}&how=delivery").text
    assert "没有符合条件" in clerk.open(f"/console/meals/orders?day={FRIDAY}&state=served").text
    assert "张大妈" in clerk.open(f"/console/meals/orders?day={FRIDAY}&meal=lunch&canteen=1").text
    assert clerk.open(f"/console/meals/orders?day={FRIDAY}&canteen=2").status == 404
    token = {"csrf_token": clerk.page.token or clerk.open(f"/console/meals/orders?day={FRIDAY}").token}
    answer = clerk.client.post("/console/meals/orders/export", data={**token, "day": FRIDAY})
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [sheet["E3"].value, sheet["J3"].value] == ["张大妈", 30]
    assert {"meal_orders_seen", "export_meal_orders"} <= {row.what for row in open_menus.rows(t.audit)}
    far = open_menus.signed_in("she2")
    assert "张大妈" not in far.open(f"/console/meals/orders?day={FRIDAY}").text


def test_the_sums_of_a_day_are_of_all_its_orders_also_those_not_listed(
    open_menus: Console, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(clerk)
    monkeypatch.setattr(meal_desk, "MOST", 0)
    page = clerk.open(f"/console/meals/orders?day={FRIDAY}")
    assert "张大妈" not in page.text
    assert "份数 2" in page.text
    assert "取餐时要收 30 元" in page.text


def test_no_page_of_orders_runs_what_somebody_wrote(apart: Console) -> None:
    admin = apart.signed_in("admin")
    for path in (f"/console/meals/orders?day={FRIDAY}", ORDER, FOR, "/console/residents/1/meals"):
        page = admin.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "onerror" not in {name for _, attributes in page.tags for name in attributes}

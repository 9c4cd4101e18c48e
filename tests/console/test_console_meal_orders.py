"""订餐, 替人订餐, 餐费: a clerk orders, changes, cancels, takes money; a firm sees its orders and nobody's diet."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, insert, update

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.diets import SaveDiet
from models.actions.entitlements import SaveEntitlement
from models.actions.meal_money import PayBill, PayOut, TopUp
from models.views import meal_desk
from models.views.diets import diet_of
from models.views.meal_desk import papers_of
from tests.console.conftest import NOW, Console, Visitor
from tests.console.reading import Page
from tests.console.test_console_roles import apart

__all__ = ["apart"]

FRIDAY = "2026-11-20"
FOR = "/console/meals/for/1"
ORDER = "/console/meals/orders/5001"
KEPT = (t.meal_entry, t.meal_account, t.dietary_restriction, t.entitlement)
FORMS = (
    ("money", {"do": "top_up", "cents": "30"}),
    ("money", {"do": "payout", "cents": "30"}),
    ("money", {"do": "bill", "cents": "30"}),
    ("pays", {"pays": "bill"}),
    ("diet", {"note": "香菜"}),
    ("diet", {}),
    ("entitlement", {"born": "1950-01-01"}),
)


@pytest.fixture
def open_menus(apart: Console) -> Console:
    """Both menus are published, nobody has ordered."""
    with apart.store.work(NOW) as work:
        for table in (t.meal_order_dish, t.meal_subsidy, t.meal_order, t.kitchen_count):
            work.conn.execute(delete(table))
        work.conn.execute(update(t.menu).values(state="published", taken=0, version=0, frozen_at=None))
        work.conn.execute(update(t.menu_dish).values(taken=0))
        work.conn.execute(update(t.dish).values(name="红烧肉", ingredients="猪肉"))
        work.conn.execute(update(t.person).where(t.person.c.id == 1).values(name_sealed=work.seal("张大妈")))
    return apart


@pytest.fixture
def clerk(open_menus: Console) -> Visitor:
    return open_menus.signed_in("she1")


def ordered(clerk: Visitor, **more: str) -> Page:
    clerk.open(FOR)
    return clerk.send(FOR, menu="1", count_1="2", do="place", **more)


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


def test_money_without_a_known_purpose_is_not_taken(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/residents/1/meals")
    for more in ({}, {"do": "donate"}):
        assert clerk.post("/console/residents/1/money", cents="100", **more).status == 404
    assert open_menus.rows(t.meal_entry) == []


def test_a_list_of_debtors_that_is_cut_says_so(
    open_menus: Console, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.open("/console/residents/1/meals")
    clerk.send("/console/residents/1/pays", pays="bill")
    ordered(clerk)
    assert "只列欠得最多的" not in clerk.open("/console/meals/money").text
    monkeypatch.setattr(meal_desk, "DEBTORS", 1)
    assert "只列欠得最多的 1 位" in clerk.open("/console/meals/money").text


def test_money_is_taken_in_and_given_out(open_menus: Console, clerk: Visitor) -> None:
    page = clerk.open("/console/residents/1/meals")
    assert "余额 0 元" in page.text
    assert "收款 100 元" in clerk.send("/console/residents/1/money", do="top_up", cents="１００").text
    assert "刚刚记过同样的一笔" in clerk.send("/console/residents/1/money", do="top_up", cents="100").text
    assert "余额只有 100 元" in clerk.send("/console/residents/1/money", do="payout", cents="100.01").text
    assert "退款 0.5 元" in clerk.send("/console/residents/1/money", do="payout", cents="0.5").text
    assert open_menus.rows(t.meal_account)[0].balance_cents == 9950
    for wrong in ("", "0", "-5", "1.005", "一百"):
        page = clerk.post("/console/residents/1/money", do="top_up", cents=wrong)
        assert (page.status, "最多两位小数" in page.text) == (422, True)
    ordered(clerk)
    assert open_menus.rows(t.meal_account)[0].balance_cents == 6950
    assert "付款方式已经保存" in clerk.send("/console/residents/1/pays", pays="bill").text
    assert "2026 年 11 月" in clerk.open("/console/residents/1/meals").text


def test_money_left_by_somebody_erased_is_paid_out_where_the_canteen_is(
    open_menus: Console, clerk: Visitor
) -> None:
    with open_menus.store.work(NOW) as work:
        left = {"pays": "pickup", "balance_cents": 500, "changed_at": NOW}
        account = work.conn.execute(
            insert(t.meal_account).values(left).returning(t.meal_account.c.id)
        ).scalar_one()
        about = {"canteen_id": 1, "meal_account_id": int(account)}
        item = OpenDeskItem("pay_out", "餐费账户还有 5 元没有退。", **about).run(work)["desk_item_id"]
    path = f"/console/items/{item}/paid-out"
    firm = open_menus.signed_in("anju")
    firm.open("/console/items")
    assert firm.post(path).status in (403, 404)
    assert "剩下的钱已经退了" in clerk.open("/console/items").text
    assert "已经退了 5 元" in clerk.send(path).text
    assert open_menus.rows(t.meal_account)[-1].balance_cents == 0
    assert clerk.post(path).status == 404


def test_who_owes_is_listed_for_their_own_area(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/residents/1/meals")
    clerk.send("/console/residents/1/pays", pays="bill")
    ordered(clerk)
    assert "张大妈 欠 30 元" in clerk.open("/console/meals/money").text
    assert "张大妈" not in open_menus.signed_in("she2").open("/console/meals/money").text
    assert "还欠 30 元" in clerk.send("/console/residents/1/pays", pays="pickup").text
    assert "收到 30 元" in clerk.send("/console/residents/1/money", do="bill", cents="30").text
    assert "没有人欠餐费" in clerk.open("/console/meals/money").text


def test_what_somebody_may_not_eat_is_kept_and_taken_back(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/residents/1/meals")
    page = clerk.send("/console/residents/1/diet", allergens="peanut", marks="soft", note="不吃香菜")
    assert "忌口已经保存" in page.text
    with open_menus.store.look(NOW) as work:
        assert diet_of(work, 1).allergens == ("peanut",)
    assert "花生" not in open_menus.rows(t.dietary_restriction)[0].facts_sealed
    assert "忌口已经保存" in clerk.send("/console/residents/1/diet").text
    assert open_menus.rows(t.dietary_restriction) == []
    assert clerk.post("/console/residents/1/diet", allergens="stones").status == 422


def test_what_subsidies_go_by_is_sealed_and_has_who_checked_it(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/residents/1/meals")
    page = clerk.send("/console/residents/1/entitlement", born="1940-05-01", groups="low_income")
    assert "补贴资格已经保存" in page.text
    assert "1940-05-01" in page.text
    assert "she1" in page.text
    assert "1940" not in open_menus.rows(t.entitlement)[0].facts_sealed
    with open_menus.store.look(NOW) as work:
        assert papers_of(work, 1).groups == ("low_income",)
    late = clerk.post("/console/residents/1/entitlement", born="2027-01-01")
    assert (late.status, "不能晚于今天" in late.text) == (422, True)
    clerk.send("/console/residents/1/entitlement")
    assert open_menus.rows(t.entitlement) == []


def test_each_group_has_the_days_on_which_it_holds(open_menus: Console, clerk: Visitor) -> None:
    clerk.open("/console/residents/1/meals")
    address, low = "/console/residents/1/entitlement", {"groups": "low_income"}
    page = clerk.send(address, **low, starts_low_income="2026-01-01", ends_low_income="2026-12-31")
    assert "（2026-01-01 到 2026-12-31）" in page.text
    assert 'name="ends_low_income" aria-label="低保、低收入到哪天止" value="2026-12-31"' in page.body.decode()
    with open_menus.store.look(NOW) as work:
        assert papers_of(work, 1).periods == {"low_income": ("2026-01-01", "2026-12-31")}
    wrong = clerk.post(address, **low, starts_low_income="2026-12-31", ends_low_income="2026-01-01")
    assert (wrong.status, "不能早于开始的那天" in wrong.text) == (422, True)
    assert 'value="2026-12-31"' in wrong.body.decode()
    assert (
        "请选一个日期" in clerk.post(address, **low, starts_low_income="2026-13-01", ends_low_income="").text
    )
    clerk.send(address, **low)  # a page without the days leaves them
    with open_menus.store.look(NOW) as work:
        assert papers_of(work, 1).periods == {"low_income": ("2026-01-01", "2026-12-31")}
    page = clerk.send(address, **low, starts_low_income="", ends_low_income="2026-06-30")
    assert "（到 2026-06-30）" in page.text
    clerk.send(address, **low, starts_low_income="", ends_low_income="")
    with open_menus.store.look(NOW) as work:
        assert (papers_of(work, 1).groups, papers_of(work, 1).periods) == (("low_income",), {})


@pytest.mark.parametrize("login", ["she2", "qu2", "anju"])
def test_nobodys_papers_are_changed_from_elsewhere(apart: Console, login: str) -> None:
    user = next(row.id for row in apart.rows(t.console_user) if row.login == login)
    for action in (
        SaveEntitlement(user, 1, date(1940, 1, 1)),
        SaveEntitlement(user, 999, NOW.date() - timedelta(days=1)),
    ):
        with apart.store.work(NOW) as work:
            assert not action.run(work)["ok"]
    assert apart.rows(t.entitlement) == []


def test_who_only_reported_here_shows_no_money_and_no_diet(open_menus: Console, clerk: Visitor) -> None:
    """Order 1002 is of the other area; its reporter lives in this one."""
    users = {row.login: row.id for row in open_menus.rows(t.console_user)}
    with open_menus.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.id == 2).values(reporter_id=1))
        work.conn.execute(update(t.dish).values(allergens=["peanut"]))
        assert SaveDiet(1, allergens=("peanut",), user_id=users["she1"]).run(work)["ok"]
        assert SaveEntitlement(users["she1"], 1, date(1940, 5, 1)).run(work)["ok"]
        assert TopUp(1, 5000, users["she1"], "收据 7").run(work)["ok"]
    page = clerk.open("/console/residents/1/meals").text
    assert all(one in page for one in ("花生", "1940-05-01", "收据 7"))
    far = open_menus.signed_in("she2")
    page = far.open("/console/residents/1/meals").text
    assert "请那边的社区来办" in page
    assert not any(one in page for one in ("花生", "1940-05-01", "收据 7", "50 元"))
    page = far.open(FOR).text
    assert "请那边的社区替他订餐" in page
    assert "花生" not in page
    assert "红烧肉" not in page
    for do in ("look", "place"):
        refused = far.post(FOR, menu="1", count_1="1", do=do)
        assert (refused.status, "请那边的社区替他订餐" in refused.text) == (422, True)
    assert open_menus.rows(t.meal_order) == []
    before = [open_menus.rows(table) for table in KEPT]
    for what, form in FORMS:
        assert "住在别的片区" in far.send(f"/console/residents/1/{what}", **form).text
    assert [open_menus.rows(table) for table in KEPT] == before


@pytest.mark.parametrize("action", [TopUp, PayOut, PayBill])
def test_nobodys_money_is_moved_by_a_firm(apart: Console, action: type[TopUp]) -> None:
    firm = next(row.id for row in apart.rows(t.console_user) if row.login == "anju")
    with apart.store.work(NOW) as work:
        assert action(1, 100, firm).run(work) == {"ok": False, "why": "unknown"}


def test_no_page_of_orders_runs_what_somebody_wrote(apart: Console) -> None:
    admin = apart.signed_in("admin")
    for path in (f"/console/meals/orders?day={FRIDAY}", ORDER, FOR, "/console/residents/1/meals"):
        page = admin.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "onerror" not in {name for _, attributes in page.tags for name in attributes}

"""餐费, 忌口, 补贴: money is taken in and given out, papers are kept, by those who look after the person alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.diets import SaveDiet
from models.actions.entitlements import SaveEntitlement
from models.actions.meal_money import PayBill, PayOut, TopUp
from models.views import meal_desk
from models.views.diets import diet_of
from models.views.meal_desk import papers_of
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from tests.console.meals_open import FOR, clerk, open_menus, ordered

__all__ = ["apart", "clerk", "open_menus"]

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

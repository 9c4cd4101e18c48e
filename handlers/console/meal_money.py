"""The page 餐费, and one diner's page: money, what they may not eat, what subsidies go by. Never for a firm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.forms import Choices, Field, read
from handlers.console.pages import back, found, me, show, working, write_down
from handlers.console.search import look
from handlers.console.settings import errors_of
from models import views
from models.actions.diets import ForgetDiet, SaveDiet
from models.actions.entitlements import SaveEntitlement
from models.actions.meal_money import PayBill, PayOut, SetPays, TopUp
from models.rules.diets import ALLERGENS, MARKS, Diet
from models.rules.entitlements import GROUPS, Period
from models.rules.money import PAYS, read_cents, yuan
from models.store import Work
from models.views import meal_desk
from models.views.diets import diet_of, diet_words
from models.views.people import lives_elsewhere

NOTE, SOUGHT = 64, 60
WRONG_SUM = "请写大于 0 的钱数，例如 100 或 12.5，最多两位小数。"
MOVES: Mapping[str, tuple[Callable[..., Any], str]] = {
    "top_up": (TopUp, "收款 {}，已经记进余额。"),
    "payout": (PayOut, "退款 {}，已经从余额里扣掉。"),
    "bill": (PayBill, "收到 {}，已经结清这么多账单。"),
}
DIET = (
    Field("marks", "要吃", "checks", "请从列表里选。", required=False),
    Field("allergens", "不能吃（过敏）", "checks", "请从列表里选。", required=False),
    Field(
        "note",
        "别的忌口",
        wrong="请写短一些，最多 60 个字。",
        hint="只写不吃的东西，例如：香菜、辣的。",
        most=60,
        required=False,
    ),
)
GROUP_DAYS = tuple(
    Field(f"{side}_{group}", "", "date", wrong, required=False)
    for group in GROUPS
    for side, wrong in (
        ("starts", "请选一个日期；没有期限就空着。"),
        ("ends", "请选一个日期，不能早于开始的那天。"),
    )
)
PAPERS = (
    Field(
        "born", "出生日期", "date", "请选一个出生日期，不能晚于今天。", hint="照身份证写。", required=False
    ),
    Field("groups", "符合哪几样（看过证件才勾）", "checks", "请从列表里选。", required=False),
    *GROUP_DAYS,
)
CHOICES: Mapping[str, Choices] = {"marks": MARKS, "allergens": ALLERGENS, "groups": GROUPS}


def meal_money() -> ResponseReturnValue:
    """Who owes, and a box to find somebody by; whoever is shown is written down."""
    return _money_page("", None)


def find_payer() -> ResponseReturnValue:
    """The people that fit."""
    sought = request.form.get("who", "").strip()[:SOUGHT]
    with working() as work:
        people = look(work, sought).people if sought else ()
    return _money_page(sought, people)


def _money_page(sought: str, people: Any) -> str:
    with working() as work:
        owing = meal_desk.debtors(work, me().asker)
        for one in owing:
            write_down(work, "diner_seen", one.person_id)
    return show("meal_money.html", sought_diner=sought, people=people, owing=owing, most=meal_desk.DEBTORS)


def diner(person_id: int) -> ResponseReturnValue:
    """One diner; that the page was opened is written down."""
    return _page(person_id)


def _page(
    person_id: int, typed: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    with working() as work:
        person = found(views.person_by_id(work, me().asker, person_id))
        write_down(work, "diner_seen", person_id)
        coming = meal_desk.meals_of_diner(work, me().asker, person_id)
        elsewhere = lives_elsewhere(work, me().asker, person_id)
        kept = None if elsewhere else _kept(work, person_id)
    if kept is None:
        return show("diner_elsewhere.html", person=person, coming=coming)
    diet, papers, purse = kept
    values: dict[str, Any] = {"marks": diet.marks, "allergens": diet.allergens, "note": diet.note}
    values |= {"born": papers.born, "groups": papers.groups}
    for group, (starts, ends) in papers.periods.items():
        values |= {f"starts_{group}": starts, f"ends_{group}": ends}
    return show(
        "diner.html",
        person=person,
        diet=diet_words(diet),
        papers=papers,
        values=typed if typed is not None else values,
        errors=errors or {},
        choices=CHOICES,
        diet_fields=DIET,
        born_field=PAPERS[0],
        pays=PAYS,
        purse=purse,
        coming=coming,
    )


def _kept(work: Work, person_id: int) -> tuple[Diet, meal_desk.Papers, meal_desk.Purse]:
    """What only those who keep the person's record may see."""
    return (
        diet_of(work, person_id),
        meal_desk.papers_of(work, person_id),
        meal_desk.purse_of(work, person_id),
    )


def move_money(person_id: int) -> ResponseReturnValue:
    """Take money in, give it out, or settle a bill."""
    move, done = found(MOVES.get(request.form.get("do", "")))
    cents = read_cents(request.form.get("cents", ""))
    note = " ".join(request.form.get("note", "").split())[:NOTE]
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        outcome = move(person_id, cents, g.me.id, note).run(work) if cents else None
    if outcome is None:
        return _page(person_id, errors={"cents": WRONG_SUM}), 422
    return back(
        _in_yuan(outcome), done.format(yuan(cents or 0)), "console.diner", step="money", person_id=person_id
    )


def _in_yuan(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Sums of a refusal as people read them."""
    sums = ("left", "owes", "most")
    return {**outcome, **{name: yuan(outcome[name]) for name in sums if isinstance(outcome.get(name), int)}}


def set_pays(person_id: int) -> ResponseReturnValue:
    """How the person pays from now on."""
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        outcome = SetPays(person_id, request.form.get("pays", ""), g.me.id).run(work)
    done = "付款方式已经保存，从下一次订餐起算。"
    return back(_in_yuan(outcome), done, "console.diner", step="pays", person_id=person_id)


def save_diet(person_id: int) -> ResponseReturnValue:
    """What the person may not eat, as told to staff; nothing ticked and nothing written: nothing is kept."""
    typed = read(DIET, request.form, CHOICES, changes=False)
    values = dict(typed.values)
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        if typed.errors:
            outcome: Mapping[str, Any] = {"ok": False}
        elif any(values.values()):
            outcome = SaveDiet(person_id, user_id=g.me.id, **values).run(work)
        else:
            outcome = ForgetDiet(person_id, user_id=g.me.id).run(work)
    if typed.errors:
        return _page(person_id, request.form, typed.errors), 422
    return back(outcome, "忌口已经保存，订餐时会提醒。", "console.diner", person_id=person_id)


def _period(group: str, values: Mapping[str, Any]) -> Period:
    return values.get(f"starts_{group}"), values.get(f"ends_{group}")


def save_entitlement(person_id: int) -> ResponseReturnValue:
    """What staff have seen of the person's papers."""
    typed = read(PAPERS, request.form, CHOICES, changes=False)
    days = {one: _period(one, typed.values) for one in GROUPS if f"starts_{one}" in request.form}
    seen: dict[str, Any] = {name: typed.values.get(name) for name in ("born", "groups")}
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        action = SaveEntitlement(g.me.id, person_id, **seen, periods=days) if not typed.errors else None
        outcome = action.run(work) if action else {"ok": False}
    if typed.errors or outcome.get("field"):
        return _page(person_id, request.form, errors_of(PAPERS, typed, outcome)), 422
    return back(outcome, "补贴资格已经保存，从下一次订餐起算。", "console.diner", person_id=person_id)

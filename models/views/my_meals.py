"""What is kept of a diner, for that diner: meals, money, what they may not eat, who orders for whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from models import tables as t
from models.rules.entitlements import worded
from models.rules.meals import MEAL_NAMES
from models.rules.money import PAYS, paid_how, yuan
from models.rules.standing import days_named
from models.store import Work
from models.views.carers import carer_links
from models.views.diets import diet_of, diet_words
from models.views.standing import paused_today

Rows = list[dict[str, Any]]

STATES = {"placed": "订好了", "cancelled": "退了", "served": "领了", "no_show": "没有来领"}
NOT_DELIVERED = "没有送到"
HOW = {"pickup": "自己取", "delivery": "送到家"}
ENTRIES = {
    "top_up": "充值", "meal": "订餐", "change": "改餐", "refund": "退餐", "counter": "取餐时付", "bill_paid": "结账",
    "payout": "退余额",
}  # fmt: skip


def told_at(work: Work, moment: datetime | None) -> str:
    """A moment as people here read it; empty for none."""
    return moment.astimezone(ZoneInfo(work.limits["time_zone"])).strftime("%Y-%m-%d %H:%M") if moment else ""


def my_meals(work: Work, person_id: int) -> Mapping[str, Rows]:
    """By heading, as my_data() has it."""
    return {
        "订餐": _orders(work, person_id),
        "餐费": _money(work, person_id),
        "补贴资格": _entitled(work, person_id),
        "忌口": _diet(work, person_id),
        "代订": [{"代订": one["label"]} for one in carer_links(work, person_id)],
        "长期订餐": _standing(work, person_id),
        "餐后评价": _ratings(work, person_id),
    }


def meals_left(work: Work, person_id: int) -> dict[str, Any]:
    """What becomes of a diner's meals when they are erased: {"meals" to come, "standing" orders, "number" of the
    account, "cents" in it once the meals are paid back; below zero is owed}."""
    o, s, a = t.meal_order.c, t.standing_order.c, t.meal_account.c
    to_come = select(o.pay_cents, o.paid_at, o.pays).join_from(t.meal_order, t.menu)
    mine = to_come.where(o.person_id == person_id, o.state == "placed", t.menu.c.ends_at > work.now)
    meals = work.conn.execute(mine).all()
    active = select(func.count()).where(s.person_id == person_id, s.state == "active")
    account = work.conn.execute(select(a.id, a.balance_cents).where(a.person_id == person_id)).first()
    back = sum(one.pay_cents for one in meals if one.paid_at or one.pays == "bill")
    return {
        "meals": len(meals),
        "standing": work.conn.execute(active).scalar_one(),
        "number": account.id if account else 0,
        "cents": account.balance_cents + back if account else 0,
    }


def _orders(work: Work, person_id: int) -> Rows:
    o, s, dishes = t.meal_order.c, t.meal_subsidy.c, _dishes(work, person_id)
    paid = select(s.meal_order_id, t.subsidy_tier.c.payer, s.cents).join_from(t.meal_subsidy, t.subsidy_tier)
    lines: dict[int, list[str]] = {}
    for order_id, payer, cents in work.conn.execute(paid.where(s.person_id == person_id).order_by(s.id)):
        lines.setdefault(order_id, []).append(f"{payer} {yuan(cents)}")
    query = select(t.meal_order, t.canteen.c.name.label("canteen"), t.home.c.unit, t.home.c.room)
    rows = work.conn.execute(
        query.join_from(t.meal_order, t.canteen)
        .outerjoin(t.home, t.home.c.id == o.home_id)
        .where(o.person_id == person_id)
        .order_by(o.id)
    )
    return [
        {
            "订餐": row.number,
            "哪一顿": f"{row.day} {MEAL_NAMES[row.meal]}",
            "食堂": row.canteen,
            "菜": "、".join(dishes.get(row.id, ())),
            "怎么取": HOW[row.how],
            "送到": f"{row.unit} 单元 {row.room} 室" if row.room else "",
            "价钱": yuan(row.price_cents),
            "补贴": "、".join(lines.get(row.id, ())),
            "自己付": f"{yuan(row.pay_cents)}，{paid_how(row.pays, row.how)}",
            "取餐码": row.code,
            "怎么样了": _came_to(work, row),
            "什么时候订的": told_at(work, row.made_at),
        }
        for row in rows
    ]


def _came_to(work: Work, order: Any) -> str:
    """What became of an order, in words; why, where it could not be handed over."""
    why = work.unseal(order.missed_sealed)
    return f"{NOT_DELIVERED}：{why}" if why else STATES[order.state]


def _dishes(work: Work, person_id: int) -> dict[int, list[str]]:
    o, d = t.meal_order.c, t.meal_order_dish.c
    query = select(d.meal_order_id, t.dish.c.name, d.count.label("portions")).join_from(
        t.meal_order_dish, t.dish
    )
    mine = query.join(t.meal_order, o.id == d.meal_order_id).where(o.person_id == person_id).order_by(d.id)
    found: dict[int, list[str]] = {}
    for row in work.conn.execute(mine):
        found.setdefault(row.meal_order_id, []).append(f"{row.name} {row.portions} 份")
    return found


def _money(work: Work, person_id: int) -> Rows:
    a, e = t.meal_account.c, t.meal_entry.c
    account = work.conn.execute(select(t.meal_account).where(a.person_id == person_id)).first()
    if account is None:
        return []
    columns = (e.at, e.kind, e.cents, e.note)
    rows = work.conn.execute(select(*columns).where(e.meal_account_id == account.id).order_by(e.id)).all()
    head = {
        "什么": f"账户 {account.id} 号",
        "什么时候": "",
        "多少": yuan(account.balance_cents),
        "备注": PAYS[account.pays],
    }
    return [
        head,
        *(
            {
                "什么": ENTRIES.get(row.kind, row.kind),
                "什么时候": told_at(work, row.at),
                "多少": yuan(row.cents),
                "备注": row.note,
            }
            for row in rows
        ),
    ]


def _entitled(work: Work, person_id: int) -> Rows:
    e = t.entitlement.c
    row = work.conn.execute(select(e.facts_sealed, e.verified_at).where(e.person_id == person_id)).first()
    if row is None:
        return []
    facts = json.loads(work.unseal(row.facts_sealed))
    return [
        {
            "出生日期": facts.get("born") or "",
            "享受的待遇": "；".join(worded(facts)),
            "核实": told_at(work, row.verified_at) or "还没有核实",
        }
    ]


def _diet(work: Work, person_id: int) -> Rows:
    words = diet_words(diet_of(work, person_id))
    return [{"忌口": words}] if words else []


def _standing(work: Work, person_id: int) -> Rows:
    s = t.standing_order.c
    query = select(t.standing_order, t.canteen.c.name.label("canteen")).join_from(t.standing_order, t.canteen)
    rows = work.conn.execute(query.where(s.person_id == person_id).order_by(s.id)).all()
    paused = paused_today(work, [row.id for row in rows])
    return [
        {
            "哪一顿": MEAL_NAMES[row.meal],
            "哪几天": days_named(row.days),
            "食堂": row.canteen,
            "怎么取": HOW[row.how],
            "从哪天起": str(row.starts_on),
            "怎么样了": "停了" if row.state == "ended" else "暂停" if row.id in paused else "在订",
        }
        for row in rows
    ]


def _ratings(work: Work, person_id: int) -> Rows:
    r, o = t.meal_rating.c, t.meal_order.c
    query = select(o.number, r.at, r.score).join_from(t.meal_rating, t.meal_order)
    rows = work.conn.execute(query.where(r.person_id == person_id, r.score.is_not(None)).order_by(r.id))
    return [{"订餐": row.number, "什么时候": told_at(work, row.at), "几分": row.score} for row in rows]

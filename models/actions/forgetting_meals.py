"""What is kept of a diner goes: meals to come are cancelled and paid back, sums stay without anybody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from models import tables as t
from models.actions.caring import end_carer_questions, hand_back
from models.actions.desk import OpenDeskItem
from models.actions.diets import forget_diet
from models.actions.meal_in_hand import OFF
from models.actions.meals import CancelMeal
from models.actions.stripping import Erased
from models.rules.money import yuan
from models.rules.orders import Why
from models.store import Work

PAY_OUT = "pay_out"
LEFT = "餐费账户 {number} 号还有 {sum}没有退，户主已经删除了个人信息。有人凭账户号来领，请退给他。"
OWED = "餐费账户 {number} 号还欠 {sum}，户主已经删除了个人信息。"
OWN_WAYS = ("wechat", "standing")  # ways of ordering in which `by_id` is a resident
OWN_HANDS = ("resident", "system")  # what entries of these ways are by


def forget_meals(erased: Erased, person_id: int) -> None:
    """Cancel what is to come, then part every meal, subsidy, sum and rating from the person."""
    work = erased.work
    _forget_standing(erased, person_id)  # first, as whoever orders a standing order's day takes it first
    _cancel(work, person_id)
    _forget_links(erased, person_id)
    forget_diet(erased, person_id)
    mine = t.entitlement.c.person_id == person_id
    erased.erase("entitlement", delete(t.entitlement).where(mine))
    _part_from_orders(erased, person_id)
    for table in (t.meal_subsidy, t.meal_rating):
        theirs = update(table).where(table.c.person_id == person_id)
        erased.erase(table.name, theirs.values(person_id=None))
    _part_from_money(erased, person_id)
    about = update(t.desk_item).where(t.desk_item.c.person_id == person_id)
    work.conn.execute(about.values(person_id=None, words=""))


def _canteen(work: Work, account_id: int) -> int | None:
    """Where the account was last used: whoever looks after that canteen's neighbourhood pays it out."""
    e, o = t.meal_entry.c, t.meal_order.c
    query = select(o.canteen_id).join_from(t.meal_entry, t.meal_order, o.id == e.meal_order_id)
    return work.conn.execute(
        query.where(e.meal_account_id == account_id).order_by(e.id.desc()).limit(1)
    ).scalar()


def balance_to_come(work: Work, person_id: int) -> dict[str, Any] | None:
    """The person's meal account, once what is to come has been paid back: {"number", "cents"}; None without money."""
    a = t.meal_account.c
    row = work.conn.execute(select(a.id, a.balance_cents).where(a.person_id == person_id)).first()
    return {"number": row.id, "cents": row.balance_cents} if row and row.balance_cents else None


def _cancel(work: Work, person_id: int) -> None:
    """Also after the cut-off: the kitchen then gets a correction. What has been served already stays.

    Raises RuntimeError where one cannot be cancelled: without its person nobody would get the money back.
    """
    o, m = t.meal_order.c, t.menu.c
    to_come = select(o.id).join_from(t.meal_order, t.menu, m.id == o.menu_id)
    owed = or_(m.ends_at > work.now, m.state.in_(OFF))
    mine = to_come.where(o.person_id == person_id, o.state == "placed", owed).order_by(o.menu_id)
    for order_id in work.conn.execute(mine).scalars().all():
        done = CancelMeal(order_id, late=True).run(work)
        if not done["ok"] and done["why"] != Why.ALREADY.value:
            raise RuntimeError(f"meal order {order_id} of an erased diner is not cancelled: {done['why']}")


def _forget_standing(erased: Erased, person_id: int) -> None:
    s, d = t.standing_order.c, t.standing_day.c
    mine = select(s.id).where(s.person_id == person_id)
    erased.work.conn.execute(delete(t.standing_day).where(d.standing_order_id.in_(mine)))
    erased.erase("standing_order", delete(t.standing_order).where(s.person_id == person_id))


def _forget_links(erased: Erased, person_id: int) -> None:
    c, work = t.carer.c, erased.work
    mine = or_(c.elder_id == person_id, c.carer_id == person_id)
    for row in work.conn.execute(select(t.carer).where(mine)).all():
        end_carer_questions(work, row.id)
        if row.carer_id == person_id:
            hand_back(work, row.elder_id, person_id)
    erased.erase("carer", delete(t.carer).where(mine))


def _part_from_orders(erased: Erased, person_id: int) -> None:
    a, o = t.account.c, t.meal_order.c
    accounts = select(a.id).where(a.person_id == person_id)
    for_others = update(t.meal_order).where(o.by_person_id == person_id)
    erased.work.conn.execute(for_others.values(by_person_id=None))
    told = update(t.meal_order).where(o.account_id.in_(accounts), o.person_id.is_distinct_from(person_id))
    erased.work.conn.execute(told.values(account_id=None))
    by_resident = update(t.meal_order).where(o.person_id == person_id, o.via.in_(OWN_WAYS))
    erased.work.conn.execute(by_resident.values(by_id=None))
    nobody = dict.fromkeys(("person_id", "by_person_id", "account_id", "home_id"))
    mine = update(t.meal_order).where(o.person_id == person_id)
    erased.erase("meal_order", mine.values(**nobody, missed_sealed=""))


def _part_from_money(erased: Erased, person_id: int) -> None:
    """What is left, or owed, is told to staff: the number of the account is all that is known of it from now on."""
    work, a, e = erased.work, t.meal_account.c, t.meal_entry.c
    own = update(t.meal_entry).where(e.by.in_(OWN_HANDS), e.by_id == person_id)
    work.conn.execute(own.values(by_id=None))
    account = balance_to_come(work, person_id)
    if account is not None:
        words = LEFT if account["cents"] > 0 else OWED
        said = words.format(number=account["number"], sum=yuan(abs(account["cents"])))
        number = account["number"]
        OpenDeskItem(PAY_OUT, said, canteen_id=_canteen(work, number), meal_account_id=number).run(work)
    mine = update(t.meal_account).where(a.person_id == person_id)
    erased.erase("meal_account", mine.values(person_id=None))

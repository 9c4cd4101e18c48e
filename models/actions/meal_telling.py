"""What others do to somebody's meal is told to the diner: a canteen's doing, a carer's, a clerk's.

A canteen's own doing is told in any case, by message or by a call, since nobody has asked for it. What a carer or a
clerk does was wished for by the diner or the family: it is told by message alone, one for each order, and nobody is
called.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from models import tables as t
from models.actions.diner_calls import reachable, tell_diner
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.rules.standing import days_named
from models.store import To, Work
from models.views.carers import called
from models.views.people import own_account
from models.views.users import asker_of

DONE = {"cancelled": "取消了", "changed": "改了菜或者取法"}
CALL = "{canteen}把 {meal}（订餐 {number}）{done}{back}。请打电话告诉本人，问要不要订别的。"
FOR_DINER = "meal_for_diner"
REFUNDED = "meal_refunded"
CLERK, STAFF = "社区工作人员", "工作人员"
WAITS = ("queued", "held")  # a message that has not been sent


def tell_of_canteen(work: Work, meal_order_id: int, user_id: int, end: str, refund_cents: int = 0) -> None:
    """Tell the diner what a user of the console has done. `end`: cancelled, changed.

    A clerk of the community does it because the diner has called: then it is a message or nothing.
    """
    asker = asker_of(work, user_id)
    if asker is not None and not asker.is_firm:
        tell_of_staff(work, meal_order_id, end, CLERK, refund_cents)
    o = t.meal_order.c
    columns = (o.number, o.day, o.meal, o.account_id, o.person_id, t.canteen.c.name.label("canteen"))
    query = select(*columns).join_from(t.meal_order, t.canteen).where(o.id == meal_order_id)
    row = work.conn.execute(query).first()
    if asker is None or not asker.is_firm or row is None or row.person_id is None:
        return
    meal = _meal(row)
    refund = yuan(refund_cents) if refund_cents else ""
    facts = {"end": end, "number": row.number, "canteen": row.canteen, "meal": meal, "refund": refund}
    back = f"，餐费 {refund}已经退回" if refund else ""
    call = CALL.format(canteen=row.canteen, meal=meal, number=row.number, done=DONE[end], back=back)
    tell_diner(work, row.person_id, row.account_id, "meal_by_canteen", facts, call)


def tell_of_staff(work: Work, meal_order_id: int, end: str, who: str = STAFF, refund_cents: int = 0) -> None:
    """Tell the diner, or the carer who ordered, what staff have done for them. `end`: placed, changed, cancelled."""
    row = _order(work, meal_order_id)
    if row is None:
        return
    own = own_account(work, row.person_id)
    account_id = own if own is not None else row.account_id
    if reachable(work, account_id):
        _tell(work, account_id, end, who, row, refund_cents)


def tell_of_refund(work: Work, meal_order_id: int, end: str, refund_cents: int) -> None:
    """Tell the diner, or the carer who ordered, of money that moved for a meal which nobody took; nobody is called.

    `end`: pickup, delivery (it went back for a meal had so), taken (it was handed over after all).
    """
    row = _order(work, meal_order_id)
    own = own_account(work, row.person_id) if row else None
    account_id = own if own is not None else row.account_id if row else None
    if reachable(work, account_id):
        facts = {"end": end, "number": row.number, "meal": _meal(row), "refund": yuan(refund_cents)}
        work.tell(To(account_id=account_id), REFUNDED, facts)


def tell_of_carer(work: Work, meal_order_id: int, by_person_id: int, end: str, refund_cents: int = 0) -> None:
    """Tell the diner, who has an account, what a carer has done. `end`: placed, changed, cancelled."""
    row = _order(work, meal_order_id)
    if row is None:
        return
    own = own_account(work, row.person_id)
    if own is not None:
        _tell(work, own, end, _name(work, by_person_id), row, refund_cents)


def tell_of_standing(work: Work, person_id: int, by_person_id: int, meal: str, days: list[int]) -> None:
    """Tell the diner, who has an account, that a carer has ordered for good; of each day's meal they hear no more."""
    own = own_account(work, person_id)
    if own is None:
        return
    facts = {"end": "standing", "who": _name(work, by_person_id), "meal": MEAL_NAMES[meal]}
    work.tell(To(account_id=own), FOR_DINER, facts | {"day": days_named(days)})


def _name(work: Work, person_id: int) -> str:
    p = t.person.c
    columns = select(p.name_sealed, p.phone_sealed).where(p.id == person_id)
    return called(work, work.conn.execute(columns).one())


def _order(work: Work, meal_order_id: int) -> Any:
    """The order with its canteen's menu; None for one that is nobody's any more."""
    o, m = t.meal_order.c, t.menu.c
    columns = (o.id, o.number, o.day, o.meal, o.code, o.person_id, o.account_id, m.cancel_until)
    query = select(*columns).join_from(t.meal_order, t.menu).where(o.id == meal_order_id)
    return work.conn.execute(query.where(o.person_id.is_not(None))).first()


def _tell(work: Work, account_id: int | None, end: str, who: str, row: Any, refund_cents: int) -> None:
    """One message for an order: while an earlier one has not been sent, it says what has become of it since."""
    facts = {
        "end": end,
        "number": row.number,
        "who": who,
        "meal": _meal(row),
        "dishes": _dishes(work, row.id),
        "code": row.code,
        "back": _until(work, row),
        "refund": yuan(refund_cents) if refund_cents else "",
    }
    o = t.outbox.c
    waits = select(o.id, o.facts).where(o.account_id == account_id, o.kind == FOR_DINER, o.state.in_(WAITS))
    for earlier in work.conn.execute(waits).all():
        if earlier.facts.get("number") != row.number:
            continue
        new = earlier.facts["end"] == "placed" and end == "changed"
        this = update(t.outbox).where(o.id == earlier.id, o.state.in_(WAITS))
        if work.conn.execute(this.values(facts=facts | ({"end": "placed"} if new else {}))).rowcount:
            return
    work.tell(To(account_id=account_id), FOR_DINER, facts)


def _meal(row: Any) -> str:
    return f"{day_named(row.day)}{MEAL_NAMES[row.meal]}"


def _dishes(work: Work, meal_order_id: int) -> str:
    of, d = t.meal_order_dish.c, t.dish.c
    query = select(d.name, of.count.label("portions")).join_from(t.meal_order_dish, t.dish)
    rows = work.conn.execute(query.where(of.meal_order_id == meal_order_id).order_by(of.id))
    return "、".join(f"{row.name} {row.portions} 份" for row in rows)


def _until(work: Work, row: Any) -> str:
    """Until when the diner may cancel it; empty when that is over."""
    until = row.cancel_until.astimezone(ZoneInfo(work.limits["time_zone"]))
    return f"{day_named(until)} {until.hour}:{until:%M}" if until > work.now else ""

"""When a canteen itself cancels or changes a meal, the diner hears of it: by message, or by a call."""

from __future__ import annotations

from sqlalchemy import select

from models import tables as t
from models.actions.diner_calls import tell_diner
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.store import Work
from models.views.users import asker_of

DONE = {"cancelled": "取消了", "changed": "改了菜或者取法"}
CALL = "{canteen}把 {meal}（订餐 {number}）{done}{back}。请打电话告诉本人，问要不要订别的。"


def tell_of_canteen(work: Work, meal_order_id: int, user_id: int, end: str, refund_cents: int = 0) -> None:
    """Tell the diner what a user of the canteen has done. `end`: cancelled, changed.

    A clerk of the community does it because the diner has called, so nobody need be told.
    """
    asker = asker_of(work, user_id)
    o = t.meal_order.c
    columns = (o.number, o.day, o.meal, o.account_id, o.person_id, t.canteen.c.name.label("canteen"))
    query = select(*columns).join_from(t.meal_order, t.canteen).where(o.id == meal_order_id)
    row = work.conn.execute(query).first()
    if asker is None or not asker.is_firm or row is None or row.person_id is None:
        return
    meal = f"{row.day.month} 月 {row.day.day} 日{MEAL_NAMES[row.meal]}"
    refund = yuan(refund_cents) if refund_cents else ""
    facts = {"end": end, "number": row.number, "canteen": row.canteen, "meal": meal, "refund": refund}
    back = f"，付过的 {refund}退回了余额" if refund else ""
    call = CALL.format(canteen=row.canteen, meal=meal, number=row.number, done=DONE[end], back=back)
    tell_diner(work, row.person_id, row.account_id, "meal_by_canteen", facts, call)

"""An order of a menu that was withdrawn: cancelled with its money back, and whoever ordered it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.canteens import runs
from models.actions.diner_calls import tell_diner
from models.actions.meals import CancelMeal
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class CancelWithdrawn:
    """Cancel one order of a withdrawn menu. Who has no account is called: that is an item for the desk.

    `user_id` None: the timer, where whoever withdrew the menu did not come to this order.
    """

    meal_order_id: int
    user_id: int | None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives what CancelMeal gives. Refusals: unknown (the menu is not withdrawn, or not theirs), and its own."""
        row = self._row(work)
        if row is None or row.menu_state != "withdrawn" or not runs(work, self.user_id, row.canteen_id):
            return Refusal(Why.UNKNOWN)
        via = "standing" if self.user_id is None else "console"
        done = CancelMeal(self.meal_order_id, via=via, by_id=self.user_id, late=True).run(work)
        if done["ok"]:
            self._tell(work, row, int(done["refund_cents"]))
        return done

    def _row(self, work: Work) -> Any:
        o, m = t.meal_order.c, t.menu.c
        columns = (o.id, o.number, o.account_id, o.person_id, o.day, o.meal, o.canteen_id)
        query = select(*columns, t.canteen.c.name.label("canteen"), m.state.label("menu_state"))
        joined = query.join_from(t.meal_order, t.menu, m.id == o.menu_id).join(
            t.canteen, t.canteen.c.id == o.canteen_id
        )
        return work.conn.execute(joined.where(o.id == self.meal_order_id)).first()

    def _tell(self, work: Work, row: Any, refund_cents: int) -> None:
        meal = f"{day_named(row.day)}{MEAL_NAMES[row.meal]}"
        refund = yuan(refund_cents) if refund_cents else ""
        facts = {"number": row.number, "canteen": row.canteen, "meal": meal, "refund": refund}
        back = f"，餐费 {refund}已经退回" if refund else ""
        call = f"{row.canteen}做不了 {meal}，订餐 {row.number} 已经取消{back}。请打电话告诉本人。"
        tell_diner(work, row.person_id, row.account_id, "meal_withdrawn", facts, call)

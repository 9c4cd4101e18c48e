"""What a person has to do: return visits, defects, people who want a person, orders nobody handles."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, looking, me, show, working
from models import views
from models.actions.desk import CloseDeskItem
from models.rules.orders import Refusal, Why


def items() -> ResponseReturnValue:
    """The open items, oldest first."""
    with looking() as work:
        found = views.desk_items(work, me().asker)
    return show("items.html", items=found)


def done(item_id: int) -> ResponseReturnValue:
    """Mark one as done; what the asker does not see, they cannot mark."""
    with working() as work:
        mine = any(item.id == item_id for item in views.desk_items(work, me().asker))
        outcome = CloseDeskItem(item_id, g.me.id).run(work) if mine else Refusal(Why.UNKNOWN)
    return back(outcome, "已经标为处理完。", "console.items")

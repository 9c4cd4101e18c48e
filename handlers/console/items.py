"""What a person has to do: return visits, defects, people who want a person, orders nobody handles."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, found, looking, me, said, show, working, write_down
from models import views
from models.actions.desk import CloseDeskItem
from models.actions.persons import AnswerPerson, ForgetPerson
from models.rules.orders import Refusal, Why
from models.store import Work


def items() -> ResponseReturnValue:
    """The open items, oldest first."""
    return _page()


def _page(shown: int = 0, contact: views.Contact | None = None) -> str:
    with looking() as work:
        open_items = views.desk_items(work, me().asker)
    return show("items.html", items=open_items, shown=shown, contact=contact)


def _account(work: Work, item_id: int) -> int:
    """The account of an item that the asker sees; 404 when there is none."""
    mine = (one.account_id for one in views.desk_items(work, me().asker) if one.id == item_id)
    return found(next(mine, None))


def item_contact(item_id: int) -> ResponseReturnValue:
    """The same page with phone and doors of one person; that somebody looked is written down first."""
    with working() as work:
        account_id = _account(work, item_id)
        write_down(work, "contact", account_id)
        contact = found(views.contact_of(work, me().asker, account_id))
    return _page(item_id, contact)


def item_answer(item_id: int) -> ResponseReturnValue:
    """Words to somebody who asked for a person."""
    with working() as work:
        outcome = AnswerPerson(_account(work, item_id), g.me.id, said()).run(work)
    return back(outcome, "已经回复居民。", "console.items")


def item_forget(item_id: int) -> ResponseReturnValue:
    """Forget address and phone, as the person wants; only after the box has been ticked."""
    with working() as work:
        account_id = _account(work, item_id)
        sure = request.form.get("sure") == "yes"
        outcome = ForgetPerson(account_id, g.me.id).run(work) if sure else Refusal(Why.NEEDS_WORDS)
    return back(outcome, "住址和电话已经删除。", "console.items")


def done(item_id: int) -> ResponseReturnValue:
    """Mark one as done; what the asker does not see, they cannot mark."""
    with working() as work:
        mine = any(item.id == item_id for item in views.desk_items(work, me().asker))
        outcome = CloseDeskItem(item_id, g.me.id).run(work) if mine else Refusal(Why.UNKNOWN)
    return back(outcome, "已经标为处理完。", "console.items")

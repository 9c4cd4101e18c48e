"""What a person has to do: return visits, defects, people nobody has answered, orders nobody handles."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, found, looking, me, said, show, working, write_down
from models import views
from models.actions.carers import DecideCarer
from models.actions.desk import CloseDeskItem
from models.actions.meal_money import PayOutLeft
from models.actions.person_talk import StartTalk
from models.actions.persons import ForgetPerson
from models.rules.money import yuan
from models.rules.orders import Refusal, Why
from models.store import Work

SENT_AWAY = "已经发给居民。他的回话由别的片区的工作人员接。"


def items() -> ResponseReturnValue:
    """The open items, oldest first."""
    return _page()


def _page(shown: int = 0, contact: views.Contact | None = None) -> str:
    with looking() as work:
        open_items = views.desk_items(work, me().asker)
        people = [one.account_id for one in open_items if one.account_id is not None]
        talks = views.latest_talks(work, me().asker, people)
        asked = {one.id: views.carer_of_item(work, me().asker, one) for one in open_items}
        seen = views.accounts_seen(work, me().asker, people)
        apart = {one.id for one in open_items if one.account_id not in seen}
    facts = {"talks": talks, "shown": shown, "contact": contact, "asked": asked, "apart": apart}
    return show("items.html", items=open_items, **facts)


def _sees(work: Work, item: views.DeskItem) -> bool:
    """Whether whose account it is lives in the asker's area, or has reported from there."""
    return item.account_id is not None and views.contact_of(work, me().asker, item.account_id) is not None


def _item(work: Work, item_id: int) -> views.DeskItem:
    """An open item that the asker sees; 404 when there is none."""
    mine = (one for one in views.desk_items(work, me().asker) if one.id == item_id)
    return found(next(mine, None))


def _account(work: Work, item_id: int) -> int:
    """The account of an item, of somebody whom the asker sees; 404 when there is none."""
    item = _item(work, item_id)
    return found(item.account_id if _sees(work, item) else None)


def item_contact(item_id: int) -> ResponseReturnValue:
    """The same page with phone and doors of one person; that somebody looked is written down first."""
    with working() as work:
        item = _item(work, item_id)
        write_down(work, "contact", item.account_id)
        contact = found(views.contact_of_item(work, me().asker, item))
    return _page(item_id, contact)


def item_answer(item_id: int) -> ResponseReturnValue:
    """Speak first to somebody whom the bot has failed, or who is to be called back: from then on it is a talk."""
    with working() as work:
        item = _item(work, item_id)
        account_id = found(item.account_id) if item.order_id else _account(work, item_id)
        outcome = StartTalk(account_id, g.me.id, said(), item_id).run(work)
        mine = outcome["ok"] and views.person_talk(work, me().asker, outcome["number"])
    if not mine:
        return back(outcome, SENT_AWAY, "console.items")
    return back(outcome, "已经发给居民。他的回话会出现在这里。", "console.talk", number=outcome["number"])


def item_forget(item_id: int) -> ResponseReturnValue:
    """Forget address and phone, as the person wants; only after the box has been ticked."""
    with working() as work:
        account_id = _account(work, item_id)
        sure = request.form.get("sure") == "yes"
        outcome = ForgetPerson(account_id, g.me.id).run(work) if sure else Refusal(Why.NEEDS_WORDS)
    return back(outcome, "住址和电话已经删除。", "console.items")


def item_carer(item_id: int) -> ResponseReturnValue:
    """Whether the elder agrees on paper that a relative orders for them."""
    with working() as work:
        item = _item(work, item_id)
        carer_id = views.carer_of_item(work, me().asker, item)
        agrees = request.form.get("agrees") == "yes"
        decided = carer_id and DecideCarer(carer_id, agrees, user_id=g.me.id).run(work)
        outcome = decided or Refusal(Why.ALREADY)
    return back(outcome, "记下了，家人会收到消息。" if agrees else "记下了，不能代订。", "console.items")


def item_paid_out(item_id: int) -> ResponseReturnValue:
    """What was left in the account of somebody who has been erased has been given back."""
    with working() as work:
        outcome = PayOutLeft(_item(work, item_id).id, g.me.id).run(work)
    said_so = f"已经退了 {yuan(outcome.get('cents', 0))}，账户里没有钱了。"
    return back(outcome, said_so, "console.items")


def done(item_id: int) -> ResponseReturnValue:
    """Mark one as done; what the asker does not see, they cannot mark."""
    with working() as work:
        outcome = CloseDeskItem(_item(work, item_id).id, g.me.id).run(work)
    return back(outcome, "已经标为处理完。", "console.items")

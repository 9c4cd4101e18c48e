"""What a clerk does with who works on an order and when: pass on, pause, agree upon a visit, helpers, merge."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.orders import settled
from handlers.console.pages import found, looking, me, moment_typed, said, whole, working
from models import views
from models.actions import Action
from models.actions.appointment import Appoint
from models.actions.helpers import AddHelper, DismissHelper
from models.actions.merge import Merge
from models.actions.pause import Pause, Resume
from models.actions.transfer import Transfer

BY = "console"


def transfer(number: int) -> ResponseReturnValue:
    """Pass the order on to another unit, with a reason."""
    unit_id = whole("unit", request.form)
    action = Transfer(_order(number), BY, g.me.id, said(), to_unit_id=unit_id, source=BY)
    return _done("transfer", number, action, "已经转过去，两边都会收到通知。")


def pause(number: int) -> ResponseReturnValue:
    """Let the order wait until a time, with a reason that the resident reads."""
    action = Pause(_order(number), BY, g.me.id, said(), moment_typed("until", request.form), BY)
    return _done("pause", number, action, "已经暂停，到时间会自动接着办；居民会收到通知。")


def resume(number: int) -> ResponseReturnValue:
    """Go on with an order that waits."""
    return _done("resume", number, Resume(_order(number), BY, g.me.id, BY), "已经恢复处理。")


def appoint(number: int) -> ResponseReturnValue:
    """Agree upon a visit."""
    visit = moment_typed("from", request.form), moment_typed("to", request.form)
    action = Appoint(_order(number), BY, g.me.id, *visit, said(), BY)
    return _done("appoint", number, action, "已经约好，居民和师傅都会收到通知。")


def helper(number: int) -> ResponseReturnValue:
    """Ask a colleague of the holder, or somebody of another unit, to help."""
    action = AddHelper(_order(number), BY, g.me.id, said(), whole("worker", request.form), BY)
    return _done("help", number, action, "已经请人帮忙。")


def dismiss(number: int) -> ResponseReturnValue:
    """A helper is not needed any more."""
    action = DismissHelper(_order(number), BY, g.me.id, said(), whole("worker", request.form), BY)
    return _done("dismiss", number, action, "已经告诉他不用再帮忙。")


def merge(number: int) -> ResponseReturnValue:
    """Make the order part of another one about the same thing; everybody is told."""
    into = whole("into", request.form)
    action = Merge(_order(number), into, BY, g.me.id, BY)
    return _done("merge", number, action, "已经合并，大家都会收到通知。")


def _order(number: int) -> int:
    with looking() as work:
        return found(views.order_by_number(work, me().asker, number)).id


def _done(step: str, number: int, action: Action, words: str) -> ResponseReturnValue:
    with working() as work:
        outcome = action.run(work)
    return settled(outcome, words, step, number)

"""Messages that went wrong on the way in or out, each with a button to try again; nothing of what they say."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, looking, show, working
from models import views
from models.actions.again import HearAgain, TellAgain


def trouble() -> ResponseReturnValue:
    """Inbox rows that are dead or poison, and outbox rows that failed or may not have arrived."""
    with looking() as work:
        heard, told = views.stuck_messages(work), views.failed_messages(work)
    return show("trouble.html", heard=heard, told=told)


def hear_again(inbox_id: int) -> ResponseReturnValue:
    """Let a message be heard anew, with all its tries."""
    with working() as work:
        outcome = HearAgain(inbox_id, g.me.id).run(work)
    return back(outcome, "已经安排再试一次，过一会儿刷新看看。", "console.trouble")


def tell_again(outbox_id: int) -> ResponseReturnValue:
    """Send a message once more."""
    with working() as work:
        outcome = TellAgain(outbox_id, g.me.id).run(work)
    return back(outcome, "已经安排再发一次，过一会儿刷新看看。", "console.trouble")

"""Erasing a resident who asked for it, and the page 删除记录: what was erased when, and nothing of whom."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.pages import back, found, looking, me, show, whole, working
from models import views
from models.actions.erasure import ErasePerson
from models.views.erasures import PAGE

SURE = "删除"  # what must be typed: a click alone erases nobody
NOT_SURE = "没有删除。确定要删除，请在框里写“删除”两个字，再点一次。"
DONE = "已经删除这位住户的资料。"
WAITS = "微信里的资料已经删除。还有 {open} 个工单没办结，办结后一天内自动删除姓名、电话和住址。"


def erase_resident(person_id: int) -> ResponseReturnValue:
    """Erase one person, once the word has been typed."""
    with looking() as work:
        found(views.person_by_id(work, me().asker, person_id))
    if request.form.get("sure", "").strip() != SURE:
        flash(NOT_SURE, "bad")
        return redirect(url_for("console.resident", person_id=person_id))
    with working() as work:
        outcome = ErasePerson(person_id, "console", g.me.id).run(work)
    if not outcome["ok"]:
        return back(outcome, "", "console.resident", person_id=person_id)
    here().forget_files(outcome["files"])
    return back(outcome, WAITS.format(**outcome) if outcome["open"] else DONE, "console.residents")


def erasures() -> ResponseReturnValue:
    """The newest first."""
    page = max(whole("page", request.args) or 1, 1)
    with looking() as work:
        rows = views.erasures(work, me().asker, page)
    return show("erasures.html", erasures=rows[:PAGE], more=len(rows) > PAGE, page=page)

"""Talks with residents: who wants a person, what was said, an answer, the end."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.pages import back, found, looking, me, said, show, working, write_down
from models import views
from models.actions.person_talk import AnswerTalk, EndTalk
from models.actions.persons import ForgetPerson
from models.rules.orders import Refusal, Why
from models.store import Work

RECENT = 20  # ended talks under the open ones


def _rows(work: Work) -> dict[str, Any]:
    return {
        "open_talks": views.person_talks(work, me().asker),
        "ended_talks": views.person_talks(work, me().asker, state="ended", most=RECENT),
    }


def talks() -> ResponseReturnValue:
    """The open talks that the asker is responsible for, who waits longest first; under them the last ended ones."""
    with looking() as work:
        rows = _rows(work)
    return show("person_talks.html", **rows)


def talk_rows() -> ResponseReturnValue:
    """The same list alone, for the page that looks for news."""
    with looking() as work:
        rows = _rows(work)
    return render_template("console/person_talk_rows.html", now=here().clock.now(), **rows)


def talk(number: int) -> ResponseReturnValue:
    """One talk with its transcript, without phone and door."""
    return _talk_page(number)


def talk_contact(number: int) -> ResponseReturnValue:
    """The same page with phone and doors; that somebody looked is written down first."""
    with working() as work:
        mine = _mine(work, number)
        write_down(work, "contact", mine.account_id)
        contact = found(views.contact_of_talk(work, me().asker, number))
    return _talk_page(number, contact)


def _talk_page(number: int, contact: views.Contact | None = None) -> str:
    with looking() as work:
        facts = _lines(work, number)
    return show("person_talk.html", contact=contact, **facts)


def _lines(work: Work, number: int) -> dict[str, Any]:
    return {
        "one": _mine(work, number),
        "lines": views.talk_lines(work, me().asker, number),
        "photos": views.talk_photos(work, me().asker, number),
    }


def talk_lines(number: int) -> ResponseReturnValue:
    """The transcript alone, for the page that looks for news."""
    with looking() as work:
        facts = _lines(work, number)
    return render_template("console/person_talk_lines.html", now=here().clock.now(), **facts)


def _mine(work: Work, number: int) -> views.PersonTalk:
    return found(views.person_talk(work, me().asker, number))


def talk_answer(number: int) -> ResponseReturnValue:
    """Words to the resident."""
    with working() as work:
        outcome = AnswerTalk(_mine(work, number).id, "console", g.me.id, said()).run(work)
    return back(outcome, "已经发给居民。", "console.talk", number=number, _anchor="latest")


def talk_end(number: int) -> ResponseReturnValue:
    """The talk is over; the resident is told what to do next."""
    with working() as work:
        outcome = EndTalk(_mine(work, number).id, "console", g.me.id).run(work)
    return back(outcome, "对话已经结束，居民会收到通知。", "console.talks")


def talk_forget(number: int) -> ResponseReturnValue:
    """Forget address and phone, as the person wants; only after the box has been ticked."""
    with working() as work:
        account_id = found(_mine(work, number).account_id)
        sure = request.form.get("sure") == "yes"
        outcome = ForgetPerson(account_id, g.me.id).run(work) if sure else Refusal(Why.NEEDS_WORDS)
    return back(outcome, "住址和电话已经删除。", "console.talk", number=number)

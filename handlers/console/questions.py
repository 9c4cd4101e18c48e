"""The page 问答: what no service item answers, answered once; what became of the answers; how a week went."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, found, looking, me, show, whole, working
from models import views
from models.actions.questions import AnswerUnanswered, DropUnanswered, MakeAlias, MakeItem
from models.rules.catalogue import CLASSES, FIELDS
from models.rules.orders import Refusal, Why
from models.store import Work


def questions() -> ResponseReturnValue:
    """Those that wait, what was asked most first; then those answered, to be reviewed."""
    page = max(1, min(whole("page", request.args) or 1, 1000))
    with looking() as work:
        waiting = views.unanswered_open(work, me().asker, page)
        more = bool(views.unanswered_open(work, me().asker, page + 1))
        answered = views.answered_lately(work, me().asker)
        items = views.items_choosable(work) if me().asker.sees_all else ()
    answered = answered if page == 1 else ()
    return show(
        "questions.html",
        waiting=waiting,
        page=page,
        more=more,
        answered=answered,
        items=items,
        classes=CLASSES,
        fields=FIELDS,
    )


def _id(work: Work, question_number: int) -> int:
    """The question of that number, if the asker sees it."""
    return found(views.unanswered_by_number(work, me().asker, question_number)).id


def answer_question(question_number: int) -> ResponseReturnValue:
    """Answer it, for everybody who asked."""
    with working() as work:
        words = request.form.get("words", "")
        outcome = AnswerUnanswered(_id(work, question_number), "console", g.me.id, words).run(work)
    told = f"Q{question_number} 已答复，发给了 {outcome.get('told', 0)} 位居民。"
    return back(outcome, told, "console.questions", step="question")


def drop_question(question_number: int) -> ResponseReturnValue:
    """It is no question for us."""
    with working() as work:
        outcome = DropUnanswered(_id(work, question_number), g.me.id).run(work)
    return back(outcome, f"Q{question_number} 已经去掉。", "console.questions", step="question")


def question_item(question_number: int) -> ResponseReturnValue:
    """Its answer becomes an item of its own."""
    form = request.form
    title, kind, field = form.get("title", ""), form.get("class_key", ""), form.get("field_key", "")
    with working() as work:
        question_id = _id(work, question_number)
        known = kind in CLASSES and field in FIELDS
        outcome = (
            MakeItem(question_id, title, kind, field, g.me.id).run(work)
            if known
            else Refusal(Why.NEEDS_WORDS)
        )
    return back(
        outcome, f"Q{question_number} 已经做成事项，以后直接答。", "console.questions", step="question"
    )


def question_alias(question_number: int) -> ResponseReturnValue:
    """It is another way to ask for an item."""
    with working() as work:
        question_id = _id(work, question_number)
        outcome = MakeAlias(question_id, whole("service_id", request.form) or 0, g.me.id).run(work)
    return back(
        outcome,
        f"Q{question_number} 已经并进事项，以后这样问也答得出。",
        "console.questions",
        step="question",
    )


def question_week() -> ResponseReturnValue:
    """How the last seven days went."""
    with looking() as work:
        week = views.asked_week(work, me().asker)
    return show("question_week.html", week=week)

"""One order: what is known, what was done, what was told, and what a clerk may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, g, request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.pages import back, found, looking, me, said, show, whole, working, write_down
from handlers.console.talk import conversation
from handlers.console.words import WORDS, beside, refused
from models import views
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.staff import Assign
from models.actions.transfer import units_for
from models.rules.orders import Refusal, Why
from models.store import Work

# Withdrawing is the resident's own word.
ENDS = tuple((key, label) for key, label in WORDS["end"].items() if key != "withdrawn")


FOR_HANDS = ("pause", "appoint", "help")  # forms that are there while somebody holds the order


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: what was typed, what is `wrong`, and the `field` that it stands beside."""

    step: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    field: str = ""
    gone: bool = False  # the order has moved on, and the form with it

    def typed(self, step: str, name: str, otherwise: object = "") -> Any:
        """What was typed into a field of that step's form."""
        return self.values.get(name, otherwise) if step == self.step else otherwise


def order(number: int) -> ResponseReturnValue:
    """One order, without door, name and phone."""
    return _order_page(number)


def order_news(number: int) -> ResponseReturnValue:
    """The newest line's id, for the open page that looks whether anything happened since."""
    with looking() as work:
        newest = found(views.newest_entry(work, me().asker, number))
    return Response(str(newest), mimetype="text/plain")


def contact(number: int) -> ResponseReturnValue:
    """The same page with door, name and phone; that somebody looked is written down first."""
    with working() as work:
        one = found(views.order_by_number(work, me().asker, number))
        write_down(work, "door", one.number)
        door = found(views.door_of(work, me().asker, one.id))
    return _order_page(number, door)


def settled(outcome: Mapping[str, Any], done: str, step: str, number: int) -> ResponseReturnValue:
    """Say what came of a form of the order's page; what is refused stays in its form, with the reason beside it."""
    if outcome["ok"]:
        return back(outcome, done, "console.order", number=number)
    tried = Tried(step, request.form, refused(outcome, step), beside(outcome, step))
    return _order_page(number, tried=tried), 422


def _is_gone(one: views.Order, step: str) -> bool:
    """Whether the order's page has no form for the step any more."""
    if one.state == "closed":
        return step not in ("reply", "note")
    return step in FOR_HANDS and not one.holder


def _order_page(number: int, door: views.Door | None = None, tried: Tried | None = None) -> str:
    asker = me().asker
    with looking() as work:
        one = found(views.order_by_number(work, asker, number))
        entries = views.timeline(work, asker, one.id)
        messages = views.messages_of_order(work, asker, one.id)
        facts = {
            "entries": entries,
            "talk": conversation(entries, messages, here().categories, views.own_texts(work)),
            "photos": views.photos(work, asker, one.id),
            "alike": views.likely_same_as(work, asker, one),
            "rating": views.rating_of(work, asker, one.id),
            "workers": _others(work, one),
            "helpers": views.helpers_of(work, asker, one.id),
            "other_units": _other_units(work, one),
        }
    tried = replace(tried, gone=_is_gone(one, tried.step)) if tried else Tried()
    return show("order.html", one=one, door=door, ends=ENDS, tried=tried, **facts)


def _other_units(work: Work, one: views.Order) -> Mapping[int, str]:
    """The units that the asker may pass the order on to; a firm passes nothing on."""
    return {} if me().asker.is_firm else units_for(work, one.estate_id, one.unit_id)


def _others(work: Work, one: views.Order) -> Mapping[str, Sequence[views.Worker]]:
    """Who may get the order, by unit, the one in charge first."""
    units = views.units_for(work, me().asker, one)
    people = views.workers_of_units(work, [unit.id for unit in units])
    return {
        unit.name: [worker for worker in people[unit.id] if worker.id != one.holder_id]
        for unit in units
        if people[unit.id]
    }


def _mine(work: Work, number: int) -> views.Order:
    return found(views.order_by_number(work, me().asker, number))


def assign(number: int) -> ResponseReturnValue:
    """Give the order to a worker of its unit."""
    with working() as work:
        one = _mine(work, number)
        outcome = Assign(one.id, whole("worker", request.form) or 0, g.me.id).run(work)
    return settled(outcome, "已经指派，师傅和居民都会收到通知。", "assign", number)


def close(number: int) -> ResponseReturnValue:
    """Close the order with an honest end and the words the resident will read."""
    with working() as work:
        one = _mine(work, number)
        end = request.form.get("end", "")
        known = end in dict(ENDS)
        outcome = CloseOrder(one.id, g.me.id, said(), end).run(work) if known else Refusal(Why.NEEDS_WORDS)
    return settled(outcome, "已经办结，并通知居民。", "close", number)


def reply(number: int) -> ResponseReturnValue:
    """Say something to everybody who follows the order."""
    with working() as work:
        one = _mine(work, number)
        outcome = ReplyFromDesk(one.id, g.me.id, said()).run(work)
    return settled(outcome, "已经交给系统发送，下面能看到有没有送到。", "reply", number)


def note(number: int) -> ResponseReturnValue:
    """Write something down that only staff read."""
    with working() as work:
        one = _mine(work, number)
        outcome = NoteOrder(one.id, g.me.id, said()).run(work)
    return settled(outcome, "已经记下。", "note", number)

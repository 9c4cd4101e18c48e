"""One order on a worker's phone, and the list of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import abort, g, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from bot.photos import thumbnail
from handlers.page import moments, uploads
from handlers.page.site import here, looking, working
from handlers.page.verbs import (
    GIVEN_AWAY,
    VERBS,
    WORDLESS,
    Form,
    Verb,
    ends,
    hindered,
    offered,
    people,
    takers,
    typed,
)
from handlers.page.visitor import asker, become, caller, fresh, me
from handlers.page.words import beside, device, did, why
from models import views
from models.actions.desk import Audit
from models.actions.offers import offers
from models.actions.page import BindPhone, EndPhone
from models.store import Work

WORDS_LENGTH = 500
WORD_LENGTH = 40  # a binding word with whatever stands around it
SMALL = 480  # pixels: half a phone's width on most screens


def door(token: str) -> ResponseReturnValue:
    """Where the address in the group leads: on to the order for a bound phone, else what the group has read."""
    if g.phone is not None and not _stands(token):
        return redirect(url_for("page.mine"))  # the order has gone to another unit since
    head = _head(token)
    if g.phone is None:
        return render_template("page/bind.html", head=head, token=token, wrong="")
    if not _mine(head):
        abort(404)
    return redirect(url_for("page.order", number=head.number) if _open_to_me(head) else url_for("page.mine"))


def bind(token: str) -> ResponseReturnValue:
    """Take a worker's word: this phone acts for them from now on."""
    head, wall = _head(token), here().wall.now()
    word, agent = request.form.get("word", "")[:WORD_LENGTH], request.user_agent.string
    action = BindPhone(head.unit_id, word, g.visitor.secret, caller(), device(agent), wall)
    with working() as work:
        outcome = action.run(work)
    if not outcome["ok"]:
        wrong = why(outcome, "binding")
        return render_template("page/bind.html", head=head, token=token, wrong=wrong), 422
    become(fresh(outcome["phone_id"]))
    return redirect(url_for("page.order", number=head.number, did="bind"), 303)


def _stands(token: str) -> bool:
    with looking() as work:
        return views.page_of(work, token) is not None


def _head(token: str) -> views.PageHead:
    with looking() as work:
        return views.page_of(work, token) or abort(404)


def _mine(head: views.PageHead) -> bool:
    return head.unit_id == me().worker.unit_id


def _open_to_me(head: views.PageHead) -> bool:
    """Of an order of another unit only whoever helps with it sees more."""
    with looking() as work:
        return views.order_by_number(work, asker(), head.number) is not None


def mine() -> ResponseReturnValue:
    """What the worker holds, and what waits for anybody of the unit."""
    staff = asker()
    with looking() as work:
        held = views.open_orders_of(work, staff)
        waiting = views.queue(work, staff, views.Wanted("waiting")).orders
    said = did(request.args.get("did", ""))
    return render_template("page/mine.html", held=held, waiting=waiting, said=said)


def end() -> ResponseReturnValue:
    """The worker does not want to use this phone any more."""
    with here().store.work(here().wall.now()) as work:
        EndPhone(me().id).run(work)
    g.phone = None
    become(fresh())
    return render_template("page/ended.html")


def order(number: int) -> ResponseReturnValue:
    """One order, without door, name and phone."""
    return _show(number, said=did(request.args.get("did", "")))


def contact(number: int) -> ResponseReturnValue:
    """The same page with door, name and phone, for the holder alone; that they looked is written down first."""
    staff = asker()
    with working() as work:
        one = _order(work, number)
        shown = views.door_of(work, staff, one.id)
        if shown is not None:
            Audit(None, "door", str(one.number), staff.worker_id).run(work)
    if shown is None:
        return _show(number, wrong=why({"why": "not_yours", "by": one.holder})), 403
    return _show(number, shown=shown)


def act(number: int, name: str) -> ResponseReturnValue:
    """Do what one of the forms asks for. What is refused is shown with the words still in their form."""
    verb = VERBS.get(name) or abort(404)
    form = typed(request.form, WORDS_LENGTH)
    try:
        with uploads.received() as photos:
            outcome = _done(number, verb, form, photos)
    except uploads.NotTaken as refusal:
        most = here().store.limits["page_photos"]
        outcome = {"ok": False, "why": str(refusal), "most": most, "megabytes": uploads.MEGABYTES}
    if not outcome["ok"]:
        wrong, part = why(outcome, verb=verb.name), beside(outcome, verb.name)
        return _show(number, wrong=wrong, verb=verb, form=form, beside=part), 422
    if verb.name in GIVEN_AWAY:
        return redirect(url_for("page.mine", did=verb.name), 303)
    return redirect(url_for("page.order", number=number, did=_did(verb, outcome)), 303)


def _did(verb: Verb, outcome: Mapping[str, Any]) -> str:
    """The name of the words for it: some steps come out in two ways."""
    if outcome.get("part"):
        return "helped"
    return f"{verb.name}_outside" if outcome.get("outside") else verb.name


def _done(number: int, verb: Verb, form: Form, photos: uploads.Received) -> Mapping[str, Any]:
    with working() as work:
        one = _order(work, number)
        whole = replace(form, photos=tuple(photos.photos))
        outcome = verb.action(one.id, asker().worker_id, whole).run(work)
        if outcome["ok"]:
            photos.keep()
    return outcome


def _order(work: Work, number: int) -> views.Order:
    """The order, if the worker's unit has it now or they help with it; anything else is not there."""
    return views.order_by_number(work, asker(), number) or abort(404)


def _show(
    number: int,
    *,
    said: str = "",
    wrong: str = "",
    verb: Verb | None = None,
    form: Form | None = None,
    beside: str = "",
    shown: views.Door | None = None,
) -> str:
    with looking() as work:
        one = _order(work, number)
        entries = views.timeline(work, asker(), one.id)
        photos = [photo for photo in views.photos(work, asker(), one.id) if photo.file]
        open_to = offers(work, one.id, me().worker.id, VERBS) or abort(404)
    return render_template(
        "page/order.html",
        one=one,
        entries=entries,
        photos=photos,
        open_to=open_to,
        verbs=offered(open_to),
        hints=[why(refusal) for refusal in hindered(open_to)],
        wordless=WORDLESS,
        people=people(open_to),
        takers=takers(open_to),
        days={verb: moments.days(here().clock.now(), most) for verb, most in _days().items()},
        times=moments.times(),
        ends=ends(),
        said=said,
        wrong=wrong,
        at=verb,
        form=form or Form(),
        beside=beside,
        door=shown,
        most=here().store.limits["page_photos"],
    )


def _days() -> dict[str, int]:
    """How many days each form offers that asks for one."""
    limits = here().store.limits
    return {"pause": limits["pause_days"], "appoint": limits["visit_days"]}


def photo(number: int, photo_id: int) -> ResponseReturnValue:
    """One photo of the order as it was kept."""
    return send_from_directory(here().photo_dir.resolve(), _file(number, photo_id), mimetype="image/jpeg")


def small_photo(number: int, photo_id: int) -> ResponseReturnValue:
    """A smaller one, made anew each time: photos are few, and phones pay for what they load."""
    path = here().photo_dir / _file(number, photo_id)
    return thumbnail(path.read_bytes(), SMALL) if path.is_file() else abort(404), {
        "Content-Type": "image/jpeg"
    }


def _file(number: int, photo_id: int) -> str:
    with looking() as work:
        kept = views.photo_by_id(work, asker(), _order(work, number).id, photo_id)
    if kept is None or kept.file is None:
        abort(404)
    return kept.file


def missing(anything: str) -> ResponseReturnValue:
    """Any other address: says so in our own words."""
    abort(404)

"""The search box. What is looked for is sent, not written into the address: addresses stand in many logs."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.language.addresses import read_home
from bot.language.phones import read_phone
from bot.language.text import clean
from handlers.console.pages import looking, me, show, working, write_down
from models import views
from models.rules.phones import callable_number, line_of
from models.store import Work

LENGTH = 60
TAIL = 4  # digits by which people call a phone; nobody can be found by them


def search() -> ResponseReturnValue:
    """An order by its number, the orders of an estate by its name; else the orders, people and homes that fit."""
    sought = clean(request.form.get("q", "")[:LENGTH])
    with looking() as work:
        if is_number(sought) and views.order_by_number(work, me().asker, int(sought)):
            return redirect(url_for("console.order", number=int(sought)))
        if estate_id := _only_estate(work, sought):
            return redirect(url_for("console.queue", estate=estate_id, state="all"))
    with working() as work:
        hits = look(work, sought)
    return show("search.html", sought=sought, hits=hits, four=is_number(sought) and len(sought) == TAIL)


def search_page() -> ResponseReturnValue:
    """The empty box, for whoever comes back to the address."""
    return show("search.html", sought="", hits=None, four=False)


def _only_estate(work: Work, sought: str) -> int | None:
    """The estate, when nothing else was written."""
    names = {name: one.id for one in views.own_estates(work, me().asker) for name in (one.name, *one.aliases)}
    return names.get(sought)


def is_number(sought: str) -> bool:
    """Whether it can be an order's number."""
    return sought.isascii() and sought.isdigit() and len(sought) <= 9


def look(work: Work, sought: str) -> views.Hits:
    """What fits; that a person was shown is written down."""
    hits = _look(work, sought)
    for one in hits.people:
        write_down(work, "found_person", one.id)
    return hits


def _look(work: Work, sought: str) -> views.Hits:
    asker = me().asker
    if phone := read_phone(sought) or line_of(callable_number(sought)):
        return views.by_phone(work, asker, phone)
    if found := spots(work, sought):
        return views.by_place(work, asker, found)
    return views.by_name(work, asker, sought)


def spots(work: Work, sought: str) -> list[views.Spot]:
    """The readings of an address, with the estates that are named in it; none when nobody knows the one named."""
    named = views.estates_named(work, sought)
    return [
        views.Spot(ref.building, ref.unit, ref.room, named)
        for ref in read_home(sought)
        if (ref.building or (ref.room and named)) and (named or not ref.estate)
    ]

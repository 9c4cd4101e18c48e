"""Every address of the console in one table: who may open it, and which function answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask.typing import ResponseReturnValue

from handlers.console import accounts, codes, items, orders, pages, people, photos, session, settings, trouble

Who = Literal["anybody", "signed_in", "admin"]


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `view`'s name is the endpoint's; `poll`: asked by the page itself, so it is no sign of life."""

    rule: str
    method: Literal["GET", "POST"]
    view: Callable[..., ResponseReturnValue]
    who: Who = "signed_in"
    poll: bool = False


ROUTES = (
    Route("/sign-in", "GET", session.sign_in_page, "anybody"),
    Route("/sign-in", "POST", session.sign_in, "anybody"),
    Route("/sign-out", "POST", session.sign_out),
    Route("/", "GET", orders.queue),
    Route("/orders/list", "GET", orders.queue_rows, poll=True),
    Route("/orders/<int(max=999999999):number>", "GET", orders.order),
    Route("/orders/<int(max=999999999):number>/contact", "POST", orders.contact),
    Route("/orders/<int(max=999999999):number>/assign", "POST", orders.assign),
    Route("/orders/<int(max=999999999):number>/close", "POST", orders.close),
    Route("/orders/<int(max=999999999):number>/reply", "POST", orders.reply),
    Route("/orders/<int(max=999999999):number>/note", "POST", orders.note),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>.jpg", "GET", photos.large
    ),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>/small.jpg",
        "GET",
        photos.small,
    ),
    Route("/items", "GET", items.items),
    Route("/items/<int(max=999999999):item_id>/done", "POST", items.done),
    Route("/items/<int(max=999999999):item_id>/contact", "POST", items.item_contact, "admin"),
    Route("/items/<int(max=999999999):item_id>/answer", "POST", items.item_answer, "admin"),
    Route("/items/<int(max=999999999):item_id>/forget", "POST", items.item_forget, "admin"),
    Route("/people", "GET", people.people),
    Route("/people/workers", "POST", people.add_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/stop", "POST", people.stop_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/resume", "POST", people.resume_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/word", "POST", people.worker_word),
    Route("/people/groups/<int(max=999999999):group_id>/word", "POST", people.group_word),
    Route("/people/workers/<int(max=999999999):worker_id>/duty", "POST", people.duty),
    Route("/people/bindings/<int(max=999999999):binding_id>/end", "POST", people.unbind),
    Route("/codes", "GET", codes.codes, "admin"),
    Route("/codes/<int(max=999999999):building_id>", "GET", codes.sheet, "admin"),
    Route("/codes/estates/<int(max=999999999):estate_id>", "GET", codes.sheets, "admin"),
    Route("/trouble", "GET", trouble.trouble, "admin"),
    Route("/trouble/heard/<int(max=999999999):inbox_id>/again", "POST", trouble.hear_again, "admin"),
    Route("/trouble/told/<int(max=999999999):outbox_id>/again", "POST", trouble.tell_again, "admin"),
    Route("/settings", "GET", settings.settings, "admin"),
    Route("/settings/<key>", "GET", settings.section, "admin"),
    Route("/settings/<key>", "POST", settings.make_setting, "admin"),
    Route("/settings/<key>/<int(max=999999999):row_id>", "GET", settings.setting, "admin"),
    Route("/settings/<key>/<int(max=999999999):row_id>", "POST", settings.change_setting, "admin"),
    Route("/settings/groups/<int(max=999999999):group_id>/unbind", "POST", settings.unbind_group, "admin"),
    Route("/accounts", "GET", accounts.accounts, "admin"),
    Route("/accounts", "POST", accounts.make, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/password", "POST", accounts.renew, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/lock", "POST", accounts.lock, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/unlock", "POST", accounts.unlock, "admin"),
    Route("/<path:anything>", "GET", pages.missing),
)

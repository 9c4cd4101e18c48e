"""The page of an order, for workers whose group can only be written to. make_blueprint() is its door.

It works in the built-in browsers of WeChat and WeCom without a script: forms, and a redirect after each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from flask import Blueprint, Response, abort, g, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from bot.clock import day_text, span_text
from handlers.console.words import details, moment, word
from handlers.page import orders, uploads
from handlers.page.site import EXTENSION, Site, here
from handlers.page.visitor import PATH, check_token, form_token, recognise, remember
from handlers.page.words import WORDS

__all__ = ["Site", "make_blueprint"]

log = logging.getLogger("linli.page")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `anybody`: it may be opened without a binding. `view`'s name is the endpoint's."""

    rule: str
    method: Literal["GET", "POST"]
    view: Callable[..., ResponseReturnValue]
    anybody: bool = False


ROUTES = (
    Route("/<token>", "GET", orders.door, anybody=True),
    Route("/<token>/bind", "POST", orders.bind, anybody=True),
    Route("/mine", "GET", orders.mine),
    Route("/end", "POST", orders.end),
    Route("/orders/<int(max=999999999):number>", "GET", orders.order),
    Route("/orders/<int(max=999999999):number>/contact", "POST", orders.contact),
    Route("/orders/<int(max=999999999):number>/<name>", "POST", orders.act),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>.jpg", "GET", orders.photo
    ),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>/small.jpg",
        "GET",
        orders.small_photo,
    ),
    Route("/<path:anything>", "GET", orders.missing, anybody=True),
)


def make_blueprint(site: Site) -> Blueprint:
    """The pages under /p. The application needs a SECRET_KEY."""
    page = Blueprint(
        "page",
        __name__,
        url_prefix=PATH,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    for route in ROUTES:
        page.add_url_rule(route.rule, route.view.__name__, route.view, methods=[route.method])
    page.before_request(_guard)
    page.after_request(remember)
    page.after_request(_harden)
    page.context_processor(_facts)
    for away in (OperationalError, TimeoutError):
        page.register_error_handler(away, _busy)
    for status in WORDS["problems"]:
        page.register_error_handler(int(status), _problem)
    page.record_once(partial(_settle, site))
    return page


def _settle(site: Site, state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = site


OPEN = frozenset(f"page.{route.view.__name__}" for route in ROUTES if route.anybody)


def _guard() -> None:
    """Who it is comes first, so that a stranger cannot send us megabytes; then the form's token."""
    if request.endpoint == "page.static":
        return
    recognise()
    request.max_content_length = uploads.room() if g.phone else uploads.FIELDS_BYTES
    if g.phone is None and request.endpoint not in OPEN:
        abort(403)
    if request.method == "POST":
        check_token()


def _facts() -> dict[str, object]:
    return {
        "phone": g.get("phone"),
        "categories": here().categories,
        "form_token": form_token,
        "word": word,
        "moment": moment,
        "day": day_text,
        "span": span_text,
        "details": details,
    }


def _harden(response: Response) -> Response:
    """Files of ours hold nothing of anybody's: a browser may keep them."""
    response.headers.update(HEADERS)
    if request.endpoint == "page.static":
        del response.headers["Cache-Control"]
    return response


def _busy(away: Exception) -> ResponseReturnValue:
    log.warning("the database did not answer in time: %s", type(away).__name__)
    return _problem(ServiceUnavailable())


def _problem(error: Exception) -> ResponseReturnValue:
    status = error.code if isinstance(error, HTTPException) and error.code else 400
    title, advice = WORDS["problems"][str(status)]
    return render_template("page/problem.html", title=title, advice=advice), status

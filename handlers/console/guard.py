"""Who may pass: every request of the console is checked here, before any page is asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial

from flask import abort, flash, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from handlers.console.routes import Route
from handlers.console.session import sign_of_life, whoever_signed_in
from models import views

log = logging.getLogger("linli.console")
csrf = CSRFProtect()


def make_guard(routes: Mapping[str, Route]) -> Callable[[], ResponseReturnValue | None]:
    """The check to run before each request; `routes` by endpoint. Files of ours need no check."""

    def check() -> ResponseReturnValue | None:
        route = routes.get(request.endpoint or "")
        g.me = whoever_signed_in() if route else None
        if route is None:
            return None
        if g.me is None and route.who != "anybody":
            return _to_sign_in(route)
        if g.me and not opens(route, g.me):
            log.warning("an address was refused", extra={"user": g.me.id, "address": request.endpoint})
            abort(403)
        g.may_open = partial(_may_open, routes)
        if route.body:
            request.max_content_length = route.body
        csrf.protect()
        if g.me and not route.poll:
            sign_of_life()
        return None

    return check


def opens(route: Route, user: views.ConsoleUser) -> bool:
    """Whether this user may open such an address at all; whose things are shown there is for the views to say."""
    closed = {"admin": not user.asker.sees_all, "area": user.asker.is_firm}
    return not closed.get(route.who, False)


def _may_open(routes: Mapping[str, Route], endpoint: str) -> bool:
    return opens(routes[endpoint], g.me)


def _to_sign_in(route: Route) -> ResponseReturnValue:
    if route.poll:
        return "", 401
    if "user" in cookie:
        cookie.clear()
        flash("太久没有操作，已经退出。请重新登录。", "bad")
    if route.method == "GET":
        cookie["wanted"] = request.full_path.rstrip("?")
    return redirect(url_for("console.sign_in_page"))


def token() -> Markup:
    """The hidden field that every form bears."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())

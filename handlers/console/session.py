"""Signing in and out. The cookie holds a user's id, epoch and last sign of life; the rest is in the database."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.passwords import matches
from models import views
from models.actions.desk import SignedIn, SignInFailed, SignOutEverywhere

log = logging.getLogger("linli.console")
IDLE = timedelta(minutes=30)
REFUSED = (
    "没有登录成功，请核对账号和密码再试。连续输错 5 次，要等 15 分钟才能再登录。忘了密码，请找管理员重设。"
)


def whoever_signed_in() -> views.ConsoleUser | None:
    """The user of this request's cookie; None after 30 idle minutes, a sign-out anywhere, or a stop by an admin."""
    user_id, seen = cookie.get("user"), cookie.get("seen")
    if user_id is None or seen is None:
        return None
    now = here().wall.now()
    if now - datetime.fromisoformat(seen) > IDLE:
        return None
    with here().store.look(now) as work:
        user = views.console_user(work, user_id=user_id)
    return user if user and user.active and user.epoch == cookie.get("epoch") else None


def sign_of_life() -> None:
    """Start the idle minutes anew."""
    cookie["seen"] = here().wall.now().isoformat()


def sign_in_page() -> ResponseReturnValue:
    """The form; whoever is signed in already goes on to the orders."""
    return redirect(url_for("console.queue")) if g.me else render_template("console/sign_in.html")


def sign_in() -> ResponseReturnValue:
    """Check login and password. One answer for every cause: unknown, wrong, locked, stopped."""
    user = _checked(request.form.get("login", "")[:64].strip(), request.form.get("password", "")[:200])
    if user is None:
        log.warning("a sign-in was refused")  # without the login: people type their password there, too
        flash(REFUSED, "bad")
        return render_template("console/sign_in.html"), 403
    wanted = cookie.get("wanted")
    cookie.clear()
    cookie.update(user=user.id, epoch=user.epoch)
    sign_of_life()
    log.info("signed in", extra={"user": user.id})
    return redirect(wanted or url_for("console.queue"))


def _checked(login: str, password: str) -> views.ConsoleUser | None:
    now = here().wall.now()
    with here().store.look(now) as work:
        user = views.console_user(work, login=login)
    right = matches(password, user.password if user else None)
    with here().store.work(now) as work:
        # Read again: guesses that run side by side are counted one after the other.
        user = views.console_user(work, user_id=user.id) if user else None
        if user is None or not user.active or (user.locked_until and user.locked_until > now):
            return None
        outcome = (SignedIn(user.id) if right else SignInFailed(user.login)).run(work)
    return user if right and outcome["ok"] else None


def sign_out() -> ResponseReturnValue:
    """End every session of this user, on other machines too."""
    with here().store.work(here().wall.now()) as work:
        SignOutEverywhere(g.me.id).run(work)
    cookie.clear()
    flash("已经退出。", "good")
    return redirect(url_for("console.sign_in_page"))

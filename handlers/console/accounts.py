"""Accounts of the console. Passwords are made here and shown once; only their hashes are kept."""

from __future__ import annotations

import re

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, found, looking, show, whole, working, write_down
from handlers.console.passwords import hashed, new_password
from models import views
from models.actions.desk import SaveUser
from models.store import Work

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


def accounts() -> ResponseReturnValue:
    """All accounts, and the form for a new one."""
    with looking() as work:
        units = views.units(work)
        users = views.console_users(work)
    return show("accounts.html", units=units, users=users, names={unit.id: unit.name for unit in units})


def make() -> ResponseReturnValue:
    """A new account for a firm or other handling unit."""
    login, unit_id = request.form.get("login", "").strip(), whole("unit", request.form)
    password = new_password()
    kept = hashed(password)
    with working() as work:
        problem = _problem(work, login, unit_id)
        if not problem:
            SaveUser(login, "firm", kept, unit_id).run(work)
            write_down(work, "account_made", login)
    if problem:
        flash(problem, "bad")
        return redirect(url_for("console.accounts"))
    return show("password.html", login=login, password=password)


def _problem(work: Work, login: str, unit_id: int | None) -> str:
    if not LOGIN.fullmatch(login):
        return "账号名只能用小写字母、数字、点和横线，2 到 32 个。请改一下再试。"
    if views.console_user(work, login=login):
        return f"已经有账号 {login} 了，请换一个账号名。"
    if unit_id not in {unit.id for unit in views.units(work)}:
        return "请选择单位，再新建。"
    return ""


def _other(work: Work, user_id: int) -> views.ConsoleUser:
    """Somebody's account, but not one's own: nobody locks themselves out by a slip."""
    return found(views.console_user(work, user_id=user_id) if user_id != g.me.id else None)


def renew(user_id: int) -> ResponseReturnValue:
    """A fresh password; the old one and every open session end."""
    password = new_password()
    kept = hashed(password)
    with working() as work:
        user = _other(work, user_id)
        SaveUser(user.login, user.role, kept, user.unit_id, user.active).run(work)
        write_down(work, "account_password", user.login)
    return show("password.html", login=user.login, password=password)


def lock(user_id: int) -> ResponseReturnValue:
    """Stop an account; its open sessions end."""
    return _switch(user_id, False, "已经停用，这个账号不能再登录。")


def unlock(user_id: int) -> ResponseReturnValue:
    """Let a stopped account sign in again."""
    return _switch(user_id, True, "已经恢复，可以登录了。")


def _switch(user_id: int, active: bool, done: str) -> ResponseReturnValue:
    with working() as work:
        user = _other(work, user_id)
        outcome = SaveUser(user.login, user.role, None, user.unit_id, active).run(work)
        write_down(work, "account_back" if active else "account_stopped", user.login)
    return back(outcome, done, "console.accounts")


def ensure_admin(work: Work, password: str) -> bool:
    """Let "admin" sign in with `password` from now on; gives whether the account is a new one.

    Only the hash is kept, so a start that wants to print a password sets a fresh one each time.
    """
    return bool(SaveUser("admin", "admin", hashed(password)).run(work)["new"])

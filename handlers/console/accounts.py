"""Accounts of the console. Passwords are made here and shown once; only their hashes are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.forms import Choices, Field, read
from handlers.console.pages import back, found, looking, show, working, write_down
from handlers.console.passwords import hashed, new_password
from handlers.console.sections import area_choices, unit_choices
from handlers.console.words import WORDS
from models import views
from models.actions.desk import SaveUser
from models.store import Work

TAKEN = "已经有这个账号名了，请换一个。"
FIELDS = (
    Field("login", "账号名", "code", "账号名只能用小写字母、数字、点和横线，2 到 32 个。请改一下再试。",
          hint="小写字母和数字，例如 heping01。", most=32, pattern="[a-z0-9][a-z0-9._-]{1,31}"),
    Field("role", "能看什么", "choice", "请选择这个账号能看什么。"),
    Field("area_id", "区、街道或社区", "choice", "请选择和左边同一级的区、街道或社区；别的账号这里选“不用选”。",
          hint="区、街道、社区账号才选。", empty="不用选", required=False),
    Field("unit_id", "单位", "choice", "单位账号请选择单位；别的账号这里选“不用选”。",
          hint="单位账号才选：物业、维修、食堂都是单位。", empty="不用选", required=False),
)  # fmt: skip


def accounts() -> ResponseReturnValue:
    """All accounts, and the form for a new one."""
    return _page({}, {})


def _page(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with looking() as work:
        users, choices = views.console_users(work), _choices(work)
    return show("accounts.html", users=users, fields=FIELDS, values=values, errors=errors, choices=choices)


def _choices(work: Work) -> Mapping[str, Choices]:
    return {"role": WORDS["role"], "unit_id": unit_choices(work), "area_id": area_choices(work)}


def make() -> ResponseReturnValue:
    """A new account of any role."""
    password = new_password()
    kept = hashed(password)
    with working() as work:
        typed = read(FIELDS, request.form, _choices(work), changes=False)
        taken = views.console_user(work, login=typed.values.get("login", "")) is not None
        errors = {**typed.errors, **({"login": TAKEN} if taken else {})}
        action = SaveUser(password=kept, **typed.values) if not errors else None
        outcome = action.run(work) if action else {"ok": False}
        if outcome["ok"]:
            write_down(work, "account_made", typed.values["login"])
    if not outcome["ok"]:
        wrong = {one.name: one.wrong for one in FIELDS if one.name == outcome.get("field")}
        return _page(request.form, {**errors, **wrong}), 422
    return show("password.html", login=typed.values["login"], password=password)


def _other(work: Work, user_id: int) -> views.ConsoleUser:
    """Somebody's account, but not one's own: nobody locks themselves out by a slip."""
    return found(views.console_user(work, user_id=user_id) if user_id != g.me.id else None)


def renew(user_id: int) -> ResponseReturnValue:
    """A fresh password; the old one and every open session end."""
    password = new_password()
    kept = hashed(password)
    with working() as work:
        user = _other(work, user_id)
        SaveUser(user.login, user.role, kept, user.unit_id, user.active, user.area_id).run(work)
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
        outcome = SaveUser(user.login, user.role, None, user.unit_id, active, user.area_id).run(work)
        write_down(work, "account_back" if active else "account_stopped", user.login)
    return back(outcome, done, "console.accounts")

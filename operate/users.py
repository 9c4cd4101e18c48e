"""`app.py user`: the first administrator, and whoever cannot sign in any more.

A password is made here, printed once, and kept as its hash only; no command takes one as an argument.
"""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from bot.clock import SystemClock, local_text
from bot.settings import Settings
from handlers.console.passwords import hashed, new_password
from models import views
from models.actions.desk import Audit, SaveUser
from models.actions.users import SetPassword, SwitchUser
from models.store import Store, Work
from operate.command import CommandRefused, option, takes
from operate.opening import open_current

ADMIN = "admin"
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


def run(chosen: Settings, args: Namespace) -> int:
    """Do it. Raises CommandRefused."""
    if args.what != "list" and not LOGIN.fullmatch(args.login):
        raise CommandRefused(
            "请写账号名：小写字母、数字、点和横线，2 到 32 个，例如 python app.py user add admin。"
        )
    store = open_current(chosen)
    try:
        for line in DOES[args.what](store, args.login):
            print(line)
    finally:
        store.engine.dispose()
    return 0


def first_password(store: Store, *, renew: bool = False) -> str | None:
    """The password of a fresh "admin", when there is none yet or `renew` is wanted; else None."""
    with store.look(SystemClock().now()) as work:
        known = views.console_user(work, login=ADMIN) is not None
    if known and not renew:
        return None
    return _keep(store, ADMIN, SetPassword if known else _made)


def _made(login: str, kept: str) -> SaveUser:
    return SaveUser(login, ADMIN, kept)


def _keep(store: Store, login: str, action: Callable[[str, str], Any]) -> str:
    """A fresh password, kept by `action`. Hashing takes long, so it is done before the transaction."""
    password = new_password()
    kept = hashed(password)
    _do(store, action(login, kept), "account_password", login)
    return password


def _do(store: Store, action: Any, what: str, login: str) -> None:
    with store.work(SystemClock().now()) as work:
        if not action.run(work)["ok"]:
            raise CommandRefused(f"没有账号 {login}。现有的账号：{_names(work)}")
        Audit(None, what, login).run(work)


def _names(work: Work) -> str:
    return "、".join(user.login for user in views.console_users(work)) or "还没有；请用 user add 新建"


def _add(store: Store, login: str) -> list[str]:
    with store.look(SystemClock().now()) as work:
        if views.console_user(work, login=login):
            raise CommandRefused(f"已经有账号 {login}。要重设密码请用 python app.py user password {login}。")
    return _shown(login, _keep(store, login, _made), "管理员账号已新建")


def _password(store: Store, login: str) -> list[str]:
    return _shown(login, _keep(store, login, SetPassword), "密码已重设，原来的登录都已退出")


def _shown(login: str, password: str, done: str) -> list[str]:
    return [f"{done}。", f"用户名 {login}   密码 {password}", "密码只显示这一次，请马上记下。"]


def _lock(store: Store, login: str) -> list[str]:
    _do(store, SwitchUser(login, False), "account_stopped", login)
    return [f"账号 {login} 已停用，正在用的登录都已退出。要恢复请用 python app.py user unlock {login}。"]


def _unlock(store: Store, login: str) -> list[str]:
    _do(store, SwitchUser(login, True), "account_back", login)
    return [f"账号 {login} 已恢复，可以登录了。"]


def _list(store: Store, _login: str) -> list[str]:
    now = SystemClock().now()
    with store.look(now) as work:
        users = views.console_users(work)
    lines = []
    for user in users:
        state = "在用" if user.active else "已停用"
        if user.locked_until and user.locked_until > now:
            state += f"，密码输错太多次，锁到 {local_text(user.locked_until)}"
        lines.append(f"{user.login}  {user.role}  {state}")
    return lines or [f"还没有账号。请用 python app.py user add {ADMIN} 新建管理员。"]


DOES: Mapping[str, Callable[[Store, str], list[str]]] = {
    "add": _add,
    "password": _password,
    "lock": _lock,
    "unlock": _unlock,
    "list": _list,
}

arguments = takes(
    option("what", choices=tuple(DOES)),
    option("login", nargs="?", default="", help=f"the user's name in the console, such as {ADMIN}"),
)

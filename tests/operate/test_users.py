"""`app.py user`: the password is printed once and kept nowhere; locking ends sessions."""

from __future__ import annotations

import logging
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

import pytest

from bot.settings import Settings
from handlers.console.passwords import matches
from models import tables as t
from models import views
from models.actions.desk import SignInFailed
from models.store import Store
from operate import users
from operate.command import CommandRefused
from operate.opening import open_current
from tests.town import MONDAY_MORNING


@pytest.fixture
def kept(chosen: Settings) -> Iterator[Store]:
    """The database behind the commands."""
    opened = open_current(chosen)
    yield opened
    opened.engine.dispose()


def does(chosen: Settings, *words: str) -> None:
    parser = ArgumentParser()
    users.arguments(parser)
    assert users.run(chosen, parser.parse_args(words)) == 0


def admin(kept: Store, login: str = "admin") -> Any:
    with kept.look(MONDAY_MORNING) as work:
        return views.console_user(work, login=login)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    found = re.findall(r"密码 (\S+-\S+)", capsys.readouterr().out)
    assert len(found) == 1
    return str(found[0])


def test_the_first_admin_is_made_and_may_sign_in(
    chosen: Settings, kept: Store, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        does(chosen, "add", "admin")
    password = printed(capsys)
    assert matches(password, admin(kept).password)
    assert admin(kept).role == "admin"
    assert password not in caplog.text


def test_a_user_is_made_once(chosen: Settings, kept: Store, capsys: pytest.CaptureFixture[str]) -> None:
    does(chosen, "add", "admin")
    password = printed(capsys)
    with pytest.raises(CommandRefused, match="user password admin"):
        does(chosen, "add", "admin")
    assert matches(password, admin(kept).password)


def test_a_fresh_password_ends_the_old_one_and_every_session(
    chosen: Settings, kept: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    does(chosen, "add", "admin")
    old, epoch = printed(capsys), admin(kept).epoch
    does(chosen, "password", "admin")
    assert matches(printed(capsys), admin(kept).password)
    assert not matches(old, admin(kept).password)
    assert admin(kept).epoch > epoch


def test_locked_and_let_in_again(chosen: Settings, kept: Store, capsys: pytest.CaptureFixture[str]) -> None:
    does(chosen, "add", "clerk")
    epoch = admin(kept, "clerk").epoch
    does(chosen, "lock", "clerk")
    assert (admin(kept, "clerk").active, admin(kept, "clerk").epoch > epoch) == (False, True)
    with kept.work(MONDAY_MORNING) as work:
        for _ in range(5):
            SignInFailed("clerk").run(work)
    does(chosen, "unlock", "clerk")
    assert (admin(kept, "clerk").active, admin(kept, "clerk").locked_until) == (True, None)
    capsys.readouterr()
    does(chosen, "list")
    assert capsys.readouterr().out == "clerk  admin  在用\n"


@pytest.mark.parametrize("what", ["password", "lock", "unlock"])
def test_nobody_is_told_whom_there_is(chosen: Settings, what: str) -> None:
    with pytest.raises(CommandRefused, match="没有账号 nobody"):
        does(chosen, what, "nobody")


@pytest.mark.parametrize("login", ["", "A", "a b", "-x", "管理员", "x" * 33])
def test_a_strange_login_is_refused(chosen: Settings, login: str) -> None:
    with pytest.raises(CommandRefused, match="请写账号名"):
        users.run(chosen, Namespace(what="add", login=login))


def test_what_was_done_is_in_the_audit(chosen: Settings, kept: Store) -> None:
    does(chosen, "add", "admin")
    does(chosen, "lock", "admin")
    with kept.look(MONDAY_MORNING) as work:
        rows = work.conn.execute(t.audit.select().order_by(t.audit.c.id)).all()
    assert [(row.what, row.subject, row.console_user_id) for row in rows] == [
        ("account_password", "admin", None),
        ("account_stopped", "admin", None),
    ]


def test_a_start_makes_the_password_once(chosen: Settings, kept: Store) -> None:
    first = users.first_password(kept)
    assert first is not None
    assert matches(first, admin(kept).password)
    assert users.first_password(kept) is None
    assert matches(first, admin(kept).password)
    renewed = users.first_password(kept, renew=True)
    assert renewed is not None
    assert matches(renewed, admin(kept).password)


def test_no_command_takes_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    users.arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["add", "admin", "hunter2"])
    assert "unrecognized arguments" in capsys.readouterr().err

"""Signing in, being locked out, being forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from handlers.console import Desk, make_blueprint
from handlers.console.passwords import hashed, matches, new_password
from models import tables as t
from models.actions.users import SetPassword
from tests.console.conftest import NOW, PASSWORD, Console


def test_the_right_password_opens_the_orders(console: Console) -> None:
    visitor = console.visitor()
    answer = visitor.sign_in("anju")
    assert (answer.status, answer.headers["Location"]) == (302, "/console/")
    assert "工单" in visitor.page.text


@pytest.mark.parametrize(
    ("login", "password"), [("anju", "wrong"), ("nobody", PASSWORD), ("", ""), ("anju" * 40, "x" * 9999)]
)
def test_everything_else_is_refused_in_the_same_words(console: Console, login: str, password: str) -> None:
    answer = console.visitor().sign_in(login, password)
    assert answer.status == 403
    assert "没有登录成功" in answer.text
    assert "管理员" in answer.text


def test_five_failures_lock_for_fifteen_minutes(console: Console) -> None:
    visitor = console.visitor()
    for _ in range(5):
        visitor.sign_in("anju", "wrong")
    locked = visitor.sign_in("anju")
    assert locked.status == 403
    console.wall.forward(minutes=14, seconds=59)
    assert visitor.sign_in("anju").status == 403
    console.wall.forward(seconds=2)
    assert visitor.sign_in("anju").status == 302


def test_a_lock_out_of_one_does_not_lock_another(console: Console) -> None:
    visitor = console.visitor()
    for _ in range(5):
        visitor.sign_in("anju", "wrong")
    assert visitor.sign_in("yangguang").status == 302


def test_a_success_starts_the_count_anew(console: Console) -> None:
    visitor = console.visitor()
    for _ in range(2):
        for _ in range(4):
            visitor.sign_in("anju", "wrong")
        assert visitor.sign_in("anju").status == 302
        visitor.send("/console/sign-out")


def test_thirty_idle_minutes_sign_out(console: Console) -> None:
    visitor = console.signed_in("anju")
    console.wall.forward(minutes=29)
    assert visitor.open("/console/items").status == 200
    console.wall.forward(minutes=29)
    assert visitor.open("/console/items").status == 200
    console.wall.forward(minutes=31)
    assert visitor.open("/console/items").status == 302
    assert "太久没有操作" in visitor.open("/console/sign-in").text


def test_the_page_that_was_wanted_opens_after_signing_in(console: Console) -> None:
    visitor = console.visitor()
    visitor.open("/console/orders/1001")
    assert visitor.sign_in("anju").headers["Location"] == "/console/orders/1001"


def test_a_list_that_refreshes_itself_keeps_nobody_signed_in(console: Console) -> None:
    visitor = console.signed_in("anju")
    console.wall.forward(minutes=20)
    assert visitor.client.get("/console/orders/list").status_code == 200
    console.wall.forward(minutes=11)
    assert visitor.client.get("/console/orders/list").status_code == 401


def test_a_rehearsal_signs_nobody_out(console: Console) -> None:
    visitor = console.signed_in("anju")
    console.clock.forward(days=3)
    assert visitor.open("/console/").status == 200


def test_signing_out_ends_the_sessions_on_other_machines_too(console: Console) -> None:
    here, elsewhere = console.signed_in("anju"), console.signed_in("anju")
    here.send("/console/sign-out")
    assert here.open("/console/").status == 302
    assert elsewhere.open("/console/").status == 302


def test_a_stolen_old_cookie_is_worth_nothing_after_signing_out(console: Console) -> None:
    visitor = console.signed_in("anju")
    cookie = visitor.client.get_cookie("linli_console", path="/console")
    assert cookie is not None
    visitor.send("/console/sign-out")
    visitor.client.set_cookie("linli_console", cookie.value, path="/console")
    assert visitor.open("/console/").status == 302


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/sign-out", "/console/items/1/done"])
def test_a_form_without_its_token_is_refused(console: Console, path: str) -> None:
    visitor = console.signed_in("anju")
    answer = visitor.client.post(path, data={"login": "anju", "password": PASSWORD})
    assert answer.status_code == 400
    assert "刷新后再试" in answer.get_data(as_text=True)
    assert [item.state for item in console.rows(t.desk_item)] == ["open"] * 3


@pytest.mark.parametrize(
    ("public_url", "secure"), [("http://localhost", False), ("https://bot.example", True)]
)
def test_the_cookie_is_kept_from_scripts_and_strangers(
    console: Console, public_url: str, secure: bool
) -> None:
    app = Flask("other")
    app.config.update(SECRET_KEY="fixed-for-tests")
    desk = Desk(console.store, console.clock, public_url, console.photo_dir, {}, console.scene_url)
    app.register_blueprint(make_blueprint(desk))
    set_cookie = app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Path=/console" in set_cookie
    assert ("Secure" in set_cookie) is secure


def test_passwords_are_argon2id_and_never_the_same_twice() -> None:
    one, two = new_password(), new_password()
    assert one != two
    assert len(one) == 19
    kept = hashed(one)
    assert kept.startswith("$argon2id$")
    assert matches(one, kept)
    assert not matches(two, kept)
    assert not matches(one, "not a hash")


def test_an_unknown_login_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return True

        def hash(self, password: str) -> str:
            return "$argon2id$"

    monkeypatch.setattr("handlers.console.passwords._hasher", Counting())
    assert not matches("anything", None)
    assert matches("anything", "kept")
    assert len(verified) == 2


def test_a_fresh_password_opens_a_locked_admin(console: Console) -> None:
    for _ in range(5):
        console.visitor().sign_in("admin", "wrong")
    with console.store.work(NOW + timedelta(minutes=1)) as work:
        SetPassword("admin", hashed("second-password")).run(work)
    assert console.visitor().sign_in("admin").status == 403
    assert console.visitor().sign_in("admin", "second-password").status == 302


def test_no_password_is_ever_logged(console: Console, caplog: Any) -> None:
    with caplog.at_level("DEBUG"):
        console.visitor().sign_in("anju", "hunter2-hunter2")
    assert "hunter2" not in caplog.text


def test_who_comes_and_who_is_turned_away_is_logged_without_a_login(console: Console, caplog: Any) -> None:
    with caplog.at_level("INFO", "linli.console"):
        visitor = console.visitor()
        visitor.sign_in("anju", "wrong")
        visitor.sign_in("anju")
        assert visitor.open("/console/accounts").status == 403
    told = [(one.getMessage(), getattr(one, "address", "")) for one in caplog.records]
    assert told == [
        ("a sign-in was refused", ""),
        ("signed in", ""),
        ("an address was refused", "console.accounts"),
    ]
    assert "anju" not in caplog.text

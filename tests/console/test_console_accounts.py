"""Accounts of the console: made, stopped, given another password; what gives power is written down."""

from __future__ import annotations

import re

import pytest

from models import tables as t
from tests.console.conftest import Console


def test_an_admin_makes_an_account_whose_password_is_shown_once(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/accounts")
    shown = visitor.post("/console/accounts", login="anju02", role="firm", unit_id="1")
    password = re.search(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", shown.text)
    assert password, shown.text
    assert password.group() not in visitor.open("/console/accounts").html
    assert console.visitor().sign_in("anju02", password.group()).status == 302


@pytest.mark.parametrize(
    ("login", "unit"), [("anju", "1"), ("A B", "1"), ("", "1"), ("new01", "9"), ("new01", "")]
)
def test_an_account_needs_a_fresh_name_and_a_unit(console: Console, login: str, unit: str) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/accounts")
    before = console.rows(t.console_user)
    page = visitor.post("/console/accounts", login=login, role="firm", unit_id=unit)
    assert (page.status, "请" in page.text) == (422, True)
    assert console.rows(t.console_user) == before


def test_a_stopped_account_is_out_at_once_and_can_come_back(console: Console) -> None:
    firm, admin = console.signed_in("anju"), console.signed_in("admin")
    user_id = next(user.id for user in console.rows(t.console_user) if user.login == "anju")
    admin.open("/console/accounts")
    admin.send(f"/console/accounts/{user_id}/lock")
    assert firm.open("/console/").status == 302
    assert console.visitor().sign_in("anju").status == 403
    admin.send(f"/console/accounts/{user_id}/unlock")
    assert console.visitor().sign_in("anju").status == 302


def test_a_new_password_ends_the_old_one(console: Console) -> None:
    firm, admin = console.signed_in("anju"), console.signed_in("admin")
    user_id = next(user.id for user in console.rows(t.console_user) if user.login == "anju")
    admin.open("/console/accounts")
    assert admin.post(f"/console/accounts/{user_id}/password").status == 200
    assert firm.open("/console/").status == 302
    assert console.visitor().sign_in("anju").status == 403


def test_an_admin_cannot_stop_themselves(console: Console) -> None:
    admin = console.signed_in("admin")
    user_id = next(user.id for user in console.rows(t.console_user) if user.login == "admin")
    assert admin.post(f"/console/accounts/{user_id}/lock").status == 404


def test_what_gives_power_is_written_down(console: Console) -> None:
    admin = console.signed_in("admin")
    admin.open("/console/accounts")
    user_id = next(user.id for user in console.rows(t.console_user) if user.login == "anju")
    told = ("people/workers/1/word", "people/groups/1/word", "people/bindings/1/end", "trouble/told/1/again")
    users = (f"accounts/{user_id}/{verb}" for verb in ("password", "lock", "unlock"))
    for path in (*told, *users):
        admin.post(f"/console/{path}")
    assert [row.what for row in console.rows(t.audit)] == [
        "word_for_worker", "word_for_group", "unbind", "tell_again",
        "account_password", "account_stopped", "account_back",
    ]  # fmt: skip

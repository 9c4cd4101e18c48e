"""The report of the canteens in a process of its own, as the console makes it: python -m bench.counting."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench.measuring import peak_megabytes
from bot.clock import SystemClock, real_seconds
from handlers.console import Desk, make_blueprint
from models import views
from models.limits import load_limits
from models.store import FieldKeys, open_store


def main(database_url: str, login: str, query: str) -> None:
    """Ask for the page twice and for the file once; print seconds, sizes, and the peak in MB."""
    client = _signed_in(database_url, login)
    told: dict[str, float] = {"before": peak_megabytes()}
    for name in ("first", "again"):
        began, before = real_seconds(), sum(os.times()[:2])
        page = client.get(f"/console/meals/servings?{query}")
        told[name], told["page"] = real_seconds() - began, len(page.get_data())
        told["processor"] = sum(os.times()[:2]) - before
        assert page.status_code == 200, page.status
    token = page.get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "what": "servings"}
    began = real_seconds()
    file = client.post(f"/console/meals/servings/export?{query}", data=form)
    assert file.status_code == 200, file.status
    told |= {"export": real_seconds() - began, "file": len(file.get_data()), "peak": peak_megabytes()}
    print(json.dumps(told))


def _signed_in(database_url: str, login: str) -> FlaskClient:
    store, clock = (
        open_store(database_url, FieldKeys((), b""), load_limits(), wait_seconds=20.0),
        SystemClock(),
    )
    app = Flask("bench")
    app.config["SECRET_KEY"] = "bench"
    app.register_blueprint(make_blueprint(Desk(store, clock, "http://127.0.0.1", Path(), {}, str)))
    with store.look(clock.now()) as work:
        user = views.console_user(work, login=login)
    assert user is not None
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(user=user.id, epoch=user.epoch, seen=clock.now().isoformat())
    return client


if __name__ == "__main__":
    main(*sys.argv[1:])

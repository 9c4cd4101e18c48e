"""The console behind a real port, and an admin's page of it in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.console.conftest import PASSWORD, Console

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests read no access log."""


@pytest.fixture
def address(console: Console) -> Iterator[str]:
    """Where the console answers."""
    server = make_server("127.0.0.1", 0, console.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/console/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: BrowserContext, address: str) -> Page:
    """An admin's page; every complaint of the browser is kept in `page.complaints`."""
    page = chromium.new_page()
    page.set_default_timeout(15_000)
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(f"{address}sign-in")
    page.get_by_label("账号").fill("admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="工单").wait_for()
    page.wait_for_load_state()
    return page

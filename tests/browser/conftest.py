"""One run of everything for all tests of this folder; each test brings its own resident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.browser.desk import Desk
from tests.browser.street import Street
from tests.browser.whole import Whole, running

PATIENCE_MS = 15_000
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    """Everything, running."""
    with running() as found:
        yield found


@pytest.fixture
def window(chromium: BrowserContext) -> Iterator[BrowserContext]:
    """A browser window of which nothing may go wrong behind the page."""
    expect.set_options(timeout=PATIENCE_MS)
    chromium.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    chromium.on("weberror", lambda found: complaints.append(str(found.error)))
    chromium.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield chromium
    assert complaints == []


def _page(window: BrowserContext) -> Page:
    page = window.new_page()
    page.set_viewport_size(DESKTOP)
    return page


@pytest.fixture
def street(window: BrowserContext, whole: Whole) -> Street:
    """The phones."""
    page = _page(window)
    page.goto(whole.phones)
    return Street(page)


@pytest.fixture
def desk(window: BrowserContext, whole: Whole) -> Desk:
    """The console, signed in."""
    desk = Desk(_page(window))
    desk.sign_in(whole)
    return desk

"""Browser tests: finds a Chromium, gives it to tests as `chromium`, and says plainly when there is none.

They, and all tests that start the whole product, run in one process.

LINLI_CHROMIUM names the program to use. With LINLI_TEST_BROWSER=require a missing one is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from xdist.scheduler import LoadGroupScheduling

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Where `playwright install chromium` puts its own.
CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
IN_CACHE = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves the loopback address, not even a look-up of a name.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
MISSING = "no Chromium was found (install one, or set LINLI_CHROMIUM to its path)"


def find_chromium() -> str | None:
    """The path of a Chromium, or None. Raises UsageError when LINLI_CHROMIUM names no program."""
    if named := os.environ.get("LINLI_CHROMIUM"):
        if found := shutil.which(named):
            return found
        raise pytest.UsageError(f"LINLI_CHROMIUM is {named}, but there is no such program: correct it.")
    caches = [Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache).expanduser() for cache in CACHES]
    own = [str(path) for cache in caches for pattern in IN_CACHE for path in sorted(cache.glob(pattern))]
    return next(filter(None, map(shutil.which, (*COMMANDS, *MAC, *own))), None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of tests that run again on real servers."""
    config.addinivalue_line("markers", "storage: runs again on a real PostgreSQL and Redis")


WHOLE = (
    "tests/browser/",
    "tests/console/test_console_browser.py",
    "tests/console/test_console_by_hand.py",
    "tests/day/",
    "tests/emulator/test_emulator_page.py",
    "tests/faults/",
    "tests/page/test_page_browser.py",
    "tests/running/test_guards_of_tests.py",
    "tests/running/test_run.py",
)
"""Tests with a browser share one Chromium; of those that start the whole product no two may take the same ports."""


class WholeTogether(LoadGroupScheduling):
    """One process runs all of WHOLE, and any process any other test.

    By their places, because pytest-xdist 3.8 hands its groups on in names of tests that pytest 9.2 does not read.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "whole" if nodeid.startswith(WHOLE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeTogether:
    """Called by pytest-xdist."""
    return WholeTogether(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for `chromium` is a browser test."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None and os.environ.get("LINLI_TEST_BROWSER") == "require":
        pytest.fail(f"Browser tests are required, but {MISSING}.", pytrace=False)
    if path is None:
        pytest.skip(f"browser: {MISSING}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser window as a resident of China would have it; its pages come from new_page()."""
    context = _browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context
    context.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Say in the very last line that browser tests were not run, if so."""
    result = yield
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    count = sum("browser: " in str(report.longrepr) for report in skipped)
    if count:
        reporter.write_line(f"Browser tests were not run: {MISSING}. Tests left out: {count}.", yellow=True)
    return result

"""What watches over the tests themselves: the loopback guard and the word about browser tests."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.conftest import LeftLoopback
from tests.plugin_browser import WHOLE
from tests.running.processes import PATIENCE, ROOT

WHERE_IT_RAN = """
import os, pathlib
import pytest
@pytest.mark.parametrize("one", range(40))
def test_where(one):
    ran = pathlib.Path(os.environ["RAN"])
    with ran.open("a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""
BROWSER_TEST = "def test_a(chromium): pass\ndef test_b(): pass\n"
ESCAPING_TEST = """
import socket
def test_a():
    try:
        socket.create_connection(("192.0.2.1", 80), 0.1)
    except OSError:
        pass
"""


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "0.0.0.0", "100.64.0.1"])
def test_no_test_reaches_another_machine(escapes: list[str], address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as leaving:
        for connect in (leaving.connect, leaving.connect_ex):
            with pytest.raises(
                LeftLoopback, match=f"test_no_test_reaches_another_machine.* tried to reach {address}"
            ):
                connect((address, 80))
    assert len(escapes) == 2
    escapes.clear()


def test_no_test_asks_for_the_name_of_another_machine(escapes: list[str]) -> None:
    with pytest.raises(LeftLoopback, match=r"tried to reach api\.weixin\.qq\.com"):
        socket.getaddrinfo("api.weixin.qq.com", 443)
    escapes.clear()
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_reached(address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect((address, server.getsockname()[1]))


def _pytest(folder: Path, test: str, *options: str, **more: str) -> tuple[int, list[str]]:
    """Run pytest on one file of its own, without any Chromium; the status and what it said."""
    (folder / "test_it.py").write_text(test)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, *options]
    environment = {"PATH": "", "HOME": str(folder), "PYTHONPATH": str(ROOT), **more}
    result = subprocess.run(
        [*argv, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return result.returncode, (result.stdout + result.stderr).splitlines()


def test_a_test_fails_for_leaving_even_if_it_hides_it(tmp_path: Path) -> None:
    status, said = _pytest(tmp_path, ESCAPING_TEST, "-p", "tests.conftest")
    assert status == 1
    assert any("test_it.py::test_a tried to reach 192.0.2.1" in line for line in said)


@pytest.mark.parametrize("workers", [(), ("-n", "1", "--dist", "loadgroup")])
def test_without_chromium_the_last_line_says_so(tmp_path: Path, workers: tuple[str, ...]) -> None:
    status, said = _pytest(tmp_path, BROWSER_TEST, "-p", "tests.plugin_browser", *workers)
    assert status == 0
    assert said[-1].startswith("Browser tests were not run: no Chromium was found")
    assert said[-1].endswith("Tests left out: 1.")


@pytest.mark.parametrize(("place", "processes"), [("tests/day", 1), ("tests/other", 2)])
def test_one_process_runs_what_starts_the_whole_product(tmp_path: Path, place: str, processes: int) -> None:
    folder, ran = tmp_path / place, tmp_path / "ran"
    folder.mkdir(parents=True)
    (folder / "test_here.py").write_text(WHERE_IT_RAN)
    options = ("-p", "tests.plugin_browser", "-n", "2", "--dist", "loadgroup")
    status, said = _pytest(tmp_path, "", *options, RAN=str(ran))
    assert status == 0, said
    workers = ran.read_text().split()
    assert (len(workers), len(set(workers))) == (40, processes)


def test_every_file_with_a_browser_runs_where_the_others_do() -> None:
    with_browser = re.compile(
        r"\bchromium: |^from playwright", re.MULTILINE
    )  # a page may come from a fixture
    files = [path for path in ROOT.glob("tests/**/test_*.py") if with_browser.search(path.read_text())]
    assert len(files) > 3
    assert [place for place in map(_place, files) if not place.startswith(WHOLE)] == []


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_where_browser_tests_are_required_their_absence_fails(tmp_path: Path) -> None:
    status, said = _pytest(tmp_path, BROWSER_TEST, "-p", "tests.plugin_browser", LINLI_TEST_BROWSER="require")
    assert status == 1
    assert any("Browser tests are required, but no Chromium was found" in line for line in said)


def test_a_wrong_path_of_chromium_is_an_error(tmp_path: Path) -> None:
    status, said = _pytest(tmp_path, BROWSER_TEST, "-p", "tests.plugin_browser", LINLI_CHROMIUM="/no/such")
    assert status == 1
    assert any("LINLI_CHROMIUM is /no/such, but there is no such program" in line for line in said)


def test_the_browser_speaks_chinese_and_reaches_nobody(chromium: BrowserContext) -> None:
    page = chromium.new_page()
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("new Date(0).getHours()") == 8
    for address in ("http://api.weixin.qq.com/", "http://192.0.2.1/"):
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            page.goto(address, timeout=5000)

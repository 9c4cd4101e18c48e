"""For all tests: nothing leaves this machine, and browser tests get a Chromium."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# On a busy machine any example may be slow; what has to be quick is measured where it is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
# Tests start some hundred processes; where no compiled files are kept, each would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.plugin_browser"]

# Names that no resolver knows (RFC 6761), so tests may use them to fail.
NOBODY = (".invalid", ".test", ".example")


class LeftLoopback(OSError):
    """A test tried to reach another machine. Names the test and the host."""


_escapes: list[str] = []


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(host: str) -> LeftLoopback:
    test = os.environ.get("PYTEST_CURRENT_TEST", "outside any test").split(" (")[0]
    _escapes.append(f"{test} tried to reach {host}")
    return LeftLoopback(_escapes[-1])


def _guarded(call: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
            raise _refuse(str(address[0]))
        return call(self, address)

    return connect


def _guarded_lookup(call: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or "localhost"
        if name.endswith(NOBODY):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        # A number in any notation is not looked up anywhere; only a name asks another machine.
        if not _is_here(name) and not _is_number(name):
            raise _refuse(name)
        return call(host, *args, **more)

    return getaddrinfo


def _is_number(name: str) -> bool:
    try:
        socket.inet_aton(name)
    except OSError:
        return ":" in name
    return True


socket.socket.connect = _guarded(socket.socket.connect)  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded(socket.socket.connect_ex)  # type: ignore[method-assign]
socket.getaddrinfo = _guarded_lookup(socket.getaddrinfo)


@pytest.fixture(autouse=True)
def escapes() -> Iterator[list[str]]:
    """What this test tried to reach elsewhere. It fails for it even if the code under test hid the error."""
    _escapes.clear()
    yield _escapes
    if _escapes:
        pytest.fail("Nothing may leave the loopback address: " + "; ".join(_escapes), pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    """--update writes golden conversations down as they go now."""
    parser.addoption("--update", action="store_true", help="write golden conversations down as they go now")

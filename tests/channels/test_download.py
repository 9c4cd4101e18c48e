"""Only listed hosts, only public addresses, no redirects, no more than asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence

import pytest
from samples import Said, platform

from bot.channels.download import download, resolve
from bot.refusals import NoMedia

HOSTS = ("*.myqcloud.com", "127.0.0.1")
LIMIT = 1000


def nowhere(host: str, port: int) -> Sequence[str]:
    raise AssertionError("the address was looked up although it is not allowed")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.myqcloud.com/1",
        "//a.myqcloud.com/1",
        "http://a.myqcloud.com/1",
        "ftp://a.myqcloud.com/1",
        "file:///etc/passwd",
        "https://a.myqcloud.com:22/1",
        "https://a.myqcloud.com:99999/1",
        "https://user@a.myqcloud.com/1",
        "https://myqcloud.com/1",
        "https://a.myqcloud.com.evil.org/1",
        "https://evil.org/a.myqcloud.com",
        "https://evil.org#a.myqcloud.com",
        "https://a.myqcloud.com@evil.org/1",
        "https://a.myqcloud.com\\@evil.org/1",
        "https://127.1/",
        "http://127.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[",
        "https://图.myqcloud.com/1",
    ],
)
def test_what_is_not_listed_is_not_even_looked_up(url: str) -> None:
    with pytest.raises(NoMedia) as caught:
        download(url, HOSTS, LIMIT, nowhere)
    assert not caught.value.retry


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:100.64.0.1",
    ],
)
@pytest.mark.parametrize("also", [[], ["1.1.1.1"]])
def test_a_listed_name_that_points_inside_is_refused(address: str, also: list[str]) -> None:
    with pytest.raises(NoMedia, match="not an address"):
        download("https://a.myqcloud.com/1", HOSTS, LIMIT, lambda host, port: [*also, address])


@pytest.mark.parametrize("name", ["127.1", "0x7f.1", "2130706433"])
def test_a_loopback_that_goes_by_another_name_is_refused_even_when_listed(name: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(NoMedia):
            download(f"{scheme}://{name}/", (name,), LIMIT, lambda host, port: ["127.0.0.1"])


def test_an_unknown_name_may_be_tried_again() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("https://a.myqcloud.com/secret")

    with pytest.raises(NoMedia) as caught:
        download("https://a.myqcloud.com/secret", HOSTS, LIMIT, unknown)
    assert caught.value.retry
    assert "secret" not in str(caught.value)


def test_a_listed_loopback_is_fetched() -> None:
    with platform(lambda asked: (200, b"x" * LIMIT)) as fake:
        assert download(f"{fake.url}/a/b?c=d%20e", HOSTS, LIMIT) == b"x" * LIMIT
    assert (fake.heard[0].path, fake.heard[0].query) == ("/a/b", {"c": "d e"})


@pytest.mark.parametrize(
    ("said", "retry"),
    [
        ((200, b"x" * (LIMIT + 1)), False),
        ((301, b""), False),
        ((302, b""), False),
        ((404, b""), False),
        ((500, b""), True),
        (None, True),
    ],
)
def test_what_cannot_be_had(said: Said, retry: bool) -> None:
    with platform(lambda asked: said) as fake, pytest.raises(NoMedia) as caught:
        download(f"{fake.url}/capability", HOSTS, LIMIT)
    assert caught.value.retry is retry
    assert "capability" not in str(caught.value)
    assert len(fake.heard) == 1


def test_nobody_listening_may_be_tried_again() -> None:
    with pytest.raises(NoMedia) as caught:
        download("http://127.0.0.1:1/", HOSTS, LIMIT)
    assert caught.value.retry


def test_https_insists_on_the_certificate() -> None:
    with platform(lambda asked: (200, b"x")) as fake, pytest.raises(NoMedia):
        download(fake.url.replace("http:", "https:"), HOSTS, LIMIT)


def test_the_systems_resolver_is_asked() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]


def raw_server(answer: bytes) -> str:
    """A server that sends these very bytes to the first caller and hangs up; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as caller:
            caller.recv(65_536)
            caller.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/a"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", b"hello world"),
        (b"HTTP/1.1 200 OK\r\n\r\nno length", b"no length"),
        (CHUNKED + b"50\r\nhello", None),
        (CHUNKED + b"zz\r\nhello", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", None),
        (b"rubbish\r\n\r\n", None),
        (b"", None),
    ],
)
def test_half_an_answer_is_none(answer: bytes, body: bytes | None) -> None:
    if body is not None:
        assert download(raw_server(answer), HOSTS, LIMIT) == body
        return
    with pytest.raises(NoMedia) as caught:
        download(raw_server(answer), HOSTS, LIMIT)
    assert caught.value.retry

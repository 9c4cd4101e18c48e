"""A load generator that costs little: one thread, whole requests made beforehand, connections kept open."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.clock import real_seconds

END_OF_HEAD = b"\r\n\r\n"
PATIENCE = 30.0  # seconds without any answer


@dataclass
class Load:
    """What came of sending many requests. `latencies` are seconds; `answered` had words in them."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    answered: int = 0
    failed: int = 0

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return len(self.latencies) / self.seconds


@dataclass
class _Connection:
    port: int
    request: bytes = b""
    sent_at: float = 0.0
    received: bytes = b""
    socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.request, self.received, self.sent_at = request, b"", real_seconds()
        self.socket.sendall(request)

    def whole(self) -> tuple[int, bytes] | None:
        """Status and body once they are all there."""
        head, found, body = self.received.partition(END_OF_HEAD)
        if not found or len(body) < _length(head):
            return None
        return int(head[9:12]), body


def _length(head: bytes) -> int:
    return next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )


def send(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send all requests over so many connections, the next as soon as one is answered.

    A connection that the server closes is opened anew and its request sent again, as the platform does.
    Raises TimeoutError when nothing is answered for half a minute.
    """
    load, waiting = Load(), iter(requests)
    began = real_seconds()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            _start(selector, _Connection(port), waiting)
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError("the server answers nothing")
            for key, _ in ready:
                _receive(selector, key.data, waiting, load)
    load.seconds = real_seconds() - began
    return load


def _start(selector: selectors.BaseSelector, one: _Connection, waiting: Iterator[bytes]) -> None:
    selector.register(one.socket, selectors.EVENT_READ, one)
    _go_on(selector, one, waiting)


def _go_on(selector: selectors.BaseSelector, one: _Connection, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is None:
        selector.unregister(one.socket)
        one.socket.close()
    else:
        one.send(request)


def _receive(
    selector: selectors.BaseSelector, one: _Connection, waiting: Iterator[bytes], load: Load
) -> None:
    try:
        data = one.socket.recv(65536)
    except ConnectionError:
        data = b""
    if not data:
        return _again(selector, one)
    one.received += data
    if (answer := one.whole()) is not None:
        status, body = answer
        load.latencies.append(real_seconds() - one.sent_at)
        load.failed += status != 200
        load.answered += status == 200 and body != b"success"
        _go_on(selector, one, waiting)
    return None


def _again(selector: selectors.BaseSelector, one: _Connection) -> None:
    selector.unregister(one.socket)
    one.socket.close()
    one.connect()
    selector.register(one.socket, selectors.EVENT_READ, one)
    one.send(one.request)

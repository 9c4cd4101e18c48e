"""A load generator that costs little: one thread, whole requests made beforehand, connections kept open."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.clock import real_seconds

END_OF_HEAD = b"\r\n\r\n"
PATIENCE = 30.0  # seconds without any answer
IDLE = 1.0  # seconds after which a connection is not used again


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

    def refresh(self) -> None:
        """A server closes what has been idle for two seconds: open it anew before that is noticed too late."""
        if self.sent_at and real_seconds() - self.sent_at > IDLE:
            self.socket.close()
            self.connect()

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


def send_at(port: int, requests: Sequence[bytes], per_second: float, connections: int) -> Load:
    """Send the requests at a constant rate, whether or not the ones before are answered.

    A latency counts from the moment at which its request was due, so waiting for a free connection counts too.
    """
    load, free, made = Load(), list[_Connection](), 0
    began, busy, due = real_seconds(), 0, iter(enumerate(requests))
    following = next(due, None)
    with selectors.DefaultSelector() as selector:
        while following or busy:
            now = real_seconds() - began
            may_send = free or made < connections
            if following and may_send and now >= following[0] / per_second:
                made += not free
                one = free.pop() if free else _Connection(port)
                one.refresh()
                one.send(following[1])
                one.sent_at = began + following[0] / per_second
                selector.register(one.socket, selectors.EVENT_READ, one)
                busy, following = busy + 1, next(due, None)
                continue
            pause = following[0] / per_second - now if following and may_send else PATIENCE
            for key, _ in selector.select(max(0.0, min(pause, PATIENCE))):
                if _whole(selector, key.data, load):
                    selector.unregister(key.data.socket)
                    free.append(key.data)
                    busy -= 1
    load.seconds = real_seconds() - began
    for one in free:
        one.socket.close()
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
    if _whole(selector, one, load):
        _go_on(selector, one, waiting)


def _whole(selector: selectors.BaseSelector, one: _Connection, load: Load) -> bool:
    """Take what has come; whether the answer is whole now, which is then counted."""
    try:
        data = one.socket.recv(65536)
    except ConnectionError:
        data = b""
    if not data:
        _again(selector, one)
        return False
    one.received += data
    answer = one.whole()
    if answer is None:
        return False
    status, body = answer
    load.latencies.append(real_seconds() - one.sent_at)
    load.failed += status != 200
    load.answered += status == 200 and body != b"success"
    return True


def _again(selector: selectors.BaseSelector, one: _Connection) -> None:
    selector.unregister(one.socket)
    one.socket.close()
    one.connect()
    selector.register(one.socket, selectors.EVENT_READ, one)
    one.send(one.request)

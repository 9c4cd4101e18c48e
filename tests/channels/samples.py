"""Settings, sealed callbacks and a platform on the loopback address, for the tests of the channels."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from bot.channels.sealing import Envelope, Sealed, read_key
from bot.clock import FixedClock
from bot.ports import Callback, Rate, Tools
from bot.tokens import MemoryTokens

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
TOKEN = "callback-token"
APPID = "wx0123456789abcdef"
ACCOUNT = "gh_0123456789ab"
OPENID = "oyORnuP8q7ou2gfYjqLzSIWZf0rs"

OA: dict[str, str] = {
    "appid": APPID,
    "secret": "app-secret-0001",
    "token": TOKEN,
    "aes_key": KEY,
    "account": ACCOUNT,
    "kind": "verified-service",
    "template.progress": "TEMPLATE-1",
}
AIBOT: dict[str, str] = {"token": TOKEN, "aes_key": KEY, "aibotid": "AIBOTID", "display": "RobotA"}
CORPID, USERID = "ww0123456789abcdef", "LiHua"
APP: dict[str, str] = {
    "corpid": CORPID,
    "agentid": "1000002",
    "secret": "corp-secret-0001",
    "token": TOKEN,
    "aes_key": KEY,
}
ROBOT: dict[str, str] = {"key": "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"}


def tools(**change: Any) -> Tools:
    """What a channel is given, everything in memory and at one moment."""
    parts: dict[str, Any] = {
        "clock": FixedClock(NOW),
        "tokens": MemoryTokens(),
        "rate": None,
        "http": requests.Session,
    }
    return Tools(**{**parts, **change})


class AlwaysFree:
    """A rate that never makes anyone wait."""

    def wait(self, key: str, per_minute: int) -> float:
        return 0.0


def free() -> Rate:
    return AlwaysFree()


def sealed(message: str | bytes, receive_id: str = APPID, key: str = KEY, token: str = TOKEN) -> Sealed:
    raw = message.encode() if isinstance(message, str) else message
    return Envelope(token, [key], receive_id).seal(raw, read_key(key), 1_400_000_000, "nonce1")


def asked(one: Sealed, **change: str) -> dict[str, str]:
    """The query that goes with something sealed."""
    query = {"timestamp": str(one.timestamp), "nonce": one.nonce, "msg_signature": one.signature}
    return {**query, "encrypt_type": "aes", "signature": "unused", **change}


def oa_callback(message: str | bytes, **change: str) -> Callback:
    """A callback of an official account in safe mode."""
    one = sealed(message, **change)
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{one.encrypt}]]></Encrypt></xml>"
    return Callback("POST", asked(one), body.encode())


def aibot_callback(message: Mapping[str, Any] | str, **change: str) -> Callback:
    """A callback of a smart robot: JSON, and an empty receive id."""
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    one = sealed(text, receive_id="", **change)
    return Callback("POST", asked(one), json.dumps({"encrypt": one.encrypt}).encode())


def app_callback(message: str | bytes, **change: str) -> Callback:
    """A callback of a WeCom app: XML, and the corporation's id as the receive id."""
    one = sealed(message, **{"receive_id": CORPID, **change})
    body = f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID>"
    body += f"<Encrypt><![CDATA[{one.encrypt}]]></Encrypt></xml>"
    return Callback("POST", asked(one), body.encode())


@dataclass
class Asked:
    """One request that reached the fake platform."""

    path: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Said = tuple[int, bytes] | None
"""Status and body; None cuts the connection."""


@dataclass
class Platform:
    """A fake platform: `say` answers each request; everything asked is kept in `heard`."""

    say: Callable[[Asked], Said]
    url: str = ""
    heard: list[Asked] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [one.path for one in self.heard]


class Server(ThreadingHTTPServer):
    """Takes many callers at once; the standard five would turn the rest away."""

    request_queue_size = 128
    daemon_threads = True


@contextmanager
def platform(say: Callable[[Asked], Said]) -> Iterator[Platform]:
    """A fake platform on the loopback address for the length of a test."""
    fake = Platform(say)
    server = Server(("127.0.0.1", 0), _handler(fake))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            one = Asked(parts.path, query, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            fake.heard.append(one)
            said = fake.say(one)
            if said is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(said[0])
            if 300 <= said[0] < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(said[1])))
            self.end_headers()
            self.wfile.write(said[1])

        do_GET = do_POST

        def finish(self) -> None:
            if not self.wfile.closed:
                super().finish()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def ok(**fields: Any) -> Said:
    return 200, json.dumps({"errcode": 0, "errmsg": "ok", **fields}).encode()


def error(code: int, message: str = "some error rid: 65f0-abc-12") -> Said:
    return 200, json.dumps({"errcode": code, "errmsg": message}).encode()


def token_then(rest: Callable[[Asked], Said], token: str = "TOKEN-1") -> Callable[[Asked], Said]:
    """A platform that gives a token and leaves every other call to `rest`."""

    def say(one: Asked) -> Said:
        if one.path.endswith("/cgi-bin/stable_token"):
            return 200, json.dumps({"access_token": token, "expires_in": 7200}).encode()
        if one.path.endswith("/cgi-bin/gettoken"):
            return ok(access_token=token, expires_in=7200)
        return rest(one)

    return say


@dataclass(frozen=True)
class Sample:
    """Good settings of one kind of channel, what it may tell, and an address or id to fetch."""

    name: str
    config: dict[str, str]
    receive_id: str = ""
    media: str = "media-1"
    reply_to: str = ""


SAMPLES: dict[str, Sample] = {
    "wechat_oa": Sample("wechat_oa", OA, receive_id=APPID),
    "wecom_aibot": Sample(
        "wecom_aibot:firm",
        {**AIBOT, "media_hosts": "127.0.0.1"},
        media="/picture",
        reply_to="/cgi-bin/aibot/response?response_code=CAPABILITY",
    ),
    "wecom_robot": Sample("wecom_robot:firm", ROBOT),
    "wecom_app": Sample("wecom_app:firm", APP, receive_id=CORPID, reply_to="CAPABILITY"),
}

"""What is told by relay, Valkey and worker: how many a second, and how soon after the commit."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench import databases
from bench.installation import Installation
from bench.measuring import Row, milliseconds
from bot.clock import real_seconds
from bot.message import Reply
from models.store import To, Work

PATIENCE = 120.0
APART = 0.13  # seconds between two single messages; no multiple of the relay's round


@dataclass
class Platform:
    """Answers whatever it is asked, and notes when it was asked to send which words."""

    heard: dict[str, float] = field(default_factory=dict)
    url: str = ""

    def take(self, path: str, body: bytes) -> bytes:
        """The platform's answer to one request."""
        if path.endswith("/stable_token"):
            return b'{"access_token":"TOKEN","expires_in":7200}'
        if "/message/custom/send" in path:
            self.heard[json.loads(body)["text"]["content"]] = real_seconds()
        return b'{"errcode":0,"errmsg":"ok"}'

    def wait(self, words: set[str]) -> None:
        """Return once all these have been sent. Raises TimeoutError."""
        deadline = real_seconds() + PATIENCE
        while not words <= self.heard.keys():
            if real_seconds() > deadline:
                raise TimeoutError(f"{len(words - self.heard.keys())} of {len(words)} messages were not told")
            threading.Event().wait(0.01)


@contextmanager
def _platform() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together, or the caller waits 40 ms for the second packet

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = platform.take(self.path.partition("?")[0], body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield platform
    server.shutdown()
    server.server_close()


def rows(messages: int, single: int) -> Iterator[Row]:
    """`messages` at once to as many people, then `single` ones one after the other."""
    for kind in databases.kinds():
        with ExitStack() as stack:
            platform = stack.enter_context(_platform())
            installation = Installation(*stack.enter_context(databases.fresh(kind)), platform.url)
            stack.callback(installation.close)
            accounts = installation.know([f"oBench{number:022d}" for number in range(messages)])
            installation.start_hands()
            _one_by_one(installation, platform, accounts[:1])  # everybody is awake after this
            per_second = _at_once(installation, platform, accounts)
            late = _one_by_one(installation, platform, accounts[:single])
            memory = max(size for command, size in installation.resident_bytes() if "worker tell" in command)
        yield Row(
            f"outbox rows told, {kind}",
            f"{per_second:.0f} a second",
            f"commit to told, one at a time: {milliseconds(late, 0.5, 0.95)}",
        )
        yield Row(
            f"memory of the worker, {kind}", f"{memory / 2**20:.0f} MB", "the larger of it and its child"
        )


def _say(work: Work, account_id: int, words: str) -> str:
    work.tell(To(account_id=account_id), "said", {"reply": Reply(words).to_json()})
    return words


def _at_once(installation: Installation, platform: Platform, accounts: list[int]) -> float:
    """Messages a second from their common commit to the last one told."""
    with installation.store.work(installation.clock.now()) as work:
        words = {_say(work, account_id, f"第 {account_id} 条") for account_id in accounts}
    committed = real_seconds()
    platform.wait(words)
    return len(words) / (max(platform.heard[one] for one in words) - committed)


def _one_by_one(installation: Installation, platform: Platform, accounts: list[int]) -> list[float]:
    """Seconds from each commit to the moment the platform had the words."""
    committed: dict[str, float] = {}
    for account_id in accounts:
        with installation.store.work(installation.clock.now()) as work:
            words = _say(work, account_id, f"单独 {account_id} 条 {len(accounts)}")
        committed[words] = real_seconds()
        threading.Event().wait(APART)
    platform.wait(set(committed))
    return [platform.heard[words] - at for words, at in committed.items()]

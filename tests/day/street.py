"""The product as `app.py run` starts it, with phones and WeCom chats to use it by."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from bot import keys, settings
from bot.clock import SystemClock, real_seconds
from models.limits import load_limits
from models.store import FieldKeys, Store, open_store
from tests.faults.house import HOST, STARTS, free_port
from tests.running.processes import ROOT, until

PATIENCE = 30.0
Json = dict[str, Any]
Message = dict[str, Any]


class Street:
    """One running installation in `folder`; close() ends it and returns its exit code."""

    def __init__(self, folder: Path) -> None:
        self.data, self.said = folder / "data", folder / "said.txt"
        self.port = free_port()
        self.base = f"http://{HOST}:{self.port}"
        # Many short connections: one that is turned away because the queue is full is tried again.
        self.http = requests.Session()
        self.http.mount("http://", HTTPAdapter(max_retries=Retry(connect=5, backoff_factor=0.1)))
        env = {"LINLI_DATA_DIR": str(self.data), "LINLI_PORT": str(self.port), "TMPDIR": str(folder)}
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "run"],
                cwd=ROOT,
                env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        until(lambda: "Ctrl-C" in self.output or self.process.poll() is not None, "the start", STARTS)
        assert self.process.poll() is None, self.output
        self.phones = re.findall(r"(http://\S+)/phones", self.output)[0]
        self.password = re.findall(r"密码 (\S+)", self.output)[0]

    @property
    def output(self) -> str:
        """What the command has printed."""
        return self.said.read_text(encoding="utf-8")

    def close(self) -> int:
        """Ctrl-C."""
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    @cached_property
    def store(self) -> Store:
        """The database, to look into."""
        chosen = settings.Settings(_env_file=None, data_dir=self.data)
        kept = keys.load_or_make(chosen.keys_file)
        fields = FieldKeys(tuple(key.encode() for key in kept.fernet), kept.blind_index.encode())
        return open_store(chosen.database_url, fields, load_limits(), wait_seconds=10.0)

    @property
    def now(self) -> datetime:
        """Real time, for a look into the database."""
        return SystemClock().now()

    # --- the platforms --------------------------------------------------------------------------------------

    def emu(self, path: str, **data: Any) -> Json:
        """POST to the emulator's control API, waiting for the deliveries."""
        answer = self.http.post(f"{self.phones}/emu/{path}", json={"wait": True, **data}, timeout=40)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def chat(self, chat: str) -> list[Message]:
        """Every message of a chat, oldest first."""
        state = self.http.get(f"{self.phones}/emu/state", timeout=20).json()
        return [one for one in state["messages"] if one["chat"] == chat]

    def person(self, name: str) -> Phone:
        """Somebody new with a phone."""
        return Phone(self, self.emu("residents", name=name)["openid"], name)

    def worker(self, userid: str, bot: str, chat: str) -> Colleague:
        """Somebody in WeCom."""
        return Colleague(self, userid, bot, chat)

    def hours(self, hours: float) -> None:
        """Let time pass."""
        assert self.emu("clock", advance_seconds=int(hours * 3600))["bot_told"]

    def secrets(self) -> dict[str, str]:
        """Everything secret that the installation has, by what it is."""
        found = _texts(json.loads((self.data / "invented.json").read_text(encoding="utf-8")), "account")
        found |= _texts(json.loads((self.data / "keys.json").read_text(encoding="utf-8")), "keys")
        town = json.loads((self.data / "town.json").read_text(encoding="utf-8"))
        for kind, names in (("bots", ("token", "aes_key")), ("groups", ("robot_key",))):
            found |= {f"{kind}.{n}.{name}": one[name] for n, one in enumerate(town[kind]) for name in names}
        with sqlite3.connect(self.data / "emulator" / "emulator.db") as connection:
            tokens = connection.execute("SELECT id FROM thing WHERE kind = 'token'").fetchall()
        connection.close()
        public = ("account.wechat_appid", "account.wechat_account")
        found = {name: value for name, value in found.items() if name not in public}
        return {**found, **{f"access token {n}": one for n, (one,) in enumerate(tokens)}}

    def logs(self) -> dict[str, str]:
        """Everything that was logged or printed, by file; the password is printed once, on purpose."""
        found = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in self._log_files()}
        printed = [line for line in self.output.splitlines() if "密码" not in line]
        return {**found, "printed": "\n".join(printed)}

    def _log_files(self) -> list[Path]:
        return sorted(path for path in (self.data / "logs").iterdir() if path.is_file())


def _texts(value: Any, name: str) -> dict[str, str]:
    """Every text in a JSON document, by its path."""
    if isinstance(value, dict):
        return {
            path: text for key, one in value.items() for path, text in _texts(one, f"{name}.{key}").items()
        }
    if isinstance(value, list):
        return {
            path: text for n, one in enumerate(value) for path, text in _texts(one, f"{name}.{n}").items()
        }
    return {name: str(value)}


@dataclass
class Chat:
    """One side of a chat: does something, reads what comes."""

    street: Street

    def _send(self, path: str, chat: str, **data: Any) -> str:
        """Do it; what was answered, at once or a little later."""
        before = len(self.street.chat(chat))
        files = data.pop("files", None)
        if files:
            url = f"{self.street.phones}/emu/{path}"
            assert (
                self.street.http.post(url, data={"wait": "true"}, files=files, timeout=40).status_code == 200
            )
        else:
            self.street.emu(path, **data)
        return wait_for(lambda: _answers(self.street.chat(chat)[before:]), f"an answer to {path} {data}")

    def _waits(self, chat: str, part: str, times: int) -> str:
        shown: list[str] = []

        def look() -> str:
            shown[:] = map(_words, self.street.chat(chat))
            found = [words for words in shown if part in words]
            return found[-1] if len(found) >= times else ""

        try:
            return wait_for(look, part)
        except AssertionError:
            raise AssertionError(f"{part} never came; last shown: {shown[-3:]}") from None


def _answers(messages: list[Message]) -> str:
    """What the account or the bot has answered; what it said of itself counts only when there is nothing else."""
    ours = [one for one in messages if one["sender"] in ("account", "bot")]
    answered = [one for one in ours if one["via"] in ("passive", "reply")]
    return "\n".join(map(_words, answered or ours))


def _words(message: Message) -> str:
    body = message["body"]
    return json.dumps(body, ensure_ascii=False) if message["kind"] != "text" else str(body.get("text", ""))


def numbered(words: str) -> int:
    """The number of the order in these words."""
    found = re.findall(r"工单 (\d+)", words)
    assert found, words
    return int(found[0])


def wait_for(look: Callable[[], str], what: str) -> str:
    """Wait for words."""
    found: list[str] = []
    until(lambda: found.append(look()) or found[-1], what, PATIENCE)
    return found[-1]


@dataclass
class Phone(Chat):
    """A resident's phone."""

    openid: str
    name: str

    @property
    def _chat(self) -> str:
        return f"resident/{self.openid}"

    def does(self, action: str, **data: Any) -> str:
        """One of the emulator's actions; the answer's words."""
        return self._send(f"residents/{self.openid}/{action}", self._chat, **data)

    def says(self, words: str) -> str:
        """Type and read."""
        return self.does("text", text=words)

    def silently(self, action: str, **data: Any) -> None:
        """Something that gets no answer."""
        self.street.emu(f"residents/{self.openid}/{action}", **data)

    def sends_file(self, content: bytes) -> str:
        """Send as a photo whatever it is."""
        return self.does("image", files={"file": ("photo.jpg", content, "image/jpeg")})

    def reports(self, words: str, photo: str = "") -> int:
        """Report something that needs no more questions; the number."""
        assert "要报的是" in self.says(words)
        if photo:
            assert "收到 1 张照片" in self.does("image", sample=photo)
        return numbered(self.says("1"))

    def gets(self, part: str, times: int = 1) -> str:
        """Wait until this was shown `times` times."""
        return self._waits(self._chat, part, times)


@dataclass
class Colleague(Chat):
    """Somebody of the staff."""

    userid: str
    bot: str
    chat: str

    def says(self, words: str, **more: Any) -> str:
        """In the group."""
        data = {"userid": self.userid, "text": words, **more}
        return self._send(f"groups/{self.chat}/say", f"group/{self.chat}", **data)

    def alone(self, words: str) -> str:
        """In the single chat."""
        path = f"bots/{self.bot}/single/{self.userid}/say"
        return self._send(path, f"single/{self.bot}/{self.userid}", text=words)

    def reads(self, part: str, times: int = 1) -> str:
        """Wait until the group shows this."""
        return self._waits(f"group/{self.chat}", part, times)


@dataclass
class Clerk:
    """Somebody at the console, with a browser that keeps cookies."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)
    page: str = ""

    def opens(self, path: str, status: int = 200) -> str:
        """A page's HTML."""
        answer = self.session.get(f"{self.base}{path}", timeout=20)
        assert answer.status_code == status, (path, answer.status_code)
        if "html" in answer.headers["Content-Type"]:
            self.page = answer.text
        return answer.text

    def sends(self, path: str, **form: str) -> str:
        """Send a form of the page; the page that follows."""
        token = re.findall(r'name="csrf_token" value="([^"]+)"', self.page)[0]
        data = {"csrf_token": token, **form}
        answer = self.session.post(f"{self.base}{path}", data=data, timeout=20)
        assert answer.status_code == 200, (path, answer.status_code)
        self.page = answer.text
        return answer.text


def seconds_of(started: float) -> float:
    """Real seconds since then."""
    return round(real_seconds() - started, 1)

"""WeCom's side of an app, played from the reference document: tokens, cards with codes, callbacks. No socket."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from bot.channels.sealing import Envelope, read_key
from bot.channels.strict_xml import read, text
from bot.clock import FixedClock

CODE_SECONDS = 72 * 3600
BASE = "http://wecom.test"
CORPID, AGENTID = "ww0123456789abcdef", 1000002
TOKEN, KEY = "app-callback-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CONFIG = {
    "corpid": CORPID,
    "agentid": str(AGENTID),
    "secret": "app-secret-01",
    "token": TOKEN,
    "aes_key": KEY,
}
Json = dict[str, Any]


@dataclass
class Shown:
    """A card in somebody's chat, as it looks now."""

    task: str
    userid: str
    card: Json

    @property
    def keys(self) -> list[str]:
        return [one["key"] for one in self.card.get("button_list", [])]

    @property
    def words(self) -> str:
        return f"{self.card['main_title']['title']}\n{self.card.get('sub_title_text', '')}"


@dataclass
class Code:
    """A response_code: good for one change of one card, for 72 hours."""

    task: str
    ends: float
    used: bool = False


@dataclass
class PlayedApp(BaseAdapter):
    """Answers what the channel asks, and makes the callbacks that the platform would make."""

    clock: FixedClock
    members: set[str] = field(default_factory=set)
    cards: dict[str, Shown] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    uploaded: list[bytes] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        super().__init__()

    # --- what the bot asks ----------------------------------------------------------------------------------

    def session(self) -> requests.Session:
        made = requests.Session()
        made.mount(BASE, self)
        return made

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        path, query = parts.path.removeprefix("/cgi-bin/"), parse_qs(parts.query)
        self.asked.append(path)
        if path in self.broken:
            self.broken.remove(path)
            raise requests.ConnectionError("cut off")
        form = str(request.headers.get("Content-Type")).startswith("multipart/")
        body = json.loads(request.body or b"{}") if request.method == "POST" and not form else {}
        if form:
            self.uploaded.append(bytes(request.body or b""))  # type: ignore[arg-type]  # a form is bytes
        said = ROUTES[path](self, body, {name: values[0] for name, values in query.items()})
        raw = io.BytesIO(said if isinstance(said, bytes) else json.dumps(said).encode())
        answer = HTTPResponse(body=raw, status=200, preload_content=False)
        return HTTPAdapter().build_response(request, answer)

    def close(self) -> None:
        """Nothing is open."""

    def _token(self, _body: Json, query: dict[str, str]) -> Json:
        if (query["corpid"], query["corpsecret"]) != (CORPID, CONFIG["secret"]):
            return {"errcode": 40001, "errmsg": "invalid credential"}
        return {"errcode": 0, "errmsg": "ok", "access_token": "TOKEN", "expires_in": 7200}

    def _message(self, body: Json, _query: dict[str, str]) -> Json:
        userid = body["touser"]
        assert body["agentid"] == AGENTID
        if userid not in self.members:
            return {"errcode": 81013, "errmsg": "user & party & tag all invalid", "invaliduser": userid}
        if body["msgtype"] == "text":
            assert len(body["text"]["content"].encode()) <= 2048
            self.texts.append((userid, body["text"]["content"]))
            return {"errcode": 0, "errmsg": "ok", "msgid": f"m{next(self._count)}"}
        if body["msgtype"] == "image":
            self.images.append((userid, body["image"]["media_id"]))
            return {"errcode": 0, "errmsg": "ok", "msgid": f"m{next(self._count)}"}
        card = body["template_card"]
        if card["task_id"] in self.cards:
            return {"errcode": 42014, "errmsg": "taskid has existed"}
        assert len(card["main_title"]["title"]) <= 26
        assert card["card_type"] == "button_interaction"
        self.cards[card["task_id"]] = Shown(card["task_id"], userid, card)
        code = self._code(card["task_id"])
        return {"errcode": 0, "errmsg": "ok", "msgid": f"m{next(self._count)}", "response_code": code}

    def _code(self, task: str) -> str:
        code = f"CODE-{next(self._count)}"
        self.codes[code] = Code(task, self.clock.now().timestamp() + CODE_SECONDS)
        return code

    def _change(self, body: Json, _query: dict[str, str]) -> Json:
        code = self.codes.get(body["response_code"])
        if code is None or code.used or code.ends <= self.clock.now().timestamp():
            return {"errcode": 40058, "errmsg": "invalid response_code"}
        shown = self.cards[code.task]
        assert body["userids"] == [shown.userid]
        assert body["agentid"] == AGENTID
        code.used, shown.card = True, body["template_card"]
        self.changes.append(code.task)
        return {"errcode": 0, "errmsg": "ok", "invaliduser": []}

    def _media(self, _body: Json, query: dict[str, str]) -> Json | bytes:
        return self.media.get(query["media_id"], {"errcode": 40007, "errmsg": "invalid media_id"})

    # --- what the platform calls back with ------------------------------------------------------------------

    def callback(self, userid: str, kind: str, fields: str) -> tuple[dict[str, str], bytes]:
        """The query and the body of one callback."""
        now = int(self.clock.now().timestamp())
        message = (
            f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><FromUserName><![CDATA[{userid}]]></FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}"
            f"<AgentID>{AGENTID}</AgentID></xml>"
        )
        sealed = Envelope(TOKEN, [KEY], CORPID).seal(message.encode(), read_key(KEY), now, "n1")
        query = {"timestamp": str(now), "nonce": "n1", "msg_signature": sealed.signature}
        return query, f"<xml><Encrypt><![CDATA[{sealed.encrypt}]]></Encrypt></xml>".encode()

    def text(self, userid: str, words: str) -> tuple[dict[str, str], bytes]:
        fields = f"<Content><![CDATA[{words}]]></Content><MsgId>{next(self._count)}</MsgId>"
        return self.callback(userid, "text", fields)

    def photo(self, userid: str, media: str) -> tuple[dict[str, str], bytes]:
        fields = f"<PicUrl>http://p</PicUrl><MediaId>{media}</MediaId><MsgId>{next(self._count)}</MsgId>"
        return self.callback(userid, "image", fields)

    def enter(self, userid: str) -> tuple[dict[str, str], bytes]:
        return self.callback(userid, "event", "<Event>enter_agent</Event><EventKey></EventKey>")

    def press(self, task: str, key: str) -> tuple[dict[str, str], bytes]:
        fields = (
            f"<Event>template_card_event</Event><EventKey><![CDATA[{key}]]></EventKey><TaskId>{task}</TaskId>"
            f"<CardType>button_interaction</CardType><ResponseCode>{self._code(task)}</ResponseCode>"
        )
        return self.callback(self.cards[task].userid, "event", fields)

    def opened(self, body: bytes) -> Json:
        """What is in a passive reply; empty for the bare acknowledgement."""
        if not body:
            return {}
        tree = read(body)
        query = {
            "timestamp": text(tree, "TimeStamp"),
            "nonce": text(tree, "Nonce"),
            "msg_signature": text(tree, "MsgSignature"),
        }
        return read(Envelope(TOKEN, [KEY], CORPID).open(query, text(tree, "Encrypt")).message)

    def show(self, task: str, answer: Json) -> None:
        """Change a card as a passive reply to a press says."""
        new = answer["TemplateCard"]
        buttons = new.get("ButtonList", [])
        self.cards[task].card = {
            "main_title": {"title": new["MainTitle"]["Title"]},
            "sub_title_text": new.get("SubTitleText", ""),
            "button_list": [
                {"key": one["Key"]} for one in (buttons if isinstance(buttons, list) else [buttons])
            ],
        }


ROUTES = {
    "gettoken": PlayedApp._token,
    "message/send": PlayedApp._message,
    "message/update_template_card": PlayedApp._change,
    "media/get": PlayedApp._media,
    "agent/get": lambda played, body, query: {"errcode": 0, "agentid": int(query["agentid"])},
    "media/upload": lambda played, body, query: {"errcode": 0, "media_id": f"UP-{len(played.uploaded)}"},
    "webhook/send": lambda played, body, query: {"errcode": 0, "errmsg": "ok"},  # other firms' groups
}

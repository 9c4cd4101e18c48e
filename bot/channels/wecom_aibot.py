"""The WeCom smart robot (智能机器人) in URL callback mode: hears a group when it is mentioned, and answers.

WeCom docs 100719 (messages), 101027 (events), 101031 (passive replies), 101033 (encryption), 101138 (late answers).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import ClassVar, Self
from urllib.parse import urlsplit

from bot.channels.config import base_address, needed
from bot.channels.download import download
from bot.channels.failures import ErrorTable
from bot.channels.sealing import Envelope, Opened, decrypt, read_key
from bot.channels.strict_json import read_object
from bot.channels.text import cut, tame
from bot.channels.wecom_aibot_reading import Malformed, read_heard
from bot.channels.wecom_aibot_rendering import CONTENT_BYTES, passive
from bot.channels.wecom_posting import API_BASE, post
from bot.message import Heard, Receipt, Reply, Told, numbered
from bot.ports import Answer, Callback, Flags, Tools
from bot.refusals import BadMessage, NoMedia, NotAllowed, NotGenuine, TooLarge, Unreadable, WindowClosed

MAX_BODY = 64 * 1024
MAX_MEDIA = 10 * 1024 * 1024
RUNG = "late_answer"
RESPONSE_PATH = "/cgi-bin/aibot/response"
MEDIA_HOSTS = "*.myqcloud.com"
CARD_URL = "https://work.weixin.qq.com/"
EMPTY = Answer(200, b"")
JSON = "application/json; charset=utf-8"


class WeComAIBot:
    """One smart robot of one firm. Nothing is kept between two requests.

    Settings: token, aes_key, aes_key_previous, aibotid, display (the name it is mentioned by), api_base,
    media_hosts (patterns with commas between), card_url (https, where a card without buttons leads).
    """

    kind: ClassVar[str] = "wecom_aibot"

    def __init__(self, name: str, config: Mapping[str, str], tools: Tools) -> None:
        self.name = name
        self._clock, self._http, self._picture = tools.clock, tools.http, tools.picture
        self._aibotid = needed(config, "aibotid", "it from the robot's page in the WeCom console")
        self._display = config.get("display", "")
        keys = tuple(filter(None, (config.get("aes_key", ""), config.get("aes_key_previous", ""))))
        self._envelope = Envelope(config.get("token", ""), keys, receive_id="")
        self._secrets = (config["token"], *keys)
        self._media_keys = tuple(map(read_key, keys))
        self._base = base_address(config, API_BASE)
        hosts = (config.get("media_hosts") or MEDIA_HOSTS).split(",")
        self._media_hosts = tuple(host.strip().lower() for host in hosts if host.strip())
        self._card_url = config.get("card_url") or CARD_URL
        self._errors = ErrorTable("wecom_errors", tools.clock.now)
        self.flags = Flags(
            hears=True,
            speaks_first=False,
            cards=True,
            text_bytes=CONTENT_BYTES,
            ack_seconds=5.0,
            rungs=(RUNG,),
        )

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        """One robot from plain strings. Raises ValueError that says which setting to change."""
        return cls(name, config, tools)

    # Hearing

    def verify(self, callback: Callback) -> Answer:
        """Decrypt echostr and give back the bare plaintext (WeCom docs 101033). Raises NotGenuine."""
        opened = self._envelope.open(callback.query, callback.query.get("echostr", ""))
        return Answer(200, opened.message)

    def hear(self, callback: Callback) -> Heard:
        """Read one callback. Raises NotGenuine (also for another robot's), TooLarge, Unreadable."""
        message = self._open(callback).message
        body = read_object(message)
        try:
            heard = read_heard(self.name, self._display, body, int(callback.query["timestamp"]))
        except Malformed:
            raise self._unreadable(message) from None
        if body.get("aibotid") != self._aibotid:
            raise NotGenuine("refused")
        return heard

    def _open(self, callback: Callback) -> Opened:
        if len(callback.body) > MAX_BODY:
            raise TooLarge(f"{len(callback.body)} bytes")
        encrypted = read_object(callback.body).get("encrypt")
        if not isinstance(encrypted, str) or not encrypted:
            raise NotGenuine("refused")
        return self._envelope.open(callback.query, encrypted)

    def _unreadable(self, message: bytes) -> Unreadable:
        """The key comes from what was decrypted: the platform encrypts every repeat anew."""
        return Unreadable(f"ww:{self.name}:x:{hashlib.sha256(message).hexdigest()}", message)

    # Answering

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        """The passive reply, sealed with the key that opened the callback; nothing to say is an empty body."""
        # What is polled is a stream, and ours are finished at once; of feedback only an empty reply is taken.
        said = (
            passive(heard, reply, self._card_url, self._picture) if heard and heard.kind != "other" else None
        )
        if said is None:
            return EMPTY
        key = self._envelope.only_key or self._open(callback).key
        message = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        now = int(self._clock.now().timestamp())
        sealed = self._envelope.seal(message, key, now, callback.query.get("nonce", ""))
        body = {
            "encrypt": sealed.encrypt,
            "msgsignature": sealed.signature,
            "timestamp": sealed.timestamp,
            "nonce": sealed.nonce,
        }
        return Answer(200, json.dumps(body).encode(), JSON)

    # Telling

    def tell(self, told: Told) -> Receipt:
        """One late answer to the address that came with a message: once, within an hour (WeCom docs 101138).

        Raises one of the NotTold refusals.
        """
        if told.rung not in ("", RUNG):
            raise NotAllowed(f"a smart robot has no {told.rung}")
        words = cut(tame(numbered(told.words, told.options)), CONTENT_BYTES)
        if not words.strip():
            raise BadMessage("no words")
        if not told.reply_to:
            raise WindowClosed("nothing to answer to")
        if not self._is_ours(told.reply_to):
            raise BadMessage("not an address for late answers")
        post(self._http, self._errors, told.reply_to, {"msgtype": "markdown", "markdown": {"content": words}})
        return Receipt()

    def _is_ours(self, url: str) -> bool:
        """Whether an address is the platform's own: what we post there must not go anywhere else."""
        try:
            asked, ours = urlsplit(url), urlsplit(self._base + RESPONSE_PATH)
            return (asked.scheme, asked.netloc, asked.path) == (ours.scheme, ours.netloc, ours.path)
        except ValueError:
            return False

    # Fetching

    def fetch(self, media: str) -> bytes:
        """The decrypted bytes behind a picture's address, which lives five minutes. Raises NoMedia."""
        raw = download(media, self._media_hosts, MAX_MEDIA)
        for key in self._media_keys:
            try:
                return decrypt(key, raw)
            except ValueError:
                continue
        raise NoMedia("cannot be decrypted")

    def secrets(self) -> tuple[str, ...]:
        """Every string that must never be seen in a log."""
        return self._secrets

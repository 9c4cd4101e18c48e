"""A firm's own WeCom app (企业微信自建应用): speaks with each worker alone, by text and by cards with buttons.

WeCom docs 90238 to 90241 (callbacks and passive replies), 90236 (message/send), 94888 (changing a card).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

from bot.channels.config import base_address, needed
from bot.channels.sealing import Envelope, Opened
from bot.channels.strict_xml import Malformed, read, text
from bot.channels.wechat_oa_rendering import envelope
from bot.channels.wecom_app_api import Api
from bot.channels.wecom_app_check import check
from bot.channels.wecom_app_reading import read_heard
from bot.channels.wecom_app_rendering import (
    TEXT_BYTES,
    card_message,
    changed_card,
    notice,
    passive,
    text_message,
    worded,
)
from bot.channels.wecom_posting import API_BASE
from bot.message import Card, Heard, Receipt, Reply, Told
from bot.ports import Answer, Callback, Finding, Flags, Tools
from bot.refusals import (
    BadMessage,
    NoSuchPerson,
    NotAllowed,
    NotGenuine,
    TooLarge,
    TooMany,
    Unreadable,
    WindowClosed,
)

MAX_BODY = 64 * 1024
PER_MINUTE = 30  # messages to one member
SPEAK, CHANGE = "app", "card_update"
CARD_THERE: frozenset[int] = frozenset(
    {42014}
)  # a card of this id is there already: an earlier try has arrived
CARD_URL = "https://work.weixin.qq.com/"
CONSOLE = "it from the app's page in the WeCom console"
EMPTY = Answer(200, b"")
XML = "application/xml; charset=utf-8"


class WeComApp:
    """One app of one firm. Nothing is kept between two requests but the shared access token.

    Settings: corpid, agentid, secret, token, aes_key, aes_key_previous, api_base, card_url (https, where a card
    without buttons leads).
    """

    kind: ClassVar[str] = "wecom_app"

    def __init__(self, name: str, config: Mapping[str, str], tools: Tools) -> None:
        self.name = name
        self._clock, self._rate, self._read_picture = tools.clock, tools.rate, tools.picture
        self._corpid = needed(config, "corpid", "企业 ID from 我的企业 in the WeCom console")
        self._agentid = _number(needed(config, "agentid", CONSOLE))
        secret = needed(config, "secret", CONSOLE)
        keys = tuple(filter(None, (config.get("aes_key", ""), config.get("aes_key_previous", ""))))
        self._envelope = Envelope(config.get("token", ""), keys, self._corpid)
        self._secrets = (secret, config["token"], *keys)
        self._api = Api(self._corpid, secret, base_address(config, API_BASE), tools)
        self._card_url = config.get("card_url") or CARD_URL
        self.flags = Flags(
            hears=True,
            speaks_first=True,
            cards=True,
            text_bytes=TEXT_BYTES,
            ack_seconds=5.0,
            per_minute=PER_MINUTE,
            rungs=(SPEAK, CHANGE),
        )

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        """One app from plain strings. Raises ValueError that says which setting to change."""
        return cls(name, config, tools)

    # Hearing

    def verify(self, callback: Callback) -> Answer:
        """Decrypt echostr and give back the bare plaintext (WeCom docs 90238). Raises NotGenuine."""
        opened = self._envelope.open(callback.query, callback.query.get("echostr", ""))
        return Answer(200, opened.message)

    def hear(self, callback: Callback) -> Heard:
        """Read one callback, of which only the decrypted fields count.

        Raises NotGenuine (also for another app's), TooLarge, Unreadable.
        """
        message = self._open(callback).message
        try:
            tree = read(message)
            heard, agentid = read_heard(self.name, tree), text(tree, "AgentID")
        except Malformed:
            # The key comes from what was decrypted: the platform encrypts every repeat anew.
            key = f"wa:{self.name}:x:{hashlib.sha256(message).hexdigest()}"
            raise Unreadable(key, message) from None
        if agentid != str(self._agentid):
            raise NotGenuine("refused")
        return heard

    def _open(self, callback: Callback) -> Opened:
        if len(callback.body) > MAX_BODY:
            raise TooLarge(f"{len(callback.body)} bytes")
        try:
            encrypted = text(read(callback.body), "Encrypt")
        except Malformed:
            encrypted = ""
        if not encrypted:
            raise NotGenuine("refused")
        return self._envelope.open(callback.query, encrypted)

    # Answering

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        """The passive reply, sealed with the key that opened the callback; nothing to say is an empty body."""
        now = int(self._clock.now().timestamp())
        said = None
        if heard is not None and heard.kind != "other":
            said = passive(heard, reply, self._corpid, now, self._card_url)
        if said is None:
            return EMPTY
        key = self._envelope.only_key or self._open(callback).key
        sealed = self._envelope.seal(said, key, now, callback.query.get("nonce", ""))
        return Answer(200, envelope(sealed), XML)

    # Telling

    def tell(self, told: Told) -> Receipt:
        """Send a text or a card to one member, or change a card that was sent ("card_update").

        Raises one of the NotTold refusals. The receipt of a card holds the code with which it may be changed.
        """
        rung = told.rung or SPEAK
        if rung not in self.flags.rungs:
            raise NotAllowed(f"an app has no {rung}")
        words = worded(told.words, told.options)
        if not words and told.card is None:
            raise BadMessage("no words")
        return self._change(told, words) if rung == CHANGE else self._speak(told, words)

    def _speak(self, told: Told, words: str) -> Receipt:
        self._wait_turn(told.to)
        message = self._picture(told.picture) if told.picture else text_message(words)
        if told.card is not None:
            message = self._card(told.card)
        payload = {"touser": told.to, "agentid": self._agentid, **message}
        there = CARD_THERE if told.card else frozenset()
        answer = self._api.post("message/send", payload, harmless_twice=told.card is not None, tolerate=there)
        _refuse_unreached(answer)
        return Receipt(str(answer.get("msgid") or ""), str(answer.get("response_code") or ""))

    def _picture(self, name: str) -> dict[str, Any]:
        """A kept photo, which must first be uploaded (WeCom docs 90253)."""
        jpeg = self._read_picture(name)
        if not jpeg:
            raise BadMessage("the photo is gone")
        media = self._api.upload("media/upload", name, jpeg, type="image").get("media_id")
        return {"msgtype": "image", "image": {"media_id": str(media or "")}}

    def _card(self, card: Card) -> dict[str, Any]:
        try:
            return card_message(card, self._card_url)
        except ValueError as wrong:
            raise BadMessage(str(wrong)) from None

    def _change(self, told: Told, words: str) -> Receipt:
        """Spend the code of a card in `reply_to`, which is good for one change within 72 hours."""
        if not told.reply_to:
            raise WindowClosed("no code for this card")
        body = changed_card(told.card or notice(words), self._card_url)
        whose = {"userids": [told.to], "agentid": self._agentid, "response_code": told.reply_to}
        _refuse_unreached(self._api.post("message/update_template_card", {**whose, **body}))
        return Receipt()

    def _wait_turn(self, to: str) -> None:
        """The platform takes 30 messages a minute to one member; what it refuses would be lost time for all."""
        digest = hashlib.sha256(f"{self._corpid}:{self._agentid}:{to}".encode("utf-8", "replace")).hexdigest()
        seconds = self._rate.wait(f"app:{digest[:16]}", PER_MINUTE) if self._rate else 0.0
        if seconds > 0:
            raise TooMany("our own rate limit", after=timedelta(seconds=seconds))

    # The rest

    def fetch(self, media: str) -> bytes:
        """The bytes behind a media id, at most 10 MB; the platform keeps them three days. Raises NoMedia."""
        return self._api.download("media/get", media_id=media)

    def check(self) -> list[Finding]:
        """Whether the app's settings work, in words for whoever looks after the server."""
        return check(self._api, str(self._agentid))

    def secrets(self) -> tuple[str, ...]:
        """Every string that must never be seen in a log."""
        return self._secrets


def _number(agentid: str) -> int:
    if not (agentid.isascii() and agentid.isdigit()):
        raise ValueError("agentid is no number: copy AgentId from the app's page in the WeCom console")
    return int(agentid)


def _refuse_unreached(answer: Mapping[str, Any]) -> None:
    """Who has left the firm, or does not see the app, is named in an answer that is otherwise good."""
    for name in ("invaliduser", "unlicenseduser"):
        if answer.get(name):
            raise NoSuchPerson(name)

"""The WeChat Official Account (服务号): callbacks in safe mode, passive replies, customer service, templates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from bot.channels.config import base_address, needed, one_of
from bot.channels.failures import load
from bot.channels.sealing import Envelope, Opened
from bot.channels.strict_json import read_object
from bot.channels.strict_xml import Malformed, Tree, read, text
from bot.channels.text import tame
from bot.channels.wechat_oa_api import Api
from bot.channels.wechat_oa_check import check
from bot.channels.wechat_oa_reading import read_heard
from bot.channels.wechat_oa_rendering import envelope, lines, linked, passage, text_reply
from bot.channels.wechat_oa_templates import Templates
from bot.message import Heard, Receipt, Reply, Told
from bot.ports import Answer, Callback, Finding, Flags, Tools
from bot.refusals import BadMessage, NotAllowed, NotGenuine, TooLarge, Unreadable

MAX_BODY = 64 * 1024
MENU_ITEMS = 10  # the platform's own limit is unpublished; error 45098 beyond it
MENU_REFUSED = frozenset({40200, 45098})
ACK = Answer(200, b"success")  # needs no encryption (WeChat docs: message encryption, step 3)
XML = "application/xml; charset=utf-8"
CONSOLE = "it from the official account's console at mp.weixin.qq.com"
API_BASE = "https://api.weixin.qq.com"

KINDS: Mapping[str, tuple[str, ...]] = {
    "verified-service": ("customer_service", "template"),
    "test": ("customer_service", "template"),
    "unverified": (),
}
Message = dict[str, Any]
SHOW = {"menu": linked, "links": linked, "plain": lines}


class WeChatOA:
    """One official account, both ways. Nothing is kept between two requests but the shared access token.

    Settings: appid, secret, token, aes_key, aes_key_previous, account (the gh_ id), kind (verified-service,
    test, unverified), api_base, choices (menu, links, plain), and `template.<name>` for each template's id.
    """

    kind: ClassVar[str] = "wechat_oa"

    def __init__(self, name: str, config: Mapping[str, str], tools: Tools) -> None:
        self.name = name
        self._clock = tools.clock
        self._appid = needed(config, "appid", CONSOLE)
        self._account = config.get("account", "")
        self._kind = one_of(config, "kind", KINDS, "unverified")
        self._choices = one_of(config, "choices", SHOW, "plain")
        keys = (config.get("aes_key", ""), config.get("aes_key_previous", ""))
        self._envelope = Envelope(config.get("token", ""), keys, self._appid)
        rungs = KINDS[self._kind]
        secret = needed(config, "secret", CONSOLE) if rungs else config.get("secret", "")
        self._secrets = tuple(filter(None, (secret, config["token"], *keys)))
        self._api = Api(self._appid, secret, base_address(config, API_BASE), tools)
        self._templates = Templates(config)
        self.flags = Flags(
            hears=True,
            speaks_first=bool(rungs),
            choices=self._choices != "plain",
            ack_seconds=5.0,
            rungs=rungs,
        )

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        """One account from plain strings. Raises ValueError that says which setting to change."""
        return cls(name, config, tools)

    # Hearing

    def verify(self, callback: Callback) -> Answer:
        """Give back echostr as it came (WeChat docs: URL verification). Raises NotGenuine."""
        self._envelope.check_plain(callback.query)
        return Answer(200, callback.query.get("echostr", "").encode("utf-8", "replace"))

    def hear(self, callback: Callback) -> Heard:
        """Read one callback in safe mode, of which only the decrypted fields count.

        Raises NotGenuine (also for plain mode), TooLarge, Unreadable.
        """
        message = self._open(callback).message
        try:
            tree = read(message)
            heard = read_heard(self.name, self._appid, tree)
            account = text(tree, "ToUserName")
        except Malformed:
            raise self._unreadable(message) from None
        if self._account and account != self._account:
            raise NotGenuine("refused")
        return heard

    def _open(self, callback: Callback) -> Opened:
        if len(callback.body) > MAX_BODY:
            raise TooLarge(f"{len(callback.body)} bytes")
        return self._envelope.open(callback.query, _encrypted(callback.body))

    def _unreadable(self, message: bytes) -> Unreadable:
        """The key comes from what was decrypted: the platform encrypts every repeat anew."""
        return Unreadable(f"oa:{self._appid}:x:{hashlib.sha256(message).hexdigest()}", message)

    # Answering

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        """The passive reply, sealed with the key that opened the callback; nothing to say: bare "success"."""
        words = passage(reply.words, reply.options, SHOW[self._choices])
        if heard is None or not words.strip():
            return ACK
        account, key = self._account, self._envelope.only_key
        if key is None or not account:
            opened = self._open(callback)
            account, key = text(read(opened.message), "ToUserName"), opened.key
        now = int(self._clock.now().timestamp())
        message = text_reply(heard.sender, account, now, words)
        sealed = self._envelope.seal(message, key, now, callback.query.get("nonce", ""))
        return Answer(200, envelope(sealed), XML)

    # Telling

    def tell(self, told: Told) -> Receipt:
        """Send by customer service or by template. Raises one of the NotTold refusals."""
        rung = told.rung or next(iter(self.flags.rungs), "")
        if rung not in self.flags.rungs:
            raise NotAllowed(f"{self._kind} accounts have no {rung or 'way to speak first'}")
        return self._ring(told) if rung == "template" else self._customer_service(told)

    def _customer_service(self, told: Told) -> Receipt:
        verified = self._kind == "verified-service"
        show = linked if verified and self._choices == "links" else lines
        words = passage(told.words, told.options, show)
        if not words.strip():
            raise BadMessage("no words")
        if verified and self._choices == "menu" and 0 < len(told.options) <= MENU_ITEMS:
            answer = self._send(told.to, _menu_message(told), tolerate=MENU_REFUSED)
            if answer["errcode"] not in MENU_REFUSED:
                return Receipt()
        self._send(told.to, _text_message(words))
        return Receipt()

    def _send(self, to: str, message: Message, tolerate: frozenset[int] = frozenset()) -> Message:
        return self._api.post("message/custom/send", {"touser": to, **message}, tolerate=tolerate)

    def _ring(self, told: Told) -> Receipt:
        """A category template. client_msg_id makes the platform drop repeats for ten minutes."""
        payload = {"touser": told.to, **self._templates.payload(told.doorbell)}
        if told.once:
            payload["client_msg_id"] = told.once
        answer = self._api.post("message/template/send", payload, harmless_twice=bool(told.once))
        return Receipt(str(answer.get("msgid", "")))

    # The rest of the account

    def fetch(self, media: str) -> bytes:
        """The bytes behind a media id, at most 10 MB. Raises NoMedia."""
        return self._api.download("media/get", {"media_id": media})

    def publish_menu(self, menu: dict[str, Any]) -> None:
        """Replace the account's menu. Raises one of the NotTold refusals."""
        self._api.post("menu/create", menu, harmless_twice=True)

    def create_qr(self, scene: str) -> tuple[str, str]:
        """A permanent QR code for a scene of 1 to 64 characters: its ticket, and the address it holds.

        WeChat docs: qrcode/create, at most 100,000 per account. Raises one of the NotTold refusals.
        """
        if not 1 <= len(scene) <= 64:
            raise BadMessage("a scene has 1 to 64 characters")
        payload = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        answer = self._api.post("qrcode/create", payload, expect="ticket", harmless_twice=True)
        return str(answer["ticket"]), str(answer.get("url", ""))

    def check(self) -> list[Finding]:
        """Whether the account's settings work, in words for whoever looks after the server."""
        return check(self._api)

    def secrets(self) -> tuple[str, ...]:
        """Every string that must never be seen in a log."""
        return self._secrets


def limits(kind: str) -> list[dict[str, str]]:
    """What a kind of account cannot do and what happens instead: `cannot`, `instead`, in plain Chinese."""
    found: list[dict[str, str]] = load("wechat_oa_limits")[kind]
    return found


def _encrypted(body: bytes) -> str:
    """What is encrypted in a body, XML or JSON. A body in plain mode has nothing: NotGenuine."""
    try:
        tree: Tree = read_object(body) if body.startswith(b"{") else read(body)
        encrypted = text(tree, "Encrypt")
    except Malformed:
        encrypted = ""
    if not encrypted:
        raise NotGenuine("refused")
    return encrypted


def _text_message(words: str) -> Message:
    return {"msgtype": "text", "text": {"content": words}}


def _menu_message(told: Told) -> Message:
    """A 菜单消息: a tap makes the person say `content`, marked with the option's id."""
    return {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": passage(told.words, (), lines),
            "list": [
                {"id": option.id, "content": tame(f"{option.mark or number} {option.label}")}
                for number, option in enumerate(told.options, 1)
            ],
            "tail_content": "",
        },
    }

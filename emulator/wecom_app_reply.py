"""Reads an app's passive reply as strictly as WeCom does.

Sources: WeCom docs "回调和回复的加解密方案" (path/90968), "被动回复消息格式" (path/90241):
an empty body says nothing; the reply's nonce may be its own; a card is changed for who clicked only.
"""

import re
from dataclasses import dataclass
from typing import Literal

from emulator.courier import BadReply
from emulator.crypto import NotGenuine, Seal
from emulator.store import Json
from emulator.town import App
from emulator.wechat_reply import READERS, news_body
from emulator.wire import from_xml

SPEECH = ("text", "image", "voice", "video")
UPDATES = ("update_button", "update_template_card")
ANSWERABLE = ("subscribe", "enter_agent", "LOCATION", "click", "view", "view_miniprogram", "scancode_waitmsg")
"""Events that a message may answer; path/90241 "支持被动回复的事件类型"."""
CLICKS = ("template_card_event", "template_card_menu_event")
Cause = Literal["talk", "card", "other"]
ARTICLES = 8
NUMBERS = ("type", "style", "desc_color", "mode")
_HUMPS = re.compile(r"(?<!^)(?=[A-Z])")


def cause_of(fields: Json) -> Cause:
    """What a reply to this message or event may be."""
    event = fields.get("Event")
    if event is None or event in ANSWERABLE:
        return "talk"
    return "card" if event in CLICKS else "other"


@dataclass(frozen=True)
class AppReplyReader:
    """What a reply must fit: the app and its seal, the member, and what it answers."""

    seal: Seal
    app: App
    userid: str
    cause: Cause

    def read(self, body: bytes, nonce: str) -> Json | None:
        """The reply as {"kind", "body"}, None for an empty body; raises BadReply."""
        if not body:
            return None
        try:
            return self._check(from_xml(self._open(from_xml(body))))
        except (ValueError, KeyError, TypeError, AttributeError, NotGenuine) as error:
            raise BadReply(f"the reply cannot be used: {error}") from error

    def _open(self, envelope: Json) -> bytes:
        missing = {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} - envelope.keys()
        if missing:
            raise ValueError(f"the encrypted envelope lacks {', '.join(sorted(missing))}")
        self.seal.check(
            envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"]
        )
        return self.seal.open(envelope["Encrypt"])

    def _check(self, fields: Json) -> Json:
        if fields.get("ToUserName") != self.userid or fields.get("FromUserName") != self.app.corpid:
            raise BadReply("ToUserName must be the member's userid and FromUserName the corpid")
        if not str(fields.get("CreateTime", "")).isdigit():
            raise BadReply("CreateTime must be Unix seconds")
        kind = str(fields.get("MsgType"))
        if self.cause != ("card" if kind in UPDATES else "talk"):
            raise BadReply(f"{kind} cannot answer this callback ({self.cause})")
        if kind in SPEECH:
            return READERS[kind](fields)
        if kind not in OWN_READERS:
            raise BadReply(f"MsgType {kind} cannot be a reply")
        return OWN_READERS[kind](fields)


def _news(fields: Json) -> Json:
    items = fields["Articles"]["item"]
    articles = items if isinstance(items, list) else [items]
    if fields["ArticleCount"] != str(len(articles)) or len(articles) > ARTICLES:
        raise BadReply("ArticleCount must be the number of articles, 8 at most")
    first, *rest = [
        news_body(one["Title"], one.get("Description"), one.get("Url"), one.get("PicUrl")) for one in articles
    ]
    return {"kind": "news", "body": {**first, "more": rest}}


def _button(fields: Json) -> Json:
    if not fields["Button"]["ReplaceName"]:
        raise BadReply("Button.ReplaceName is empty")
    return {"kind": "update_button", "body": {"text": fields["Button"]["ReplaceName"]}}


def _card(fields: Json) -> Json:
    return {"kind": "update_template_card", "body": {"card": card_of_xml(fields["TemplateCard"])}}


OWN_READERS = {"news": _news, "update_button": _button, "update_template_card": _card}


def card_of_xml(part: Json) -> Json:
    """A card as JSON has it: MainTitle is main_title, and every …List a list."""
    return {_name(key): _value(_name(key), value) for key, value in part.items()}


def _name(key: str) -> str:
    return "keyname" if key == "KeyName" else _HUMPS.sub("_", key).lower()


def _value(name: str, value: object) -> object:
    if name.endswith("_list"):
        listed = value if isinstance(value, list) else [value]
        return [card_of_xml(one) for one in listed if isinstance(one, dict)]
    if isinstance(value, dict):
        return card_of_xml(value)
    return int(str(value)) if name in NUMBERS and str(value).isdigit() else value

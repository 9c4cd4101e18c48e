"""Reads the bot's passive reply as strictly as the official account does.

Source: WeChat docs "被动回复用户消息" (Passive_user_reply_message) and "消息加解密说明".
"""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.courier import BadReply
from emulator.crypto import NotGenuine, Seal
from emulator.store import Json
from emulator.wire import from_xml

TEXT_BYTES = 2048
SILENT = (b"", b"success")


@dataclass(frozen=True)
class ReplyReader:
    """What a reply must fit: the account's seal and gh_ id, the resident, the mode."""

    seal: Seal
    account: str
    openid: str
    mode: str

    def read(self, body: bytes, nonce: str) -> Json | None:
        """The reply as {"kind", "body"}, None for a silent one; raises BadReply."""
        if body in SILENT:
            return None
        try:
            fields = from_xml(body)
            if "Encrypt" in fields or self.mode == "safe":
                fields = from_xml(self._open(fields, nonce))
        except (ValueError, KeyError, TypeError, NotGenuine) as error:
            raise BadReply(f"the reply cannot be read: {error}") from error
        return self._check(fields)

    def _open(self, envelope: Json, nonce: str) -> bytes:
        missing = {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} - envelope.keys()
        if missing:
            raise ValueError(f"the encrypted envelope lacks {', '.join(sorted(missing))}")
        if envelope["Nonce"] != nonce:
            raise ValueError("Nonce must be the one in the callback's URL")
        self.seal.check(
            envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"]
        )
        return self.seal.open(envelope["Encrypt"])

    def _check(self, fields: Json) -> Json:
        if fields.get("ToUserName") != self.openid or fields.get("FromUserName") != self.account:
            raise BadReply("ToUserName must be the resident's openid and FromUserName the account")
        if not str(fields.get("CreateTime", "")).isdigit():
            raise BadReply("CreateTime must be Unix seconds")
        kind = str(fields.get("MsgType"))
        if kind not in READERS:
            raise BadReply(f"MsgType {kind} cannot be a reply")
        try:
            return READERS[kind](fields)
        except (AttributeError, KeyError, TypeError) as error:
            raise BadReply(f"a {kind} reply lacks {error}") from error


def _text(fields: Json) -> Json:
    content = fields["Content"]
    if not content:
        raise BadReply("Content is empty")
    if len(content.encode()) > TEXT_BYTES:
        raise BadReply(f"Content is longer than {TEXT_BYTES} bytes")
    return {"kind": "text", "body": {"text": content}}


def _media(kind: str, element: str) -> Callable[[Json], Json]:
    def read(fields: Json) -> Json:
        part = fields[element]
        return {
            "kind": kind,
            "body": {
                "media": part["MediaId"],
                "title": part.get("Title", ""),
                "text": part.get("Description", ""),
            },
        }

    return read


def _music(fields: Json) -> Json:
    part = fields["Music"]
    return {"kind": "music", "body": {"title": part.get("Title", ""), "url": part.get("MusicUrl", "")}}


def _news(fields: Json) -> Json:
    items = fields["Articles"]["item"]
    if isinstance(items, list) or fields["ArticleCount"] != "1":
        raise BadReply("a news reply holds exactly one article")
    return {
        "kind": "news",
        "body": news_body(items["Title"], items.get("Description"), items.get("Url"), items.get("PicUrl")),
    }


def news_body(title: str, text: str | None, url: str | None, picture: str | None) -> Json:
    """How one article is kept for the phone."""
    return {"title": title, "text": text or "", "url": url or "", "picture": picture or ""}


def _transfer(fields: Json) -> Json:
    return {"kind": "notice", "body": {"text": "已转接人工客服"}}


READERS: dict[str, Callable[[Json], Json]] = {
    "text": _text,
    "image": _media("image", "Image"),
    "voice": _media("voice", "Voice"),
    "video": _media("video", "Video"),
    "music": _music,
    "news": _news,
    "transfer_customer_service": _transfer,
}

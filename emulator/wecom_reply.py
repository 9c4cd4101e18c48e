"""Reads the AIBot's passive reply as strictly as WeCom does.

Sources: WeCom docs "加解密方案" (path/101033) and "被动回复消息" (path/101031).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from emulator.courier import BadReply
from emulator.crypto import NotGenuine, Seal
from emulator.store import Json
from emulator.wecom_cards import BadCard, check_card

CONTENT_BYTES = 20480
IMAGES = 10
IMAGE_BYTES = 10 * 1024 * 1024

Cause = Literal["message", "enter_chat", "card", "other"]


@dataclass(frozen=True)
class ReplyReader:
    """What a reply must fit: the bot's seal, what it answers, and a clicked card's task_id."""

    seal: Seal
    cause: Cause
    task_id: str = ""

    def read(self, body: bytes, nonce: str) -> Json | None:
        """The decrypted reply, None for an empty body; raises BadReply."""
        if not body:
            return None
        try:
            reply = json.loads(self._open(json.loads(body), nonce))
            if not isinstance(reply, dict):
                raise BadReply("the reply must be one JSON object")
            self._check(reply)
        except (ValueError, KeyError, TypeError, AttributeError, NotGenuine, BadCard) as error:
            raise BadReply(f"the reply cannot be used: {error}") from error
        return reply

    def _open(self, envelope: Json, nonce: str) -> bytes:
        missing = {"encrypt", "msgsignature", "timestamp", "nonce"} - envelope.keys()
        if missing:
            raise ValueError(f"the encrypted envelope lacks {', '.join(sorted(missing))}")
        if not isinstance(envelope["timestamp"], int):
            raise ValueError("timestamp must be a number")
        if envelope["nonce"] != nonce:
            raise ValueError("nonce must be the one in the callback's URL")
        self.seal.check(envelope["msgsignature"], str(envelope["timestamp"]), nonce, envelope["encrypt"])
        return self.seal.open(envelope["encrypt"])

    def _check(self, reply: Json) -> None:
        kind = reply.get("msgtype") or reply.get("response_type")
        causes, check = REPLIES.get(str(kind), ((), _check_nothing))
        if self.cause not in causes:
            raise BadReply(f"{kind} cannot answer this callback ({self.cause})")
        check(reply)
        if kind == "update_template_card" and reply["template_card"].get("task_id") != self.task_id:
            raise BadReply("task_id must be the one of the clicked card")


def _check_nothing(reply: Json) -> None:
    return None


def check_text(reply: Json) -> None:
    """A greeting, only for enter_chat."""
    if not reply["text"]["content"]:
        raise BadReply("text.content is empty")


def check_content(content: str) -> None:
    """Markdown of a stream or of a message to a response_url."""
    if not content:
        raise BadReply("content is empty")
    if len(content.encode()) > CONTENT_BYTES:
        raise BadReply(f"content is longer than {CONTENT_BYTES} bytes")


def check_stream(reply: Json) -> None:
    """The whole text so far, and pictures once it is finished."""
    stream = reply["stream"]
    if not stream["id"] or not isinstance(stream["finish"], bool):
        raise BadReply("stream needs an id, and finish as true or false")
    items = stream.get("msg_item") or []
    if stream["finish"] and not items:
        check_content(stream.get("content", ""))
    if items and not stream["finish"]:
        raise BadReply("msg_item is only allowed with finish: true")
    if len(items) > IMAGES:
        raise BadReply(f"msg_item holds {IMAGES} pictures at most")
    for item in items:
        read_picture(item["image"], IMAGE_BYTES)


def read_picture(image: Json, limit: int) -> bytes:
    """The bytes of {"base64", "md5"}; raises ValueError when they are too many or do not fit."""
    try:
        body = base64.b64decode(image["base64"], validate=True)
    except binascii.Error as error:
        raise ValueError("image.base64 is not base64") from error
    if len(body) > limit:
        raise ValueError(f"the image is larger than {limit} bytes")
    if hashlib.md5(body).hexdigest() != image["md5"]:
        raise ValueError("image.md5 is not that of the image")
    return body


def _check_card(reply: Json) -> None:
    check_card(reply["template_card"])


def _check_both(reply: Json) -> None:
    check_stream(reply)
    _check_card(reply)


REPLIES: dict[str, tuple[tuple[Cause, ...], Callable[[Json], None]]] = {
    "text": (("enter_chat",), check_text),
    "stream": (("message",), check_stream),
    "template_card": (("message", "enter_chat"), _check_card),
    "stream_with_template_card": (("message",), _check_both),
    "update_template_card": (("card",), _check_card),
}
"""What a reply may answer, and what it must hold."""

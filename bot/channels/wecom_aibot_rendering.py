"""From Reply to the JSON of a smart robot's passive reply. WeCom docs 101031 and 101032."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.channels.text import cut, tame
from bot.channels.wecom_card import template_card
from bot.message import Card, Heard, Reply, numbered

CONTENT_BYTES = 20_480
PICTURES, PICTURE_BYTES = 3, 2 * 1024 * 1024  # ten of 10 MB are allowed; a reply has five seconds


def passive(
    heard: Heard, reply: Reply, card_url: str, picture: Callable[[str], bytes]
) -> dict[str, Any] | None:
    """The reply as the platform takes it for this callback, or None when nothing is to be said."""
    words = cut(tame(numbered(reply.words, reply.options)), CONTENT_BYTES).strip()
    if heard.kind == "card":
        return _update(heard, words, reply.card, card_url)
    card = template_card(reply.card, card_url) if reply.card else None
    if heard.kind == "enter":
        return _greeting(words, card)
    return _message(heard, words, card, _shown(reply.pictures, picture))


def _greeting(words: str, card: dict[str, Any] | None) -> dict[str, Any] | None:
    """On entering a chat: text or card, never a stream."""
    if card:
        return {"msgtype": "template_card", "template_card": card}
    return {"msgtype": "text", "text": {"content": words}} if words else None


def _shown(pictures: tuple[str, ...], picture: Callable[[str], bytes]) -> list[dict[str, Any]]:
    """The pictures under a finished stream (WeCom docs 101031); what is lost is left out."""
    found = [raw for name in pictures[:PICTURES] if 0 < len(raw := picture(name)) <= PICTURE_BYTES]
    images = [
        (base64.b64encode(raw).decode(), hashlib.md5(raw, usedforsecurity=False).hexdigest()) for raw in found
    ]
    return [{"msgtype": "image", "image": {"base64": data, "md5": digest}} for data, digest in images]


def _message(
    heard: Heard, words: str, card: dict[str, Any] | None, pictures: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """On a message: a stream that is finished at once, a card, or both."""
    # The same delivery repeated gets the same stream.
    stream: dict[str, Any] = {
        "id": hashlib.sha256(heard.key.encode()).hexdigest()[:32],
        "finish": True,
        "content": words,
    }
    stream |= {"msg_item": pictures} if pictures else {}
    if words and card:
        return {"msgtype": "stream_with_template_card", "stream": stream, "template_card": card}
    if card:
        return {"msgtype": "template_card", "template_card": card}
    return {"msgtype": "stream", "stream": stream} if words else None


def _update(heard: Heard, words: str, card: Card | None, card_url: str) -> dict[str, Any] | None:
    """On a press: the card is replaced for all who see it (no userids). Words alone become a card without buttons."""
    if not heard.card or (card is None and not words):
        return None
    first, _, rest = words.partition("\n")
    new = replace(card, id=heard.card) if card else Card(id=heard.card, title=first, text=rest)
    return {"response_type": "update_template_card", "template_card": template_card(new, card_url)}

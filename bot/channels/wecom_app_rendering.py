"""What a WeCom app says: passive replies in XML, messages and changes of cards in JSON.

WeCom docs 90236 (message/send), 90241 (passive replies), 94888 (message/update_template_card).
"""

from __future__ import annotations

from typing import Any

from bot.channels.strict_xml import cdata
from bot.channels.text import cut, plain, tame
from bot.channels.wechat_oa_rendering import text_reply
from bot.channels.wecom_card import card_body, template_card
from bot.message import Card, Heard, Option, Reply, numbered

TEXT_BYTES = 2048
REPEATS_DROPPED = 600  # seconds, longer than we go on trying
# The parts of a card by their names in JSON and in XML, where a list is an element that is repeated.
ELEMENTS = {
    "card_type": "CardType",
    "main_title": "MainTitle",
    "title": "Title",
    "sub_title_text": "SubTitleText",
    "horizontal_content_list": "HorizontalContentList",
    "keyname": "KeyName",
    "value": "Value",
    "card_action": "CardAction",
    "type": "Type",
    "url": "Url",
    "button_list": "ButtonList",
    "text": "Text",
    "style": "Style",
    "key": "Key",
}


def worded(words: str, options: tuple[Option, ...]) -> str:
    """Words that fit a text message, with the options as numbered lines."""
    return cut(tame(numbered(words, options)), TEXT_BYTES).strip()


def passive(heard: Heard, reply: Reply, corpid: str, at: int, card_url: str) -> bytes | None:
    """The XML of the passive reply to this callback, or None when nothing is to be said. `at`: epoch seconds.

    A press is answered by changing the card of the one who pressed it; words alone become a card without buttons.
    To anything else a card cannot be a passive reply: its words are.
    """
    words = worded(reply.words, reply.options)
    if heard.kind != "card":
        return text_reply(heard.sender, corpid, at, words) if words else None
    if reply.card is None and not words:
        return None
    changed = _element("TemplateCard", card_body(reply.card or notice(words), card_url))
    return (
        f"<xml><ToUserName>{cdata(plain(heard.sender))}</ToUserName><FromUserName>{cdata(corpid)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{cdata('update_template_card')}</MsgType>{changed}</xml>"
    ).encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        value = "".join(_element(ELEMENTS[key], part) for key, part in value.items())
    elif isinstance(value, str):
        value = cdata(value)
    return f"<{name}>{value}</{name}>"


def notice(words: str) -> Card:
    """A card without buttons that says these words."""
    first, _, rest = words.partition("\n")
    return Card(id="", title=first, text=rest)


def text_message(words: str) -> dict[str, Any]:
    """The body of a text message."""
    return {"msgtype": "text", "text": {"content": words}}


def card_message(card: Card, card_url: str) -> dict[str, Any]:
    """The body of a card, which the platform drops when it comes again. Raises ValueError for an impossible id."""
    repeats = {"enable_duplicate_check": 1, "duplicate_check_interval": REPEATS_DROPPED}
    return {"msgtype": "template_card", "template_card": template_card(card, card_url), **repeats}


def changed_card(card: Card, card_url: str) -> dict[str, Any]:
    """The body of a change of a card, which keeps the id it was sent with."""
    return {"template_card": card_body(card, card_url)}

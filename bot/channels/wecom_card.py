"""A card as WeCom's template_card, the same for smart robots and apps. WeCom docs 101032 and 90236."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.text import plain, shorten
from bot.message import Card

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
# The longest texts of a card, in characters, and the most of its parts.
TITLE, SUBTITLE, NAME, VALUE, BUTTON = 26, 112, 5, 26, 10
LINES, BUTTONS = 6, 6


def template_card(card: Card, card_url: str) -> dict[str, Any]:
    """A card to send. Raises ValueError for an id that the platform refuses."""
    if not TASK_ID.fullmatch(card.id):
        raise ValueError("a card's id has 1 to 128 letters, digits, _, - or @: give it another one")
    return {**card_body(card, card_url), "task_id": card.id}


def card_body(card: Card, card_url: str) -> dict[str, Any]:
    """What a card shows: buttons, or a notice that leads to `card_url` when it has none."""
    shown: dict[str, Any] = {
        "card_type": "button_interaction" if card.buttons else "text_notice",
        "main_title": {"title": shorten(plain(card.title), TITLE)},
    }
    if card.text:
        shown["sub_title_text"] = shorten(plain(card.text), SUBTITLE)
    if card.lines:
        shown["horizontal_content_list"] = [
            {"keyname": shorten(plain(name), NAME), "value": shorten(plain(value), VALUE)}
            for name, value in card.lines[:LINES]
        ]
    if card.buttons:
        shown["button_list"] = [
            {"text": shorten(plain(one.label), BUTTON), "style": 1, "key": one.id}
            for one in card.buttons[:BUTTONS]
        ]
    else:
        # A notice must lead somewhere (error 42045).
        shown["card_action"] = {"type": 1, "url": card_url}
    return shown

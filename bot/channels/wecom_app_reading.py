"""From the XML fields of one message or event of a WeCom app to Heard: a table, one line a type.

WeCom docs 90239 (messages), 90240 (events).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from bot.channels.sealing import DIGITS
from bot.channels.strict_xml import Malformed, Tree, message_id, moment, text, trees
from bot.message import Heard

EACH_TIME = "each_time"  # in `extra`: the platform tells of every opening of the chat, not of the day's first

Reader = Callable[[Tree], dict[str, Any]]
"""From the fields to the parts of Heard that this type sets."""


def read_heard(channel: str, tree: Tree) -> Heard:
    """One decrypted message or event. Raises Malformed when a field that every message has is missing.

    Messages are told apart by MsgId; events by sender and time, as the platform advises, and by what was pressed.
    """
    sender, created, kind = text(tree, "FromUserName"), text(tree, "CreateTime"), text(tree, "MsgType")
    if not (sender and kind and DIGITS.fullmatch(created)):
        raise Malformed("no sender, time or type")
    at = moment(created)
    if kind == "event":
        name, table = text(tree, "Event"), EVENTS
        key = f"wa:{channel}:{sender}:e:{created}:{name}:{_fingerprint(tree)}"
    else:
        name, table = kind, MESSAGES
        key = f"wa:{channel}:{sender}:m:{message_id(tree)}"
    reader = table.get(name.lower())
    parts = reader(tree) if reader else {"extra": {"type": name}}
    return Heard(channel=channel, key=key, sender=sender, at=at, **{"kind": "other", **parts})


def _fingerprint(tree: Tree) -> str:
    parts = (text(tree, "EventKey"), text(tree, "TaskId"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _media(tree: Tree) -> tuple[str, ...]:
    media = text(tree, "MediaId")
    return (media,) if media else ()


def _press(tree: Tree) -> dict[str, Any]:
    """A pressed button. `reply_to` is the code with which this card may be changed once, within 72 hours."""
    return {
        "kind": "card",
        "choice": text(tree, "EventKey"),
        "card": text(tree, "TaskId"),
        "reply_to": text(tree, "ResponseCode"),
        "extra": {"card_type": text(tree, "CardType"), **_selected(tree)},
    }


def _selected(tree: Tree) -> dict[str, str]:
    """What was chosen in the card's lists: the question's key to the option ids, joined by commas."""
    chosen: dict[str, str] = {}
    for item in (one for items in trees(tree, "SelectedItems") for one in trees(items, "SelectedItem")):
        ids = [options.get("OptionId", "") for options in trees(item, "OptionIds")]
        several = [one for found in ids for one in (found if isinstance(found, list) else [found])]
        chosen[f"selected:{text(item, 'QuestionKey')}"] = ",".join(str(one) for one in several)
    return chosen


MESSAGES: dict[str, Reader] = {
    "text": lambda tree: {"kind": "text", "text": text(tree, "Content").strip()},
    "image": lambda tree: {"kind": "photo", "media": _media(tree)},
    "voice": lambda tree: {"kind": "voice", "media": _media(tree)},
    "video": lambda tree: {"kind": "video", "media": _media(tree)},
    "location": lambda tree: {"kind": "location"},
    "link": lambda tree: {"kind": "link"},
}

# Names in lower case. Where a member of staff is (LOCATION) stays unread on purpose.
EVENTS: dict[str, Reader] = {
    "enter_agent": lambda tree: {"kind": "enter", "extra": {EACH_TIME: "1"}},
    "template_card_event": _press,
}

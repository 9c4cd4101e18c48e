"""From the fields of one official-account message or event to Heard: a table, one line a type.

WeChat docs: receiving standard messages, receiving event pushes, template and subscription results.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

from bot.channels.sealing import DIGITS
from bot.channels.strict_xml import Malformed, Tree, message_id, moment, text, trees
from bot.message import Heard, Place

SCENE_PREFIX = "qrscene_"

Reader = Callable[[Tree], dict[str, Any]]
"""From the fields to the parts of Heard that this type sets."""


def read_heard(channel: str, appid: str, tree: Tree) -> Heard:
    """One decrypted message or event. Raises Malformed when a field that every message has is missing."""
    sender, created, kind = text(tree, "FromUserName"), text(tree, "CreateTime"), text(tree, "MsgType")
    if not (sender and kind and DIGITS.fullmatch(created)):
        raise Malformed("no sender, time or type")
    at, whose = moment(created), _digest(sender)
    if kind == "event":
        name, table = text(tree, "Event"), EVENTS
        key = f"oa:{appid}:{whose}:e:{created}:{name}:{_fingerprint(tree)}"
    else:
        name, table = kind, MESSAGES
        key = f"oa:{appid}:{whose}:m:{message_id(tree)}"
    reader = table.get(name.lower())
    parts = reader(tree) if reader else {"extra": {"type": name}}
    return Heard(channel=channel, key=key, sender=sender, at=at, **{"kind": "other", **parts})


def _digest(sender: str) -> str:
    """Keys outlive the person, who may have themselves erased; an openid is too random to be guessed from it."""
    return hashlib.sha256(sender.encode()).hexdigest()[:32]


def _fingerprint(tree: Tree) -> str:
    """Tells apart two events of one name in one second; a job's result has no key but a number."""
    parts = (text(tree, "EventKey"), text(tree, "MsgID"), *(text(one, "MsgID") for one in _list(tree)))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _list(tree: Tree) -> list[Tree]:
    """The entries of a subscription event: one or several `List` elements inside one wrapper."""
    wrappers = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
    return [entry for name in wrappers for wrapper in trees(tree, name) for entry in trees(wrapper, "List")]


def _degrees(tree: Tree, name: str, most: float) -> float:
    try:
        value = float(text(tree, name))
    except ValueError:
        raise Malformed("a place that is no place") from None
    if not math.isfinite(value) or abs(value) > most:
        raise Malformed("a place that is not on the globe")
    return value


def _place(tree: Tree) -> Place:
    """Location_X is the latitude and Location_Y the longitude (WeChat docs: location message)."""
    return Place(_degrees(tree, "Location_X", 90), _degrees(tree, "Location_Y", 180), text(tree, "Label"))


def _media(tree: Tree) -> tuple[str, ...]:
    media = text(tree, "MediaId")
    return (media,) if media else ()


def _words(tree: Tree) -> dict[str, Any]:
    tapped = text(tree, "bizmsgmenuid")
    parts: dict[str, Any] = {"kind": "text", "text": text(tree, "Content")}
    return {**parts, "choice": tapped, "extra": {"tap": "1"}} if tapped else parts


def _voice(tree: Tree) -> dict[str, Any]:
    """Recognition has come empty since 2023 (WeChat community notice); it is used when it is there."""
    return {"kind": "voice", "text": text(tree, "Recognition"), "media": _media(tree)}


def _link(tree: Tree) -> dict[str, Any]:
    extra = {"url": text(tree, "Url"), "description": text(tree, "Description")}
    return {"kind": "link", "text": text(tree, "Title"), "extra": extra}


def _scanned(tree: Tree) -> dict[str, Any]:
    """The account's own scan button: what was scanned comes as text, not as a scene of ours."""
    (info, *_) = trees(tree, "ScanCodeInfo") or [{}]
    extra = {"result": text(info, "ScanResult"), "scan_type": text(info, "ScanType")}
    return {"kind": "scan", "choice": text(tree, "EventKey"), "extra": extra}


def _chosen_place(tree: Tree) -> dict[str, Any]:
    (info, *_) = trees(tree, "SendLocationInfo") or [{}]
    return {"kind": "location", "choice": text(tree, "EventKey"), "place": _place(info)}


def _job(tree: Tree) -> dict[str, Any]:
    return {"kind": "receipt", "extra": {"job": text(tree, "MsgID"), "status": text(tree, "Status")}}


def _subscription_job(tree: Tree) -> dict[str, Any]:
    (entry, *_) = _list(tree) or [{}]
    status = text(entry, "ErrorStatus") or text(entry, "ErrorCode")
    return {"kind": "receipt", "extra": {"job": text(entry, "MsgID"), "status": status}}


def _subscriptions(tree: Tree) -> dict[str, Any]:
    """What the person allowed or refused, by template id."""
    extra = {text(one, "TemplateId"): text(one, "SubscribeStatusString") for one in _list(tree)}
    return {"extra": {**extra, "type": text(tree, "Event")}}


MESSAGES: dict[str, Reader] = {
    "text": _words,
    "image": lambda tree: {"kind": "photo", "media": _media(tree)},
    "voice": _voice,
    "video": lambda tree: {"kind": "video", "media": _media(tree)},
    "shortvideo": lambda tree: {"kind": "video", "media": _media(tree)},
    "location": lambda tree: {"kind": "location", "place": _place(tree)},
    "link": _link,
}

# Names in lower case. LOCATION stays unread on purpose: a place is kept only when the resident sent it.
EVENTS: dict[str, Reader] = {
    "subscribe": lambda tree: {"kind": "follow", "scene": text(tree, "EventKey").removeprefix(SCENE_PREFIX)},
    "unsubscribe": lambda tree: {"kind": "unfollow"},
    "scan": lambda tree: {"kind": "scan", "scene": text(tree, "EventKey")},
    "click": lambda tree: {"kind": "menu", "choice": text(tree, "EventKey")},
    "scancode_push": _scanned,
    "scancode_waitmsg": _scanned,
    "location_select": _chosen_place,
    "templatesendjobfinish": _job,
    "masssendjobfinish": _job,
    "subscribe_msg_sent_event": _subscription_job,
    "subscribe_msg_popup_event": _subscriptions,
    "subscribe_msg_change_event": _subscriptions,
    "user_authorization_revoke": lambda tree: {"kind": "revoked"},
}

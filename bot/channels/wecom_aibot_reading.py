"""From the JSON of one smart-robot callback to Heard: a table, one line a type. WeCom docs 100719 and 101027."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.message import Heard

Body = dict[str, Any]
Reader = Callable[[Body], dict[str, Any]]
"""From the body to the parts of Heard that this type sets."""


class Malformed(ValueError):
    """Not the JSON that the platform would send."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words and the picture addresses of one message or quote."""

    words: str = ""
    pictures: tuple[str, ...] = ()


def read_heard(channel: str, display: str, body: Body, called_at: int) -> Heard:
    """One decrypted message or event. `called_at` is the callback's signed epoch second: messages carry no time.

    Raises Malformed when a field that every message has is missing.
    """
    number, sender, name = _text(body, "msgid"), _text(_part(body, "from"), "userid"), _text(body, "msgtype")
    if not (number and sender and name):
        raise Malformed("no number, sender or type")
    if name == "event":
        name = _text(_part(body, "event"), "eventtype")
    heard = Heard(
        channel=channel,
        key=f"ww:{channel}:{number}",
        sender=sender,
        kind="other",
        at=_moment(body.get("create_time", called_at)),
        chat=_text(body, "chatid"),
        reply_to=_text(body, "response_url"),
    )
    reader = READERS.get(name)
    if reader is None:
        return replace(heard, extra={"type": name})
    parts = reader(body)
    if heard.chat and "text" in parts:
        parts["text"] = _unmentioned(parts["text"], display)
    return replace(heard, **parts)


def _moment(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise Malformed("a time that no calendar has") from None


def _part(body: Body, name: str) -> Body:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise Malformed("a part is no object")
    return value


def _text(body: Body, *names: str) -> str:
    """The first of `names` that is there: the docs' tables and samples spell some fields differently."""
    value = next((body[name] for name in names if body.get(name) is not None), "")
    if not isinstance(value, str):
        raise Malformed("a field is no text")
    return value


def _unmentioned(words: str, display: str) -> str:
    """Group words without "@robot": in front always, elsewhere where it stands alone.

    Without a known name the first mention is taken for ours: a group is heard only when it mentions the robot.
    """
    name = re.escape(f"@{display}")
    ours = rf"^\s*{name}\s*|(?<=\s){name}(?:\s+|$)" if display else r"^\s*@\S+\s*"
    return re.sub(ours, "", words).strip()


def _said(body: Body) -> Said:
    """Of a message or a quote; in a mixture the texts are joined."""
    name = _text(body, "msgtype")
    if name == "mixed":
        return _mixture(body)
    part = _part(body, name)
    if name == "image":
        return Said(pictures=_address(part))
    return Said(words=_text(part, "content"))


def _mixture(body: Body) -> Said:
    items = _part(body, "mixed").get("msg_item") or []
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Malformed("a mixture is no list")
    said = [_said(one) for one in items if one.get("msgtype") != "mixed"]
    words = "\n".join(one.words for one in said if one.words)
    return Said(words, tuple(url for one in said for url in one.pictures))


def _address(part: Body) -> tuple[str, ...]:
    url = _text(part, "url")
    return (url,) if url else ()


def _message(body: Body) -> dict[str, Any]:
    """Text, picture or both. Pictures in the quote count as sent along; the quote itself carries only content."""
    said, quote = _said(body), _part(body, "quote")
    quoted = _said(quote) if quote else Said()
    return {
        "kind": "text" if said.words or not said.pictures else "photo",
        "text": said.words,
        "quote": quoted.words,
        "media": said.pictures + quoted.pictures,
    }


def _voice(body: Body) -> dict[str, Any]:
    return {"kind": "voice", "text": _text(_part(body, "voice"), "content")}


def _file(body: Body) -> dict[str, Any]:
    return {"kind": "file", "media": _address(_part(body, "file"))}


def _video(body: Body) -> dict[str, Any]:
    return {"kind": "video", "media": _address(_part(body, "video"))}


def _press(body: Body) -> dict[str, Any]:
    """A pressed button. The docs' tables say cardtype and eventkey, their samples card_type and event_key."""
    event = _part(body, "event")
    press = _part(event, "template_card_event") or _part(event, "templatecardevent")
    return {
        "kind": "card",
        "choice": _text(press, "event_key", "eventkey"),
        "card": _text(press, "task_id", "taskid"),
        "extra": {"card_type": _text(press, "card_type", "cardtype"), **_selected(press)},
    }


def _selected(press: Body) -> dict[str, str]:
    """What was chosen in the card's lists: the question's key to the option ids, joined by commas."""
    items = _part(press, "selected_items").get("selected_item") or []
    chosen: dict[str, str] = {}
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            options = _part(item, "option_ids").get("option_id") or []
            chosen[f"selected:{_text(item, 'question_key')}"] = ",".join(map(str, options))
    return chosen


READERS: dict[str, Reader] = {
    "text": _message,
    "image": _message,
    "mixed": _message,
    "voice": _voice,
    "file": _file,
    "video": _video,
    "enter_chat": lambda body: {"kind": "enter"},
    "template_card_event": _press,
}

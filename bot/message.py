"""Heard and Told: the only shapes that cross between channels and the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

HeardKind = Literal[
    "text",
    "photo",
    "voice",
    "video",
    "location",
    "link",
    "file",
    "follow",  # followed; `scene` when by a QR code
    "unfollow",
    "scan",  # scanned a QR code while following
    "menu",  # tapped the account's menu; `choice` is the key
    "enter",  # opened the chat
    "card",  # pressed a card's button; `choice` is the key, `card` the card
    "receipt",  # the platform tells what became of a message of ours
    "revoked",  # the person withdrew their authorisation
    "other",  # genuine, but nothing we know
]


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map as the platform gives it (degrees, GCJ-02)."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that somebody said or did, whatever platform it came by.

    `key` is unique for ever: the same delivery repeated has the same key.
    `sender` is the platform's id of the person (openid, userid); `chat` the group, empty in a private chat.
    `media` names what can be fetched later by the channel: media ids, or URLs that soon expire.
    """

    channel: str  # "wechat_oa"; of WeCom bots "wecom_aibot:<name>"
    key: str
    sender: str
    kind: HeardKind
    at: datetime
    text: str = ""
    chat: str = ""
    choice: str = ""
    scene: str = ""
    card: str = ""
    quote: str = ""
    media: tuple[str, ...] = ()
    place: Place | None = None
    reply_to: str = (
        ""  # where one late answer may be posted, or the code with which the pressed card may be changed
    )
    extra: dict[str, str] = field(default_factory=dict)  # of receipts: job, status

    def to_json(self) -> str:
        """As one line of JSON, to be kept until it has been heard."""
        return _json(self)

    @classmethod
    def from_json(cls, text: str) -> Heard:
        """The inverse of to_json. Fields that a later release added or dropped do no harm."""
        known = {f.name for f in fields(cls)}
        data: dict[str, Any] = {k: v for k, v in json.loads(text).items() if k in known}
        data["at"] = datetime.fromisoformat(data["at"])
        data["media"] = tuple(data.get("media") or ())
        data["place"] = Place(**data["place"]) if data.get("place") else None
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Option:
    """One numbered choice under a message. `say` is what a tap makes the person say.

    `mark` is the number printed before it where that is not its place (5 很满意, best first).
    """

    id: str
    label: str
    say: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card with buttons. `id` is never reused; `lines` are (name, value); a press brings back a button's `id`."""

    id: str
    title: str
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Doorbell:
    """What rings when only a template message is allowed: a template's name and its typed fields."""

    template: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One message of ours on its way to one person or one group.

    `to` is the platform's id of the person or group. `words` is the whole text, options not included.
    `rung` says which of the channel's ways to use ("customer_service", "template", "robot", "late_answer", "app",
    "card_update"). `once` names the sending for platforms that refuse repeats; it never changes between tries.
    `card`, or the kept photo of the name `picture`, is shown instead of the words where a channel can.
    `reply_to` is where a late answer is posted, or the code with which a card may be changed.
    """

    channel: str
    to: str
    words: str
    rung: str = ""
    options: tuple[Option, ...] = ()
    mention: tuple[str, ...] = ()
    doorbell: Doorbell | None = None
    reply_to: str = ""
    once: str = ""
    card: Card | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took the message. `job` names it in a later receipt; empty when it gives none.

    `code`: with it the card that was sent may be changed once; empty when it is no card that can be changed.
    """

    job: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered at once to something heard. Empty words and no card: nothing is said.

    `pictures` are file names of kept photos, for channels that can show them under the words.
    """

    words: str = ""
    options: tuple[Option, ...] = ()
    card: Card | None = None
    pictures: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As one line of JSON, so that a repeated delivery gets the very same answer."""
        return _json(self)

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """The inverse of to_json."""
        data: dict[str, Any] = json.loads(text)
        card = data.get("card")
        return cls(
            words=data.get("words", ""),
            options=_options(data.get("options")),
            pictures=tuple(data.get("pictures", ())),
            card=Card(
                **{
                    **card,
                    "lines": tuple((k, v) for k, v in card["lines"]),
                    "buttons": _options(card["buttons"]),
                }
            )
            if card
            else None,
        )


def _json(shape: Any) -> str:
    """One of our shapes as JSON. dataclasses.asdict copies everything first, several times a turn."""
    return json.dumps(shape, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, datetime) else {n: getattr(value, n) for n in value.__slots__}
    )


def _options(data: Any) -> tuple[Option, ...]:
    return tuple(Option(**one) for one in data or ())


def numbered(words: str, options: tuple[Option, ...]) -> str:
    """The options as numbered lines under the words, for whatever cannot show buttons."""
    lines = (f"{option.mark or n}. {option.label}" for n, option in enumerate(options, 1))
    return "\n".join([words, *lines]).strip()


def joined(replies: Sequence[Reply]) -> Reply:
    """Several replies as one; the last question's options count."""
    words = "\n".join(dict.fromkeys(reply.words for reply in replies if reply.words))
    options = next((reply.options for reply in reversed(replies) if reply.options), ())
    return Reply(words, options)

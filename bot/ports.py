"""What the machine needs and others supply; what every channel is. Protocols only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, Self

import requests

from bot.clock import Clock
from bot.message import Heard, Receipt, Reply, Told


@dataclass(frozen=True, slots=True)
class Flags:
    """What a channel can do. `ack_seconds`: how long the platform waits for an answer to a callback.

    `text_bytes`: the longest text in UTF-8 bytes. `per_minute`: messages one target takes, 0 when unlimited.
    `rungs`: the ways of `tell`, best first.
    """

    hears: bool
    speaks_first: bool
    mentions: bool = False
    cards: bool = False
    choices: bool = False
    text_bytes: int = 2048
    ack_seconds: float = 5.0
    per_minute: int = 0
    rungs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Callback:
    """One HTTP request to a callback, free of the web framework."""

    method: str
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP within the platform's limit."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


class Finding(NamedTuple):
    """One line of a channel's self-check: what was looked at, whether it is well, in plain Chinese what to do."""

    what: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Match:
    """What the service items have on a sentence. `kind`: sure (answer the first of `items`), suggest (offer up to
    three of them) or none; `items`: ids, the best first; `asks`: whether the sentence asks something at all.
    """

    kind: Literal["sure", "suggest", "none"] = "none"
    items: tuple[int, ...] = ()
    asks: bool = False


class Knowledge(Protocol):
    """Whoever finds the service item that a sentence is about."""

    def understand(self, text: str) -> None:
        """Read `text` before the transaction that plays it, so that no model runs while a row is locked."""

    def read(self, text: str) -> Match:
        """What is known on `text`, mostly remembered; never looks at the database.

        Match() for words that cannot be a question: empty, a number, a control word.
        """


class NothingKnown:
    """Knowledge where there are no service items."""

    def understand(self, text: str) -> None:
        """There is nothing to prepare."""

    def read(self, text: str) -> Match:
        """Nothing, whatever is asked."""
        return Match()


class Embedder(Protocol):
    """The language model as processes hand it on that may never load it; bot/language/embedding.py has its types."""

    def embed(self, texts: Sequence[str], *, query: bool) -> Any:
        """Vectors of `texts`, a FloatArray; unnamed here, for numpy would come along."""


class Channel(Protocol):
    """One platform, both directions. Adding SMS means one file that satisfies this."""

    kind: ClassVar[str]
    name: str
    flags: Flags

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        """One channel from plain strings. Raises ValueError that says which setting to change."""

    def verify(self, callback: Callback) -> Answer:
        """Answer the platform's check of our address (GET). Raises NotGenuine."""

    def hear(self, callback: Callback) -> Heard:
        """Check, decrypt and read one callback (POST).

        Raises NotGenuine, TooLarge, or Unreadable (genuine but not to be read).
        """

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        """The passive reply to `callback`: made safe, cut to length, sealed; an empty reply is the bare ack.

        `heard` is None when the callback could not be read; then only an empty reply is given.
        """

    def tell(self, told: Told) -> Receipt:
        """Send one message by `told.rung`. Raises one of the NotTold refusals, nothing else."""

    def fetch(self, media: str) -> bytes:
        """The raw bytes of something heard (at most 10 MB). Raises NoMedia."""

    def secrets(self) -> tuple[str, ...]:
        """Every string that must never be seen in a log."""


class TokenStore(Protocol):
    """Where processes share an access token. Kept with its expiry; guarded by a lock so that one fetches.

    Raises refusals.Busy when the store cannot be reached.
    """

    def get(self, name: str) -> tuple[str, float] | None:
        """The token and the epoch second (real time) at which it expires, or None."""

    def put(self, name: str, token: str, expires_at: float) -> None:
        """Keep the token together with its expiry."""

    def lock(self, name: str, seconds: float) -> Lock:
        """A lock that is free again after `seconds` at the latest."""


class Lock(Protocol):
    """A lock as a context manager; entering waits its turn and returns whether it was had."""

    def __enter__(self) -> bool: ...

    def __exit__(self, *exc: object) -> None: ...


class Rate(Protocol):
    """A rate limit shared by all workers (GCRA)."""

    def wait(self, key: str, per_minute: int) -> float:
        """0.0 when one message may go now (and it is counted), else the seconds to wait.

        Raises refusals.Busy when the count cannot be reached.
        """


@dataclass(frozen=True, slots=True)
class Tools:
    """What every channel is given. `http` makes a session; each thread asks for its own.

    `picture` gives the JPEG of a kept photo by its file name, empty when it is gone.
    """

    clock: Clock
    tokens: TokenStore
    rate: Rate | None
    http: Callable[[], requests.Session]
    picture: Callable[[str], bytes] = lambda name: b""

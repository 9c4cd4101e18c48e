"""What a platform's error code, HTTP status or broken connection means: one refusal out of the closed set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError

from bot import refusals
from bot.clock import local
from bot.refusals import Busy, NotTold, TooMany, Unsure

# What of an errmsg is worth keeping: the trace id, the field at fault, the caller's address. Never the whole:
# platforms echo what was sent.
_WORTH_KEEPING = re.compile(r"(?:rid: ?|hint: ?\[)[\w-]+|data\.\w+|invalid ip [0-9.]+")
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of an error table. `after` is in seconds, or "tomorrow"."""

    refusal: type[NotTold]
    words: str
    after: int | str = 0


class ErrorTable:
    """A platform's error codes as data: bot/channels/data/<name>.json."""

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        self._now = now
        self._meanings: Mapping[str, Meaning] = {
            code: Meaning(getattr(refusals, line["refusal"]), line["meaning"], line.get("after", 0))
            for code, line in load(name).items()
        }

    def refusal(self, code: int, message: str = "") -> NotTold:
        """The refusal behind an error code, with the code and the platform's trace id as its detail."""
        meaning = self._meanings.get(str(code)) or self._meanings[_DEFAULT]
        detail = " ".join([str(code), *_WORTH_KEEPING.findall(message)])
        return meaning.refusal(detail, after=self._after(meaning.after))

    def _after(self, after: int | str) -> timedelta | None:
        if after == "tomorrow":
            return _until_midnight(local(self._now()))
        return timedelta(seconds=int(after)) if after else None


@cache
def load(name: str) -> Any:
    """One of the tables in bot/channels/data; read once, not to be changed."""
    return json.loads(files("bot.channels").joinpath("data", f"{name}.json").read_text(encoding="utf-8"))


def _until_midnight(now: datetime) -> timedelta:
    tomorrow = (now + timedelta(days=1)).date()
    return datetime.combine(tomorrow, time(), now.tzinfo) - now


def maybe_taken(detail: str, harmless_twice: bool) -> NotTold:
    """The request may have been acted on. Only where the platform drops repeats may it go out again."""
    return Busy(detail) if harmless_twice else Unsure(detail)


def broken(error: requests.RequestException, harmless_twice: bool = False) -> NotTold:
    """What a broken connection means. Of the error only the type is kept: its text holds a URL with keys."""
    detail = type(error).__name__
    return maybe_taken(detail, harmless_twice) if _left(error) else Busy(detail)


def _left(error: requests.RequestException) -> bool:
    """Whether the request may have left this machine before the connection broke."""
    if isinstance(
        error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError
    ):
        return False
    cause = error.args[0] if error.args else None
    # urllib3 counts a refused connection and an unknown host name among the connect time-outs.
    return not isinstance(getattr(cause, "reason", cause), ConnectTimeoutError)


def bad_status(status: int, harmless_twice: bool = False) -> NotTold:
    """What an HTTP status other than 2xx means.

    A 5xx comes from a gateway that may have passed the request on before it failed, so it counts as
    maybe taken; what a platform itself is too busy for, it says with error code -1.
    """
    detail = f"HTTP {status}"
    if status == 429:
        return TooMany(detail, after=timedelta(minutes=1))
    return maybe_taken(detail, harmless_twice) if status >= 500 else Busy(detail)

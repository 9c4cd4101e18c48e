"""An access token that all processes share: whoever needs it first fetches it for all."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import real_epoch
from bot.ports import TokenStore
from bot.refusals import Busy

LOCK_SECONDS = 30.0

Fetch = Callable[[bool], tuple[str, float]]
"""Asks the platform for a token, by force or not: the token and its life in seconds. Raises a NotTold refusal."""


class SharedToken:
    """The one place that decides when a token is fetched. The store holds the truth, never this object."""

    def __init__(self, name: str, tokens: TokenStore, epoch: Callable[[], float] = real_epoch) -> None:
        self._name = name
        self._tokens = tokens
        self._epoch = epoch

    def current(self, fetch: Fetch) -> tuple[str, bool]:
        """The token to use, and whether it was fetched just now. Raises a NotTold refusal."""
        kept = self._kept()
        if kept:
            return kept, False
        with self._tokens.lock(self._name, LOCK_SECONDS) as mine:
            kept = self._kept()
            if kept:
                return kept, False
            if mine:
                return self._fetched(fetch, force=False), True
        raise Busy("another process is fetching the access token")

    def _kept(self) -> str:
        kept = self._tokens.get(self._name)
        return kept[0] if kept and kept[1] > self._epoch() else ""

    def _fetched(self, fetch: Fetch, *, force: bool) -> str:
        token, life = fetch(force)
        self._tokens.put(self._name, token, self._epoch() + life)
        return token

"""Keeps the access token that all processes share. WeChat docs: getStableAccessToken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.clock import real_epoch
from bot.ports import TokenStore
from bot.refusals import Busy, KeyRefused

LOCK_SECONDS = 30.0
FORCE_APART = 30.0  # seconds between two force_refresh calls
FORCE_A_DAY = 20
DAY = 86_400.0

Fetch = Callable[[bool], tuple[str, float]]
"""Asks the platform for a token, by force or not: the token and its life in seconds. Raises a NotTold refusal."""


class TokenKeeper:
    """The one place that decides when a token is fetched. The store holds the truth, never this object."""

    def __init__(self, appid: str, tokens: TokenStore, epoch: Callable[[], float] = real_epoch) -> None:
        self._name = f"wechat_oa:{appid}"
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

    def renew(self, refused: str, new: bool, fetch: Fetch) -> str:
        """A token other than the `refused` one: the store's, a fetched one, or one got by force.

        A `refused` token that was `new`, fetched by this very call, is replaced by force at once.

        Raises KeyRefused when no other is to be had, and what `fetch` raises.
        """
        with self._tokens.lock(self._name, LOCK_SECONDS) as mine:
            kept = self._kept()
            if kept and kept != refused:
                return kept
            if not mine:
                raise Busy("another process is fetching the access token")
            token = refused if new else self._fetched(fetch, force=False)
            if token != refused:
                return token
            # stable_token gives the same token again as long as it believes in it.
            self._count_force()
            return self._fetched(fetch, force=True)

    def _kept(self) -> str:
        kept = self._tokens.get(self._name)
        return kept[0] if kept and kept[1] > self._epoch() else ""

    def _fetched(self, fetch: Fetch, *, force: bool) -> str:
        token, life = fetch(force)
        self._tokens.put(self._name, token, self._epoch() + life)
        return token

    def _count_force(self) -> None:
        """The platform allows a force_refresh every 30 seconds and 20 a day."""
        now = self._epoch()
        last = self._tokens.get(f"{self._name}:forced")
        if last and last[1] > now:
            raise KeyRefused(
                "token refused; force_refresh was used just now", after=timedelta(seconds=FORCE_APART)
            )
        today = self._tokens.get(f"{self._name}:forces")
        count, ends = (int(today[0]), today[1]) if today and today[1] > now else (0, now + DAY)
        if count >= FORCE_A_DAY:
            raise KeyRefused("force_refresh is used up for today", after=timedelta(hours=1))
        self._tokens.put(f"{self._name}:forces", str(count + 1), ends)
        self._tokens.put(f"{self._name}:forced", "1", now + FORCE_APART)

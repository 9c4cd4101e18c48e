"""Keeps the access token that all processes share. WeChat docs: getStableAccessToken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.channels.shared_token import LOCK_SECONDS, Fetch, SharedToken
from bot.clock import real_epoch
from bot.ports import TokenStore
from bot.refusals import Busy, KeyRefused

FORCE_APART = 30.0  # seconds between two force_refresh calls
FORCE_A_DAY = 20
DAY = 86_400.0


class TokenKeeper(SharedToken):
    """An official account's token, which the platform gives again until it is told to make another."""

    def __init__(self, appid: str, tokens: TokenStore, epoch: Callable[[], float] = real_epoch) -> None:
        super().__init__(f"wechat_oa:{appid}", tokens, epoch)

    def renew(self, refused: str, new: bool, fetch: Fetch) -> str:
        """A token other than the `refused` one: the store's, a fetched one, or one got by force.

        A `refused` token that was `new`, fetched by this very call, is replaced by force at once.

        Raises KeyRefused when no other is to be had, or one was got by force just now, and what `fetch` raises.
        """
        with self._tokens.lock(self._name, LOCK_SECONDS) as mine:
            kept = self._kept()
            if kept and kept != refused:
                return kept
            if not mine:
                raise Busy("another process is fetching the access token")
            self._refuse_if_forced_just_now()
            token = refused if new else self._fetched(fetch, force=False)
            if token != refused:
                return token
            # stable_token gives the same token again as long as it believes in it.
            self._count_force()
            return self._fetched(fetch, force=True)

    def _refuse_if_forced_just_now(self) -> None:
        """What was got by force a moment ago and is refused too is no matter of tokens: nobody asks once more."""
        last = self._tokens.get(f"{self._name}:forced")
        if last and last[1] > self._epoch():
            raise KeyRefused(
                "token refused; force_refresh was used just now", after=timedelta(seconds=FORCE_APART)
            )

    def _count_force(self) -> None:
        """The platform allows a force_refresh every 30 seconds and 20 a day."""
        now = self._epoch()
        today = self._tokens.get(f"{self._name}:forces")
        count, ends = (int(today[0]), today[1]) if today and today[1] > now else (0, now + DAY)
        if count >= FORCE_A_DAY:
            raise KeyRefused("force_refresh is used up for today", after=timedelta(hours=1))
        self._tokens.put(f"{self._name}:forces", str(count + 1), ends)
        self._tokens.put(f"{self._name}:forced", "1", now + FORCE_APART)

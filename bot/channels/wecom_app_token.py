"""Keeps the access token of a WeCom app, one for each corporation and secret. WeCom docs 91039 (gettoken)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from bot.channels.shared_token import LOCK_SECONDS, Fetch, SharedToken
from bot.clock import real_epoch
from bot.ports import TokenStore
from bot.refusals import Busy, KeyRefused

RENEW_APART = 30.0  # seconds between two tokens in a row that were refused


class AppToken(SharedToken):
    """An app's token. The platform gives the same one again while it is good, and cannot be made to give another."""

    def __init__(
        self, corpid: str, secret: str, tokens: TokenStore, epoch: Callable[[], float] = real_epoch
    ) -> None:
        # Another secret has other tokens; the secret itself is not written into names.
        digest = hashlib.sha256(secret.encode()).hexdigest()[:16]
        super().__init__(f"wecom_app:{corpid}:{digest}", tokens, epoch)

    def renew(self, refused: str, new: bool, fetch: Fetch) -> str:
        """A token other than the `refused` one: the store's, or one fetched now, at most one in 30 seconds.

        `new`: the refused token was fetched by this very call. Raises KeyRefused when no other is to be had, and
        what `fetch` raises.
        """
        with self._tokens.lock(self._name, LOCK_SECONDS) as mine:
            kept = self._kept()
            if kept and kept != refused:
                return kept
            if not mine:
                raise Busy("another process is fetching the access token")
            self._count_renewal()
            token = refused if new else self._fetched(fetch, force=False)
            if token == refused:
                raise KeyRefused("the access token is refused, and there is no other")
            return token

    def _count_renewal(self) -> None:
        name, now = f"{self._name}:renewed", self._epoch()
        last = self._tokens.get(name)
        if last and last[1] > now:
            raise KeyRefused(
                "the access token was renewed just now and is refused", after=timedelta(seconds=RENEW_APART)
            )
        self._tokens.put(name, "1", now + RENEW_APART)

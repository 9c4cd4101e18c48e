"""Access tokens: /token and /stable_token, isolated from each other.

Sources: WeChat docs "获取接口调用凭据" and "获取稳定版接口调用凭据".
"""

import secrets

from emulator.clock import Clock
from emulator.errors import Refused
from emulator.quotas import Quotas
from emulator.store import Json, Store

LIFE = 7200
GRACE = 300
FORCE_PAUSE = 30


class Tokens:
    """Gives out and checks access tokens."""

    def __init__(self, store: Store, clock: Clock, quotas: Quotas) -> None:
        self._store = store
        self._clock = clock
        self._quotas = quotas

    def plain(self) -> Json:
        """GET /token: a new one each time; the one before lives five more minutes at most."""
        with self._store.lock:
            self._quotas.spend("token")
            self._shorten("plain", GRACE)
            return self._issue("plain")

    def stable(self, force: bool = False) -> Json:
        """POST /stable_token: the same one until five minutes before its end.

        force: a new one at once, the old one dies; 20 times a day (45009 beyond);
        within 30 s of the last force the platform does not refresh.
        """
        with self._store.lock:
            self._quotas.spend("stable_token")
            current = self._store.get("current", "stable")
            if force and self._may_force():
                self._quotas.spend("stable_token:force")
                self._store.put("forced", "stable", {"at": self._clock.now()})
                self._shorten("stable", 0)
                return self._issue("stable")
            left = current["until"] - self._clock.now() if current else 0
            if not current or left <= GRACE:
                return self._issue("stable")
            return {"access_token": current["token"], "expires_in": left}

    def check(self, token: str) -> None:
        """Raise Refused: 41001 without a token, 40001 for an unknown one, 42001 for one that is over."""
        if not token:
            raise Refused(41001)
        known = self._store.get("token", token)
        if not known:
            raise Refused(40001)
        if known["until"] <= self._clock.now():
            raise Refused(42001)

    def expire(self) -> None:
        """A scripted fault: every token given out so far is over now."""
        with self._store.lock:
            for token in self._store.all("token"):
                self._store.put("token", token, {"until": self._clock.now()})
            self._store.drop("current")

    def _may_force(self) -> bool:
        last = self._store.get("forced", "stable")
        return not last or self._clock.now() - last["at"] >= FORCE_PAUSE

    def _shorten(self, line: str, seconds: int) -> None:
        current = self._store.get("current", line)
        if current:
            until = min(current["until"], self._clock.now() + seconds)
            self._store.put("token", current["token"], {"until": until})

    def _issue(self, line: str) -> Json:
        token, until = secrets.token_urlsafe(96), self._clock.now() + LIFE
        self._store.put("token", token, {"until": until})
        self._store.put("current", line, {"token": token, "until": until})
        return {"access_token": token, "expires_in": LIFE}

"""Access tokens of self-built apps: one per app, the same one until it is over.

Source: WeCom docs "获取access_token" (path/91039): 7200 s, asking again gives the same answer.
"""

import secrets

from emulator.clock import Clock
from emulator.errors import Refused
from emulator.quotas import Quotas
from emulator.store import Json, Store
from emulator.town import App, Town

LIFE = 7200
API = "app/gettoken"


class AppTokens:
    """Gives out and checks the tokens of all apps."""

    def __init__(self, store: Store, clock: Clock, quotas: Quotas, town: Town) -> None:
        self._store = store
        self._clock = clock
        self._quotas = quotas
        self._town = town

    def give(self, corpid: str, secret: str) -> Json:
        """GET gettoken; raises Refused 41002, 41004, 40013, 40001, or 45009 over a set daily limit."""
        app = self._whose(corpid, secret)
        with self._store.lock:
            self._quotas.spend(API)
            current = self._store.get("app_current", app.name)
            if not current or current["until"] <= self._clock.now():
                current = self._issue(app)
        return {"errcode": 0, "errmsg": "ok", "access_token": current["token"], "expires_in": LIFE}

    def _whose(self, corpid: str, secret: str) -> App:
        if not corpid:
            raise Refused(41002)
        if not secret:
            raise Refused(41004)
        of_corp = [app for app in self._town.apps if app.corpid == corpid]
        if not of_corp:
            raise Refused(40013)
        found = next((app for app in of_corp if app.secret == secret), None)
        if not found:
            raise Refused(40001)
        return found

    def _issue(self, app: App) -> Json:
        issued: Json = {"token": secrets.token_urlsafe(96), "until": self._clock.now() + LIFE}
        self._store.put("app_token", issued["token"], {"app": app.name, "until": issued["until"]})
        self._store.put("app_current", app.name, issued)
        return issued

    def check(self, token: str) -> App:
        """The app of a token; raises Refused 41001 without one, 40014 if unknown, 42001 if over."""
        if not token:
            raise Refused(41001)
        known = self._store.get("app_token", token)
        app = self._town.app(known["app"]) if known else None
        if not known or not app:
            raise Refused(40014)
        if known["until"] <= self._clock.now():
            raise Refused(42001)
        return app

    def expire(self) -> None:
        """A scripted fault: every token given out so far is over now."""
        with self._store.lock:
            for token, known in self._store.all("app_token").items():
                self._store.put("app_token", token, known | {"until": self._clock.now()})
            self._store.drop("app_current")

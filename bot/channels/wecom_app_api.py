"""Calls WeCom's interface for an app: shared token, one bounded repeat, every failure out of the closed set."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from bot.channels.download import limited
from bot.channels.failures import ErrorTable, bad_status, broken
from bot.channels.strict_json import read_object
from bot.channels.wecom_app_token import AppToken
from bot.channels.wecom_posting import TIMEOUT, ask
from bot.ports import Tools
from bot.refusals import Busy, NoMedia, NotTold

TOKEN_REFUSED = frozenset({40001, 40014, 42001})
MAX_MEDIA = 10 * 1024 * 1024

Said = dict[str, Any] | NotTold


class Api:
    """What the channel calls. Addresses carry the token, so no error of requests leaves this file."""

    def __init__(self, corpid: str, secret: str, base: str, tools: Tools) -> None:
        self._corpid, self._secret, self._base = corpid, secret, base
        self._http = tools.http
        self._token = AppToken(corpid, secret, tools.tokens)
        self._errors = ErrorTable("wecom_errors", tools.clock.now)

    def post(
        self,
        path: str,
        payload: dict[str, Any],
        *,
        harmless_twice: bool = False,
        tolerate: frozenset[int] = frozenset(),
    ) -> dict[str, Any]:
        """POST JSON with the token; the platform's answer. Raises one of the NotTold refusals.

        `harmless_twice`: the platform drops repeats, so what is in doubt may be tried again.
        Answers with an error code in `tolerate` come back as they are.
        """
        say = partial(ask, self._http, "POST", payload=payload, harmless_twice=harmless_twice)
        return self._good(self._asked(say, path, {}), tolerate)

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """GET with the token; the platform's answer. Raises one of the NotTold refusals."""
        return self._good(self._asked(partial(ask, self._http, "GET", harmless_twice=True), path, params))

    def upload(self, path: str, name: str, jpeg: bytes, **params: str) -> dict[str, Any]:
        """POST one picture with the token; the platform's answer. Raises one of the NotTold refusals."""
        files = {"media": (name, jpeg, "image/jpeg")}
        return self._good(
            self._asked(partial(ask, self._http, "POST", files=files, harmless_twice=True), path, params)
        )

    def download(self, path: str, **params: str) -> bytes:
        """At most 10 MB in at most 10 seconds. Raises NoMedia."""
        try:
            said = self._asked(self._raw, path, params)
            if isinstance(said, bytes):
                return said
            self._good(said)
            refusal: NotTold = Busy("no file in the answer")
        except NotTold as told:
            refusal = told
        raise NoMedia(f"{refusal.reason} {refusal.detail}", retry=refusal.retry)

    def _asked(self, say: Any, path: str, params: dict[str, str]) -> Any:
        """Ask; after a refused token renew it and ask once more. Raises when there is no token."""
        token, new = self._token.current(self._fetch)
        said = say(self._address(path, {**params, "access_token": token}))
        if isinstance(said, dict) and said["errcode"] in TOKEN_REFUSED:
            token = self._token.renew(token, new, self._fetch)
            said = say(self._address(path, {**params, "access_token": token}))
        return said

    def _address(self, path: str, params: dict[str, str]) -> str:
        return f"{self._base}/cgi-bin/{path}?{urlencode(params, errors='replace')}"

    def _good(self, said: Said, tolerate: frozenset[int] = frozenset()) -> dict[str, Any]:
        if isinstance(said, NotTold):
            raise said
        if said["errcode"] and said["errcode"] not in tolerate:
            raise self._errors.refusal(said["errcode"], str(said.get("errmsg", "")))
        return said

    def _fetch(self, _force: bool) -> tuple[str, float]:
        """WeCom docs 91039: gettoken with the corporation's id and the app's secret."""
        url = self._address("gettoken", {"corpid": self._corpid, "corpsecret": self._secret})
        answer = self._good(ask(self._http, "GET", url, harmless_twice=True))
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life, int):
            raise Busy("an answer without an access token")
        return token, float(life)

    def _raw(self, url: str) -> bytes | Said:
        """The bytes of a file; media/get answers with JSON and HTTP 200 when it has none (WeCom docs 90254)."""
        try:
            with (
                self._http() as session,
                session.get(
                    url,
                    headers={"Accept-Encoding": "identity"},
                    timeout=TIMEOUT,
                    stream=True,
                    allow_redirects=False,
                ) as response,
            ):
                if response.status_code != 200:
                    return bad_status(response.status_code, harmless_twice=True)
                raw = limited(response.raw, MAX_MEDIA)
        except requests.RequestException as error:
            return broken(error, harmless_twice=True)
        except HTTPError as error:
            return Busy(type(error).__name__)
        return _error_inside(raw) or raw


def _error_inside(raw: bytes) -> dict[str, Any] | None:
    answer = read_object(raw) if raw.startswith(b"{") else {}
    code = answer.get("errcode")
    return answer if isinstance(code, int) and code else None

"""Calls the official account's HTTP interface through wechatpy: shared token, one bounded repeat."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.channels.download import limited
from bot.channels.failures import ErrorTable, bad_status, broken, maybe_taken
from bot.channels.strict_json import read_object
from bot.channels.wechat_oa_token import TokenKeeper
from bot.ports import Tools
from bot.refusals import Busy, NoMedia, NotTold

TIMEOUT = (3.05, 8.0)  # seconds to connect, and between two bytes
TOKEN_REFUSED = frozenset({40001, 40014, 42001})
MAX_MEDIA = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """An error code in the platform's answer, as a value: wechatpy's exceptions carry the URL with the token."""

    code: int
    message: str = ""


Outcome = dict[str, Any] | Refused | NotTold


class StableClient(WeChatClient):  # type: ignore[misc]  # wechatpy has no type hints
    """wechatpy's client without retries and tokens of its own, and never without a time-out."""

    _http: requests.Session

    def __init__(self, appid: str, secret: str, base: str, session: requests.Session) -> None:
        super().__init__(appid, secret, timeout=TIMEOUT, auto_retry=False)
        self._http = session
        self.API_BASE_URL = f"{base}/cgi-bin/"

    def ask(self, method: str, path: str, token: str, harmless_twice: bool, **more: Any) -> Outcome:
        """One request and what came of it; raises nothing."""
        params: Any = {**more.pop("params", {}), "access_token": token} if token else ()
        try:
            answer = self._request(method, path, params=params, allow_redirects=False, **more)
        except WeChatClientException as error:
            return _said(error, harmless_twice)
        except requests.RequestException as error:
            return broken(error, harmless_twice)
        except (ValueError, TypeError):
            answer = None
        return answer if isinstance(answer, dict) else maybe_taken("not the platform's JSON", harmless_twice)

    def _decode_result(self, res: requests.Response) -> Any:
        """Read strictly, where wechatpy would skip over broken characters."""
        return read_object(res.content) or res

    def stream(self, path: str, token: str, params: dict[str, str]) -> requests.Response:
        """A response whose body is still to be read. Raises requests' exceptions."""
        return self._http.get(
            self.API_BASE_URL + path,
            params={**params, "access_token": token},
            headers={"Accept-Encoding": "identity"},
            timeout=TIMEOUT,
            stream=True,
            allow_redirects=False,
        )


def _said(error: WeChatClientException, harmless_twice: bool) -> Refused | NotTold:
    if error.errcode is None:
        return bad_status(error.response.status_code, harmless_twice)
    return Refused(int(error.errcode), str(error.errmsg))


class Api:
    """What the channel calls. Every failure is one of the NotTold refusals, or NoMedia for downloads.

    One client for each thread and process: wechatpy's is not made for sharing.
    """

    def __init__(self, appid: str, secret: str, base: str, tools: Tools) -> None:
        self._appid, self._secret, self._base = appid, secret, base
        self._http = tools.http
        self._keeper = TokenKeeper(appid, tools.tokens)
        self._errors = ErrorTable("wechat_oa_errors", tools.clock.now)
        self._local = threading.local()

    def post(
        self,
        path: str,
        payload: dict[str, Any],
        *,
        expect: str = "errcode",
        harmless_twice: bool = False,
        tolerate: frozenset[int] = frozenset(),
    ) -> dict[str, Any]:
        """POST JSON with the token. `expect` is a field that only the platform's own answer has.

        `harmless_twice`: the platform drops repeats, so what is in doubt may be tried again.
        Error codes in `tolerate` come back as {"errcode": …}. Raises one of the NotTold refusals.
        """
        outcome = self._ask("post", path, harmless_twice, data=payload)
        if isinstance(outcome, Refused) and outcome.code in tolerate:
            return {"errcode": outcome.code}
        return self._good(outcome, expect, harmless_twice)

    def get(self, path: str, *, expect: str) -> dict[str, Any]:
        """GET with the token. Raises one of the NotTold refusals."""
        return self._good(self._ask("get", path, True), expect, True)

    def _ask(self, method: str, path: str, harmless_twice: bool, **more: Any) -> Outcome:
        """Ask; after a refused token renew it and ask once more. Raises when there is no token."""
        client = self._client()
        token, new = self._keeper.current(self._fetch)
        outcome = client.ask(method, path, token, harmless_twice, **more)
        if isinstance(outcome, Refused) and outcome.code in TOKEN_REFUSED:
            token = self._keeper.renew(token, new, self._fetch)
            outcome = client.ask(method, path, token, harmless_twice, **more)
        return outcome

    def _good(self, outcome: Outcome, expect: str, harmless_twice: bool) -> dict[str, Any]:
        if isinstance(outcome, Refused):
            raise self._errors.refusal(outcome.code, outcome.message)
        if isinstance(outcome, NotTold):
            raise outcome
        if expect not in outcome:
            raise maybe_taken("not the platform's answer", harmless_twice)
        return outcome

    def _client(self) -> StableClient:
        if getattr(self._local, "process", None) != os.getpid():
            self._local.client = StableClient(self._appid, self._secret, self._base, self._http())
            self._local.process = os.getpid()
        client: StableClient = self._local.client
        return client

    def _fetch(self, force: bool) -> tuple[str, float]:
        payload = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": force,
        }
        outcome = self._client().ask("post", "stable_token", "", True, data=payload)
        answer = self._good(outcome, "access_token", True)
        token, life = answer["access_token"], answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life, int):
            raise Busy("an answer without an access token")
        return token, float(life)

    # Downloads

    def download(self, path: str, params: dict[str, str]) -> bytes:
        """At most 10 MB in at most 10 seconds. Raises NoMedia."""
        raw: bytes | Refused | NotTold
        try:
            token, new = self._keeper.current(self._fetch)
            raw = self._downloaded(path, token, params)
            if isinstance(raw, Refused) and raw.code in TOKEN_REFUSED:
                raw = self._downloaded(path, self._keeper.renew(token, new, self._fetch), params)
        except NotTold as refusal:
            raw = refusal
        if isinstance(raw, Refused):
            raw = self._errors.refusal(raw.code, raw.message)
        if isinstance(raw, NotTold):
            raise NoMedia(f"{raw.reason} {raw.detail}", retry=raw.retry)
        return raw

    def _downloaded(self, path: str, token: str, params: dict[str, str]) -> bytes | Refused | NotTold:
        try:
            with self._client().stream(path, token, params) as response:
                if response.status_code != 200:
                    return bad_status(response.status_code, harmless_twice=True)
                raw = limited(response.raw, MAX_MEDIA)
        except requests.RequestException as error:
            return broken(error, harmless_twice=True)
        except HTTPError as error:
            return Busy(type(error).__name__)
        return _error_inside(raw) or raw


def _error_inside(raw: bytes) -> Refused | None:
    """media/get answers with JSON and HTTP 200 when it has nothing to give."""
    answer = read_object(raw) if raw.startswith(b"{") else {}
    code = answer.get("errcode")
    return Refused(code, str(answer.get("errmsg", ""))) if isinstance(code, int) and code else None

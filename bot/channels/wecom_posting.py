"""Asks WeCom over HTTP without wechatpy, whose client would add an access token to any address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests

from bot.channels.failures import ErrorTable, bad_status, broken, maybe_taken
from bot.channels.strict_json import read_object
from bot.refusals import NotTold

TIMEOUT = (3.05, 8.0)  # seconds to connect, and between two bytes
API_BASE = "https://qyapi.weixin.qq.com"

Http = Callable[[], requests.Session]


def post(http: Http, errors: ErrorTable, url: str, payload: dict[str, Any]) -> None:
    """POST once, without redirects. Raises one of the NotTold refusals; none of them carries the address."""
    said = ask(http, "POST", url, payload)
    # Raised outside of any except block: requests' errors carry the address and must not hang on as context.
    if isinstance(said, NotTold):
        raise said
    if said["errcode"]:
        raise errors.refusal(said["errcode"], str(said.get("errmsg", "")))


def ask(
    http: Http,
    method: str,
    url: str,
    payload: dict[str, Any] | None = None,
    *,
    files: dict[str, tuple[str, bytes, str]] | None = None,
    harmless_twice: bool = False,
) -> dict[str, Any] | NotTold:
    """One request without redirects: the platform's answer, whose `errcode` is a number, or what went wrong.

    `files`: name, bytes and type of each field of a form. `harmless_twice`: the platform drops repeats, so what is
    in doubt may be tried again.
    """
    body = None if payload is None else json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"} if body else {}
    try:
        with http() as session:
            answer = session.request(
                method, url, data=body, files=files, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
    except requests.RequestException as error:
        return broken(error, harmless_twice)
    if answer.status_code != 200:
        return bad_status(answer.status_code, harmless_twice)
    return _said(answer.content, harmless_twice)


def _said(body: bytes, harmless_twice: bool) -> dict[str, Any] | NotTold:
    try:
        said = read_object(body)
        return {**said, "errcode": int(said["errcode"])}
    except (ValueError, KeyError, TypeError):
        return maybe_taken("HTTP 200 without errcode", harmless_twice)

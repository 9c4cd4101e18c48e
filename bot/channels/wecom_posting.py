"""Posts one JSON message to WeCom without wechatpy, whose client would add an access token to any address."""

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


def post(http: Callable[[], requests.Session], errors: ErrorTable, url: str, payload: dict[str, Any]) -> None:
    """POST once, without redirects. Raises one of the NotTold refusals; none of them carries the address."""
    refusal = _outcome(http, errors, url, payload)
    if refusal is not None:
        # Raised outside of any except block: requests' errors carry the address and must not hang on as context.
        raise refusal


def _outcome(
    http: Callable[[], requests.Session], errors: ErrorTable, url: str, payload: dict[str, Any]
) -> NotTold | None:
    body = json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    try:
        with http() as session:
            answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return broken(error)
    return bad_status(answer.status_code) if answer.status_code != 200 else _said(errors, answer.content)


def _said(errors: ErrorTable, body: bytes) -> NotTold | None:
    try:
        said = read_object(body)
        code = int(said["errcode"])
    except (ValueError, KeyError, TypeError):
        return maybe_taken("HTTP 200 without errcode", harmless_twice=False)
    return errors.refusal(code, str(said.get("errmsg", ""))) if code else None

"""Ways to reach the bot and to be reached by it: over HTTP, or inside one process for tests."""

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from emulator.clock import stopwatch
from emulator.courier import Answer, NoAnswer, Outgoing, Post


def http_post(outgoing: Outgoing) -> Answer:
    """Make the request over HTTP, following no redirect; raises NoAnswer."""
    elapsed = stopwatch()
    try:
        response = requests.request(
            outgoing.method,
            outgoing.url,
            data=outgoing.body or None,
            headers=dict(outgoing.headers),
            timeout=outgoing.timeout,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise NoAnswer(type(error).__name__, elapsed()) from error
    return Answer(response.status_code, response.content)


def post_to(app: Flask) -> Post:
    """A Post that reaches a Flask app in this process, whatever host the URL names."""

    def post(outgoing: Outgoing) -> Answer:
        parts = urlsplit(outgoing.url)
        response = app.test_client().open(
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            method=outgoing.method,
            data=outgoing.body,
            headers=dict(outgoing.headers),
        )
        return Answer(response.status_code, response.get_data())

    return post


class InProcess(BaseAdapter):
    """Lets a requests.Session reach the emulator's app without a socket.

    `session.mount("http://emulator.test/", InProcess(create_app(town)))`
    """

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer a prepared request from the app."""
        answer = self._app.test_client().open(
            request.path_url, method=request.method, data=request.body, headers=list(request.headers.items())
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = HTTPResponse(io.BytesIO(answer.get_data()), preload_content=False)
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is held open."""

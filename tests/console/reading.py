"""Reads a page as a test needs it: status, headers, words, and the token of its forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from werkzeug.test import TestResponse


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@dataclass(frozen=True)
class Page:
    """One answer of the console."""

    status: int
    headers: Mapping[str, str]
    html: str
    body: bytes = b""

    @classmethod
    def of(cls, answer: TestResponse) -> Page:
        body = answer.get_data()
        answer.close()
        shown = (answer.content_type or "").startswith(("text/", "application/json"))
        text = body.decode() if shown or not answer.content_type else ""
        return cls(answer.status_code, answer.headers, text, body)

    def _parsed(self) -> _Words:
        parser = _Words()
        parser.feed(self.html)
        return parser

    @property
    def text(self) -> str:
        """The words of the page, with single spaces."""
        return " ".join(" ".join(self._parsed().words).split())

    @property
    def pieces(self) -> list[str]:
        """The words of each line of text between two tags."""
        lines = (line for piece in self._parsed().words for line in piece.splitlines())
        return [" ".join(line.split()) for line in lines if line.strip()]

    @property
    def tags(self) -> list[tuple[str, dict[str, str | None]]]:
        """Every opening tag and its attributes."""
        return self._parsed().tags

    @property
    def token(self) -> str:
        """The token that its forms bear, "" without a form."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.html)
        return found.group(1) if found else ""

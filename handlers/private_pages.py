"""What pages for one resident have in common: nothing is kept by a browser, nothing is loaded from elsewhere."""

from __future__ import annotations

from flask import Response

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def harden(response: Response) -> Response:
    """Put the headers on."""
    response.headers.update(HEADERS)
    return response

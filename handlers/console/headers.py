"""Headers of every console page: nothing of anybody's is cached, framed, sniffed or run from elsewhere."""

from __future__ import annotations

from flask import Response, request

# Scripts and styles are files of our own; QR codes are drawn inside the page and need no source.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

KEPT = ("console.static", "console.plotly_js")

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: over https a form is also checked by the page it comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def harden(response: Response) -> Response:
    """Set the headers on one response. Files of ours hold nothing of anybody's: a browser may keep them."""
    response.headers.update(HEADERS)
    if request.endpoint not in KEPT:
        response.headers["Cache-Control"] = "no-store"
    return response

"""Who is calling: a signed cookie that names a bound phone, and the token that every form bears.

The cookie of somebody unbound holds only a secret of its own, which the token is made of. Flask's session is the
console's and is not used here.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, abort, current_app, g, request
from itsdangerous import BadData, URLSafeSerializer

from handlers.page.site import here
from models import views
from models.actions.page import SEEN, PhoneSeen

COOKIE = "linli_phone"
PATH = "/p"
SAME_SITE_IPV6 = 64  # bits: whoever has one address of it has all


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the cookie says. `secret`: random, the phone's own; `phone_id`: the binding, 0 without one."""

    secret: str
    phone_id: int = 0


def fresh(phone_id: int = 0) -> Visitor:
    """A visitor with a new secret: whatever bore the old one ends."""
    return Visitor(secrets.token_urlsafe(16), phone_id)


def recognise() -> None:
    """Read the cookie into g.visitor, and the binding that it names, if it still holds, into g.phone."""
    found = _read(request.cookies.get(COOKIE, ""))
    g.visitor, g.phone = found or fresh(), None
    g.renew = found is None
    if g.visitor.phone_id:
        now = here().wall.now()
        with here().store.look(now) as work:
            g.phone = views.phone_of(work, g.visitor.phone_id)
        if g.phone and (g.phone.seen_at is None or now - g.phone.seen_at >= SEEN):
            with here().store.work(now) as work:
                PhoneSeen(g.phone.id, now).run(work)


def become(visitor: Visitor) -> None:
    """Give the phone another cookie with this answer."""
    g.visitor, g.renew = visitor, True


def remember(response: Response) -> Response:
    """Set the cookie where it is new: for 30 days when it names a phone, else until the browser closes."""
    if g.get("renew"):
        days = timedelta(days=here().store.limits["page_phone_days"])
        response.set_cookie(
            COOKIE,
            _signer("linli-phone").dumps([g.visitor.secret, g.visitor.phone_id]),
            max_age=days if g.visitor.phone_id else None,
            path=PATH,
            secure=here().public_url.startswith("https://"),
            httponly=True,
            samesite="Lax",
        )
    return response


def me() -> views.WorkerPhone:
    """The bound phone; the guard has let nobody else in."""
    phone: views.WorkerPhone = g.phone
    return phone


def asker() -> views.Staff:
    """Its worker, as the views know them."""
    return views.Staff(me().worker.id, me().worker.unit_id)


def form_token() -> str:
    """What every form of this visitor bears."""
    return str(_signer("linli-form").dumps(g.visitor.secret))


def check_token() -> None:
    """Refuse a form that is not of this visitor's own page."""
    try:
        theirs = _signer("linli-form").loads(request.form.get("csrf_token", ""))
    except BadData:
        abort(400)
    if theirs != g.visitor.secret:
        abort(400)


def caller() -> str:
    """Where the phone calls from, as far as it tells one caller from another.

    Behind a proxy of our own, which has a private address, it is the last one that the proxy has added.
    """
    peer = _address(request.remote_addr or "")
    if peer is not None and not peer.is_global:
        peer = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()) or peer
    if peer is None:
        return ""
    bits = SAME_SITE_IPV6 if peer.version == 6 else peer.max_prefixlen
    return str(ipaddress.ip_network((peer, bits), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _read(cookie: str) -> Visitor | None:
    try:
        secret, phone_id = _signer("linli-phone").loads(cookie)
        return Visitor(str(secret), int(phone_id))
    except (BadData, TypeError, ValueError):
        return None


def _signer(purpose: str) -> URLSafeSerializer:
    """The newest key signs; older ones are still believed."""
    older: list[Any] = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    return URLSafeSerializer([*reversed(older), current_app.config["SECRET_KEY"]], salt=purpose)

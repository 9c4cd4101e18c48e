"""Fetches a file from an address that came from outside: only listed hosts, only public addresses, no redirects.

The host name is looked up once and that very address is connected to, so that a second look-up cannot differ.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from bot.clock import real_seconds
from bot.refusals import NoMedia

TIMEOUT = urllib3.Timeout(connect=3.05, read=8.0)
TOTAL_SECONDS = 10.0
CHUNK = 64 * 1024
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and port to its IP addresses. Raises OSError."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def download(url: str, hosts: Sequence[str], limit: int, resolve: Resolve = resolve) -> bytes:
    """At most `limit` bytes in at most 10 seconds from one of `hosts` (patterns such as *.myqcloud.com).

    Loopback hosts, which a rehearsal uses, must be listed by their very name and may use http.
    Raises NoMedia; its detail never holds the address, which is a capability.
    """
    parts = _allowed(url, hosts)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _public(host, port, resolve)
    error = ""
    for address in addresses:
        try:
            return _read(parts, address, port, limit)
        except (urllib3.exceptions.HTTPError, OSError) as failure:
            error = type(failure).__name__
    raise NoMedia(error or "no address", retry=True)


def _allowed(url: str, hosts: Sequence[str]) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NoMedia("no address that can be read") from None
    listed = any(fnmatchcase(host, pattern) for pattern in hosts)
    loopback = host in LOOPBACK_NAMES and host in hosts
    scheme_good = parts.scheme == "https" or (parts.scheme == "http" and loopback)
    port_good = loopback or port in (None, 443)
    if not (listed and scheme_good and port_good) or parts.username is not None or not url.isascii():
        raise NoMedia("not an address that files come from")
    return parts


def _public(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    """The host's addresses, all of them public: is_private would let 100.64.0.1 pass, is_global does not."""
    try:
        addresses = resolve(host, port)
    except OSError as error:
        raise NoMedia(type(error).__name__, retry=True) from None
    if host not in LOOPBACK_NAMES and not all(map(_is_public, addresses)):
        raise NoMedia("not an address that files come from")
    return addresses


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inner = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (inner or ip).is_global and not ip.is_multicast


def _read(parts: SplitResult, address: str, port: int, limit: int) -> bytes:
    host = parts.hostname or ""
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with _pool(parts.scheme, host, address, port) as pool:
        answer = pool.urlopen(
            "GET", path, headers={"Host": parts.netloc}, redirect=False, retries=False, preload_content=False
        )
        try:
            if answer.status != 200:
                raise NoMedia(f"HTTP {answer.status}", retry=answer.status >= 500)
            return limited(answer, limit)
        finally:
            answer.close()


def _pool(scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
    """A pool that connects to `address` and, over TLS, insists on the certificate of `host`."""
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=TIMEOUT, ssl_context=context, server_hostname=host, assert_hostname=host
    )


def limited(answer: urllib3.BaseHTTPResponse, limit: int) -> bytes:
    """The body of a response that has not been read yet, as it comes over the wire.

    Raises NoMedia for more than `limit` bytes or more than 10 seconds, and urllib3's HTTPError.
    """
    deadline, raw = real_seconds() + TOTAL_SECONDS, bytearray()
    # read1 returns after each packet: a body that drips in cannot hold the deadline up.
    while chunk := answer.read1(CHUNK, decode_content=False):
        raw += chunk
        if len(raw) > limit or real_seconds() > deadline:
            raise NoMedia("too large or too slow")
    return bytes(raw)

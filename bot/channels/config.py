"""Reads a channel's settings, which are plain strings; what is wrong is said so that an operator can mend it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

Config = Mapping[str, str]


def needed(config: Config, key: str, where: str) -> str:
    """A setting that must be there. Raises ValueError that says where to find it."""
    value = config.get(key, "")
    if not value:
        raise ValueError(f"{key} is empty: copy {where}")
    return value


def one_of(config: Config, key: str, known: Collection[str], default: str) -> str:
    """A setting with a few possible values. Raises ValueError that names them."""
    value = config.get(key) or default
    if value not in known:
        raise ValueError(f"{key} is {value!r}: set it to one of {', '.join(known)}")
    return value


def base_address(config: Config, default: str) -> str:
    """`api_base`, which may carry a path prefix, without a slash at its end. Raises ValueError."""
    base = config.get("api_base") or default
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"api_base is no address: set it to one like {default}")
    return base.rstrip("/")

"""The files by which WeChat and WeCom see that a domain is ours: at the root of the site, out of the data folder.

MP_verify_<letters and digits>.txt is the Official Account's (JS 接口安全域名, 网页授权域名, 业务域名),
WW_verify_<the same>.txt is WeCom's (可信域名).
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from flask import Blueprint, Response, abort

NAME = re.compile(r"(MP|WW)_verify_[A-Za-z0-9]{8,32}\.txt")
MOST_BYTES = 1024


def files(folder: Path) -> list[Path]:
    """The verification files in the data folder."""
    return sorted(path for path in folder.glob("*_verify_*.txt") if NAME.fullmatch(path.name))


def make_blueprint(folder: Path) -> Blueprint:
    """/MP_verify_….txt and /WW_verify_….txt."""
    blueprint = Blueprint("verification", __name__)
    for owner in ("MP", "WW"):
        rule = f"/{owner}_verify_<string:code>.txt"
        view = lambda code, owner=owner: _file(folder, f"{owner}_verify_{code}.txt")  # noqa: E731
        blueprint.add_url_rule(rule, owner, view)
    return blueprint


def _file(folder: Path, name: str) -> Response:
    content = _content(folder / name) if NAME.fullmatch(name) else None
    if content is None:
        abort(404)
    return Response(content, content_type="text/plain; charset=utf-8")


def _content(path: Path) -> bytes | None:
    """What is in the file; None unless it is a plain, small one. A link leads nowhere."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.fstat(handle)
        plain = stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES
        return os.read(handle, MOST_BYTES) if plain else None
    finally:
        os.close(handle)

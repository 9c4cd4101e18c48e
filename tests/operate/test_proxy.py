"""The web server in front lets through what the product takes, and no more than a little beyond it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.console import imports
from handlers.hooks import MAX_BODY
from handlers.page import uploads
from models.limits import load_limits

NGINX = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text(encoding="utf-8")
UNITS = {"k": 1024, "m": 1024 * 1024}
FORM = 1024 * 1024  # what surrounds the files of a form


def lets_through(inside: str) -> int:
    """The largest body, in bytes, of the first block that begins with `inside`."""
    found = re.search(re.escape(inside) + r".*?client_max_body_size (\d+)([km]);", NGINX, re.DOTALL)
    assert found
    return int(found[1]) * UNITS[found[2]]


@pytest.mark.parametrize(
    ("inside", "taken"),
    [
        ("server_name", MAX_BODY),
        ("location /console/ {", imports.MOST_BYTES),
        (
            "location ~ ^/(album|p|my-data|meal|privacy)(/|$) {",
            load_limits()["page_photos"] * uploads.MOST_BYTES,
        ),
    ],
)
def test_the_largest_body_that_is_taken_comes_through(inside: str, taken: int) -> None:
    assert taken <= lets_through(inside) <= taken + FORM


@pytest.mark.parametrize("path", ["/album/x", "/p/1", "/my-data/x", "/my-data/x.json", "/meal/x", "/privacy"])
def test_what_residents_open_comes_through(path: str) -> None:
    found = re.search(r"location ~ (\^/\(album\S+) \{", NGINX)
    assert found
    assert re.match(found[1], path)


@pytest.mark.parametrize("path", ["/album/x", "/p/1", "/my-data/x.json", "/meal/x", "/callback/wecom/anju"])
def test_an_address_that_opens_something_is_cut_in_the_log(path: str) -> None:
    cut = dict(re.findall(r"^ +~(\^\S+)\s+(/\S*/);", NGINX, re.MULTILINE))
    kept = [shown for pattern, shown in cut.items() if re.match(pattern, path)]
    assert kept == [path[: path.index("/", 1) + 1]]

"""The library that draws plots, out of the installed package: no other server is asked, and none of it is kept here.

It would write styles into the page, which the console's policy forbids. It leaves that when it finds elements with
the ids of its styles, so the page bears them, and its own file has the few rules that our plots need.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from flask import Response, abort, send_file

PACKAGE = "plotly"
YEAR_SECONDS = 365 * 24 * 3600
_STYLE_ID = re.compile(r'document\.getElementById\("([0-9a-f]{64})"\)')  # of the maps, which we do not draw


@dataclass(frozen=True, slots=True)
class Plotter:
    """The library's file. `version`: for its address, since browsers keep it; `styles`: ids it looks for."""

    file: Path
    version: str
    styles: tuple[str, ...]


@cache
def plotter() -> Plotter | None:
    """None where it is not installed: pages then have their tables alone. It is not imported: that takes a second."""
    spec = find_spec(PACKAGE)
    file = Path(spec.origin).with_name("package_data") / "plotly.min.js" if spec and spec.origin else None
    if file is None or not file.is_file():
        return None
    styles = dict.fromkeys(_STYLE_ID.findall(file.read_text(encoding="utf-8")))
    return Plotter(file, version(PACKAGE), tuple(styles))


def plotly_js() -> Response:
    """The library, for browsers to keep: its address names its version."""
    found = plotter()
    if found is None:
        abort(404)
    answer = send_file(found.file, mimetype="text/javascript", max_age=YEAR_SECONDS)
    answer.cache_control.public, answer.cache_control.immutable = True, True
    return answer

"""The console as an application."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from flask import Flask

from handlers.console import Desk, make_blueprint
from handlers.console.desk import EXTENSION
from tests.copied import copied

URL = "http://localhost"


@functools.cache
def _made() -> Flask:
    app = Flask("test")
    app.config.update(SECRET_KEY="fixed-for-tests", TESTING=True)
    nowhere: Any = None  # every copy has a desk of its own
    app.register_blueprint(make_blueprint(Desk(nowhere, nowhere, URL, Path(), {}, str)))
    return app


def console_app(desk: Desk) -> Flask:
    """The console with this desk."""
    assert desk.public_url == URL  # the cookies' settings are made once
    return copied(_made(), **{EXTENSION: desk})

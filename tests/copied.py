"""Flask applications that are made once a process: reading their addresses and templates takes longer than a test."""

from __future__ import annotations

import copy
from typing import Any

from flask import Flask


def copied(app: Flask, **extensions: Any) -> Flask:
    """The same application for one test. Addresses and templates are shared, config and extensions are its own."""
    one = copy.copy(app)
    one.config = copy.copy(app.config)
    one.extensions = {**app.extensions, **extensions}
    return one

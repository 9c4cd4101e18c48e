"""The talk: one file per dialog. Its module docstring is an example conversation and runs as a test."""

from __future__ import annotations

import json
from importlib.resources import files

NOTICE: dict[str, str] = json.loads(files("dialogs").joinpath("data/notice.json").read_text("utf-8"))
"""What is kept of a person and why: version, a short form for the first talk, and the whole text."""

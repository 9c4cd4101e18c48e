"""The talk: one file per dialog. Its module docstring is an example conversation and runs as a test."""

from __future__ import annotations

from models.notices import newest

NOTICE = newest()
"""What is kept of a person and why, in the version in force; models/notices.py has the older ones."""

"""The categories of work orders by name. What speaks for each of them is read by reports.py."""

from __future__ import annotations

from collections.abc import Mapping

from bot.language.tables import read_table

CATEGORIES: Mapping[str, str] = {row["id"]: row["name"] for row in read_table("categories")["categories"]}
"""The Chinese name of each category, in the order in which they are offered."""

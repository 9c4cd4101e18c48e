"""The report of the canteens over a year of meals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from bench import databases, meal_rows
from bench.installation import ROOT
from bench.measuring import Row
from bot.clock import SystemClock
from models import migrate
from models.limits import load_limits
from models.store import FieldKeys, open_store

ASKED = (("admin", "2026"), ("admin", "2026-06"), ("street", "2026"), ("canteen", "2026"))  # login and period


def rows(meals: int) -> Iterator[Row]:
    """Whole pages and files of the report, each kind of user in a process of its own."""
    for kind in databases.kinds():
        with databases.fresh(kind) as (_, url):
            _plant(url, meals)
            for login, period in ASKED:
                told = _count(url, login, f"period={period}")
                yield _row(f"{meals:,} meals, {login}, {period}, {kind}", told)


def _plant(url: str, meals: int) -> None:
    migrate.upgrade(url)
    store = open_store(url, FieldKeys((), b""), load_limits(), wait_seconds=20.0)
    with store.work(SystemClock().now()) as work:
        meal_rows.fill(work, meals)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    store.engine.dispose()


def _count(url: str, login: str, query: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "bench.counting", url, login, query]
    done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def _row(what: str, told: dict[str, Any]) -> Row:
    again = f"again {told['again']:.1f} s with {told['processor']:.1f} s of processor"
    page = f"page {told['first']:.1f} s, {again} ({told['page'] / 1e3:.0f} KB)"
    file = f"Excel file {told['export']:.1f} s ({told['file'] / 1e3:.0f} KB)"
    return Row(what, f"{page}; {file}", f"peak {told['peak']:.0f} MB, {told['before']:.0f} MB of it before")

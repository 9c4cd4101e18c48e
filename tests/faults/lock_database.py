"""Holds an SQLite database for itself until its standard input ends: python -m tests.faults.lock_database FILE."""

from __future__ import annotations

import sqlite3
import sys


def main(path: str) -> None:
    """Take the lock, say so, keep it."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)
    sys.stdin.read()
    connection.execute("ROLLBACK")
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])

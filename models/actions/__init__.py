"""The verbs: frozen dataclasses with run(work). Refusals are values, never exceptions."""

from __future__ import annotations

from typing import Any, Protocol

from models.store import Work


class Action(Protocol):
    """Something that is done in one transaction.

    What comes back can be kept as JSON: {"ok": True, …}, or {"ok": False, "why": a models.rules.orders.Why, …}.
    Doing the same twice in a row does no harm.
    """

    def run(self, work: Work) -> dict[str, Any]:
        """Do it."""

"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who writes to the official account: sees the orders this account follows."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody in a work group: sees the orders that their unit has now."""

    worker_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class User:
    """Somebody at the console: an admin sees all, a firm only what its own unit has now."""

    role: str
    unit_id: int | None = None
    user_id: int | None = None

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden from this user."""
        return self.role == "admin"


Asker = Resident | Staff | User

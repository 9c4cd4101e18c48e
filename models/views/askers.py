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
    """Somebody in a work group: sees the orders that their unit has now, and those they help another unit with.

    `aloud`: they ask where the whole group reads the answer, so summaries are masked even for the holder.
    """

    worker_id: int
    unit_id: int
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """Somebody at the console: an admin sees all, a firm what its own unit has now, the others their area.

    `areas`: their own area and all under it, `estates`: those that lie there; views.asker_of() fills them in.
    """

    role: str  # admin, district, street, community, firm
    unit_id: int | None = None
    user_id: int | None = None
    areas: frozenset[int] = frozenset()
    estates: frozenset[int] = frozenset()

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden from this user."""
        return self.role == "admin"

    @property
    def is_firm(self) -> bool:
        """Whether residents' words are masked for this user, and people are only what an order needs of them."""
        return self.role not in ("admin", "district", "street", "community")


Asker = Resident | Staff | User

"""What an operator at the server does to one console user: a fresh password, locked, let in again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work


def _change(work: Work, login: str, values: dict[str, Any]) -> dict[str, Any]:
    """Change one user and end their sessions."""
    u = t.console_user.c
    changed = update(t.console_user).where(u.login == login).values(**values, epoch=u.epoch + 1)
    user_id = work.conn.execute(changed.returning(u.id)).scalar()
    return Refusal(Why.UNKNOWN) if user_id is None else {"ok": True, "user_id": user_id}


@dataclass(frozen=True, slots=True)
class SetPassword:
    """A known user signs in with another password from now on. `password` is an argon2 hash."""

    login: str
    password: str

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"user_id"}; wrong guesses are forgotten. Refusal: unknown."""
        return _change(work, self.login, {"password": self.password, "failed": 0, "locked_until": None})


@dataclass(frozen=True, slots=True)
class SwitchUser:
    """Stop a known user (`active` false) or let them sign in again; role, unit and area stay."""

    login: str
    active: bool

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"user_id"}. Letting in also ends the lock after wrong guesses. Refusal: unknown."""
        return _change(work, self.login, {"active": self.active, "failed": 0, "locked_until": None})

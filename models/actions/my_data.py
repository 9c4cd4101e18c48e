"""A resident asks for what is kept of them, and opens the page; both are counted and written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.my_data import LINK, OPENED, my_data_link, my_data_of, my_data_times


@dataclass(frozen=True, slots=True)
class MakeMyDataLink:
    """A fresh address of the person's own data, at most so many a day. Gives {"link", "hours"}."""

    account_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: too_many; unknown where people cannot reach this server by any address."""
        link = my_data_link(work, self.account_id)
        if not link:
            return Refusal(Why.UNKNOWN)
        if my_data_times(work, LINK, self.account_id) >= work.limits["my_data_links_per_day"]:
            return Refusal(Why.TOO_MANY)
        Audit(None, LINK, str(self.account_id)).run(work)
        return {"ok": True, "link": link, "hours": work.limits["my_data_hours"]}


@dataclass(frozen=True, slots=True)
class OpenMyData:
    """Somebody who holds the address opens it. Gives {"account_id"}, whose data may be shown now."""

    token: str

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (not ours, ended, or the account is gone), too_many."""
        account_id = my_data_of(work, self.token)
        if account_id is None:
            return Refusal(Why.UNKNOWN)
        if my_data_times(work, OPENED, account_id) >= work.limits["my_data_opens_per_day"]:
            return Refusal(Why.TOO_MANY)
        Audit(None, OPENED, str(account_id)).run(work)
        return {"ok": True, "account_id": account_id}

"""Switching the rehearsal on and off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.rules.rehearsal import SETTING, begun, ended
from models.store import Work


@dataclass(frozen=True, slots=True)
class BeginRehearsal:
    """From now on what would go to a firm or a building goes to this group, which needs a robot that speaks."""

    work_group_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """While one is on, only its group changes."""
        g = t.work_group.c
        speaks = select(g.id).where(g.id == self.work_group_id, g.robot_key_sealed.is_not(None))
        if work.conn.execute(speaks).first() is None:
            return Refusal(Why.UNKNOWN)
        _keep(work, begun(_locked(work), self.work_group_id, work.now), self.user_id)
        return Audit(self.user_id, "rehearsal_begun", str(self.work_group_id)).run(work)


@dataclass(frozen=True, slots=True)
class EndRehearsal:
    """From now on everything goes where it belongs again. What was made meanwhile and not sent yet is not sent."""

    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refused when none is on."""
        value = _locked(work)
        if not value.get("work_group_id"):
            return Refusal(Why.ALREADY)
        _keep(work, ended(value, work.now), self.user_id)
        return Audit(self.user_id, "rehearsal_ended").run(work)


def _locked(work: Work) -> Mapping[str, Any]:
    first = {"name": SETTING, "value": {"work_group_id": None, "since": None, "ended": []}}
    work.conn.execute(work.insert_once(t.town_setting), {**first, "changed_at": work.now})
    mine = select(t.town_setting.c.value).where(t.town_setting.c.name == SETTING)
    value: Mapping[str, Any] = work.conn.execute(mine.with_for_update()).scalar_one()
    return value


def _keep(work: Work, value: Mapping[str, Any], user_id: int) -> None:
    this = update(t.town_setting).where(t.town_setting.c.name == SETTING)
    work.conn.execute(this.values(value=dict(value), changed_at=work.now, changed_by=user_id))

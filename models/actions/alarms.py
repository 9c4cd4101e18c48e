"""Alarms for operators: raised once, told once, cleared when they have not been seen for some minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, select, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.alarms import is_over
from models.rules.orders import Refusal, Why
from models.store import To, Work

SETTING = "alarms"  # of town_setting: {"work_group_id": n}
SEEN = "seen_at"
TRIED, TRY_AGAIN = "alarms_tried", timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SettleAlarms:
    """These alarms stand now, by name with their facts (models/rules/alarms.py); any others are not seen.

    Any number of relays may say so side by side: a new alarm is told by one of them, to the operators' group,
    and not again before it was cleared. Without such a group it waits to be told until there is one.
    """

    standing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"raised", "cleared"}, names in their order."""
        group_id = operators_group(work)
        raised = [name for name in sorted(self.standing) if _see(work, name, self.standing[name])]
        for name in sorted(self.standing) if group_id is not None else ():
            if _first_to_tell(work, name):
                work.tell(To(work_group_id=group_id), "alarm", self.standing[name])
        return {"ok": True, "raised": raised, "cleared": _clear(work, self.standing)}


def _see(work: Work, name: str, facts: Mapping[str, Any]) -> bool:
    """Note an alarm that stands; whether it is a new one, or one that has come back."""
    a = t.alarm.c
    seen = {**facts, SEEN: work.now.isoformat()}
    row = {"name": name, "raised_at": work.now, "facts": seen}
    if work.conn.execute(work.insert_once(t.alarm).values(row).returning(a.name)).first():
        return True
    back = update(t.alarm).where(a.name == name, a.cleared_at.is_not(None))
    if work.conn.execute(back.values(raised_at=work.now, told_at=None, cleared_at=None, facts=seen)).rowcount:
        return True
    work.conn.execute(update(t.alarm).where(a.name == name).values(facts=seen))
    return False


def _first_to_tell(work: Work, name: str) -> bool:
    """Compare-and-set: one of those who see it tells it."""
    a = t.alarm.c
    untold = update(t.alarm).where(a.name == name, a.told_at.is_(None), a.cleared_at.is_(None))
    return bool(work.conn.execute(untold.values(told_at=work.now)).rowcount)


def _clear(work: Work, standing: Mapping[str, Any]) -> list[str]:
    a = t.alarm.c
    still = select(t.alarm).where(a.cleared_at.is_(None), a.name.not_in(list(standing))).order_by(a.name)
    cleared = []
    for row in work.conn.execute(still.with_for_update()).all():
        if is_over(datetime.fromisoformat(row.facts[SEEN]), work.now, work.limits):
            work.conn.execute(update(t.alarm).where(a.name == row.name).values(cleared_at=work.now))
            cleared.append(row.name)
    return cleared


def operators_group(work: Work) -> int | None:
    """The group that hears alarms: the one that was set, else the street's, else the district's; None without one.

    It needs a webhook robot, since nobody asks for an alarm; a robot that was removed counts until it is known.
    """
    g, u = t.work_group.c, t.handling_unit.c
    chosen = work.conn.execute(
        select(t.town_setting.c.value).where(t.town_setting.c.name == SETTING)
    ).scalar()
    speaks = and_(g.robot_key_sealed.is_not(None), g.silent_since.is_(None))
    rank = case((g.id == (chosen or {}).get("work_group_id"), 0), (u.kind == "street", 1), else_=2)
    of_rank = and_(speaks, (rank == 0) | u.kind.in_(("street", "district")))
    query = select(g.id).join_from(t.work_group, t.handling_unit).where(of_rank).order_by(rank, g.id)
    found: int | None = work.conn.execute(query).scalars().first()
    return found


@dataclass(frozen=True, slots=True)
class SetAlarmGroup:
    """Alarms go to this group from now on; None: to the street's again."""

    work_group_id: int | None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusal: unknown, for a group that is not there or has no robot that speaks."""
        g, s = t.work_group.c, t.town_setting.c
        speaks = select(g.id).where(g.id == self.work_group_id, g.robot_key_sealed.is_not(None))
        if self.work_group_id is not None and work.conn.execute(speaks).first() is None:
            return Refusal(Why.UNKNOWN)
        row = {
            "value": {"work_group_id": self.work_group_id},
            "changed_at": work.now,
            "changed_by": self.user_id,
        }
        changed = update(t.town_setting).where(s.name == SETTING).values(row)
        if not work.conn.execute(changed).rowcount:
            work.conn.execute(work.insert_once(t.town_setting).values(name=SETTING, **row))
        if self.user_id is not None:
            subject = str(self.work_group_id or "")
            return Audit(self.user_id, "alarms_group" if subject else "alarms_street", subject).run(work)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class TryAlarms:
    """Tell the group that hears alarms that it does; once a minute."""

    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, while no group can hear; too_soon."""
        group_id, a = operators_group(work), t.audit.c
        if group_id is None:
            return Refusal(Why.UNKNOWN)
        lately = select(a.id).where(a.what == TRIED, a.at > work.now - TRY_AGAIN)
        if work.conn.execute(lately.limit(1)).first():
            return Refusal(Why.TOO_SOON)
        work.tell(
            To(work_group_id=group_id), "alarm", {"what": "这是一条测试，系统一切正常。", "end": "test"}
        )
        return Audit(self.user_id, "alarms_tried", str(group_id)).run(work)

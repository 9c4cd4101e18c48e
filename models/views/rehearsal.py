"""Whether a rehearsal is on, and in which group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from models import tables as t
from models.rules.rehearsal import SETTING
from models.store import Work

# Read for every message that is sent and every page of the console, so built once.
_VALUE = select(t.town_setting.c.value).where(t.town_setting.c.name == bindparam("setting"))
_NAME = select(t.work_group.c.name).where(t.work_group.c.id == bindparam("group"))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal that is on. `group` is the name of the group that gets everything, empty when it is gone."""

    work_group_id: int
    group: str
    since: datetime


def rehearsal_setting(work: Work) -> Mapping[str, Any] | None:
    """The setting as it is kept (see models/rules/rehearsal.py); None when there has never been a rehearsal."""
    value: Mapping[str, Any] | None = work.run(_VALUE, {"setting": SETTING}).scalar()
    return value


def rehearsal(work: Work) -> Rehearsal | None:
    """The rehearsal that is on now, or None."""
    value = rehearsal_setting(work)
    if value is None or not value["work_group_id"]:
        return None
    name = work.run(_NAME, {"group": value["work_group_id"]}).scalar()
    return Rehearsal(value["work_group_id"], name or "", datetime.fromisoformat(value["since"]))

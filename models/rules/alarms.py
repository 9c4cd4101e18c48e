"""Which alarms stand, from figures of one moment; and when one that is no longer seen is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# What waits, in the words of a message.
WAITS: Mapping[str, str] = {
    "inbox": "住户和群里的话",
    "outbox": "要发的消息",
    "timer": "定时提醒",
    "photo": "照片",
}
RUNGS: Mapping[str, str] = {"customer_service": "客服消息", "template": "模板消息"}

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted. Ages in seconds, shares in percent of the day's quota, sizes in megabytes.

    `stuck`: the age of the oldest row that nobody has taken in hand yet, by what waits. `missed`: how late the
    latest tick of each duty is that was not done, in minutes. `spooled`: messages older than `alarm_stuck_seconds`
    that wait on the disk. `year_unannounced`: one that has begun, or soon does, and whose days off are not known.
    """

    key_refused: int = 0
    quota: Mapping[str, int] = field(default_factory=dict)
    stuck: Mapping[str, float] = field(default_factory=dict)
    dead: int = 0
    beats: Mapping[str, float] = field(default_factory=dict)
    missed: Mapping[str, float] = field(default_factory=dict)
    spooled: int = 0
    disk_free: int | None = None
    redis: bool = True
    year_unannounced: int | None = None


def standing(figures: Figures, limits: Mapping[str, Any]) -> dict[str, Facts]:
    """The alarms that stand now, by name, with what their words need."""
    found: dict[str, Facts] = {}
    if figures.key_refused:
        found["key_refused"] = {"what": "平台不认我们的钥匙，消息发不出去。", "waiting": figures.key_refused}
    if over := _over(figures.quota, limits["alarm_quota_percent"]):
        found["quota"] = {"what": f"今天的{RUNGS[over[0]]}已经用掉 {over[1]}%。"}
    if over := _over(figures.stuck, limits["alarm_stuck_seconds"]):
        found["stuck"] = {"what": f"{WAITS[over[0]]}已经 {int(over[1])} 秒没有人处理。"}
    if figures.dead:
        found["dead"] = {"what": f"最近一天有 {figures.dead} 条收到的消息没能处理。"}
    if over := _over(figures.beats, limits["alarm_silent_seconds"]):
        found["silent"] = {"what": f"程序 {over[0]} 已经 {int(over[1])} 秒没有反应。"}
    if over := _over(figures.missed, limits["alarm_missed_minutes"]):
        found["missed"] = {"what": f"每晚要做的事 {over[0]} 过了 {int(over[1])} 分钟还没有做成。"}
    if figures.spooled:
        found["spool"] = {"what": f"{figures.spooled} 条收到的消息还没有写进数据库。"}
    if figures.disk_free is not None and figures.disk_free < limits["alarm_disk_megabytes"]:
        found["disk"] = {"what": f"服务器硬盘只剩 {figures.disk_free} MB。"}
    if not figures.redis:
        found["redis"] = {"what": "Redis 没有反应，通知会晚到。"}
    if figures.year_unannounced is not None:
        found["calendar"] = {"what": f"{figures.year_unannounced} 年的放假和调休安排还没有登记。"}
    return {name: {**facts, "end": name} for name, facts in found.items()}


NAMES: Sequence[str] = (
    *("key_refused", "quota", "stuck", "dead", "silent"),
    *("missed", "spool", "disk", "redis", "calendar"),
)


def _over(values: Mapping[str, float], limit: float) -> tuple[str, float] | None:
    """The worst value over its limit, with its name."""
    worst = max(values.items(), key=lambda one: one[1], default=None)
    return worst if worst and worst[1] >= limit else None


def is_over(seen_at: datetime, now: datetime, limits: Mapping[str, Any]) -> bool:
    """Whether an alarm that was last seen at `seen_at` counts as over: what comes and goes is one alarm."""
    return now - seen_at >= timedelta(minutes=limits["alarm_quiet_minutes"])

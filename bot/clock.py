"""The only file that asks the time. Inside everything is UTC; people see Asia/Shanghai."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = "一二三四五六日"


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""


class SystemClock:
    """The machine's time plus an offset that rehearsals may move (ARCHITECTURE 2.9).

    `offset` gives seconds and is asked at most once a second of real time; while it gives None, the last ones stand.
    """

    def __init__(self, offset: Callable[[], float | None] = lambda: 0.0) -> None:
        self._offset = offset
        self._seconds = 0.0
        self._read_at = float("-inf")

    def now(self) -> datetime:
        if time.monotonic() - self._read_at >= 1.0:
            self._read_at = time.monotonic()
            found = self._offset()
            self._seconds = self._seconds if found is None else found
        return datetime.now(UTC) + timedelta(seconds=self._seconds)


class FixedClock:
    """A clock for tests: it stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def forward(self, **step: float) -> None:
        """Move on by `step`, as timedelta takes it (minutes=40)."""
        self._at += timedelta(**step)


def real_seconds() -> float:
    """Seconds that only ever grow, for deadlines; never moved by a rehearsal."""
    return time.monotonic()


def local(at: datetime) -> datetime:
    """The same moment as people here read it."""
    return at.astimezone(SHANGHAI)


def real_epoch() -> float:
    """The epoch second, never moved by a rehearsal: for what a platform measures, such as a token's life."""
    return time.time()


def day_named(day: date) -> str:
    """The day of a month, of a moment too: 11 月 19 日."""
    return f"{day.month} 月 {day.day} 日"


def day_label(day: date) -> str:
    """The same with its weekday: 11 月 19 日（周四）."""
    return f"{day_named(day)}（周{WEEK[day.weekday()]}）"


def day_text(at: datetime) -> str:
    """A day and a time to keep in mind: 11 月 20 日（周五）15:00."""
    moment = local(at)
    return f"{day_label(moment)}{moment:%H:%M}"


def span_text(starts: datetime | str, ends: datetime | str) -> str:
    """From when until when: 11 月 20 日（周五）15:00 到 17:00. ISO text is taken too, as dialogs remember it."""
    starts, ends = (datetime.fromisoformat(at) if isinstance(at, str) else at for at in (starts, ends))
    same = local(starts).date() == local(ends).date()
    return f"{day_text(starts)} 到 {local(ends):%H:%M}" if same else f"{day_text(starts)} 到 {day_text(ends)}"


def hours_text(starts: datetime | str, ends: datetime | str) -> str:
    """From when until when on one day: 11:00 到 13:00. ISO text is taken too, as dialogs remember it."""
    starts, ends = (datetime.fromisoformat(at) if isinstance(at, str) else at for at in (starts, ends))
    return f"{local(starts):%H:%M} 到 {local(ends):%H:%M}"


def local_text(at: datetime | str) -> str:
    """A moment in a message: 11 月 18 日 15:04. ISO text is taken too, as dialogs remember it."""
    moment = local(datetime.fromisoformat(at) if isinstance(at, str) else at)
    return f"{day_named(moment)} {moment:%H:%M}"


def coming_text(at: datetime | str, now: datetime) -> str:
    """A moment to come, in a message: 今天 13:30, 明天 8:30, 星期一 8:30, or with its date. ISO text is taken too."""
    moment, today = local(datetime.fromisoformat(at) if isinstance(at, str) else at), local(now)
    days = (moment.date() - today.date()).days
    if not 0 <= days < len(WEEK):
        return local_text(moment)
    day = ("今天", "明天")[days] if days < 2 else f"星期{WEEK[moment.weekday()]}"
    return f"{day} {moment.hour}:{moment:%M}"

"""The only file of the emulator that asks the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def stopwatch() -> Callable[[], float]:
    """Starts now; calling the result gives the seconds of real time since."""
    started = time.monotonic()
    return lambda: time.monotonic() - started


class Clock:
    """Real time plus an offset that a rehearsal may move forward.

    real: gives Unix seconds; tests hand in a fixed one.
    offset: seconds added to it.
    """

    def __init__(self, real: Callable[[], float] = time.time, offset: int = 0) -> None:
        self._real = real
        self.offset = offset

    def now(self) -> int:
        """Unix seconds as the emulated platforms see them."""
        return int(self._real()) + self.offset

    def today(self) -> str:
        """The calendar day in China, on which daily quotas are counted, as YYYY-MM-DD."""
        return datetime.fromtimestamp(self.now(), UTC).astimezone(SHANGHAI).date().isoformat()

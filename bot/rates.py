"""Rate limits that all workers share: GCRA by throttled-py, on Redis or in memory."""

from __future__ import annotations

from typing import Any

from throttled import MemoryStore, RateLimiterType, RedisStore, RedisStoreBackend, Throttled, per_min
from throttled.exceptions import BaseThrottledError

from bot.refusals import Busy

PREFIX = "linli:rate"
BURST_SHARE = 4


class _Backend(RedisStoreBackend):
    """throttled-py's backend around a client that its maker has given time-outs."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self._given = client

    def get_client(self) -> Any:
        return self._given


class _Store(RedisStore):
    def __init__(self, client: Any) -> None:
        super().__init__()
        self._backend = _Backend(client)


class _Rate:
    def __init__(self, store: RedisStore | MemoryStore) -> None:
        self._store = store

    def wait(self, key: str, per_minute: int) -> float:
        """0.0 when one message may go now (and it is counted), else the seconds to wait. Raises Busy."""
        try:
            result = self._limiter(per_minute).limit(key)
        except BaseThrottledError as error:
            raise Busy(f"rate store: {type(error).__name__}") from None
        # A wait of nothing would mean "go".
        return max(float(result.state.retry_after), 0.001) if result.limited else 0.0

    def _limiter(self, per_minute: int) -> Throttled:
        """A burst comes on top of the steady flow, so both together make up what any one minute may see."""
        burst = max(per_minute // BURST_SHARE, 1)
        quota = per_min(max(per_minute - burst, 1), burst=burst)
        return Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=self._store, key_prefix=PREFIX)


class RedisRate(_Rate):
    """A Rate on Redis, shared by all workers. The client's maker sets socket_timeout=1 and no retries."""

    def __init__(self, client: Any) -> None:
        super().__init__(_Store(client))


class MemoryRate(_Rate):
    """A Rate for one process."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())

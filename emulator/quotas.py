"""Daily quotas of the official account's API.

Source: WeChat docs "接口调用频次限制" (API_Call_Limits) and "获取稳定版接口调用凭据".
"""

from emulator.clock import Clock
from emulator.errors import Refused
from emulator.store import Store

DAILY: dict[str, int] = {
    "token": 2000,
    "stable_token": 500_000,
    "stable_token:force": 20,
    "message/custom/send": 500_000,
    "message/template/send": 100_000,
    "menu/create": 1000,
    "qrcode/create": 100_000,
    "user/get": 500,
    "user/info": 5_000_000,
    "media/upload": 100_000,
    "media/get": 200_000,
}
TEST_ACCOUNT: dict[str, int] = {"token": 200}
CLEARS_A_MONTH = 10


class Quotas:
    """Counts calls per day in China; a rehearsal may set other limits."""

    def __init__(self, store: Store, clock: Clock, kind: str) -> None:
        self._store = store
        self._clock = clock
        self._defaults = {**DAILY, **(TEST_ACCOUNT if kind == "test" else {})}

    def limit(self, api: str) -> int | None:
        """Calls a day, or None where no limit is known."""
        saved = self._store.get("limit", api)
        return int(saved["limit"]) if saved else self._defaults.get(api)

    def set_limit(self, api: str, limit: int) -> None:
        """Use another daily limit from now on."""
        self._store.put("limit", api, {"limit": limit})

    def used(self, api: str) -> int:
        """Calls made today."""
        saved = self._store.get("used", api) or {}
        return int(saved["count"]) if saved.get("day") == self._clock.today() else 0

    def spend(self, api: str) -> None:
        """Count one call; raises Refused 45009 when the day's limit is reached."""
        limit = self.limit(api)
        if limit is None:
            return
        with self._store.lock:
            used = self.used(api)
            if used >= limit:
                raise Refused(45009)
            self._store.put("used", api, {"day": self._clock.today(), "count": used + 1})

    def clear(self) -> None:
        """What clear_quota does; raises Refused 48006 after ten times in a month."""
        month = self._clock.today()[:7]
        with self._store.lock:
            saved = self._store.get("cleared", month) or {"count": 0}
            if saved["count"] >= CLEARS_A_MONTH:
                raise Refused(48006)
            self._store.put("cleared", month, {"count": saved["count"] + 1})
            self._store.drop("used")

"""How many customer-service messages the account may still send to a resident, and until when.

Source: WeChat docs "客服消息" (Customer_Service_Messages), table of 2023-06.
"""

from dataclasses import dataclass

from emulator.clock import Clock
from emulator.errors import Refused
from emulator.store import Json, Store


@dataclass(frozen=True)
class Grant:
    """What one action of a resident allows: count messages within seconds."""

    count: int
    seconds: int


GRANTS: dict[str, Grant] = {
    "message": Grant(5, 48 * 3600),
    "click": Grant(3, 60),
    "follow": Grant(3, 60),
    "scan": Grant(3, 60),
}


class Windows:
    """The ledger of every resident. A new action of a kind replaces the older of that kind."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def grant(self, openid: str, action: str) -> None:
        """Note an action (a key of GRANTS) of a resident."""
        grant = GRANTS[action]
        with self._store.lock:
            ledger = self._ledger(openid)
            ledger[action] = {"until": self._clock.now() + grant.seconds, "left": grant.count}
            self._store.put("window", openid, ledger)

    def spend(self, openid: str) -> None:
        """Take one message from what expires first.

        Raises Refused 45015 outside every window and 45047 when all open ones are used up.
        """
        with self._store.lock:
            ledger = self._ledger(openid)
            open_ones = [one for one in ledger.values() if one["until"] > self._clock.now()]
            if not open_ones:
                raise Refused(45015)
            spendable = [one for one in open_ones if one["left"] > 0]
            if not spendable:
                raise Refused(45047)
            min(spendable, key=lambda one: one["until"])["left"] -= 1
            self._store.put("window", openid, ledger)

    def close(self, openid: str) -> None:
        """Forget everything, as unfollowing does."""
        self._store.drop("window", openid)

    def left(self, openid: str) -> Json:
        """For the page: messages left in open windows and when the last of them ends."""
        now = self._clock.now()
        open_ones = [one for one in self._ledger(openid).values() if one["until"] > now]
        return {
            "left": sum(one["left"] for one in open_ones),
            "until": max((one["until"] for one in open_ones), default=0),
        }

    def _ledger(self, openid: str) -> Json:
        return self._store.get("window", openid) or {}

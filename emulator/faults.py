"""Scripted faults: what goes wrong on purpose, where, and how often."""

import random
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import Clock
from emulator.store import Json, Store

API_FAULTS = ("errcode", "http", "hang", "garbage", "lost", "expire_token")
PUSH_FAULTS = ("duplicate", "disorder", "drop_answer")


@dataclass
class Fault:
    """One fault.

    where: an API ("custom/send", "stable_token", "webhook/send"), "callback",
        "callback/wechat", "callback/wecom/anju", or "*".
    what: errcode (with errcode, errmsg), http (with status), hang (seconds, then the call is
        done and answered), garbage (a page of HTML in a 200), lost (done, but answered 502),
        expire_token (every token is over from now on); for callbacks duplicate (n more at
        once), disorder (held back until the next one has gone), drop_answer (the platform
        believes it got none, and repeats).
    times: how often, or None for ever. seconds_on: for how long from now, or None.
    probability: 0 to 1, drawn with seed. note: words for the page.
    """

    where: str
    what: str
    errcode: int = -1
    errmsg: str = ""
    status: int = 502
    seconds: float = 6
    n: int = 1
    times: int | None = 1
    seconds_on: int | None = None
    probability: float = 1
    seed: int = 0
    id: str = ""
    until: int | None = None
    drawn: int = 0
    hits: int = 0
    note: str = ""

    def covers(self, name: str) -> bool:
        """Whether the fault is about this API or callback."""
        return (
            self.where in ("*", name) or name.endswith(f"/{self.where}") or name.startswith(f"{self.where}/")
        )


class Faults:
    """The faults that are set, oldest first."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(self, data: dict[str, Any]) -> Fault:
        """Set a fault; raises ValueError with what to change."""
        try:
            fault = Fault(**data)
        except TypeError as error:
            raise ValueError(f"a fault needs where and what: {error}") from error
        if fault.what not in API_FAULTS + PUSH_FAULTS:
            raise ValueError(f"what must be one of {', '.join(API_FAULTS + PUSH_FAULTS)}")
        fault.id = f"f{self._store.count('fault')}"
        if fault.seconds_on is not None:
            fault.until = self._clock.now() + fault.seconds_on
        self._store.put("fault", fault.id, asdict(fault))
        return fault

    def all(self) -> list[Json]:
        """Every fault still in force."""
        return [asdict(fault) for fault in self._live()]

    def clear(self, key: str | None = None) -> None:
        """Take back one fault, or all."""
        self._store.drop("fault", key)

    def take(self, name: str, kinds: tuple[str, ...]) -> Fault | None:
        """The fault that strikes this call, counted as one of its times; or None."""
        with self._store.lock:
            for fault in self._live():
                if fault.what in kinds and fault.covers(name) and self._strikes(fault):
                    return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        draw = random.Random(f"{fault.seed}/{fault.drawn}").random()
        fault.drawn += 1
        strikes = draw < fault.probability
        fault.hits += strikes
        self._store.put("fault", fault.id, asdict(fault))
        return strikes

    def _live(self) -> list[Fault]:
        faults = [Fault(**body) for body in self._store.all("fault").values()]
        return [
            fault
            for fault in faults
            if (fault.times is None or fault.hits < fault.times)
            and (fault.until is None or fault.until > self._clock.now())
        ]

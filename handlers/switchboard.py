"""The channels by name: the official account from the settings, bots and robots from the database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, real_seconds
from bot.ports import Channel, Flags, Tools
from models import views
from models.store import Store

FRESH_SECONDS = 10.0  # how long a look at the bots and groups is good
READ_SECONDS = 1.0  # how long a callback waits for a fresh look at a channel that is known
FIRST_SECONDS = 3.0  # and at one that is not
ANY_BOT = "wecom"
BOTS = ("wecom_aibot", "wecom_app")
NOBODY = Flags(hears=False, speaks_first=False)
log = logging.getLogger("linli.switchboard")


@dataclass
class Switchboard:
    """Finds channels. `kinds`: channel classes by kind; `account`: the official account's settings, None without one;
    `wecom`: what all bots share (api_base, media_hosts)."""

    store: Store
    clock: Clock
    kinds: Mapping[str, type]
    tools: Tools
    account: Mapping[str, str] | None
    wecom: Mapping[str, str]
    _known: dict[str, Channel] = field(default_factory=dict)
    _made_of: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._made_of = self._account()
        built = ((name, self._build(name, config)) for name, config in self._made_of.items())
        self._known = {name: channel for name, channel in built if channel is not None}

    def find(self, name: str) -> Channel | None:
        """The channel of that name, or None: "wechat_oa", "wecom_aibot:<bot>", "wecom_app:<bot>",
        "wecom_robot:<group id>", and "wecom:<bot>" for a bot of whichever kind."""
        if self._is_stale():
            self._look_again(self._full(name) in self._known)
        return self._known.get(self._full(name))

    def of_kind(self, kind: str) -> list[Channel]:
        """Every channel of a kind that works, as the database has them now."""
        self._read()
        return [one for name, one in self._known.items() if name.partition(":")[0] == kind]

    def _full(self, name: str) -> str:
        kind, _, bot = name.partition(":")
        names = [f"{one}:{bot}" for one in BOTS] if kind == ANY_BOT else []
        return next((full for full in names if full in self._known), name)

    def _look_again(self, known: bool) -> None:
        """Read in a thread, since a database that hangs must not hold up callbacks of channels that are known."""
        if self._lock.acquire(timeout=0 if known else FIRST_SECONDS):
            reader = threading.Thread(target=self._refresh, daemon=True)
            reader.start()
            reader.join(READ_SECONDS if known else FIRST_SECONDS)

    def _is_stale(self) -> bool:
        return real_seconds() - self._read_at > FRESH_SECONDS

    def _refresh(self) -> None:
        """Read, unless somebody has just done so, and let go the lock."""
        try:
            if self._is_stale():
                self._read()
        finally:
            self._lock.release()

    def get(self, name: str) -> Channel:
        """The same; raises KeyError when there is none."""
        channel = self.find(name)
        if channel is None:
            raise KeyError(name)
        return channel

    def flags(self, name: str) -> Flags:
        """What a channel can show; of one that is gone, nothing."""
        channel = self.find(name)
        return channel.flags if channel else NOBODY

    def secrets(self) -> list[str]:
        """Every secret of every channel, so that logs can be searched for them."""
        return [secret for channel in self._known.values() for secret in channel.secrets()]

    def _read(self) -> None:
        try:
            wanted = self._wanted()
        except SQLAlchemyError as gone:
            log.warning("bots cannot be read, the known ones go on: %s", type(gone).__name__)
            wanted = dict(self._made_of) or self._account()
        known: dict[str, Channel] = {}
        for name, config in wanted.items():
            same = self._made_of.get(name) == config and name in self._known
            made = self._known[name] if same else self._build(name, config)
            if made is not None:
                known[name] = made
        self._known, self._made_of = known, wanted
        self._read_at = real_seconds()

    def _account(self) -> dict[str, Mapping[str, str]]:
        return {"wechat_oa": self.account} if self.account else {}

    def _wanted(self) -> dict[str, Mapping[str, str]]:
        wanted = self._account()
        with self.store.look(self.clock.now()) as work:
            for bot in views.bots(work):
                wanted[f"{bot.kind}:{bot.name}"] = {**self.wecom, **bot.config, "display": bot.display}
            for group in views.robots(work):
                wanted[f"wecom_robot:{group.id}"] = {**self.wecom, "key": group.robot_key}
        return wanted

    def _build(self, name: str, config: Mapping[str, str]) -> Channel | None:
        """One wrong setting takes one channel away, never the others."""
        try:
            return self._made(name, config)
        except ValueError as wrong:
            log.error("channel %s is switched off: %s", name, wrong)
            return None

    def _made(self, name: str, config: Mapping[str, str]) -> Channel:
        channel: Channel = self.kinds[name.partition(":")[0]].build(name, config, self.tools)  # type: ignore[attr-defined]  # every kind has build
        return channel

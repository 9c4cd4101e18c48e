"""Whatever may die dies: a process every so often, chosen at random, and the database now and then."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.cluster import children
from tests.faults.house import House

HANDS = ("worker-talk", "worker-tell", "relay")


@dataclass
class Chaos:
    """Kills a process of the house every `every` seconds, and starts it again at once, as the supervisor does.

    `forgets`: Redis loses all its data each time it is killed. `crash`: crashes the database, up to `crashes` times.
    `kills`: what was killed how often.
    """

    house: House
    every: float
    forgets: bool = False
    crash: Callable[[], None] | None = None
    crashes: int = 0
    crash_every: float = 20.0
    most: int = 10**6
    kills: Counter[str] = field(default_factory=Counter)
    failed: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def raging(self) -> Iterator[None]:
        """From here to the end of the block."""
        acts = [threading.Thread(target=self._guarded, args=(self._rage,))]
        if self.crash and self.crashes:
            acts.append(threading.Thread(target=self._guarded, args=(self._crashing,)))
        for one in acts:
            one.start()
        try:
            yield
        finally:
            self._over.set()
            for one in acts:
                one.join()
            self.house.revive()
        assert not self.failed, self.failed

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as failure:
            self.failed.append(failure)

    def _rage(self) -> None:
        victims = ["web", "valkey", *(name for name in HANDS if name in self.house.processes)]
        order: list[str] = []
        while not self._over.wait(self.every) and self.kills.total() < self.most + self.kills["postgresql"]:
            order = order or random.sample(victims, len(victims))
            name = order.pop()
            self.house.revive()
            self.kills[name] += self._kill(name)

    def _kill(self, name: str) -> int:
        """Kill one; how many died."""
        if name == "web":
            return self._kill_web()
        self.house.kill(name)
        if name != "valkey":
            self.house.start_again(name)
            return 1
        if self.forgets and self.house.valkey is not None:
            shutil.rmtree(self.house.valkey.data / "appendonlydir", ignore_errors=True)
        self.house.start_valkey()
        return 1

    def _kill_web(self) -> int:
        """One of the web server's processes; its master starts another."""
        found = children(self.house.processes["web"].pid)
        if not found:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)
        return 1

    def _crashing(self) -> None:
        assert self.crash
        for _ in range(self.crashes):
            if self._over.wait(self.crash_every):
                return
            self.crash()
            self.kills["postgresql"] += 1

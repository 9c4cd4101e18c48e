"""The relay and clock."""

from __future__ import annotations

import signal
import threading
from argparse import Namespace

from bot.settings import Settings
from programs.parts import Linli
from workers import hands
from workers.relay import Relay


def run(chosen: Settings, args: Namespace) -> int:
    """Be a relay and clock: hand out what is due."""
    # A relay sends nothing but an alarm, and that also while Redis is away.
    linli = Linli(chosen, redis=True, alone=True)
    linli.start_logging()
    linli.heed_redis()
    hands.equip(linli.hands)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Relay(hands.here()).run(stop.wait)
    return 0

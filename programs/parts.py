"""The parts that nearly every process has."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name

import requests

import bot.channels
from bot import keys, logs, redis_client, voice
from bot.clock import Clock, SystemClock, real_seconds
from bot.language.categories import CATEGORIES
from bot.ports import Embedder, Tools
from bot.rates import MemoryRate, RedisRate
from bot.registry import find_channels
from bot.settings import Settings
from bot.tokens import MemoryTokens, RedisTokens
from handlers.late import LateWords
from handlers.switchboard import Switchboard
from models.limits import load_limits
from models.store import Store, open_store
from operate.command import field_keys
from workers.hands import Hands

TEMPLATES = {"progress": "linli-progress"}  # which the emulated account has
# Loaded by who asks for it: numpy, which comes along, is 10 MB.
MODEL = "bot.language.embedding:model"

log = logging.getLogger("linli.programs")


class Linli:
    """One process's parts, each made when first needed."""

    def __init__(self, chosen: Settings, *, pool: int = 4, redis: bool = False, alone: bool = False) -> None:
        self.settings = chosen
        self._pool = pool
        self._uses_redis = redis
        self._counts_alone = alone

    @cached_property
    def public_url(self) -> str:
        """Under which address people's phones reach us."""
        chosen = self.settings
        return chosen.public_url or f"http://{chosen.host}:{chosen.port or 8000}"

    @cached_property
    def keys(self) -> keys.Keys:
        """The keys of personal fields, cookies and operations."""
        return keys.load_or_make(self.settings.keys_file)

    @cached_property
    def store(self) -> Store:
        """The database."""
        limits = load_limits(public_url=self.public_url)
        url, pool = self.settings.database_url, self._pool
        return open_store(url, field_keys(self.keys), limits, pool=pool, seconds=real_seconds)

    @cached_property
    def clock(self) -> Clock:
        """The community's time; only a rehearsal with the emulator may move it."""
        return SystemClock(self.store.clock_offset) if self.settings.emulated else SystemClock()

    @cached_property
    def redis_url(self) -> str:
        """The Redis that was set, else the embedded Valkey's."""
        return self.settings.redis_url or redis_client.place(self.settings.data_dir).url

    @cached_property
    def tools(self) -> Tools:
        """What channels are given; web processes never speak to Redis."""
        if not self._uses_redis:
            return Tools(self.clock, MemoryTokens(), MemoryRate(), requests.Session, self.picture)
        client = redis_client.connect(self.redis_url)
        rate = MemoryRate() if self._counts_alone else RedisRate(client)
        return Tools(self.clock, RedisTokens(client), rate, requests.Session, self.picture)

    @cached_property
    def account(self) -> Mapping[str, str] | None:
        """The official account's settings as its channel takes them; None when there is none."""
        return self.settings.official_account(TEMPLATES if self.settings.emulated else {})

    @cached_property
    def switchboard(self) -> Switchboard:
        """All channels by name."""
        wecom = {
            "api_base": self.settings.wecom_api,
            "media_hosts": ",".join(self.settings.wecom_media_hosts),
        }
        kinds = find_channels(bot.channels)
        return Switchboard(self.store, self.clock, kinds, self.tools, self.account, wecom)

    @cached_property
    def late(self) -> LateWords:
        """Sends words for which no callback waited."""
        return LateWords(self.store, self.clock, self.switchboard)

    @cached_property
    def photo_dir(self) -> Path:
        """Where photos are kept."""
        return self.settings.data_dir / "photos"

    def embedder(self) -> Embedder | None:
        """The language model, loaded when first needed; None where it is switched off or cannot run."""
        found: Embedder | None = resolve_name(MODEL)(wanted=self.settings.language_model == "auto")
        return found

    @property
    def hands(self) -> Hands:
        """What a worker process has at hand."""
        return Hands(
            store=self.store,
            clock=self.clock,
            channels=self.switchboard.get,
            redis=redis_client.connect(self.redis_url),
            data_dir=self.settings.data_dir,
            give_up=self.late.give_up,
            names=CATEGORIES,
            embedder=self.embedder,
            recogniser=voice.chosen(self.settings, self.store.limits["voice_seconds"]),
        )

    def picture(self, name: str) -> bytes:
        """The JPEG of a kept photo, empty when it is gone."""
        path = self.photo_dir / name
        return path.read_bytes() if path.is_file() else b""

    def start_logging(self) -> None:
        """Log as the settings say, and let no line show a secret of this installation."""
        logs.start(self.settings.log_format, [*self.settings.secrets(), *self.keys.secrets()])

    def heed_redis(self) -> None:
        """Refuse a Redis that throws jobs away; warn of one that forgets at a restart. Raises RedisRefused."""
        for warning in redis_client.check_redis(self.redis_url):
            log.warning("redis: %s", warning)

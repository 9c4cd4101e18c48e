"""Everything the emulator consists of, in one object that the pages and APIs share."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.chats import Chats
from emulator.clock import Clock
from emulator.courier import Courier, Parcel, Post, Wait
from emulator.faults import Faults
from emulator.quotas import Quotas
from emulator.store import Blob, Json, Store
from emulator.tokens import Tokens
from emulator.town import Town
from emulator.wecom_app_tokens import AppTokens
from emulator.windows import Windows

SETTLE_SECONDS = 120.0


class Background:
    """Work that goes on after an answer: deliveries and the events of finished jobs.

    hold: keep it until settle() instead of starting a thread, for tests that want order.
    """

    def __init__(self, hold: bool = False) -> None:
        self._hold = hold
        self._waiting: list[Callable[[], object]] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self, job: Callable[[], object]) -> None:
        """Do a job soon."""
        with self._lock:
            if self._hold:
                self._waiting.append(job)
                return
            thread = threading.Thread(target=job, daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def settle(self) -> None:
        """Return when nothing is under way any more."""
        while True:
            with self._lock:
                jobs, self._waiting = self._waiting, []
                threads, self._threads = self._threads, []
            if not jobs and not threads:
                return
            for job in jobs:
                job()
            for thread in threads:
                thread.join(SETTLE_SECONDS)


@dataclass
class World:
    """The town, its memory, and the road to the bot.

    base: the emulator's own address, from which the bot fetches media.
    """

    town: Town
    store: Store
    clock: Clock
    post: Post
    wait: Wait
    base: str
    background: Background = field(default_factory=Background)

    def __post_init__(self) -> None:
        saved = self.store.get("setting", "clock")
        self.clock.offset = saved["offset"] if saved else 0
        self.chats = Chats(self.store, self.clock)
        self.windows = Windows(self.store, self.clock)
        self.quotas = Quotas(self.store, self.clock, self.town.account.kind)
        self.tokens = Tokens(self.store, self.clock, self.quotas)
        self.app_tokens = AppTokens(self.store, self.clock, self.quotas, self.town)
        self.faults = Faults(self.store, self.clock)
        self.courier = Courier(self.post, self.wait, self.faults, self.clock)
        self.epoch = secrets.token_hex(4)
        self.seed()

    def seed(self) -> None:
        """Add the town file's residents and scenes that are not known yet."""
        for resident in self.town.residents:
            if not self.store.get("resident", resident.openid):
                self.add_resident(resident.openid, resident.name)
        for scene in self.town.scenes:
            if not self.store.get("scene", scene.scene):
                self.store.put("scene", scene.scene, {"scene": scene.scene, "label": scene.label})

    def reset(self) -> None:
        """Forget people, chats, windows, quotas, tokens, faults and the moved clock."""
        self.background.settle()
        self.courier.log.clear()
        with self.store.lock:
            self.store.clear()
            self.clock.offset = 0
            self.epoch = secrets.token_hex(4)
            self.seed()

    def add_resident(self, openid: str, name: str) -> Json:
        """A new person with WeChat, who does not follow the account yet."""
        resident = {
            "openid": openid,
            "name": name,
            "followed": False,
            "since": 0,
            "scene": "",
            "refuses": False,
        }
        self.store.put("resident", openid, resident)
        return resident

    def setting(self, name: str, default: str) -> str:
        """A setting a rehearsal may change, such as the callback's mode."""
        saved = self.store.get("setting", name)
        return str(saved["value"]) if saved else default

    def set_setting(self, name: str, value: str) -> None:
        """Change a setting."""
        self.store.put("setting", name, {"value": value})

    def keep_media(self, body: bytes, mime: str) -> str:
        """Store a media file and return its id."""
        media_id = secrets.token_urlsafe(24)
        self.store.put_blob(media_id, Blob(mime, self.clock.now(), body))
        return media_id

    def send(self, parcels: list[Parcel]) -> list[Json]:
        """Deliver parcels one after another; returns the records of all deliveries."""
        return [record for parcel in parcels for record in self.courier.deliver(parcel)]

    def send_later(self, parcels: list[Parcel]) -> None:
        """Deliver parcels without waiting for them."""
        if parcels:
            self.background.start(lambda: self.send(parcels))

    def close(self) -> None:
        """Release the store's file."""
        self.store.close()

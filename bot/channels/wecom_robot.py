"""The WeCom group robot (消息推送, webhook): it only speaks, but it can mention people. WeCom docs 91770."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

from bot.channels.config import base_address, needed
from bot.channels.failures import ErrorTable
from bot.channels.text import cut, plain, tame
from bot.channels.wecom_posting import API_BASE, post
from bot.message import Heard, Receipt, Reply, Told, numbered
from bot.ports import Answer, Callback, Flags, Tools
from bot.refusals import BadMessage, NoMedia, NotAllowed, NotGenuine, TooMany

TEXT_BYTES = 2048
PER_MINUTE = 20
RUNG = "robot"
CUT = "…\n太长了，后面的没有显示。请发“详情”加单号看全文。"


class WeComRobot:
    """One robot in one group. Settings: key (what follows key= in the robot's address), api_base."""

    kind: ClassVar[str] = "wecom_robot"

    def __init__(self, name: str, config: Mapping[str, str], tools: Tools) -> None:
        self.name = name
        self._key = needed(config, "key", "what follows key= in the address of the group's robot")
        self._base = base_address(config, API_BASE)
        self._rate, self._http = tools.rate, tools.http
        self._errors = ErrorTable("wecom_errors", tools.clock.now)
        self.flags = Flags(
            hears=False,
            speaks_first=True,
            mentions=True,
            text_bytes=TEXT_BYTES,
            per_minute=PER_MINUTE,
            rungs=(RUNG,),
        )

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        """One robot from plain strings. Raises ValueError that says which setting to change."""
        return cls(name, config, tools)

    def verify(self, callback: Callback) -> Answer:
        """A robot has no callback: always NotGenuine."""
        raise NotGenuine("refused")

    def hear(self, callback: Callback) -> Heard:
        """A robot hears nothing: always NotGenuine."""
        raise NotGenuine("refused")

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        """Nothing was heard, so nothing is answered."""
        return Answer(200, b"")

    def tell(self, told: Told) -> Receipt:
        """Post one text to the group, never split in two. Raises one of the NotTold refusals."""
        if told.rung not in ("", RUNG):
            raise NotAllowed(f"a group robot has no {told.rung}")
        words = tame(numbered(told.words, told.options))
        if not words.strip():
            raise BadMessage("no words")
        self._wait_turn()
        text: dict[str, Any] = {"content": cut(words, TEXT_BYTES, CUT)}
        if told.mention:
            text["mentioned_list"] = [plain(one) for one in told.mention]
        url = f"{self._base}/cgi-bin/webhook/send?key={self._key}"
        post(self._http, self._errors, url, {"msgtype": "text", "text": text})
        return Receipt()

    def _wait_turn(self) -> None:
        """The platform takes 20 messages a minute; what it refuses would be lost time for all."""
        digest = hashlib.sha256(self._key.encode()).hexdigest()[:16]
        seconds = self._rate.wait(f"robot:{digest}", PER_MINUTE) if self._rate else 0.0
        if seconds > 0:
            raise TooMany("our own rate limit", after=timedelta(seconds=seconds))

    def fetch(self, media: str) -> bytes:
        """A robot hears nothing that could be fetched: always NoMedia."""
        raise NoMedia("a group robot has no media")

    def secrets(self) -> tuple[str, ...]:
        """Every string that must never be seen in a log."""
        return (self._key,)

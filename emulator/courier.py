"""Carries callbacks to the bot: five seconds, repeats, and the faults of the road.

Sources: WeChat docs "被动回复用户消息" (five seconds, three repeats) and field reports of
an immediate repeat after an answer other than 200; WeCom docs "接收消息" (path/100719).
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator.clock import Clock, stopwatch
from emulator.faults import PUSH_FAULTS, Fault, Faults
from emulator.store import Json

TIME_LIMIT = 5.0
PAUSE_AFTER_REFUSAL = 0.2
REMEMBERED = 200


class NoAnswer(Exception):
    """The bot could not be reached, or did not answer in time; waited is in seconds."""

    def __init__(self, why: str, waited: float = 0) -> None:
        super().__init__(why)
        self.waited = waited


@dataclass(frozen=True)
class Outgoing:
    """An HTTP request the emulator makes; timeout in seconds."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = TIME_LIMIT


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


Post = Callable[[Outgoing], Answer]
Wait = Callable[[float], None]


@dataclass
class Parcel:
    """One message or event on its way to the bot.

    name: callback/wechat or callback/wecom/<bot>. pack: makes the request of one attempt
    and returns it with the nonce in its URL. read: turns a 200's body and that nonce into the
    reply, or None for a silent answer; raises BadReply. shown: what the bot is told, in plain.
    attempts: how often at most. lost: called when no usable answer came.
    """

    name: str
    pack: Callable[[], tuple[Outgoing, str]]
    read: Callable[[bytes, str], Json | None]
    accept: Callable[[Json], None]
    lost: Callable[[str], None]
    shown: str
    attempts: int = 4


class BadReply(Exception):
    """The bot's answer is not one the platform takes; the text says why."""


class Courier:
    """Delivers parcels through `post`, waiting through `wait`."""

    def __init__(self, post: Post, wait: Wait, faults: Faults, clock: Clock) -> None:
        self._post = post
        self._wait = wait
        self._faults = faults
        self._clock = clock
        self._held: list[Parcel] = []
        self._lock = threading.Lock()
        self.log: deque[Json] = deque(maxlen=REMEMBERED)

    def deliver(self, parcel: Parcel) -> list[Json]:
        """Carry a parcel, and those it was holding back; returns one record per delivery."""
        fault = self._faults.take(parcel.name, PUSH_FAULTS)
        if fault and fault.what == "disorder":
            with self._lock:
                self._held.append(parcel)
            return [{"to": parcel.name, "outcome": "held", "sent": parcel.shown, "attempts": []}]
        records = self._carry_copies(parcel, fault)
        return records + self.release()

    def release(self) -> list[Json]:
        """Deliver what a disorder fault held back."""
        with self._lock:
            late, self._held = self._held, []
        return [record for parcel in late for record in self._carry_copies(parcel, None)]

    def _carry_copies(self, parcel: Parcel, fault: Fault | None) -> list[Json]:
        copies = fault.n if fault and fault.what == "duplicate" else 0
        drops = fault.n if fault and fault.what == "drop_answer" else 0
        records: list[Json] = []
        extra = [
            threading.Thread(target=lambda: records.append(self._carry(parcel, 0, quiet=True)))
            for _ in range(copies)
        ]
        for thread in extra:
            thread.start()
        first = self._carry(parcel, drops)
        for thread in extra:
            thread.join()
        return [first, *records]

    def _carry(self, parcel: Parcel, drops: int, quiet: bool = False) -> Json:
        record: Json = {"to": parcel.name, "sent": parcel.shown, "attempts": [], "at": self._clock.now()}
        reply: Json | None = None
        problem = ""
        outcome = "failed"
        for number in range(parcel.attempts):
            outgoing, nonce = parcel.pack()
            answer, attempt = self._attempt(outgoing, drop=number < drops)
            record["attempts"].append(attempt)
            if answer is None:
                problem = str(attempt["error"])
                continue
            try:
                reply = parcel.read(answer.body, nonce)
            except BadReply as error:
                outcome, problem = "invalid", str(error)
            else:
                outcome, problem = ("answered" if reply else "silent"), ""
            break
        record |= {"outcome": outcome, "answer": reply, "problem": problem}
        self.log.append(record)
        if not quiet:
            if reply:
                parcel.accept(reply)
            elif problem:
                parcel.lost(problem)
        return record

    def _attempt(self, outgoing: Outgoing, drop: bool) -> tuple[Answer | None, Json]:
        elapsed = stopwatch()
        attempt: Json = {"status": None, "raw": "", "error": ""}
        answer: Answer | None = None
        try:
            answer = self._post(outgoing)
        except NoAnswer as error:
            attempt["error"] = str(error)
            self._wait(PAUSE_AFTER_REFUSAL if error.waited < TIME_LIMIT else 0)
        attempt["seconds"] = round(elapsed(), 3)
        if answer:
            attempt |= {"status": answer.status, "raw": answer.body.decode("utf-8", "replace")}
        if answer and drop:
            attempt["error"] = "the answer was dropped on the way"
            self._wait(TIME_LIMIT)
            answer = None
        if answer and answer.status != 200:
            attempt["error"] = f"HTTP {answer.status}"
            self._wait(PAUSE_AFTER_REFUSAL)
            answer = None
        return answer, attempt

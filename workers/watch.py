"""The relay's watch: looks whether anything is wrong, lets it be known once, and tells it itself if need be."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot import spool
from bot.clock import SystemClock, real_epoch, real_seconds
from bot.ports import Flags
from bot.wording import word
from models import health, views
from models import tables as t
from models.actions.alarms import SettleAlarms
from models.actions.desk import OpenDeskItem
from models.rules.alarms import Facts, Figures, standing
from models.store import Work
from workers import duties, outbox
from workers.hands import Hands

EVERY_SECONDS = 10.0
OURSELVES_AFTER = timedelta(seconds=15)  # then RQ has had its chance to tell an alarm
MEGABYTE = 1024 * 1024
ITEM = Flags(hears=False, speaks_first=True, text_bytes=2000)

log = logging.getLogger("linli.alarms")


class Watch:
    """Looks every EVERY_SECONDS. An alarm counts when it stands at two looks of one relay, one after the other:

    what was due a moment ago, or after somebody moved the clock, is nothing yet.
    """

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self._looked_at = float("-inf")
        self._before: frozenset[str] = frozenset()
        self._real = SystemClock()

    def look(self) -> None:
        """Look, if it is time to; a database that is away is nothing to be told by way of the database."""
        if real_seconds() - self._looked_at < EVERY_SECONDS:
            return
        self._looked_at = real_seconds()
        try:
            self.settle()
            self.tell_ourselves()
        except (SQLAlchemyError, RedisError, OSError) as gone:
            log.warning("no look at the alarms: %s", type(gone).__name__)

    def settle(self) -> None:
        """One look: what stands twice is raised, what is no longer seen is cleared, the desk knows both."""
        redis, spooled, free = self._redis(), self._spooled(), self._disk_free()
        now = self.hands.clock.now()
        with self.hands.store.look(now) as work:
            figures = self._figures(work, redis=redis, spooled=spooled, disk_free=free)
            found = standing(figures, work.limits)
        twice = {name: facts for name, facts in found.items() if name in self._before}
        self._before = frozenset(found)
        with self.hands.store.work(now) as work:
            outcome = SettleAlarms(twice).run(work)
            if outcome["raised"] or outcome["cleared"]:
                _on_the_desk(work, self.hands.names)
        for name in outcome["raised"]:
            log.error("alarm: %s", name)
        for name in outcome["cleared"]:
            log.warning("no alarm any more: %s", name)

    def _figures(self, work: Work, *, redis: bool, spooled: int, disk_free: int) -> Figures:
        quotas, sent = health.quotas(work), health.sent_today(work)
        return Figures(
            key_refused=health.key_refused(work),
            quota={way: sent.get(way, 0) * 100 // most for way, most in quotas.items()},
            stuck=health.oldest(work, untouched=True),
            dead=health.dead_of_a_day(work),
            beats=health.beats(work, self._real.now()),
            missed=_missed(health.ticks(work), work.now),
            spooled=spooled,
            disk_free=disk_free,
            redis=redis,
            year_unannounced=views.year_unannounced(work),
        )

    def _redis(self) -> bool:
        try:
            return bool(self.hands.redis.ping())
        except RedisError:
            return False

    def _spooled(self) -> int:
        """Messages that have waited on the disk for longer than a database takes to come back from a breath."""
        before = real_epoch() - self.hands.store.limits.get("alarm_stuck_seconds", 60)
        return sum(
            path.stat().st_mtime < before for path in spool.waiting(self.hands.data_dir / spool.FOLDER)
        )

    def _disk_free(self) -> int:
        return shutil.disk_usage(self.hands.data_dir).free // MEGABYTE

    def tell_ourselves(self) -> int:
        """Tell the alarms that no worker has told: perhaps there is none, or no Redis to wake it. How many."""
        o = t.outbox.c
        now = self.hands.clock.now()
        left = (o.kind == "alarm") & (o.state == "queued") & (o.made_at < now - OURSELVES_AFTER)
        untold = left & (o.reason == "")
        with self.hands.store.look(now) as work:
            ids = list(work.conn.execute(select(o.id).where(untold).order_by(o.id)).scalars())
        outbox.deliver(ids)
        return len(ids)


def _missed(done: Mapping[str, datetime], now: datetime) -> dict[str, float]:
    """How many minutes ago each duty fell due that was not done since."""
    late = ((duty.name, duty.tick(now)) for duty in duties.DUTIES)
    return {
        name: (now - tick) / timedelta(minutes=1)
        for name, tick in late
        if name not in done or done[name] < tick
    }


def _on_the_desk(work: Work, names: Mapping[str, str]) -> None:
    """One item for all that stands; when nothing does, there is none."""
    alarms = views.standing_alarms(work)
    if alarms:
        words = "\n\n".join(alarm_words(one.facts, names, one.raised_at) for one in alarms)
        OpenDeskItem("alarm", words).run(work)
        return
    d = t.desk_item.c
    over = update(t.desk_item).where(d.kind == "alarm", d.state == "open")
    work.conn.execute(over.values(state="done", done_at=work.now))


def alarm_words(facts: Facts, names: Mapping[str, Any], at: datetime) -> str:
    """An alarm as people read it."""
    return word("alarm", facts, channel=ITEM, names=names, at=at).words

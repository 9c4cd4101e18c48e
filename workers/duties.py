"""Duties by the clock: each tick is a row with a unique key, so any number of relays do it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.clock import SHANGHAI, SystemClock, local
from models import tables as t
from models.actions.catalogue import WantVectors
from models.sample_meals import plant_menus
from models.store import Work
from workers import photo_files, retention, standing, weekly
from workers.hands import here

KEEP_TICKS = timedelta(days=90)
LATEST_TICK = timedelta(days=8)  # no duty's latest tick is older
MONDAY = 0
KEEP_FILES = timedelta(hours=1)  # a file that no row names yet may be on its way into one


@dataclass(frozen=True, slots=True)
class Duty:
    """Something done at `hour` and `minute` (Asia/Shanghai) of every day, or of one `weekday` (0 is Monday).

    It is done step by step, each in one transaction with its tick.

    `run` does one step and says whether there may be more; its tick is done once there is none.
    After an outage only the latest tick is caught up, and one that was cut off is gone on with.
    """

    name: str
    hour: int
    run: Callable[[Work], object]
    weekday: int | None = None
    minute: int = 0

    def tick(self, now: datetime) -> datetime:
        """The latest moment at which the duty fell due."""
        here = local(now)
        today = datetime(here.year, here.month, here.day, self.hour, self.minute, tzinfo=SHANGHAI)
        latest = today if today <= here else today - timedelta(days=1)
        back = 0 if self.weekday is None else (latest.weekday() - self.weekday) % 7
        return latest - timedelta(days=back)


def forget_ticks(work: Work) -> None:
    """Remove the ticks of long ago."""
    work.conn.execute(delete(t.duty_tick).where(t.duty_tick.c.tick_at < work.now - KEEP_TICKS))


def forget_files(work: Work) -> None:
    """Remove the photos on the disk that no row names; files carry real time."""
    photo_files.sweep(work, here().data_dir / photo_files.FOLDER, SystemClock().now() - KEEP_FILES)


def want_vectors(work: Work) -> None:
    """Items begin and end at midnight."""
    WantVectors().run(work)


DUTIES = (
    *(Duty(f"forget_{name}", 3, rule.step) for name, rule in retention.RULES.items()),
    Duty("forget_ticks", 3, forget_ticks),
    Duty("forget_files", 3, forget_files),
    Duty("want_vectors", 0, want_vectors),
    Duty("sample_menus", 1, plant_menus),
    Duty("meal_ratings", 18, standing.ask_ratings, minute=30),
    *(Duty(f"standing_{hour}", hour, standing.order_next) for hour in standing.HOURS),
    Duty("question_week", 9, weekly.tell_week, MONDAY),
)


def undone(work: Work) -> list[Duty]:
    """The duties whose latest tick is not done; looks only."""
    d = t.duty_tick.c
    done = select(d.duty, d.tick_at).where(d.done_at.is_not(None), d.tick_at > work.now - LATEST_TICK)
    known = {(row.duty, row.tick_at) for row in work.conn.execute(done)}
    return [duty for duty in DUTIES if (duty.name, duty.tick(work.now)) not in known]


def do_duty(work: Work, duty: Duty) -> bool:
    """Do the next step of the duty's latest tick, unless all are done or somebody else is at it; whether one was."""
    d, tick_at = t.duty_tick.c, duty.tick(work.now)
    this = (d.duty == duty.name, d.tick_at == tick_at)
    if work.conn.execute(select(d.duty).where(*this, d.done_at.is_not(None))).first():
        return False
    work.conn.execute(work.insert_once(t.duty_tick), {"duty": duty.name, "tick_at": tick_at})
    undone = select(d.duty).where(*this, d.done_at.is_(None)).with_for_update(skip_locked=True)
    if work.conn.execute(undone).first() is None:
        return False
    if not duty.run(work):
        work.conn.execute(update(t.duty_tick).where(*this).values(done_at=work.now))
    return True

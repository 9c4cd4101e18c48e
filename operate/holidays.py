"""`app.py calendar`: which years' arrangements are known, and a year that is brought in from a file.

The file is Excel or CSV, a day a line: the day, 休 or 班, its name. It is shown first and kept with --save; one wrong
line keeps the whole file out.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from bot.clock import SystemClock
from bot.settings import Settings
from handlers.year_file import HOW, read_year_file
from models import views
from models.actions.calendar import SaveDays
from models.rules.announcement import Days
from models.rules.calendar import OwnDay
from models.store import Store
from operate.command import CommandRefused, flag, option, takes
from operate.opening import open_current


def run(chosen: Settings, args: Namespace) -> int:
    """Show it, or keep it. Raises CommandRefused, with every wrong line."""
    days = _read(Path(args.file)) if args.file else {}
    store = open_current(chosen)
    try:
        for line in (*_told(store, days), *_kept(store, days, args.save)) if days else _known(store):
            print(line)
    finally:
        store.engine.dispose()
    return 0


def _read(path: Path) -> Days:
    try:
        days, faults = read_year_file(path)
    except OSError as problem:
        raise CommandRefused(f"打不开 {path}：{problem.strerror}。") from None
    if faults:
        raise CommandRefused("\n".join([*faults, "没有保存。请改好上面这些，再运行一次。"]))
    return days


def _told(store: Store, days: Days) -> Iterator[str]:
    """Each year of the file as it would be kept."""
    for year, of_year in _years(days):
        off = sum(not day.works for day in of_year.values())
        yield f"{year} 年：放假 {off} 天，上班 {len(of_year) - off} 天"
        yield from (f"  {line}" for line in _spans(of_year))


def _years(days: Days) -> list[tuple[int, Days]]:
    return [
        (year, {on: days[on] for on in group}) for year, group in groupby(sorted(days), lambda on: on.year)
    ]


def _spans(days: Days) -> Iterator[str]:
    """Days that follow each other and are alike, as one line: 2027-02-05 到 2027-02-11 休 春节."""
    spans: list[tuple[date, date, OwnDay]] = []
    for on, day in days.items():
        if spans and spans[-1][2] == day and on - spans[-1][1] == timedelta(days=1):
            spans[-1] = (spans[-1][0], on, day)
        else:
            spans.append((on, on, day))
    for first, last, day in spans:
        when = first.isoformat() if first == last else f"{first.isoformat()} 到 {last.isoformat()}"
        yield f"{when} {'班' if day.works else '休'} {day.name}".strip()


def _kept(store: Store, days: Days, save: bool) -> Iterator[str]:
    if not save:
        yield "还没有保存。核对无误以后，请在命令最后加上 --save 再运行一次。"
        return
    with store.work(SystemClock().now()) as work:
        for year, of_year in _years(days):
            SaveDays(None, of_year).run(work)
            if views.calendar(work, date(year, 1, 1)).announced(year):
                yield f"{year} 年保存好了，马上生效。"
            else:
                yield f"{year} 年保存好了，但有法定节假日没有写到，请核对文件是不是完整。"


def _known(store: Store) -> Iterator[str]:
    """Whether this year's arrangement and the next one's are known."""
    with store.look(SystemClock().now()) as work:
        this = views.today(work).year
        known = views.calendar(work, date(this, 1, 1))
    for year in (this, this + 1):
        yield f"{year} 年的放假和调休安排" + ("已经登记。" if known.announced(year) else "还没有登记。")
    yield "登记一年：在工作台的“设置”→“日历”里粘贴通知或者选文件。"
    yield "也可以运行 python app.py calendar 文件，看过以后加上 --save 再运行一次。"
    yield HOW


arguments = takes(
    option("file", nargs="?", default="", help="Excel or CSV, a day a line: 2027-01-01,休,元旦"),
    flag("--save", "keep what the file says; without it the file is only shown"),
)

"""One day in the neighbourhood: everybody gets what they came for, and nothing leaks."""

from __future__ import annotations

import re

from PIL import Image
from sqlalchemy import select

from models import tables as t
from tests.day.story import Day

# Words of homes: no log has any reason to hold them.
DOORS = re.compile(r"单元|\d+ ?室|门牌|号楼")


def test_the_day_goes_by_as_it_should(evening: Day) -> None:
    assert evening.status == 0, "the product stopped as it should"
    assert len(set(evening.orders.values())) == len(evening.orders) == 7
    print(f"the day took {evening.took} s")


def test_mischief_is_refused(evening: Day) -> None:
    assert evening.refusals == [403, 413, 403, 403]


def test_every_message_came_to_an_end(evening: Day) -> None:
    with evening.street.store.look(evening.street.now) as work:
        rows = work.conn.execute(select(t.outbox)).all()
    states = [row.state for row in rows]
    assert len(rows) > 30
    bad = [
        (row.kind, row.state, row.reason)
        for row in rows
        if row.state not in ("accepted", "delivered", "held")
    ]
    assert all(state == "failed" and reason == "NoSuchPerson" for _, state, reason in bad), bad
    assert states.count("failed") <= 2, "only what was meant for the one who left"


def test_everything_heard_was_played(evening: Day) -> None:
    with evening.street.store.look(evening.street.now) as work:
        states = {row.state for row in work.conn.execute(select(t.inbox.c.state))}
    assert states == {"done", "poison"}


def test_no_log_holds_anything_private(evening: Day) -> None:
    logs = evening.street.logs()
    assert {"web.log", "relay.log", "worker-tell.log", "printed"} <= logs.keys()
    assert len(evening.private) > 30
    found = [
        (what, file)
        for what, secret in evening.private.items()
        for file, log in logs.items()
        if secret in log
    ]
    doors = [(file, line) for file, log in logs.items() for line in log.splitlines() if DOORS.search(line)]
    assert not found
    assert not doors


def test_photos_hold_nothing_but_pictures(evening: Day) -> None:
    photos = list((evening.street.data / "photos").glob("*.jpg"))
    assert len(photos) >= 4
    for photo in photos:
        with Image.open(photo) as picture:
            assert not picture.getexif()
            assert "exif" not in picture.info
            assert "comment" not in picture.info


def test_what_was_refused_is_counted(evening: Day) -> None:
    assert 'linli_callbacks_refused_total{channel="wechat_oa",why="NotGenuine"}' in evening.metrics
    assert "linli_outbox" in evening.metrics

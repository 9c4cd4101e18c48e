"""A web process killed (SIGKILL) in the midst of a turn: the platform's repeat completes it, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from models import tables as t
from tests.faults.conftest import Build
from tests.faults.killing import POINTS, kill_at

REPORT = "幸福小区3号楼2单元602水管爆了"


def test_a_repeat_completes_what_a_killed_process_left(build: Build, database_url: str) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_web(
        LINLI_WEB_PROCESSES="2",
        LINLI_TEST_STUCK=str(house.folder),
        GUNICORN_CMD_ARGS="-c python:tests.faults.stuck",
    )
    killed = set()
    for number, point in enumerate(POINTS, 1):
        openid = house.resident(f"住户 {number}")
        house.says(openid, f"{REPORT}，{point}")
        (house.folder / point).touch()
        with ThreadPoolExecutor(1) as phone:
            typed = phone.submit(house.says, openid, "1")
            killed.add(kill_at(house, point))
            (delivery,) = typed.result()
        first, *repeats = delivery["attempts"]
        assert first["status"] is None, "the killed process answered nothing"
        assert [one["status"] for one in repeats][-1:] == [200], "a repeat was answered"
        assert delivery["outcome"] == "answered"
        assert f"登记好了，工单 {1000 + number}" in str(delivery["answer"])
        assert house.count(t.work_order) == number, point
        assert house.count(t.outbox, t.outbox.c.kind == "new_order") == number, point
        assert house.count(t.inbox, t.inbox.c.state != "done") == 0, point
    assert len(killed) == len(POINTS)
    assert house.count(t.inbox) == 2 * len(POINTS)
    assert house.count(t.outbox, t.outbox.c.kind == "said") == 0, "told in the repeat's reply, not again"

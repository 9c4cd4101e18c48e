"""Door and phone in a resident's own words: for the holder alone, never for the group, whoever asks there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from models import tables as t
from tests.chat import found

WORDS = "幸福小区3号楼2单元602漏水，电话13812345678"
SPELT = "六百零二"


def test_the_holder_asks_in_the_group_and_the_group_reads_no_door(tmp_path: Path) -> None:
    community = found(tmp_path)
    resident = community.resident()
    resident.says(WORDS)
    resident.says("1")
    number = community.told("new_order")[0].facts["number"]
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.work_order).values(summary=f"{WORDS}，{SPELT}"))
    inside, alone = community.worker("LiHua"), community.worker("LiHua", "")
    inside.says(f"接 {number}")
    for question in ("待办", f"查 {number}", f"详情 {number}"):
        answer = inside.says(question)
        assert str(number) in answer
        assert "13812345678" not in answer
        assert "602" not in answer
        assert SPELT not in answer
    assert "13812345678" in alone.says("待办")
    community.store.engine.dispose()

"""Imports by the worker: read, checked, brought in batch by batch, gone on with after a kill; no file is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import sheet_files
from models import tables as t
from models.actions.import_runs import ConfirmImport, DropImport, StartImport
from models.rules.importing import DATA, FOLDER, LINES
from tests.workers.stage import Stage
from workers import due, imports
from workers.relay import Relay

ROOT = Path(__file__).parents[2]
HEADING = ["小区", "楼号", "室号"]


@pytest.fixture
def building(stage: Stage) -> int:
    """3 号楼 of 幸福小区, without a home."""
    (stage.hands.data_dir / FOLDER).mkdir()
    estate = stage.insert(t.estate, name="幸福小区")
    return stage.insert(t.building, estate_id=estate, key="3", name="3 号楼")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten lines a transaction."""
    monkeypatch.setitem(DATA, "batch", 10)  # type: ignore[arg-type]  # a dict behind a Mapping


def upload(stage: Stage, *lines: list[str], name: str = "upload.sheet", kind: str = "homes") -> int:
    """A CSV file that somebody has uploaded."""
    path = stage.hands.data_dir / FOLDER / name
    heading = [*HEADING, "姓名", "手机号"] if kind == "people" else HEADING
    path.write_bytes(sheet_files.comma_separated([heading, *lines]))
    with stage.store.work(stage.clock.now()) as work:
        return int(StartImport(kind, name, None).run(work)["id"])  # type: ignore[arg-type]


def rooms(count: int) -> list[list[str]]:
    return [["幸福小区", "3 号楼", str(1000 + n)] for n in range(count)]


def run(stage: Stage, run_id: int) -> Any:
    return stage.row(t.import_run, run_id)


def until(stage: Stage, run_id: int, state: str) -> Any:
    """Let the worker have its turns until the run is in that state."""
    for _ in range(10):
        if run(stage, run_id).state == state:
            return run(stage, run_id)
        imports.advance(run_id)
    raise AssertionError(f"the import is {run(stage, run_id).state} and not {state}")


def confirm(stage: Stage, run_id: int) -> None:
    with stage.store.work(stage.clock.now()) as work:
        assert ConfirmImport(run_id, None).run(work)["ok"]  # type: ignore[arg-type]


def files(stage: Stage) -> list[str]:
    return sorted(path.name for path in (stage.hands.data_dir / FOLDER).iterdir())


@pytest.mark.usefixtures("building", "small_batches")
def test_from_the_upload_to_the_last_home(stage: Stage) -> None:
    run_id = upload(stage, *rooms(25), ["幸福小区", "99", "1"], ["幸福小区", "3", "很多"])
    waiting = until(stage, run_id, "preview")
    assert waiting.facts == {"new": 25, "changed": 0, "unchanged": 0, "wrong": 2, "unread": 1}
    assert waiting.errors == [[28, "室号", "room"], [27, "楼号", "unknown_building"]]
    assert stage.rows(t.home) == []
    assert files(stage) == [f"upload{LINES}", "upload.sheet"]
    assert {path.stat().st_mode & 0o077 for path in (stage.hands.data_dir / FOLDER).glob(f"*{LINES}")} == {0}
    confirm(stage, run_id)
    done = until(stage, run_id, "done")
    assert done.facts == waiting.facts
    assert len(stage.rows(t.home)) == 25
    imports.advance(run_id)
    assert files(stage) == []
    assert run(stage, run_id).file == ""
    with stage.store.look(stage.clock.now()) as work:
        assert not due.any_due(work, next(kind for kind in due.KINDS if kind.mark == "im"))


@pytest.mark.usefixtures("building")
def test_the_same_file_again_changes_nothing_and_says_so(stage: Stage) -> None:
    for name, news in (("a.sheet", 25), ("b.sheet", 0)):
        run_id = upload(stage, *rooms(25), name=name)
        assert until(stage, run_id, "preview").facts["new"] == news
        confirm(stage, run_id)
        facts = until(stage, run_id, "done").facts
        assert (facts["new"], facts["unchanged"]) == (news, 25 - news)
    assert len(stage.rows(t.home)) == 25


@pytest.mark.usefixtures("small_batches")
def test_a_family_with_one_phone_stays_apart_over_batches(stage: Stage, building: int) -> None:
    """The register knows 张三, the table begins with 李四; 张三 follows in another batch."""
    rows = [[*room, f"住户{chr(0x4E00 + n)}", ""] for n, room in enumerate(rooms(25))]
    for room in rooms(25):
        stage.insert(t.home, building_id=building, unit="", room=room[2])
    rows[0][3:], rows[20][3:] = ["李四", "13812345678"], ["张三", "13812345678"]
    for name, lines, news in (("a.sheet", rows[20:21], 1), ("b.sheet", rows, 24), ("c.sheet", rows, 0)):
        run_id = upload(stage, *lines, name=name, kind="people")
        counts = {"new": news, "changed": 0, "unchanged": len(lines) - news, "wrong": 0, "unread": 0}
        assert until(stage, run_id, "preview").facts == counts
        assert files(stage) == [name.replace(".sheet", LINES), name]
        confirm(stage, run_id)
        assert until(stage, run_id, "done").facts == counts
        imports.advance(run_id)
    assert len(stage.rows(t.person)) == 25


@pytest.mark.usefixtures("building", "small_batches")
def test_when_its_time_is_up_the_next_job_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "SLICE", 0.0)
    run_id = upload(stage, *rooms(25))
    imports.advance(run_id)
    for done in (10, 20):
        imports.advance(run_id)
        checking = run(stage, run_id)
        assert (checking.state, checking.done, checking.attempts) == ("checking", done, 0)
        assert checking.next_at == stage.clock.now()
    imports.advance(run_id)
    assert run(stage, run_id).state == "preview"


@pytest.mark.usefixtures("building")
@pytest.mark.parametrize("batches", [0, 1])
def test_a_killed_worker_leaves_nothing_out_and_doubles_nothing(
    stage: Stage, database_url: str, batches: int
) -> None:
    run_id = upload(stage, *rooms(2500))
    until(stage, run_id, "preview")
    confirm(stage, run_id)
    where = (
        str(run_id),
        str(batches),
        database_url,
        str(stage.hands.data_dir),
        stage.clock.now().isoformat(),
    )
    died = subprocess.run([sys.executable, "-m", "tests.workers.killed_import", *where], cwd=ROOT)
    assert died.returncode == -signal.SIGKILL
    half = run(stage, run_id)
    assert (half.state, half.done) == ("running", batches * DATA["batch"])
    assert len(stage.rows(t.home)) == half.done == half.facts.get("new", 0)
    with stage.store.look(stage.clock.now()) as work:
        assert not due.any_due(work, next(kind for kind in due.KINDS if kind.mark == "im"))
    stage.clock.forward(seconds=31)
    Relay(stage.hands).tick()
    assert stage.hands.redis.keys("rq:job:im-*")
    assert until(stage, run_id, "done").facts["new"] == 2500
    assert len({row.room for row in stage.rows(t.home)}) == len(stage.rows(t.home)) == 2500


@pytest.mark.usefixtures("building")
def test_what_dies_again_and_again_is_given_up(stage: Stage) -> None:
    run_id = upload(stage, *rooms(1))
    stage.change(t.import_run, run_id, attempts=DATA["tries"])
    imports.advance(run_id)
    assert (run(stage, run_id).state, run(stage, run_id).facts) == ("failed", {"problem": "stopped"})
    imports.advance(run_id)
    assert files(stage) == []


@pytest.mark.usefixtures("building")
def test_a_late_or_second_job_does_nothing(stage: Stage) -> None:
    run_id = upload(stage, *rooms(3))
    until(stage, run_id, "preview")
    before = run(stage, run_id)
    imports.advance(run_id)
    assert run(stage, run_id) == before
    imports.advance(999)
    confirm(stage, run_id)
    until(stage, run_id, "done")
    for _ in range(3):
        imports.advance(run_id)
    assert len(stage.rows(t.home)) == 3
    assert run(stage, run_id).state == "done"


@pytest.mark.usefixtures("building")
@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b"PK\x03\x04", {"problem": "broken"}),
        ("甲,乙\n".encode(), {"problem": "no_heading"}),
        ("小区,室号\n".encode(), {"problem": "missing", "heads": "楼号"}),
    ],
)
def test_a_file_that_cannot_be_read_fails_and_is_deleted(stage: Stage, content: bytes, facts: Any) -> None:
    run_id = upload(stage)
    (stage.hands.data_dir / FOLDER / "upload.sheet").write_bytes(content)
    imports.advance(run_id)
    assert (run(stage, run_id).state, run(stage, run_id).facts) == ("failed", facts)
    imports.advance(run_id)
    assert files(stage) == []


@pytest.mark.usefixtures("building")
@pytest.mark.parametrize("state", ["reading", "running"])
def test_a_file_that_is_gone_fails_the_import(stage: Stage, state: str) -> None:
    run_id = upload(stage, *rooms(1))
    if state == "running":
        until(stage, run_id, "preview")
        confirm(stage, run_id)
    for path in (stage.hands.data_dir / FOLDER).iterdir():
        path.unlink()
    imports.advance(run_id)
    assert run(stage, run_id).facts["problem"] == "lost"


@pytest.mark.usefixtures("building")
def test_every_line_wrong_still_gets_to_the_preview(stage: Stage) -> None:
    run_id = upload(stage, ["幸福小区", "3", "很多"])
    waiting = until(stage, run_id, "preview")
    assert (waiting.total, waiting.facts["wrong"]) == (0, 1)


@pytest.mark.usefixtures("building")
def test_what_nobody_wants_goes_after_a_day_with_its_file(stage: Stage) -> None:
    run_id = upload(stage, *rooms(1))
    until(stage, run_id, "preview")
    stage.clock.forward(hours=DATA["preview_hours"], seconds=1)
    imports.advance(run_id)
    assert run(stage, run_id).state == "dropped"
    imports.advance(run_id)
    assert files(stage) == []


@pytest.mark.usefixtures("building")
def test_dropping_while_it_is_read_stops_it(stage: Stage) -> None:
    run_id = upload(stage, *rooms(1))
    with stage.store.work(stage.clock.now()) as work:
        assert DropImport(run_id).run(work)["ok"]
    imports.advance(run_id)
    assert (run(stage, run_id).state, files(stage)) == ("dropped", [])


@pytest.mark.usefixtures("building")
def test_an_upload_that_was_cut_off_is_swept_after_a_day(stage: Stage) -> None:
    folder = stage.hands.data_dir / FOLDER
    for name, age in (("old.sheet", imports.ORPHANED + 60), ("fresh.sheet", 60)):
        (folder / name).write_bytes(b"x")
        then = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (then, then))
    run_id = upload(stage, *rooms(1))
    until(stage, run_id, "preview")
    confirm(stage, run_id)
    until(stage, run_id, "done")
    imports.advance(run_id)
    assert files(stage) == ["fresh.sheet"]


@pytest.mark.usefixtures("building")
def test_what_is_kept_of_wrong_lines_holds_no_cell(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    secret = "绝密小区"
    run_id = upload(stage, [secret, "3", "1"], [secret, "秘密楼", "秘密室"])
    until(stage, run_id, "preview")
    assert len(run(stage, run_id).errors) == 3
    kept = repr(stage.rows(t.import_run)) + repr(stage.rows(t.audit)) + caplog.text
    assert "密" not in kept

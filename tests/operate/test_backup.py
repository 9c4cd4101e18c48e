"""Backup and restore: every row and file comes back, also in another kind of database, or nothing changes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update
from sqlalchemy.engine import make_url

from bot import keys, spool
from bot.settings import Settings
from models import migrate
from models import tables as t
from models.limits import load_limits
from models.store import Store, open_store
from operate import archive, backup, portable, restore
from operate.command import CommandRefused, field_keys
from tests.town import MONDAY_MORNING, TestTown

PICTURE = b"a picture"
PHOTO = f"{hashlib.sha256(PICTURE).hexdigest()}.jpg"
NUMBERS = {numbers.name for numbers in t.NUMBERED.values()}


@contextmanager
def opened(chosen: Settings) -> Iterator[Store]:
    held = field_keys(keys.load_or_make(chosen.keys_file))
    store = open_store(chosen.database_url, held, load_limits())
    yield store
    store.engine.dispose()


def everything(store: Store) -> dict[str, list[bytes]]:
    """Every row of every table but the counters of running numbers, which PostgreSQL keeps in sequences."""
    with store.engine.connect() as conn:
        return _rows(conn)


def _rows(conn: Connection) -> dict[str, list[bytes]]:
    rows = {table.name: list(portable.lines(conn, table)) for table in portable.everything()}
    kept = [line for line in rows["counter"] if json.loads(line)["name"] not in NUMBERS]
    return {**rows, "counter": kept}


@pytest.fixture
def lived_in(chosen: Settings, town: TestTown) -> Settings:
    """An installation with orders, a photo, a spooled message, a verification file, and rows that point forward."""
    zhang = town.resident(home=("幸福小区", "3", "1", "301"))
    orders = [town.order(zhang, summary=f"电梯坏了，第 {n} 次\n“又坏”") for n in range(3)]
    with town.store.work(town.clock.now()) as work:
        ids = [row.id for row in work.conn.execute(select(t.work_order.c.id))]
        # To a row that comes later, and to itself in a ring: no order of inserting would do.
        merged = update(t.work_order).where(t.work_order.c.id == min(ids))
        work.conn.execute(merged.values(merged_into_id=max(ids)))
        unit = (
            work.conn.execute(select(t.handling_unit.c.id).order_by(t.handling_unit.c.id.desc()))
            .scalars()
            .first()
        )
        lowest = update(t.handling_unit).where(t.handling_unit.c.id == 1)
        work.conn.execute(lowest.values(parent_id=unit, hours={"mon": ["08:00", "18:00"]}))
        row = {"channel": "wechat_oa", "media": "m", "made_at": work.now, "next_at": work.now}
        work.conn.execute(insert(t.photo).values(**row, state="kept", file=PHOTO, work_order_id=min(ids)))
    assert len(orders) == 3
    with opened(chosen) as store, store.work(town.clock.now()) as work:
        work.conn.execute(insert(t.person).values(phone_sealed=work.seal("13800001111"), made_at=work.now))
    folder = chosen.data_dir / "photos"
    folder.mkdir(parents=True)
    (folder / PHOTO).write_bytes(PICTURE)
    (folder / "unnamed.jpg").write_bytes(b"nobody names it")
    heard = {"channel": "wechat_oa", "key": "k", "sender": "o-1", "payload": "{}"}
    spool.put(chosen.data_dir / "spool", {**heard, "received_at": MONDAY_MORNING.isoformat()})
    (chosen.data_dir / "MP_verify_abcdefgh12345678.txt").write_text("abcdefgh12345678")
    (chosen.data_dir / "MP_verify_evil.txt.bak").write_text("no")
    return chosen


@pytest.fixture
def made(lived_in: Settings, town: TestTown, tmp_path: Path) -> Path:
    """A backup of it."""
    path = tmp_path / "copy.tar"
    backup.make(lived_in, town.store, path)
    return path


def elsewhere(tmp_path: Path, keys_of: Settings | None, url: str | None = None) -> Settings:
    """Another, empty installation, with the same keys or none."""
    folder = tmp_path / "elsewhere"
    fresh = Settings(_env_file=None, data_dir=folder, database_url=url or f"sqlite:///{folder}/linli.db")
    folder.mkdir(mode=0o700)
    if keys_of is not None:
        shutil.copy(keys_of.keys_file, fresh.keys_file)
    return fresh


def go(chosen: Settings, path: Path) -> int:
    return restore.run(chosen, Namespace(file=path))


def test_every_row_and_file_comes_back(
    lived_in: Settings, made: Path, town: TestTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = elsewhere(tmp_path, lived_in)
    assert go(there, made) == 0
    said = capsys.readouterr().out
    assert "每张表的行数都和备份清单一致" in said
    assert "条消息在备份时等着发出" in said
    with opened(there) as store:
        assert everything(store) == everything(town.store)
        with store.work(MONDAY_MORNING) as work:
            sealed = work.conn.execute(select(t.person.c.phone_sealed).order_by(t.person.c.id.desc()))
            assert work.unseal(sealed.scalars().first()) == "13800001111"
    [spooled] = spool.waiting(lived_in.data_dir / "spool")
    kept = sorted(
        str(path.relative_to(there.data_dir)) for path in there.data_dir.rglob("*") if path.is_file()
    )
    assert [name for name in kept if not name.startswith(("linli.db", "keys.json"))] == [
        "MP_verify_abcdefgh12345678.txt",
        f"photos/{PHOTO}",
        f"spool/{spooled.name}",
    ]
    assert len(spool.waiting(there.data_dir / "spool")) == 1


@pytest.fixture
def postgresql() -> Iterator[str]:
    """An empty PostgreSQL database of this test's own; a SQLite file where there is no server for tests."""
    server = os.environ.get("LINLI_TEST_DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"linli_restored_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        conn.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as conn:
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def test_a_street_moves_and_goes_on(
    lived_in: Settings, made: Path, town: TestTown, tmp_path: Path, postgresql: str
) -> None:
    """To SQLite, from there to PostgreSQL (where there is one), and new rows get new ids."""
    small = Settings(
        _env_file=None, data_dir=tmp_path / "small", database_url=f"sqlite:///{tmp_path}/small/linli.db"
    )
    small.data_dir.mkdir()
    shutil.copy(lived_in.keys_file, small.keys_file)
    go(small, made)
    with opened(small) as store:
        assert everything(store) == everything(town.store)
        backup.make(small, store, tmp_path / "again.tar")
    large = elsewhere(tmp_path, lived_in, postgresql or None)
    go(large, tmp_path / "again.tar")
    with opened(large) as store:
        assert everything(store) == everything(town.store)
        for table in (t.person, t.work_group, t.order_entry):
            with store.work(MONDAY_MORNING) as work:
                last = max(work.conn.execute(select(table.c.id)).scalars())
                copied = work.conn.execute(select(table).where(table.c.id == last)).mappings().one()
                fresh = insert(table).values(
                    {name: value for name, value in copied.items() if name not in ("id", "chat")}
                )
                assert work.conn.execute(fresh.returning(table.c.id)).scalar_one() > last
        with store.work(MONDAY_MORNING) as work:
            numbers = work.conn.execute(select(t.work_order.c.number)).scalars()
            assert work.next_number(t.ORDER_NUMBER) == max(numbers) + 1


def test_references_are_checked_as_before_afterwards(
    lived_in: Settings, made: Path, tmp_path: Path, postgresql: str
) -> None:
    there = elsewhere(tmp_path, lived_in, postgresql or None)
    go(there, made)
    with (
        opened(there) as store,
        store.work(MONDAY_MORNING) as work,
        pytest.raises(Exception, match=r"(?i)foreign key"),
    ):
        work.conn.execute(insert(t.home).values(building_id=987654, room="1"))


def test_one_moment_is_copied_while_others_write(lived_in: Settings, town: TestTown, tmp_path: Path) -> None:
    before = everything(town.store)
    with backup.snapshot(town.store) as conn:
        first = list(portable.lines(conn, t.account))
        for openid in ("o-later", "o-last"):
            town.order(town.resident(openid))
        seen = _rows(conn)
    assert first == before["account"]
    assert seen == before
    assert everything(town.store) != before


def test_a_full_database_is_refused_and_left_alone(
    lived_in: Settings, made: Path, town: TestTown, tmp_path: Path
) -> None:
    before = everything(town.store)
    with pytest.raises(CommandRefused, match="数据库里已经有内容"):
        go(lived_in, made)
    assert everything(town.store) == before


def test_the_keys_stay_out_unless_asked_for(
    lived_in: Settings, made: Path, town: TestTown, tmp_path: Path
) -> None:
    held = keys.load_or_make(lived_in.keys_file)
    inside = made.read_bytes()
    assert not any(secret.encode() in inside for secret in held.secrets())
    there = elsewhere(tmp_path, None)
    with pytest.raises(CommandRefused, match="没有钥匙文件"):
        go(there, made)
    assert not there.keys_file.exists()
    backup.make(lived_in, town.store, tmp_path / "whole.tar", with_keys=True)
    go(there, tmp_path / "whole.tar")
    assert keys.load_or_make(there.keys_file) == held
    assert there.keys_file.stat().st_mode & 0o777 == 0o600


def test_other_keys_are_refused(lived_in: Settings, made: Path, tmp_path: Path) -> None:
    there = elsewhere(tmp_path, None)
    keys.load_or_make(there.keys_file)
    with pytest.raises(CommandRefused, match="不是做备份时的那一份"):
        go(there, made)


def rewritten(made: Path, to: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with each member changed, or left out."""
    with tarfile.open(made) as old, tarfile.open(to, "w") as new:
        for member in old.getmembers():
            held = old.extractfile(member)
            content = change(member.name, held.read() if held else b"")
            if content is not None:
                entry = tarfile.TarInfo(member.name)
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return to


def in_manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[str, bytes], bytes]:
    def changed(name: str, content: bytes) -> bytes:
        if name != archive.MANIFEST:
            return content
        manifest = json.loads(content)
        change(manifest)
        return json.dumps(manifest).encode()

    return changed


DAMAGE: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a photo is another": lambda name, content: b"x" if name.startswith("photos/") else content,
    "a photo is missing": lambda name, content: None if name.startswith("photos/") else content,
    "a table is another": lambda name, content: b"x" if name == "tables/person.jsonl.gz" else content,
    "a table is cut": lambda name, content: content[:-9] if name == "tables/person.jsonl.gz" else content,
    "a table is missing": lambda name, content: None if name == "tables/person.jsonl.gz" else content,
    "a count is wrong": in_manifest(lambda found: found["tables"]["person"].update(rows=99)),
    "a table is not counted": in_manifest(lambda found: found["tables"].pop("person")),
    "another format": in_manifest(lambda found: found.update(format=2)),
    "another version": in_manifest(lambda found: found.update(version="0001")),
    "a way out": in_manifest(
        lambda found: found["files"].update({"photos/../../evil": {"sha256": "", "bytes": 1}})
    ),
    "no manifest": lambda name, content: None if name == archive.MANIFEST else content,
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_a_damaged_backup_changes_nothing(
    lived_in: Settings, made: Path, tmp_path: Path, damage: str
) -> None:
    there = elsewhere(tmp_path, lived_in)
    with pytest.raises(CommandRefused):
        go(there, rewritten(made, tmp_path / "damaged.tar", DAMAGE[damage]))
    if Path(there.data_dir / "linli.db").exists():
        with opened(there) as store, store.engine.connect() as conn:
            assert sum(portable.counts(conn).values()) == 0


def test_what_is_no_backup_is_said(tmp_path: Path, chosen: Settings) -> None:
    (tmp_path / "x.tar").write_bytes(b"nothing" * 1000)
    for name in ("x.tar", "none.tar"):
        with pytest.raises(CommandRefused, match=name):
            go(chosen, tmp_path / name)


def test_a_row_that_the_database_refuses_changes_nothing(
    lived_in: Settings, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = elsewhere(tmp_path, lived_in)
    true_lines = archive.Reader.lines

    def twice(self: archive.Reader, table: str) -> Iterator[bytes]:
        found = list(true_lines(self, table))
        return iter([*found, *found[:1]] if table == "work_order" else found)

    with archive.reading(made) as found:
        found.check()
    monkeypatch.setattr(archive.Reader, "lines", twice)
    monkeypatch.setattr(archive.Reader, "check", lambda self: None)
    with pytest.raises(CommandRefused, match="数据库不接受表 work_order") as refused:
        go(there, made)
    assert "电梯" not in str(refused.value)
    with opened(there) as store, store.engine.connect() as conn:
        assert sum(portable.counts(conn).values()) == 0


def test_a_photo_that_was_erased_meanwhile_is_counted(
    lived_in: Settings, town: TestTown, tmp_path: Path
) -> None:
    (lived_in.data_dir / "photos" / PHOTO).unlink()
    said = backup.make(lived_in, town.store, tmp_path / "copy.tar")
    assert "另有 1 张照片" in said


def test_a_backup_is_private_and_whole_or_not_there(
    lived_in: Settings, made: Path, town: TestTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandRefused, match="已经存在"):
        backup.make(lived_in, town.store, made)

    def full(*_: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(archive.Writer, "finish", full)
    with pytest.raises(OSError, match="no space"):
        backup.make(lived_in, town.store, tmp_path / "new" / "copy.tar")
    assert list((tmp_path / "new").iterdir()) == []


def test_the_command_keeps_the_newest(lived_in: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    folder = lived_in.data_dir / backup.FOLDER
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"linli-2020010{day}-000000.tar").touch()
    (folder / "mine.tar").touch()
    asked = Namespace(file=None, with_keys=False, check=False, keep=2)
    assert backup.run(lived_in, asked) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "linli-20200104-000000.tar"
    assert (len(names), names[-1]) == (3, "mine.tar")
    capsys.readouterr()
    backup.run(lived_in, Namespace(file=folder / names[1], with_keys=False, check=True, keep=None))
    assert "完好" in capsys.readouterr().out


def test_no_migration_plants_rows(database_url: str) -> None:
    """Else no database would ever be empty enough to restore into."""
    assert migrate.current(database_url) == migrate.head()
    engine = create_engine(database_url)
    with engine.connect() as conn:
        assert sum(portable.counts(conn).values()) == 0
        conn.execute(delete(t.person))
    engine.dispose()

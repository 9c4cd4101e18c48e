"""`app.py backup`: everything that must not be lost in one file, while all goes on running.

All tables are read in one snapshot. The file goes from SQLite to PostgreSQL and back; the keys stay out of it
unless they are asked for, so that whoever finds a backup cannot read what is sealed in it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select, text

from bot import keys, spool
from bot.clock import SystemClock, local
from bot.settings import Settings
from handlers import verification
from models import migrate
from models import tables as t
from models.store import Store
from operate import archive, portable
from operate.command import CommandRefused, flag, option, takes
from operate.opening import open_current
from workers import photo_files

FOLDER = "backups"
NAME = "linli-{:%Y%m%d-%H%M%S}.tar"

arguments = takes(
    option(
        "file", nargs="?", type=Path, help="where to; by default a new file in backups/ of the data folder"
    ),
    flag("--with-keys", "put the keys file in, too: then keep the backup as you keep the keys"),
    flag("--check", "make none, but read FILE through and compare it with its manifest"),
    option("--keep", type=int, metavar="N", help="afterwards remove all but the N newest files of backups/"),
)


def run(chosen: Settings, args: Namespace) -> int:
    """Make a backup, or check one. Raises CommandRefused."""
    if args.check:
        if args.file is None:
            raise CommandRefused("请写要检查的文件名：python app.py backup --check 文件。")
        return check(args.file)
    if args.keep is not None and args.keep < 1:
        raise CommandRefused("--keep 后面请写 1 以上的数字。")
    path = args.file or chosen.data_dir / FOLDER / NAME.format(local(SystemClock().now()))
    store = open_current(chosen)
    try:
        print(make(chosen, store, path, with_keys=args.with_keys))
    finally:
        store.engine.dispose()
    for old in _beyond(chosen.data_dir / FOLDER, args.keep):
        old.unlink()
        print(f"已删除旧备份 {old}。")
    return 0


def check(path: Path) -> int:
    """Read a backup through. Raises CommandRefused when it is not whole."""
    with archive.reading(path) as found:
        found.check()
        rows = sum(one["rows"] for one in found.manifest["tables"].values())
        tables, files = len(found.manifest["tables"]), len(found.manifest["files"])
        print(f"{path} 完好：{tables} 张表 {rows} 行，{files} 个文件，和清单一致。")
    return 0


def make(chosen: Settings, store: Store, path: Path, *, with_keys: bool = False) -> str:
    """Write a backup to `path`; what is in it, in words. Raises CommandRefused, OSError."""
    held = keys.load_or_make(chosen.keys_file)
    with archive.writing(path) as out:
        with snapshot(store) as conn:
            rows = sum(
                out.add_table(table.name, portable.lines(conn, table)) for table in portable.everything()
            )
            named = set(conn.execute(select(t.photo.c.file).where(t.photo.c.file.is_not(None))).scalars())
        gone = sum(
            not _add(out, f"photos/{name}", chosen.data_dir / photo_files.FOLDER / name)
            for name in sorted(named)
        )
        for waiting in spool.waiting(chosen.data_dir / spool.FOLDER):
            _add(out, f"spool/{waiting.name}", waiting)
        for one in verification.files(chosen.data_dir):
            _add(out, f"root/{one.name}", one)
        if with_keys:
            _add(out, archive.KEYS, chosen.keys_file)
        out.finish(
            {
                "made_at": SystemClock().now().isoformat(),
                "version": migrate.head(),
                "database": store.engine.dialect.name,
                "photos_gone": gone,
                "keys": portable.fingerprints(held.fernet, held.blind_index),
            }
        )
    files = len(out.files)
    lost = f"（另有 {gone} 张照片在登记之后被删除，不在备份里）" if gone else ""
    kept = "钥匙文件也在里面，请像保管钥匙一样保管它。" if with_keys else "钥匙文件不在里面，请另外保管好。"
    return f"备份完成：{path}\n{len(out.tables)} 张表 {rows} 行，{files} 个文件{lost}。{kept}"


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A connection that sees one moment, whatever others write meanwhile, and keeps nobody from writing."""
    with store.engine.connect() as conn:
        if store.engine.dialect.name == "postgresql":
            conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            conn.execute(text("SET LOCAL statement_timeout = 0"))
        yield conn
        conn.rollback()


def _add(out: archive.Writer, name: str, path: Path) -> bool:
    """Put a file in; False when it is gone, as a photo is that was erased since."""
    try:
        out.add_file(name, path.read_bytes())
    except FileNotFoundError:
        return False
    return True


def _beyond(folder: Path, keep: int | None) -> list[Path]:
    """The backups that are older than the `keep` newest; their names are in the order of time."""
    return sorted(folder.glob("linli-*.tar"))[:-keep] if keep else []

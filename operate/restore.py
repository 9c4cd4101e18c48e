"""`app.py restore`: a backup into an empty database, whole or not at all, and counted afterwards."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bot import keys
from bot.clock import SystemClock
from bot.settings import Settings
from models import migrate
from models import tables as t
from models.limits import load_limits
from models.store import FieldKeys, Store, Work, open_store
from operate import archive, portable
from operate.command import CommandRefused, option, takes

arguments = takes(option("file", type=Path, help="a file that app.py backup has made"))


def run(chosen: Settings, args: Namespace) -> int:
    """Restore. Raises CommandRefused; then nothing of the database has changed."""
    with archive.reading(args.file) as found:
        _same_version(found.manifest)
        found.check()
        _fitting_keys(chosen, found)
        migrate.upgrade(chosen.database_url)
        # What is sealed goes in as it is: no key is needed for that.
        store = open_store(chosen.database_url, FieldKeys((), b""), load_limits(), pool=1)
        try:
            print(put_back(chosen, store, found))
        finally:
            store.engine.dispose()
    return 0


def _same_version(manifest: Mapping[str, Any]) -> None:
    if manifest.get("version") != migrate.head():
        raise CommandRefused(
            f"备份的表是 {manifest.get('version')} 版，这个程序用 {migrate.head()} 版："
            "请用做备份时的那个版本的程序恢复，再换上新程序运行 python app.py migrate。"
        )


def _fitting_keys(chosen: Settings, found: archive.Reader) -> None:
    """Without the keys it was made with, the sealed fields of a backup cannot be read."""
    if not chosen.keys_file.exists():
        if archive.KEYS in found.manifest["files"]:
            return
        raise CommandRefused(
            f"没有钥匙文件 {chosen.keys_file}：请先把做备份时的钥匙文件放回这里，再恢复。"
            "没有它，加密的内容读不出来。"
        )
    held = keys.load_or_make(chosen.keys_file)
    have, needed = portable.fingerprints(held.fernet, held.blind_index), found.manifest["keys"]
    if not (set(needed["fernet"]) <= set(have["fernet"]) and needed["blind_index"] == have["blind_index"]):
        raise CommandRefused(
            f"钥匙文件 {chosen.keys_file} 不是做备份时的那一份：请换成当时的钥匙文件，再恢复。"
        )


def put_back(chosen: Settings, store: Store, found: archive.Reader) -> str:
    """Files first, which harm nobody, then all rows in one transaction; what was done, in words."""
    with store.look(SystemClock().now()) as work:
        _is_empty(portable.counts(work.conn))
    files = 0
    for name, content in found.files():
        if name != archive.KEYS:
            _write(_place(chosen.data_dir, name), content)
            files += 1
        elif not chosen.keys_file.exists():
            _write(chosen.keys_file, content)
    with store.work(SystemClock().now()) as work:
        _put_rows(work, found)
        waiting = select(func.count()).where(t.outbox.c.state == "queued")
        queued = work.conn.execute(waiting).scalar_one()
    rows = sum(one["rows"] for one in found.manifest["tables"].values())
    told = f"\n还有 {queued} 条消息在备份时等着发出，启动以后会发。" if queued else ""
    return (
        f"恢复完成：{len(found.manifest['tables'])} 张表 {rows} 行，每张表的行数都和备份清单一致；"
        f"{files} 个文件已放回 {chosen.data_dir}。{told}"
    )


def _is_empty(counts: Mapping[str, int]) -> None:
    if full := [f"{name} {rows} 行" for name, rows in counts.items() if rows]:
        raise CommandRefused(
            f"数据库里已经有内容（{'、'.join(full[:5])}{' 等' if full[5:] else ''}），没有恢复，什么都没有动。"
            "请把 LINLI_DATABASE_URL 指到一个空的数据库再恢复。"
        )


def _put_rows(work: Work, found: archive.Reader) -> None:
    portable.before_putting(work)
    _is_empty(portable.counts(work.conn))  # again, now that nobody else can write between
    for table in portable.everything():
        try:
            portable.put(work, table, found.lines(table.name))
        except DBAPIError as refused:
            # Without its text, which may hold what a row holds.
            raise CommandRefused(
                f"数据库不接受表 {table.name} 的内容（{type(refused.orig).__name__}），没有恢复，什么都没有动。"
            ) from None
    portable.after_putting(work)
    there, written = portable.counts(work.conn), found.manifest["tables"]
    if wrong := [name for name, rows in there.items() if rows != written[name]["rows"]]:
        raise CommandRefused(f"行数和备份清单不一致（{'、'.join(wrong)}），没有恢复，什么都没有动。")
    portable.number_on(work)


def _place(data_dir: Path, name: str) -> Path:
    folder, _, base = name.partition("/")
    return data_dir / base if folder == "root" else data_dir / folder / base


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole, for our eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".restored-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(name, path)

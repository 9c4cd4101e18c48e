"""`app.py keys`: change the keys of personal fields, of cookies and of the blind index.

A Fernet key is changed in three steps, each a state of the keys file, so that a cut-off command is simply run
again: the new key can be read with (fernet_next), then it writes (first of fernet), then everything is sealed
with it and the old ones go. Between the steps every process is restarted, so that none meets a key it does not
know; with --stopped, when nothing runs, all three are taken at once.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bot import keys
from bot.clock import SystemClock, local
from bot.keys import NEXT_FERNET, NEXT_INDEX
from bot.private import read_private, replace_private, write_private
from bot.settings import Settings
from bot.supervisor import refuse_second
from models import migrate
from models import tables as t
from models.limits import load_limits
from models.store import FieldKeys, Store, open_store
from operate import resealing
from operate.command import CommandRefused, field_keys, flag, option, takes
from operate.portable import fingerprint

ALIVE = timedelta(seconds=90)
AGAIN = "请先重新启动全部程序，再运行一次 python app.py keys rotate。"

Kept = dict[str, Any]


def run(chosen: Settings, args: Namespace) -> int:
    """Change keys, or show them. Raises CommandRefused, NotPrivate."""
    for line in DOES[args.what](chosen, args):
        print(line, flush=True)
    return 0


def _kept(chosen: Settings, *, whole: bool = True) -> Kept:
    kept = read_private(chosen.keys_file)
    if kept is None:
        raise CommandRefused(f"没有钥匙文件 {chosen.keys_file}：请核对 LINLI_KEYS_FILE。")
    if whole:
        keys.read(chosen.keys_file, kept)
    return kept


def _show(chosen: Settings, _args: Namespace) -> Iterator[str]:
    """Which keys there are, by their fingerprints."""
    kept = _kept(chosen)
    yield f"钥匙文件 {chosen.keys_file}"
    yield f"加密个人信息：{'、'.join(map(fingerprint, kept['fernet']))}（写用第一个）"
    if NEXT_FERNET in kept:
        yield f"将要启用：{fingerprint(kept[NEXT_FERNET])}。{AGAIN}"
    elif len(kept["fernet"]) > 1:
        yield f"有旧钥匙还没有换完。{AGAIN}"
    yield f"查找用的索引：{fingerprint(kept['blind_index'])}"
    yield f"网页登录：{'、'.join(map(fingerprint, kept['sessions']))}"


def _rotate(chosen: Settings, args: Namespace) -> Iterator[str]:
    """The next step, or with --stopped every one that is left."""
    kept = _kept(chosen)
    with _opened(chosen, field_keys(keys.read(chosen.keys_file, kept))) as store:
        if args.stopped:
            _nothing_runs(chosen, store)
        if NEXT_FERNET not in kept and len(kept["fernet"]) == 1:
            yield _prepare(chosen, kept)
            if not args.stopped:
                yield f"第 1 步完成：新钥匙已备好，还没有启用。{AGAIN}"
                return
        if NEXT_FERNET in kept:
            kept["fernet"] = [kept.pop(NEXT_FERNET), *kept["fernet"]]
            replace_private(chosen.keys_file, kept)
            if not args.stopped:
                yield f"第 2 步完成：新写的内容用新钥匙。{AGAIN}"
                return
        yield from _finish(chosen, kept, store)


def _prepare(chosen: Settings, kept: Kept) -> str:
    """The new key, behind the others; and a copy of the file as it was, for the backups made with it."""
    stamp = f"{local(SystemClock().now()):%Y%m%d-%H%M%S}"
    copy = chosen.keys_file.with_name(f"{chosen.keys_file.stem}-before-{stamp}.json")
    write_private(copy, kept)
    kept[NEXT_FERNET] = keys.new_fernet()
    replace_private(chosen.keys_file, kept)
    return f"原来的钥匙文件抄了一份在 {copy}：以前的备份要用它，请移到别处保管，然后从这里删除。"


def _finish(chosen: Settings, kept: Kept, store: Store) -> Iterator[str]:
    """Seal everything with the first key; forget the others once nothing needs them any more."""
    yield "正在用新钥匙重新加密，中断了再运行一次就接着做……"
    fernet = tuple(kept["fernet"])
    found = resealing.seal_anew(store, fernet)
    # Once more: a row may have come from a process that was not restarted.
    left = resealing.seal_anew(store, fernet)
    if found.unreadable:
        some = "、".join(found.unreadable[:5])
        raise CommandRefused(
            f"有 {len(found.unreadable)} 行用哪个钥匙都读不出来（{some}），旧钥匙没有删除。"
            "如果有更早的钥匙文件，把其中的钥匙加到 fernet 列表末尾，再运行一次。"
        )
    if left.changed:
        raise CommandRefused(
            f"重新加密时又有 {left.changed} 行用旧钥匙写入：还有程序没有重新启动，旧钥匙没有删除。{AGAIN}"
        )
    kept["fernet"] = kept["fernet"][:1]
    replace_private(chosen.keys_file, kept)
    yield f"完成：看了 {found.seen} 行，重新加密 {found.changed} 行，旧钥匙已从钥匙文件删除。"
    yield "请马上另存一份新的钥匙文件，再做一次新的备份。"


def _cookies(chosen: Settings, args: Namespace) -> Iterator[str]:
    """A new key signs cookies; the one before it still reads them, unless everybody is to sign in again."""
    kept = _kept(chosen)
    before = [] if args.sign_out else kept["sessions"][:1]
    kept["sessions"] = [keys.new_secret(), *before]
    replace_private(chosen.keys_file, kept)
    yield "网页登录的钥匙已换。请重新启动 web。" + (
        "所有人都要重新登录。" if args.sign_out else "已经登录的人不受影响；再换一次，更早的登录就会失效。"
    )


def _index(chosen: Settings, args: Namespace) -> Iterator[str]:
    """A new key of the blind index. The file names it before anything is indexed with it and after it is done."""
    if not args.stopped:
        raise CommandRefused(
            "换索引的钥匙时不能有程序在查找：请先停下全部程序，再运行 python app.py keys index --stopped。"
        )
    kept = _kept(chosen, whole=False)
    fernet = (*kept["fernet"], *([kept[NEXT_FERNET]] if NEXT_FERNET in kept else []))
    with _opened(chosen, FieldKeys(tuple(key.encode() for key in fernet), b"")) as store:
        _nothing_runs(chosen, store)
        kept.setdefault(NEXT_INDEX, keys.new_secret())
        replace_private(chosen.keys_file, kept)
        try:
            count = resealing.index_anew(store, fernet, kept["blind_index"], kept[NEXT_INDEX])
        except resealing.OtherForm as other:
            del kept[NEXT_INDEX]
            replace_private(chosen.keys_file, kept)
            raise CommandRefused(
                f"{other} 的写法这一版不认识，没有换，什么都没有动：请把这句话告诉开发者。"
            ) from None
        kept["blind_index"] = kept.pop(NEXT_INDEX)
        replace_private(chosen.keys_file, kept)
    yield f"完成：{count} 行的索引已用新钥匙重做。"
    yield "没有用过的绑定口令和发出去的照片链接已失效；请另存一份钥匙文件，再做一次新的备份。"


@contextmanager
def _opened(chosen: Settings, held: FieldKeys) -> Iterator[Store]:
    if migrate.behind(chosen.database_url):
        raise CommandRefused("数据库的表还不是这一版的：请先运行 python app.py migrate。")
    store = open_store(chosen.database_url, held, load_limits(), pool=1)
    try:
        yield store
    finally:
        store.engine.dispose()


def _nothing_runs(chosen: Settings, store: Store) -> None:
    """Raises CommandRefused, NotStarted when a process shows signs of life."""
    refuse_second(chosen.data_dir)
    now = SystemClock().now()
    with store.look(now) as work:
        last = work.conn.execute(select(func.max(t.beat.c.at))).scalar_one()
    if last is not None and now - last < ALIVE:
        raise CommandRefused("还有程序在运行：请停下全部程序，一分半钟以后再试。")


DOES: Mapping[str, Callable[[Settings, Namespace], Iterator[str]]] = {
    "show": _show,
    "rotate": _rotate,
    "cookies": _cookies,
    "index": _index,
}
arguments = takes(
    option("what", choices=tuple(DOES)),
    flag("--stopped", "nothing of ours runs: take every step at once"),
    flag("--sign-out", "with cookies: everybody signs in again"),
)

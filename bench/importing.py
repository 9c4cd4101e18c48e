"""One import in a process of its own, whose peak of memory is then that import's: python -m bench.importing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from redis import Redis

from bench.measuring import peak_megabytes
from bot import keys
from bot.clock import SystemClock, real_seconds
from bot.ports import Channel
from models import tables as t
from models.actions.desk import SaveUser
from models.actions.import_runs import ConfirmImport, StartImport
from models.limits import load_limits
from models.rules.importing import FOLDER
from models.store import FieldKeys, Store, open_store
from workers import hands, imports


def _none(name: str) -> Channel:
    raise KeyError(name)


def main(database_url: str, data_dir: str, kind: str, file: str) -> None:
    """Import a file as the worker does; print what came of it, the seconds it took and the peak in MB."""
    folder = Path(data_dir)
    kept = keys.load_or_make(folder / "keys.json")
    fields = FieldKeys(tuple(key.encode() for key in kept.fernet), kept.blind_index.encode())
    store = open_store(database_url, fields, load_limits(), wait_seconds=20.0)
    clock = SystemClock()
    hands.equip(hands.Hands(store, clock, channels=_none, redis=Redis(), data_dir=folder, drain=print))
    (folder / FOLDER).mkdir(exist_ok=True)
    shutil.copy(file, folder / FOLDER / f"{kind}{os.getpid()}.sheet")
    with store.work(clock.now()) as work:
        user_id = SaveUser("importer", "admin", "hash").run(work)["user_id"]
        run_id = StartImport(kind, f"{kind}{os.getpid()}.sheet", user_id).run(work)["id"]
    checked = _until(store, run_id, "preview")
    with store.work(clock.now()) as work:
        ConfirmImport(run_id, user_id).run(work)
    imported = _until(store, run_id, "done")
    spent = {
        "checked": checked,
        "imported": imported,
        "processor": sum(os.times()[:2]),
        "peak": peak_megabytes(),
    }
    print(json.dumps({**spent, **_facts(store, run_id)}))


def _facts(store: Store, run_id: int) -> dict[str, object]:
    with store.engine.connect() as connection:
        run = connection.execute(t.import_run.select().where(t.import_run.c.id == run_id)).one()
    return {"state": run.state, **run.facts}


def _until(store: Store, run_id: int, state: str) -> float:
    """Seconds of work until the run is in that state. Raises AssertionError when it fails."""
    began = real_seconds()
    while (facts := _facts(store, run_id))["state"] != state:
        assert facts["state"] != "failed", facts
        imports.advance(run_id)
    return real_seconds() - began


if __name__ == "__main__":
    main(*sys.argv[1:])

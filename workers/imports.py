"""Imports: a file is read into lines, checked against the register, and after a person's word brought in.

The lines wait beside the file, one JSON object each, so that a killed worker goes on where the last batch ended.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import sheets
from bot.clock import SystemClock, real_seconds
from models import tables as t
from models.actions import Action
from models.actions.import_lines import Line
from models.actions.import_runs import (
    OPEN,
    BringLines,
    DropImport,
    EndReading,
    FailImport,
    FilesGone,
    NoteRead,
    TryImport,
    YieldImport,
)
from models.rules.importing import DATA, FOLDER, LINES, SHEETS, Fault, Unreadable, Values, read_lines
from models.rules.shared_phones import Phones
from workers import beats
from workers.hands import Hands, here

SLICE = 10.0  # seconds; then other jobs of the queue have their turn
NOTED = 5000  # lines between two signs of life while reading
ORPHANED = 24 * 3600  # seconds; no file is wanted longer

_heart = beats.Heart("worker:media")


def advance(run_id: int) -> None:
    """Bring one import a step or a few seconds forward. May run twice or late."""
    hands = here()
    row = _run(hands, run_id)
    if row is None:
        return
    if row.state == "preview":
        _expire(hands, row)
    elif row.state in OPEN and _do(hands, TryImport(run_id, row.attempts))["ok"]:
        STEPS[row.state](hands, row)
    row = _run(hands, run_id)
    if row is not None and row.state not in OPEN:
        _forget(hands, row)


def _run(hands: Hands, run_id: int) -> Any:
    """The run, unless all is done, its files deleted too."""
    r = t.import_run.c
    with hands.store.look(hands.clock.now()) as work:
        return work.conn.execute(select(t.import_run).where(r.id == run_id, r.file != "")).first()


def _do(hands: Hands, action: Action) -> dict[str, Any]:
    _heart.beat(hands.store)
    with hands.store.work(hands.clock.now()) as work:
        return action.run(work)


def _expire(hands: Hands, row: Any) -> None:
    """Nobody has wanted it for a day."""
    if row.next_at <= hands.clock.now():
        _do(hands, DropImport(row.id))


# --- reading -----------------------------------------------------------------------------------------------


def _read(hands: Hands, row: Any) -> None:
    path = hands.data_dir / FOLDER / row.file
    try:
        total, wrong, faults = _written(hands, row, path)
    except sheets.NotASheet as problem:
        _do(hands, FailImport(row.id, problem.why))
    except Unreadable as problem:
        _do(hands, FailImport(row.id, problem.problem, problem.facts))
    except FileNotFoundError:
        _do(hands, FailImport(row.id, "lost"))
    else:
        _do(hands, EndReading(row.id, total, wrong, tuple(faults)))


def _written(hands: Hands, row: Any, path: Path) -> tuple[int, int, list[Fault]]:
    """Write the lines that could be read beside the file; how many, how many not, and why."""
    sheet, choices = SHEETS[row.kind], _choices(hands)
    total = wrong = 0
    faults: list[Fault] = []
    phones = Phones()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        merged = sheets.merged(path) if sheet.fills else ()
        for number, values, bad in read_lines(sheet, sheets.lines(path), choices, merged):
            if bad:
                wrong += 1
                faults += bad[: max(0, DATA["most_errors"] - len(faults))]
            else:
                total += 1
                file.write(_as_line(number, values))
                if row.kind == "people":
                    phones.note(values)
            if (total + wrong) % NOTED == 0:
                _do(hands, NoteRead(row.id, total + wrong))
    if phones.shared:
        temporary = _marked(Path(temporary), phones)
    Path(temporary).replace(path.with_suffix(LINES))
    return total, wrong, faults


def _marked(before: Path, phones: Phones) -> str:
    """Write the lines again: a batch sees a thousand of them, who shares a phone may stand far apart."""
    handle, temporary = tempfile.mkstemp(dir=before.parent, prefix=before.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file, before.open(encoding="utf-8") as lines:
        for number, values in map(json.loads, lines):
            file.write(_as_line(number, phones.marked(values)))
    before.unlink()
    return temporary


def _as_line(number: int, values: Values) -> str:
    return json.dumps([number, values], ensure_ascii=False) + "\n"


def _choices(hands: Hands) -> Mapping[str, Mapping[str, str]]:
    return {"category": {name: key for key, name in hands.names.items()}}


# --- checking and bringing ---------------------------------------------------------------------------------


def _bring(hands: Hands, row: Any) -> None:
    """Batch after batch, until all is done or the time is up."""
    ends = real_seconds() + SLICE
    if row.done >= row.total:
        _do(hands, BringLines(row.id, row.done, ()))
        return
    try:
        for done, lines in _batches(hands.data_dir / FOLDER / row.file, row.done):
            outcome = _do(hands, BringLines(row.id, done, lines))
            if not outcome["ok"] or outcome["state"] != row.state:
                return
            if real_seconds() >= ends:
                _do(hands, YieldImport(row.id))
                return
    except FileNotFoundError:
        _do(hands, FailImport(row.id, "lost"))


def _batches(path: Path, done: int) -> Iterator[tuple[int, tuple[Line, ...]]]:
    """The lines after the first `done`, each batch with the number of those before it."""
    with path.with_suffix(LINES).open(encoding="utf-8") as file:
        rest = islice(file, done, None)
        while lines := tuple(Line(*json.loads(line)) for line in islice(rest, DATA["batch"])):
            yield done, lines
            done += len(lines)


STEPS: Mapping[str, Callable[[Hands, Any], None]] = {"reading": _read, "checking": _bring, "running": _bring}


# --- files -------------------------------------------------------------------------------------------------


def _forget(hands: Hands, row: Any) -> None:
    """The import has ended: its files go, and those that no import knows (an upload that was cut off)."""
    folder = hands.data_dir / FOLDER
    for path in folder.glob(f"{Path(row.file).stem}.*"):
        path.unlink(missing_ok=True)
    with hands.store.look(hands.clock.now()) as work:
        known = {Path(name).stem for name in work.conn.execute(select(t.import_run.c.file)).scalars()}
    before = SystemClock().now().timestamp() - ORPHANED
    for path in folder.glob("*"):
        if path.stem not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    _do(hands, FilesGone(row.id))

"""The page 导入: templates, an upload, a look at what would happen, and then the progress of what happens."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from handlers.console.desk import here
from handlers.console.export import export, template
from handlers.console.pages import back, found, looking, me, show, working, write_down
from models import views
from models.actions.import_runs import ConfirmImport, DropImport, StartImport
from models.rules.import_cells import Column
from models.rules.importing import DATA, LINES, SHEETS, Sheet, Values, problem_words, reason
from models.rules.masking import mask_phone
from models.rules.money import yuan

SHOWN: Mapping[str, Callable[[Any], str]] = {"phone": mask_phone, "money": yuan}  # by the column's kind
MOST_BYTES: int = DATA["most_bytes"]
MEAL_BYTES = 5_000_000  # of a table of a canteen's week


def imports() -> ResponseReturnValue:
    """What can be imported, in the order in which it builds up, and the latest imports."""
    with looking() as work:
        runs = views.import_runs(work, me().asker)
    return show("imports.html", sheets=SHEETS.values(), titles=_titles(), runs=runs)


def _titles() -> Mapping[str, str]:
    return {kind: sheet.title for kind, sheet in SHEETS.items()}


def import_template(kind: str) -> ResponseReturnValue:
    """A table with the headings and one line as an example, which is never imported."""
    return _template(found(SHEETS.get(kind)))


def meal_template(meal_kind: str) -> ResponseReturnValue:
    """The same for who runs a canteen."""
    return _template(_of_meals(meal_kind))


def _of_meals(kind: str) -> Sheet:
    """A kind of table that is not for administrators alone."""
    sheet = found(SHEETS.get(kind))
    return found(sheet if sheet.staff else None)


def _template(sheet: Sheet) -> ResponseReturnValue:
    titles = [column.title for column in sheet.columns]
    return template(f"{sheet.title}导入模板", titles, [column.example for column in sheet.columns])


def upload_import(kind: str) -> ResponseReturnValue:
    """Keep the file for the worker, for its eyes only."""
    return _upload(found(SHEETS.get(kind)), "console.imports")


def upload_meals(meal_kind: str) -> ResponseReturnValue:
    """The same from who runs a canteen."""
    return _upload(_of_meals(meal_kind), "console.menus")


def _upload(sheet: Sheet, whence: str) -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        flash(f"还没有选文件。请先点“{sheet.title}”下面的“选择文件”，再点“上传”。", "bad")
        return redirect(url_for(whence))
    path = kept_upload(sent)
    try:
        with working() as work:
            run_id = StartImport(sheet.kind, path.name, me().id).run(work)["id"]
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return redirect(url_for("console.import_page", run_id=run_id))


def _whence() -> str:
    """The page from which the asker imports."""
    return "console.imports" if me().asker.sees_all else "console.menus"


def kept_upload(sent: FileStorage) -> Path:
    """The upload under a name of ours; what its sender called it is not kept."""
    folder = here().import_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.sheet"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sent.save(file)
        sent.close()
        file.flush()
        os.fsync(file.fileno())
    return path


def import_page(run_id: int) -> ResponseReturnValue:
    """How far it is; what would happen; what has happened."""
    with working() as work:
        run = found(views.import_run(work, me().asker, run_id))
        lines = _first_lines(run) if run.state == "preview" else []
        if lines:
            write_down(work, "import_seen", run_id)
    return show("import_run.html", **_facts(run), lines=lines, whence=_whence())


def import_progress(run_id: int) -> ResponseReturnValue:
    """The bar alone, asked for by the page itself."""
    with looking() as work:
        run = found(views.import_run(work, me().asker, run_id))
    return render_template("console/import_progress.html", **_facts(run))


def _facts(run: views.ImportRun) -> dict[str, Any]:
    sheet = SHEETS[run.kind]
    problem = run.facts.get("problem")
    choices = _choices()
    return {
        "run": run,
        "sheet": sheet,
        "problem": problem_words(problem, run.facts) if problem else "",
        "errors": [(row, column, reason(sheet, column, why, choices)) for row, column, why in run.errors],
        "notes": [(row, column, reason(sheet, column, why, choices)) for row, column, why in run.notes],
    }


def _choices() -> Mapping[str, Mapping[str, str]]:
    return {"category": {name: key for key, name in here().categories.items()}}


def _first_lines(run: views.ImportRun) -> list[tuple[int, list[str]]]:
    """The first lines as they are understood, phones masked."""
    path = (here().import_dir / run.file).with_suffix(LINES)
    sheet = SHEETS[run.kind]
    try:
        with path.open(encoding="utf-8") as file:
            lines = [json.loads(line) for line in islice(file, DATA["preview_lines"])]
    except FileNotFoundError:
        return []
    return [(number, _shown(sheet, values)) for number, values in lines]


def _shown(sheet: Sheet, values: Values) -> list[str]:
    return [_cell(column, values.get(column.name)) for column in sheet.columns]


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(_cell(column, one) for one in value)
    if column.kind in SHOWN:
        return SHOWN[column.kind](value)
    if column.kind in ("category", "categories"):
        return here().categories.get(value, value)
    return next((label for label, key in column.choices.items() if key == value), str(value))


def start_import(run_id: int) -> ResponseReturnValue:
    """Do it."""
    with working() as work:
        found(views.import_run(work, me().asker, run_id))
        outcome = ConfirmImport(run_id, me().id).run(work)
    return back(outcome, "开始导入。可以离开这一页，导入会接着做。", "console.import_page", run_id=run_id)


def drop_import(run_id: int) -> ResponseReturnValue:
    """Do not."""
    with working() as work:
        found(views.import_run(work, me().asker, run_id))
        outcome = DropImport(run_id, me().id).run(work)
    return back(outcome, "已经放弃，什么都没有导入，文件会马上删除。", _whence())


def import_errors(run_id: int) -> ResponseReturnValue:
    """The list of what was wrong, and of what to look at, to correct the file by."""
    with looking() as work:
        facts = _facts(found(views.import_run(work, me().asker, run_id)))
    names = ("row", "column", "why")
    said = sorted([*facts["errors"], *facts["notes"]])
    return export("import_errors", [dict(zip(names, one, strict=True)) for one in said])

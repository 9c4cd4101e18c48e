"""Workers and work groups: who is there, who is on duty, and the one-time words that bind them in WeCom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.forms import Choices, read
from handlers.console.pages import back, found, looking, may, show, units_of, working, write_down
from handlers.console.sections import FIELDS, fresh_worker
from handlers.console.settings import HELD, errors_of
from models import views
from models.actions.binding import MakeBindingWord, UnbindWorker
from models.actions.register import SaveWorker, SwitchWorker
from models.actions.staff import SetDuty
from models.store import Work

SENTENCES = {"worker": "@{bot} 绑定 {word}", "group": "@{bot} 绑定本群 {word}"}


NEW = tuple(one for one in FIELDS["workers"] if one.name in ("unit_id", "name", "phone"))


def people() -> ResponseReturnValue:
    """Each unit with its groups and workers, and who of them is bound."""
    return _page({}, {})


def _page(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with looking() as work:
        units = [_unit(work, unit) for unit in units_of(work)]
        choices = {"unit_id": _own_units(work)}
    if len(units) == 1:
        values = {**values, "unit_id": units[0]["unit"].id}
    return show("people.html", units=units, fields=NEW, values=values, errors=errors, choices=choices)


def _own_units(work: Work) -> Choices:
    return {str(unit.id): unit.name for unit in units_of(work)}


def _unit(work: Work, unit: views.Unit) -> Mapping[str, Any]:
    bound = views.worker_accounts(work, unit.id)
    return {
        "unit": unit,
        "groups": views.groups_of_unit(work, unit.id),
        "workers": [
            {"worker": worker, "bound": [one for one in bound if one.worker.id == worker.id]}
            for worker in views.setup_workers(work, unit.id)
        ],
    }


def add_worker() -> ResponseReturnValue:
    """A new worker of one's own unit; the rest is as for every new one."""
    with working() as work:
        typed = read(NEW, request.form, {"unit_id": _own_units(work)}, changes=False)
        action = SaveWorker(**{**fresh_worker(), **typed.values}) if not typed.errors else None
        outcome = action.run(work) if action else {"ok": False}
        if outcome["ok"]:
            write_down(work, "setup_workers", outcome["id"])
    if not outcome["ok"]:
        return _page(request.form, errors_of(NEW, typed, outcome)), 422
    flash("已经添加。请点“生成绑定口令”，把那句话交给本人。", "good")
    return redirect(url_for("console.people"))


def stop_worker(worker_id: int) -> ResponseReturnValue:
    """Stop one of one's own workers."""
    return _switch(worker_id, False, "{name}已经停用，不能再接单。")


def resume_worker(worker_id: int) -> ResponseReturnValue:
    """Let a stopped worker work again."""
    return _switch(worker_id, True, "{name}已经恢复，可以接单了。")


def _switch(worker_id: int, active: bool, done: str) -> ResponseReturnValue:
    with working() as work:
        worker = _worker(work, worker_id)
        outcome = SwitchWorker(worker.id, active).run(work)
        write_down(work, "worker_back" if active else "worker_stopped", worker.id)
    said = HELD if outcome.get("held") else done
    return back(outcome, said.format(name=worker.name, **outcome), "console.people")


def _worker(work: Work, worker_id: int) -> views.Worker:
    worker = views.worker_by_id(work, worker_id)
    return found(worker if worker and may(worker.unit_id) else None)


def worker_word(worker_id: int) -> ResponseReturnValue:
    """A word for one worker, shown this once."""
    with working() as work:
        worker = _worker(work, worker_id)
        made = MakeBindingWord(worker_id=worker.id).run(work)
        write_down(work, "word_for_worker", worker.id)
        displays = [bot.display for bot in views.bots(work) if bot.unit_id == worker.unit_id]
    return _once(made["word"], worker.name, (displays or ["小邻"])[0], "worker")


def duty(worker_id: int) -> ResponseReturnValue:
    """Put a worker on duty, who then gets what nobody claims, or off it."""
    with working() as work:
        worker = _worker(work, worker_id)
        outcome = SetDuty(worker.id, not worker.on_duty).run(work)
    done = f"{worker.name}不再值班。" if worker.on_duty else f"{worker.name}开始值班，没人接的工单会派给他。"
    return back(outcome, done, "console.people")


def group_word(group_id: int) -> ResponseReturnValue:
    """A word for one group, shown this once."""
    with working() as work:
        group = views.group_by_id(work, group_id)
        group = found(group if group and may(group.unit_id) else None)
        made = MakeBindingWord(work_group_id=group.id).run(work)
        write_down(work, "word_for_group", group.id)
    return _once(made["word"], group.name, group.display, "group")


def _once(word: str, name: str, bot: str, kind: str) -> str:
    sentence = SENTENCES[kind].format(bot=bot, word=word)
    hours = here().store.limits["binding_word_hours"]
    return show("binding_word.html", name=name, sentence=sentence, hours=hours, group=kind == "group")


def unbind(binding_id: int) -> ResponseReturnValue:
    """End a worker's binding: that WeCom account is a stranger from now on."""
    with working() as work:
        mine = (one for unit in units_of(work) for one in views.worker_accounts(work, unit.id))
        found(next((one for one in mine if one.id == binding_id), None))
        outcome = UnbindWorker(binding_id).run(work)
        write_down(work, "unbind", binding_id)
    return back(outcome, "已经解绑。", "console.people")

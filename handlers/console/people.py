"""Workers and work groups, and the one-time words by which they bind themselves in WeCom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.pages import back, found, looking, may, show, units_of, working, write_down
from models import views
from models.actions.binding import MakeBindingWord, UnbindWorker
from models.actions.staff import SetDuty
from models.store import Work

SENTENCES = {"worker": "@{bot} 绑定 {word}", "group": "@{bot} 绑定本群 {word}"}


def people() -> ResponseReturnValue:
    """Each unit with its groups and workers, and who of them is bound."""
    with looking() as work:
        units = [_unit(work, unit) for unit in units_of(work)]
    return show("people.html", units=units)


def _unit(work: Work, unit: views.Unit) -> Mapping[str, Any]:
    bound = views.worker_accounts(work, unit.id)
    return {
        "unit": unit,
        "groups": views.groups_of_unit(work, unit.id),
        "workers": [
            {"worker": worker, "bound": [one for one in bound if one.worker.id == worker.id]}
            for worker in views.workers_of_unit(work, unit.id)
        ],
    }


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

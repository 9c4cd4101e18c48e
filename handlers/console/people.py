"""Workers and work groups: who is there, who is on duty, and the one-time words that bind them in WeCom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.forms import Choices, read
from handlers.console.pages import back, found, looking, me, show, units_of, working, write_down
from handlers.console.section import FIELDS
from handlers.console.sections import fresh_worker
from handlers.console.settings import HELD, errors_of
from models import views
from models.actions.binding import MakeBindingWord, UnbindWorker
from models.actions.page import EndPhone
from models.actions.register import SaveWorker, SwitchWorker
from models.actions.staff import SetDuty
from models.store import Work

SENTENCES = {"worker": "@{bot} 绑定 {word}", "group": "@{bot} 绑定本群 {word}", "app": "绑定 {word}"}
DISPLAY = "小邻"  # of a unit that has no bot yet


BY_ROSTER = "这个单位按排班表值班，这里的开关不算。请到“排班”页改。"
NEW = tuple(one for one in FIELDS["workers"] if one.name in ("unit_id", "name", "phone"))


def people() -> ResponseReturnValue:
    """Each unit with its groups and workers, and who of them is bound."""
    return _page({}, {})


def _page(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with looking() as work:
        units = [_unit(work, unit) for unit in units_of(work)]
        choices = {"unit_id": _own_units(work)}
    with here().store.look(here().wall.now()) as work:
        phones = {unit["unit"].id: views.worker_phones(work, unit["unit"].id) for unit in units}
    if len(units) == 1:
        values = {**values, "unit_id": units[0]["unit"].id}
    facts = {"fields": NEW, "values": values, "errors": errors, "choices": choices}
    return show("people.html", units=units, phones=phones, **facts)


def _own_units(work: Work) -> Choices:
    return {str(unit.id): unit.name for unit in units_of(work)}


def _unit(work: Work, unit: views.Unit) -> Mapping[str, Any]:
    bound, duty = views.worker_accounts(work, unit.id), views.duty_now(work, (unit.id,))
    return {
        "unit": unit,
        "groups": views.groups_of_unit(work, unit.id),
        "roster": unit.id in duty.shifts,
        "workers": [
            {
                "worker": worker,
                "bound": [one for one in bound if one.worker.id == worker.id],
                "on_duty": worker.active and duty.has(worker.id, unit.id, worker.on_duty),
                "away": worker.id in duty.away,
            }
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
    return found(views.own_worker(work, me().asker, worker_id))


def worker_word(worker_id: int) -> ResponseReturnValue:
    """A word for one worker, shown this once."""
    with working() as work:
        worker = _worker(work, worker_id)
        made = MakeBindingWord(worker_id=worker.id).run(work)
        write_down(work, "word_for_worker", worker.id)
        bots = [bot for bot in views.bots(work) if bot.unit_id == worker.unit_id]
        pages = any(group.bot_id is None for group in views.groups_of_unit(work, worker.unit_id))
    word = made["word"]
    page_word = word if pages else ""
    apps = "、".join(f"应用“{bot.display}”" for bot in bots if bot.kind == views.APP)
    robots = [bot.display for bot in bots if bot.kind != views.APP]
    if apps and not robots:
        return _once(word, worker.name, "", "app", f"企业微信的{apps}", page_word)
    where = f"工作群或企业微信的{apps}" if apps else "工作群"
    bot = next(iter(robots), "" if pages else DISPLAY)
    return _once(word, worker.name, bot, "worker", where, page_word)


def duty(worker_id: int) -> ResponseReturnValue:
    """Put a worker on duty, who then gets what nobody claims, or off it; a roster takes the place of that."""
    with working() as work:
        worker = _worker(work, worker_id)
        if worker.unit_id in views.duty_now(work, (worker.unit_id,)).shifts:
            flash(BY_ROSTER, "bad")
            return redirect(url_for("console.people"))
        outcome = SetDuty(worker.id, not worker.on_duty).run(work)
        write_down(work, "worker_duty", worker.id)
    done = f"{worker.name}不再值班。" if worker.on_duty else f"{worker.name}开始值班，没人接的工单会派给他。"
    return back(outcome, done, "console.people")


def group_word(group_id: int) -> ResponseReturnValue:
    """A word for one group, shown this once."""
    with working() as work:
        group = found(views.own_group(work, me().asker, group_id))
        made = MakeBindingWord(work_group_id=group.id).run(work)
        write_down(work, "word_for_group", group.id)
    return _once(made["word"], group.name, group.display or DISPLAY, "group", f"群「{group.name}」")


def _once(word: str, name: str, bot: str, kind: str, where: str, page_word: str = "") -> str:
    """`bot`: its name in WeCom, empty when there is none; `page_word`: to be typed on the page of an order."""
    sentence = SENTENCES[kind].format(bot=bot, word=word) if bot or kind == "app" else ""
    hours = here().store.limits["binding_word_hours"]
    facts = {"sentence": sentence, "page_word": page_word, "group": kind == "group", "where": where}
    return show("binding_word.html", name=name, hours=hours, **facts)


def end_phone(phone_id: int) -> ResponseReturnValue:
    """End a phone's binding: it opens no order any more."""
    with here().store.work(here().wall.now()) as work:
        mine = (one for unit in units_of(work) for one in views.worker_phones(work, unit.id))
        found(next((one for one in mine if one.id == phone_id), None))
        outcome = EndPhone(phone_id).run(work)
        write_down(work, "end_phone", phone_id)
    return back(outcome, "已经解除，那部手机不能再办工单。", "console.people")


def unbind(binding_id: int) -> ResponseReturnValue:
    """End a worker's binding: that WeCom account is a stranger from now on."""
    with working() as work:
        found(views.own_worker_account(work, me().asker, binding_id))
        outcome = UnbindWorker(binding_id).run(work)
        write_down(work, "unbind", binding_id)
    return back(outcome, "已经解绑。", "console.people")

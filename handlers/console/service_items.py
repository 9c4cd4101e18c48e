"""The tab 事项 of the page 问答: the service items, searched, edited, exported. For administrators."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.clock import local
from handlers.console.desk import here
from handlers.console.export import export
from handlers.console.forms import Choices, Field, Typed, read
from handlers.console.pages import found, looking, me, show, working
from handlers.console.sections import community_choices, estate_choices
from models import views
from models.actions.catalogue import SaveItem
from models.rules.benefits import HOUSEHOLDS, rules_of
from models.rules.catalogue import CLASSES, FIELDS, STEPS
from models.rules.import_cells import MOST
from models.store import Work

STEPS_WRONG = "请写怎么办，一步一行，一共最多 2,000 个字。"
SHOWN = 400  # items of a page: the largest catalogue in our sources has 359
_FORM: tuple[Field, ...] = tuple(
    Field(**one)
    for one in json.loads(Path(__file__).with_name("service_items.json").read_text(encoding="utf-8"))[
        "fields"
    ]
)
_KEYS = {name: key for key, name in HOUSEHOLDS.items()}


def service_items() -> ResponseReturnValue:
    """The list, by class, or what holds the words searched for."""
    sought, kind = request.args.get("q", "").strip()[:40], request.args.get("class", "")
    with looking() as work:
        rows = views.items_kept(work, me().asker, sought, kind)
    return show(
        "service_items.html",
        items=rows[:SHOWN],
        sought=sought,
        kind=kind,
        classes=CLASSES,
    )


def export_service_items() -> ResponseReturnValue:
    """All that are not over by hand as a table, in the columns that can be imported again."""
    with looking() as work:
        rows = [one for one in views.items_kept(work, me().asker) if one.item.state != "ended"]
    return export("service_items", [_line(one) for one in rows])


def _line(kept: views.KeptItem) -> Mapping[str, Any]:
    one = kept.item
    same = (
        "title",
        "materials",
        "place",
        "hours",
        "phone",
        "fee",
        "link",
        "whom",
        "elsewhere",
        "kiosk",
        "source",
    )
    days = ("starts_on", "ends_on", "source_on")
    rules = one.rules
    return {
        **{name: getattr(one, name) for name in (*same, *days)},
        "aliases": "、".join(kept.aliases),
        "class_key": CLASSES.get(one.class_key, one.class_key),
        "field_key": FIELDS.get(one.field_key, one.field_key),
        "steps": "；".join(one.steps),
        "estate": one.scope if one.estate_id else "",
        "unit": one.scope if one.unit_id else "",
        "age_from": rules.get("age_from"),
        "age_to": rules.get("age_to"),
        "households": "；".join(HOUSEHOLDS[key] for key in rules.get("households", ())),
        "districts": "、".join(rules.get("districts", ())),
        "is_health": "是" if one.is_health else "否",
    }


def new_service_item() -> ResponseReturnValue:
    """An empty form."""
    return _form(None, {"live": True, "source_on": local(here().clock.now()).date()}, {})


def service_item(service_id: int) -> ResponseReturnValue:
    """One item in its form."""
    with looking() as work:
        kept = found(views.item_kept(work, me().asker, service_id))
    return _form(kept, _values(kept), {})


def _values(kept: views.KeptItem) -> Mapping[str, Any]:
    one = kept.item
    names = [field.name for field in _FORM]
    values = {name: getattr(one, name) for name in names if hasattr(one, name)}
    rules = {name: one.rules.get(name) for name in ("age_from", "age_to")}
    return (
        values
        | rules
        | {
            "aliases": "、".join(kept.aliases),
            "households": "、".join(HOUSEHOLDS[key] for key in one.rules.get("households", ())),
            "districts": "、".join(one.rules.get("districts", ())),
            "steps": "\n".join(one.steps),
            "live": one.state == "live",
        }
    )


def _choices(work: Work) -> Mapping[str, Choices]:
    return {
        "class_key": CLASSES,
        "field_key": FIELDS,
        "estate_id": estate_choices(work),
        "unit_id": community_choices(work),
    }


def make_service_item() -> ResponseReturnValue:
    """Save a new one."""
    return _save(None)


def save_service_item(service_id: int) -> ResponseReturnValue:
    """Save what was changed."""
    return _save(service_id)


def _save(service_id: int | None) -> ResponseReturnValue:
    with looking() as work:
        kept = found(views.item_kept(work, me().asker, service_id)) if service_id is not None else None
        choices, areas = _choices(work), {area.name for area in views.areas(work)}
    typed = read(_FORM, request.form, choices, changes=kept is not None)
    errors, steps = dict(typed.errors), _steps(request.form.get("steps", ""))
    errors |= _faults(typed, steps, areas)
    if not errors:
        values = dict(typed.values)
        with working() as work:
            saved = SaveItem(me().id, _row(values, steps), values["aliases"], service_id).run(work)
        if saved["ok"]:
            flash("事项已经保存，几秒钟内按新的答。", "good")
            return redirect(url_for("console.service_item", service_id=saved["id"]))
        errors["title"] = next(one.taken for one in _FORM if one.name == "title")
    return _form(kept, request.form, errors), 422


def _steps(text: str) -> list[str]:
    return [line.strip() for line in STEPS.split(text) if line.strip()]


def _faults(typed: Typed, steps: list[str], areas: set[str]) -> dict[str, str]:
    """What is wrong only beside another field."""
    values, wrong = typed.values, {one.name: one.wrong for one in _FORM}
    starts, ends = values.get("starts_on"), values.get("ends_on")
    bad = {
        "steps": not steps or sum(map(len, steps)) > 2000,
        "ends_on": bool(starts and ends and ends < starts),
        "unit_id": bool(values.get("estate_id") and values.get("unit_id")),
        "households": any(one not in _KEYS for one in _named(values.get("households", ()))),
        "aliases": any(len(one) > MOST for one in values.get("aliases", ())),
        "districts": not areas.issuperset(values.get("districts", ())),
    }
    return {name: wrong.get(name, STEPS_WRONG) for name, is_bad in bad.items() if is_bad}


def _named(households: tuple[str, ...]) -> list[str]:
    """低保、低收入 is one name with the sign in it that parts names."""
    said = "、".join(households)
    whole = [name for name in _KEYS if "、" in name and name in said]
    rest = said
    for name in whole:
        rest = rest.replace(name, "")
    return [*whole, *filter(None, re.split("[、，,]+", rest))]


def _row(values: dict[str, Any], steps: list[str]) -> dict[str, Any]:
    keys = [_KEYS[name] for name in _named(values.pop("households"))]
    rules = rules_of(values.pop("age_from"), values.pop("age_to"), values.pop("districts"), keys)
    state = "live" if values.pop("live") else "ended"
    return {
        **{k: v for k, v in values.items() if k != "aliases"},
        "steps": steps,
        "rules": rules,
        "state": state,
    }


def _form(kept: views.KeptItem | None, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with looking() as work:
        choices = _choices(work)
    return show("service_item.html", kept=kept, fields=_FORM, values=values, errors=errors, choices=choices)

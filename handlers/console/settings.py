"""The page 设置: an administrator sets the neighbourhood up, section by section. Every change is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.forms import Field, Typed, read
from handlers.console.pages import back, found, looking, show, working, write_down
from handlers.console.section import Row, Section
from handlers.console.sections import SECTIONS
from models.actions.binding import UnbindGroup
from models.actions.canteens import DropEstateCanteen
from models.rules.orders import Why
from models.store import Work

HELD = "已经停用。手上还有 {held} 个工单，请到工单里改派给别人。"


def settings() -> ResponseReturnValue:
    """The first section."""
    return redirect(url_for("console.section", key=next(iter(SECTIONS))))


def section(key: str) -> ResponseReturnValue:
    """What is there, and the form for something new."""
    one = found(SECTIONS.get(key))
    return _page(one, None, one.fresh(), {})


def setting(key: str, row_id: int) -> ResponseReturnValue:
    """The form of one row."""
    one = _changeable(key)
    with looking() as work:
        row = _row(work, one, row_id)
    return _page(one, row, row.values, {})


def make_setting(key: str) -> ResponseReturnValue:
    """Save something new."""
    return _save(found(SECTIONS.get(key)), None)


def change_setting(key: str, row_id: int) -> ResponseReturnValue:
    """Save a change."""
    return _save(_changeable(key), row_id)


def unbind_group(group_id: int) -> ResponseReturnValue:
    """Switch a work group off: nothing is sent there until it is bound again."""
    with working() as work:
        outcome = UnbindGroup(group_id).run(work)
        write_down(work, "unbind_group", group_id)
    return back(outcome, "已经解绑，新工单不再发到这个群。", "console.section", key="groups")


def drop_estate_canteen(row_id: int) -> ResponseReturnValue:
    """An estate's people order at that canteen no more."""
    with working() as work:
        outcome = DropEstateCanteen(row_id).run(work)
        if outcome["ok"]:
            write_down(work, "drop_estate_canteen", outcome["canteen_id"])
    return back(outcome, "已经去掉。", "console.section", key="estate_canteens")


def _changeable(key: str) -> Section:
    one = SECTIONS.get(key)
    return found(one if one and one.id_name else None)


def _row(work: Work, one: Section, row_id: int) -> Row:
    return found(next((row for row in one.rows(work) if row.id == row_id), None))


def _save(one: Section, row_id: int | None) -> ResponseReturnValue:
    with working() as work:
        row = _row(work, one, row_id) if row_id is not None else None
        typed = read(one.fields, request.form, one.offered(work), changes=row is not None)
        outcome = one.action(typed.values, row).run(work) if not typed.errors else {"ok": False}
        if outcome["ok"]:
            write_down(work, f"setup_{one.key}", outcome.get("id", typed.values.get("building_id")))
    if not outcome["ok"]:
        return _page(one, row, request.form, errors_of(one.fields, typed, outcome)), 422
    flash((HELD if outcome.get("held") else one.text["done"]).format(**outcome), "good")
    return redirect(url_for("console.section", key=one.key))


def errors_of(fields: tuple[Field, ...], typed: Typed, outcome: Mapping[str, Any]) -> Mapping[str, str]:
    """The words beside each field: of what could not be read, or of what the action refused."""
    refused = next((one for one in fields if one.name == outcome.get("field")), None)
    if refused is None:
        return typed.errors
    taken = outcome["why"] == Why.ALREADY.value
    return {**typed.errors, refused.name: refused.taken if taken else refused.wrong}


def _page(one: Section, row: Row | None, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with looking() as work:
        rows, choices = list(one.rows(work)), one.offered(work)
    return show(
        "settings.html",
        sections=SECTIONS.values(),
        section=one,
        row=row,
        rows=rows,
        values=values,
        errors=errors,
        choices=choices,
    )

"""What a line of the audit trail is about, by name: things as they are called, residents by the first letter only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select

from models import tables as t
from models.rules.masking import mask_name
from models.store import Work

# What the subject of a line is the id of, by what was done. The others' subjects are read as they are.
ABOUT: Mapping[str, str] = {
    **dict.fromkeys(("found_person", "person", "person_phone", "person_name", "home_added"), "person"),
    **dict.fromkeys(("home_ended", "caller", "erase_person"), "person"),
    **dict.fromkeys(("contact", "forget_person", "my_data_link", "my_data"), "account"),
    **dict.fromkeys(("word_for_worker", "worker_stopped", "worker_back", "setup_workers"), "worker"),
    **dict.fromkeys(
        ("shift_set", "shift_dropped", "leave_set", "leave_ended", "skills_set", "worker_duty"), "worker"
    ),
    "week_copied": "unit",
    **dict.fromkeys(("word_for_group", "unbind_group", "setup_groups", "rehearsal_begun"), "group"),
    **dict.fromkeys(("alarms_group", "alarms_tried"), "group"),
    **dict.fromkeys(("setup_buildings", "setup_homes"), "building"),
    **dict.fromkeys(("setup_bots", "setup_apps"), "bot"),
    "setup_areas": "area",
    "setup_units": "unit",
    "setup_estates": "estate",
    "setup_grids": "grid",
    "item_saved": "item",
    "home_decided": "claim",
    "start_talk": "talk",
    "unbind": "worker_account",
    "end_phone": "worker_phone",
}


def _person(work: Work, row: Any) -> str:
    return f"{mask_name(work.unseal(row.name)) or '没有留姓名'}，编号 {row.person_id}"


def _plain(_work: Work, row: Any) -> str:
    return str(row.name)


def _queries() -> Mapping[str, tuple[Select[Any], Callable[[Work, Any], str]]]:
    """By what is named: rows of id and name, and how a row is read."""
    p, w = t.person.c, t.worker.c
    who = (p.name_sealed.label("name"), p.id.label("person_id"))
    place = (t.estate.c.name + " " + t.building.c.name).label("name")
    talk = t.person_talk.c
    return {
        "person": (select(p.id, *who), _person),
        "account": (select(t.account.c.id, *who).join_from(t.account, t.person), _person),
        "claim": (select(t.binding.c.id, *who).join_from(t.binding, t.person), _person),
        "worker": (select(w.id, w.name), _plain),
        "worker_account": (select(t.worker_account.c.id, w.name).join_from(t.worker_account, t.worker), _plain),
        "worker_phone": (select(t.worker_phone.c.id, w.name).join_from(t.worker_phone, t.worker), _plain),
        "building": (select(t.building.c.id, place).join_from(t.building, t.estate), _plain),
        "grid": (select(t.grid.c.id, t.grid.c.name), _plain),
        "item": (select(t.service_item.c.id, t.service_item.c.title.label("name")), _plain),
        "talk": (select(talk.id, talk.number.label("name")), lambda _work, row: f"T{row.name}"),
        **{
            name: (select(table.c.id, table.c.name), _plain)
            for name, table in (
                ("group", t.work_group), ("bot", t.bot), ("area", t.area),
                ("unit", t.handling_unit), ("estate", t.estate),
            )
        },
    }  # fmt: skip


_QUERIES = _queries()


def names_of(work: Work, lines: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The name for each (what, subject) that has one: one statement for each kind of thing."""
    wanted: dict[str, set[tuple[str, str]]] = {}
    for what, subject in lines:
        if what in ABOUT and subject.isascii() and subject.isdigit():
            wanted.setdefault(ABOUT[what], set()).add((what, subject))
    return {line: name for about, some in wanted.items() for line, name in _named(work, about, some).items()}


def _named(work: Work, about: str, lines: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    query, read = _QUERIES[about]
    ids = {int(subject) for _, subject in lines}
    found = work.conn.execute(query.where(query.selected_columns.id.in_(ids)))
    names = {row.id: read(work, row) for row in found}
    return {(what, subject): names[int(subject)] for what, subject in lines if int(subject) in names}

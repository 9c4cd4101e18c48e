"""What a line of the audit trail is about, by name: things as they are called, residents by the first letter only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select

from models import tables as t
from models.rules.days import day_named
from models.rules.masking import mask_name
from models.rules.meals import MEAL_NAMES
from models.store import Work

# What the subject of a line is the id of, by what was done. The others' subjects are read as they are.
ABOUT: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "found_person",
            "person",
            "person_phone",
            "person_name",
            "home_added",
            "carer_decided",
            "diet_saved",
            "diet_forgotten",
        ),
        "person",
    ),
    **dict.fromkeys(("home_ended", "caller", "erase_person"), "person"),
    **dict.fromkeys(("contact", "forget_person", "my_data_link", "my_data"), "account"),
    **dict.fromkeys(("word_for_worker", "worker_stopped", "worker_back", "setup_workers"), "worker"),
    **dict.fromkeys(
        ("shift_set", "shift_dropped", "leave_set", "leave_ended", "skills_set", "worker_duty"), "worker"
    ),
    **dict.fromkeys(("meal_top_up", "meal_payout", "meal_bill_paid", "meal_pays"), "person"),
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
    **dict.fromkeys(("setup_canteens", "canteen_day", "drop_estate_canteen"), "canteen"),
    "setup_slots": "meal_slot",
    "setup_estate_canteens": "estate_canteen",
    "setup_tiers": "tier",
    "dish_saved": "dish",
    **dict.fromkeys(("menu_saved", "menu_published", "menu_withdrawn"), "menu"),
    **dict.fromkeys(("meal_paper_count", "meal_paper_labels", "meal_paper_routes"), "menu"),
    **dict.fromkeys(("meal_paper_pickups", "meal_waiting", "meal_rounds"), "menu"),
    "meal_route": "meal_route",
    **dict.fromkeys(("entitlement_saved", "diner_seen"), "person"),
    "home_decided": "claim",
    "start_talk": "talk",
    "unbind": "worker_account",
    "end_phone": "worker_phone",
}


def _person(work: Work, row: Any) -> str:
    return f"{mask_name(work.unseal(row.name)) or '没有留姓名'}，编号 {row.person_id}"


def _plain(_work: Work, row: Any) -> str:
    return str(row.name)


def _meal(_work: Work, row: Any) -> str:
    return f"{row.name} {MEAL_NAMES[row.meal]}"


def _menu(_work: Work, row: Any) -> str:
    return f"{row.name} {day_named(row.day)}{MEAL_NAMES[row.meal]}"


def _meals() -> Mapping[str, tuple[Select[Any], Callable[[Work, Any], str]]]:
    """The same of what canteens cook."""
    c, m, s, ec = t.canteen.c, t.menu.c, t.meal_slot.c, t.estate_canteen.c
    serves = (t.estate.c.name + " " + c.name).label("name")
    return {
        "meal_slot": (select(s.id, c.name, s.meal).join_from(t.meal_slot, t.canteen), _meal),
        "estate_canteen": (
            select(ec.id, serves).join_from(t.estate_canteen, t.estate).join(t.canteen), _plain,
        ),
        "meal_route": (select(t.meal_route.c.id, t.meal_route.c.name), _plain),
        "menu": (select(m.id, c.name, m.day, m.meal).join_from(t.menu, t.canteen), _menu),
    }  # fmt: skip


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
                ("unit", t.handling_unit), ("estate", t.estate), ("canteen", t.canteen), ("dish", t.dish),
                ("tier", t.subsidy_tier),
            )
        },
        **_meals(),
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

"""The canteen of the sample neighbourhood, its dishes, tiers and rounds, and menus from today on. All is invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from models import tables as t
from models.actions.menus import MenuDish, PublishMenus, SaveMenu, slot_of
from models.rules.meals import times
from models.sample import Town, ensure, plant
from models.sample_items import plant_items
from models.store import Work
from models.views.calendar import today

DATA: Mapping[str, Any] = json.loads(
    (Path(__file__).with_name("data") / "sample_meals.json").read_text(encoding="utf-8")
)
DAYS = 14


def plant_whole(work: Work) -> Town:
    """The sample neighbourhood with its service items, its canteen and the menus of the coming days."""
    plant_items(work)
    town = plant(work)
    plant_canteen(work, town)
    plant_menus(work)
    return town


def plant_canteen(work: Work, town: Town) -> int:
    """The canteen's id; what is there is never changed, so an operator's changes survive."""
    one = DATA["canteen"]
    unit_id = town.units[one["unit"]]
    rest = {"unit_id": unit_id, "address": one["address"], "phone": one["phone"]}
    canteen_id, new = ensure(work, t.canteen, {"name": one["name"]}, **rest)
    if new:
        _serve(work, canteen_id, town)
        _rounds(work, canteen_id, town)
    return canteen_id


def _serve(work: Work, canteen_id: int, town: Town) -> None:
    days = {"canteen_id": canteen_id, "days": DATA["days"], "holidays": DATA["holidays"]}
    work.conn.execute(insert(t.meal_slot), [days | slot for slot in DATA["slots"]])
    work.conn.execute(insert(t.dish), [{"canteen_id": canteen_id} | dish for dish in DATA["dishes"]])
    estates = (town.estates[name] for name in DATA["estates"])
    served = [{"estate_id": one, "canteen_id": canteen_id, "is_default": True} for one in estates]
    work.conn.execute(insert(t.estate_canteen), served)
    starts_on = date.fromisoformat(DATA["tiers_start_on"])
    for tier in DATA["tiers"]:
        work.conn.execute(insert(t.subsidy_tier).values(starts_on=starts_on, canteen_id=canteen_id, **tier))


def _rounds(work: Work, canteen_id: int, town: Town) -> None:
    for one in DATA["routes"]:
        row = {"canteen_id": canteen_id, "name": one["name"], "worker_id": town.workers[one["worker"]]}
        made = insert(t.meal_route).values(row).returning(t.meal_route.c.id)
        route_id = work.conn.execute(made).scalar_one()
        stops = [
            {"meal_route_id": route_id, "building_id": town.buildings[estate, key], "place": place}
            for place, (estate, key) in enumerate(one["buildings"], 1)
        ]
        work.conn.execute(insert(t.meal_route_building), stops)


def plant_menus(work: Work, days: int = DAYS) -> None:
    """Publish the menus from today on that are not there yet; nothing where there is no sample canteen."""
    c, s = t.canteen.c, t.meal_slot.c
    sample = select(c.id).where(c.name == DATA["canteen"]["name"], c.active)
    canteen_id = work.conn.execute(sample).scalar()
    if canteen_id is None:
        return
    first, dishes = today(work), _dishes(work, canteen_id)
    known = _known(work, canteen_id, first)
    slots = work.conn.execute(select(t.meal_slot).where(s.canteen_id == canteen_id, s.active)).all()
    made = [
        SaveMenu(None, canteen_id, day, slot.meal, _dishes_of(slot.meal, day, dishes)).run(work)
        for day in (first + timedelta(days=ahead) for ahead in range(days))
        for slot in slots
        if (day, slot.meal) not in known and times(slot_of(slot), day).order_until > work.now
    ]
    PublishMenus(None, tuple(one["menu_id"] for one in made if one["ok"])).run(work)


def _known(work: Work, canteen_id: int, first: date) -> set[tuple[date, str]]:
    m = t.menu.c
    there = select(m.day, m.meal).where(m.canteen_id == canteen_id, m.day >= first)
    return {(row.day, row.meal) for row in work.conn.execute(there)}


def _dishes(work: Work, canteen_id: int) -> dict[str, int]:
    d = t.dish.c
    rows = work.conn.execute(select(d.id, d.name).where(d.canteen_id == canteen_id, d.active))
    return {row.name: row.id for row in rows}


def _dishes_of(meal: str, day: date, dishes: Mapping[str, int]) -> tuple[MenuDish, ...]:
    """What there is: the lists of a meal take turns, day by day."""
    lists = DATA["menus"][meal]
    names = lists[day.toordinal() % len(lists)]
    portions = DATA["portions"]
    return tuple(MenuDish(dishes[one], None, portions.get(one)) for one in names if one in dishes)

"""What the page 设置 sets up, section by section: its fields, its list, and the action that saves one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.clock import local
from handlers.console.desk import here
from handlers.console.duty import duty_text
from handlers.console.forms import Choices
from handlers.console.meal_sections import MEAL_SECTIONS
from handlers.console.section import Row, Section
from handlers.console.words import word
from models import views
from models.actions.areas import SaveArea
from models.actions.grids import SaveGrid
from models.actions.register import (
    MakeHomes,
    SaveApp,
    SaveBot,
    SaveBuilding,
    SaveEstate,
    SaveGroup,
    SaveRoute,
    SaveUnit,
    SaveWorker,
)
from models.rules.areas import GRID_KINDS, LEVELS, MICRO_GRID
from models.rules.routing import MODES
from models.store import Work

SECRETS = ("secret", "token", "aes_key")  # of an app
ONLY_WRITTEN_TO = "只能发消息，工单在手机页面上办"


def _named(things: Iterable[Any]) -> Choices:
    return {str(thing.id): thing.name for thing in things}


def _kinds(work: Work) -> Choices:
    return dict(work.limits["levels"].names)


def unit_choices(work: Work) -> Choices:
    """Every handling unit by id."""
    return _named(views.units(work))


def area_choices(work: Work) -> Choices:
    """Every area by id, with its level."""
    return {str(one.id): f"{one.name}（{word(one.level, 'area_level')}）" for one in views.areas(work)}


def _area_levels(_work: Work) -> Choices:
    return {level: word(level, "area_level") for level in reversed(LEVELS)}


def _areas_above(work: Work) -> Choices:
    return {str(one.id): one.name for one in views.areas(work) if one.level != LEVELS[0]}


def _higher(work: Work) -> Choices:
    return _named(unit for unit in views.units(work) if unit.kind != work.limits["levels"].kinds[0])


def community_choices(work: Work) -> Choices:
    """Every community's unit by id."""
    return _named(unit for unit in views.units(work) if unit.kind == work.limits["levels"].of_estate)


def _bot_choices(work: Work) -> Choices:
    return {str(bot.id): f"{bot.display}（{bot.unit}，{bot.name}）" for bot in views.setup_bots(work)}


def estate_choices(work: Work) -> Choices:
    """Every estate by id."""
    return _named(views.estates(work))


def _building_choices(work: Work) -> Choices:
    return {str(building.id): building.place for building in views.buildings(work)}


def _grid_kinds(_work: Work) -> Choices:
    return {kind: word(kind, "grid_kind") for kind in GRID_KINDS}


def _grid_choices(work: Work) -> Choices:
    return _named(views.setup_grids(work))


def _grids_above(work: Work) -> Choices:
    return _named(one for one in views.setup_grids(work) if one.kind != MICRO_GRID)


def _active_workers(work: Work) -> Choices:
    return {str(one.id): f"{one.name}（{one.unit}）" for one in views.setup_workers(work) if one.active}


def _categories(_work: Work) -> Choices:
    return here().categories


def _active(is_active: bool) -> tuple[tuple[str, str], ...]:
    return () if is_active else (("failed", "已停用"),)


def _modes(_work: Work) -> Choices:
    return {mode: word(mode, "mode") for mode in MODES}


def _named_workers(work: Work) -> Choices:
    """Everybody, also who is stopped: a route may still name them, and must then be changed."""
    return {
        str(one.id): f"{one.name}（{one.unit}{'' if one.active else '，已停用'}）"
        for one in views.setup_workers(work)
    }


def _how(one: views.SetupRoute) -> str:
    """How orders find hands there, in a few words."""
    if one.mode != "assign":
        return word(one.mode, "mode_short")
    return f"派给{one.worker or '网格员'}"


def _areas(work: Work) -> Iterable[Row]:
    for one in views.areas(work):
        values = {"level": one.level, "name": one.name, "parent_id": one.parent_id}
        note = f"属于{one.parent}" if one.parent else ""
        yield Row(one.id, one.name, note, (("", word(one.level, "area_level")),), values)


def _units(work: Work) -> Iterable[Row]:
    names, areas = unit_choices(work), {one.id: one.name for one in views.areas(work)}
    for one in views.units(work):
        above = f"上一级：{names[str(one.parent_id)]}" if one.parent_id else ""
        area = f"所在：{areas[one.area_id]}" if one.area_id else "还没有选所在的区、街道或社区"
        values = {"kind": one.kind, "name": one.name, "parent_id": one.parent_id, "area_id": one.area_id}
        values |= {"hours": duty_text(one.hours or ())}
        note = "；".join(filter(None, (above, area)))
        yield Row(one.id, one.name, note, (("", one.level),), values)


def _workers(work: Work) -> Iterable[Row]:
    workers = views.setup_workers(work)
    now = views.duty_now(work, {one.unit_id for one in workers})
    for one in workers:
        duty = (("", "值班"),) if one.active and now.has(one.id, one.unit_id, one.on_duty) else ()
        phone = "，手机号已设置" if one.phone else ""
        values = {name: getattr(one, name) for name in ("unit_id", "name", "cap", "on_duty", "active")}
        note = f"{one.unit}，最多 {one.cap} 个工单{phone}"
        yield Row(one.id, one.name, note, (*duty, *_active(one.active)), {**values, "phone": one.phone})


def _bots(work: Work) -> Iterable[Row]:
    for one in views.setup_bots(work):
        address = f"{here().public_url}/callback/wecom/{one.name}"
        values = {name: getattr(one, name) for name in ("unit_id", "name", "display", "aibotid", "active")}
        values |= {"token": True, "aes_key": True}
        note = f"{one.unit}，Token 和 EncodingAESKey 已设置"
        yield Row(one.id, f"{one.display}（{one.name}）", note, _active(one.active), values, address)


def _apps(work: Work) -> Iterable[Row]:
    for one in views.setup_bots(work, "wecom_app"):
        address = f"{here().public_url}/callback/wecom/{one.name}"
        names = ("unit_id", "name", "display", "corpid", "agentid", "active")
        values = {name: getattr(one, name) for name in names} | dict.fromkeys(SECRETS, True)
        note = f"{one.unit}，Secret、Token 和 EncodingAESKey 已设置"
        yield Row(one.id, f"{one.display}（{one.name}）", note, _active(one.active), values, address)


def _groups(work: Work) -> Iterable[Row]:
    names = unit_choices(work)
    for one in views.groups(work):
        bound = ("delivered", "已绑定") if one.bound else ("waiting", "没有绑定")
        speaks = ("delivered", "推送地址已设置") if one.speaks else ("waiting", "没有推送地址")
        gone = (("failed", "群机器人被移走了"),) if one.silent_since else ()
        values = {"bot_id": one.bot_id, "unit_id": one.unit_id, "name": one.name, "robot_key": one.speaks}
        heard = (
            f"机器人：{one.display}（{one.bot}）"
            if one.bot_id
            else f"{names[str(one.unit_id)]}，{ONLY_WRITTEN_TO}"
        )
        yield Row(one.id, one.name, heard, (bound, speaks, *gone), values)


def _estates(work: Work) -> Iterable[Row]:
    for one in views.setup_estates(work):
        also = f"又叫：{'、'.join(one.aliases)}" if one.aliases else ""
        community = f"所属社区：{one.community}" if one.community else "还没有所属社区"
        area = f"位于{one.area}" if one.area else "还没有选位于哪里"
        values = {"name": one.name, "community_unit_id": one.community_unit_id, "area_id": one.area_id}
        note = "；".join(filter(None, (also, community, area)))
        yield Row(one.id, one.name, note, (), {**values, "aliases": "、".join(one.aliases)})


def _buildings(work: Work) -> Iterable[Row]:
    for one in views.setup_buildings(work):
        scene = f"二维码编号 {one.scene}" if one.scene else "还没有二维码编号，保存一次就有"
        names = ("estate_id", "key", "name", "grid_id")
        values = {name: getattr(one, name) for name in names}
        yield Row(one.id, f"{one.estate} {one.name}", f"{one.homes} 户；{scene}", (), values)


def _grids(work: Work) -> Iterable[Row]:
    for one in views.setup_grids(work):
        officer = f"网格员：{one.officer}" if one.officer else "没有网格员"
        note = "；".join(
            filter(None, (f"属于{one.parent}" if one.parent else "", officer, f"{one.buildings} 栋楼"))
        )
        names = ("kind", "name", "parent_id", "officer_id", "area_id")
        values = {name: getattr(one, name) for name in names}
        yield Row(one.id, one.name, note, (("", word(one.kind, "grid_kind")),), values)


def _homes(work: Work) -> Iterable[Row]:
    for one in views.setup_buildings(work):
        yield Row(one.id, f"{one.estate} {one.name}", f"{one.homes} 户" if one.homes else "还没有门牌")


def _routes(work: Work) -> Iterable[Row]:
    today = local(here().clock.now()).date()
    for one in views.setup_routes(work):
        category = here().categories.get(one.category, one.category) if one.category else "全部类别"
        until = f"到 {one.ends_on}" if one.ends_on else "一直有效"
        over = (("closed", "已结束"),) if one.ends_on and one.ends_on < today else ()
        names = ("estate_id", "category", "unit_id", "mode", "worker_id", "starts_on", "ends_on")
        values = {name: getattr(one, name) for name in names}
        title = f"{one.estate or '全部小区'} · {category}"
        note = f"归{one.unit}，从 {one.starts_on} 起，{until}"
        yield Row(one.id, title, note, (("", _how(one)), *over), values)


def fresh_worker() -> Mapping[str, Any]:
    """What the form of a new worker holds."""
    return {"cap": here().store.limits["cap"], "active": True}


SECTIONS: Mapping[str, Section] = {
    section.key: section
    for section in (
        Section(
            "units",
            _units,
            SaveUnit,
            "unit_id",
            {"kind": _kinds, "parent_id": _higher, "area_id": area_choices},
        ),
        Section("areas", _areas, SaveArea, "area_id", {"level": _area_levels, "parent_id": _areas_above}),
        Section("workers", _workers, SaveWorker, "worker_id", {"unit_id": unit_choices}, fresh_worker),
        Section(
            "bots",
            _bots,
            SaveBot,
            "bot_id",
            {"unit_id": unit_choices},
            lambda: {"display": "小邻", "active": True},
        ),
        Section(
            "apps",
            _apps,
            SaveApp,
            "bot_id",
            {"unit_id": unit_choices},
            lambda: {"display": "小邻", "active": True},
        ),
        Section(
            "groups",
            _groups,
            SaveGroup,
            "work_group_id",
            {"bot_id": _bot_choices, "unit_id": unit_choices},
        ),
        Section(
            "estates",
            _estates,
            SaveEstate,
            "estate_id",
            {"community_unit_id": community_choices, "area_id": area_choices},
        ),
        Section(
            "grids",
            _grids,
            SaveGrid,
            "grid_id",
            {
                "kind": _grid_kinds,
                "parent_id": _grids_above,
                "officer_id": _active_workers,
                "area_id": area_choices,
            },
        ),
        Section(
            "buildings",
            _buildings,
            SaveBuilding,
            "building_id",
            {"estate_id": estate_choices, "grid_id": _grid_choices},
        ),
        Section("homes", _homes, MakeHomes, choices={"building_id": _building_choices}),
        Section(
            "routes",
            _routes,
            SaveRoute,
            "route_id",
            {
                "estate_id": estate_choices,
                "category": _categories,
                "unit_id": unit_choices,
                "mode": _modes,
                "worker_id": _named_workers,
            },
            lambda: {"starts_on": local(here().clock.now()).date(), "mode": MODES[0]},
        ),
        *MEAL_SECTIONS,
    )
}

"""The sections of the page 设置 about meals: canteens, their slots, the estates they serve, subsidies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.clock import WEEK, local
from handlers.console.desk import here
from handlers.console.forms import Choices
from handlers.console.section import Row, Section
from models import views
from models.actions.canteens import SaveCanteen, SaveEstateCanteen, SaveSlot
from models.actions.entitlements import SaveTier
from models.rules.entitlements import GROUPS
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.rules.standing import days_named
from models.store import Work
from models.views import canteens

WORKDAYS = (1, 2, 3, 4, 5)


def _named(things: Iterable[Any]) -> Choices:
    return {str(thing.id): thing.name for thing in things}


def _units(work: Work) -> Choices:
    return _named(views.units(work))


def _estates(work: Work) -> Choices:
    return _named(views.estates(work))


def _areas(work: Work) -> Choices:
    return _named(views.areas(work))


def _canteens(work: Work) -> Choices:
    return _named(canteens.setup_canteens(work))


def _meals(_work: Work) -> Choices:
    return MEAL_NAMES


def _groups(_work: Work) -> Choices:
    return GROUPS


def _days(_work: Work) -> Choices:
    return {str(number): f"周{name}" for number, name in enumerate(WEEK, 1)}


def _stopped(active: bool) -> tuple[tuple[str, str], ...]:
    return () if active else (("failed", "已停用"),)


def _canteen_rows(work: Work) -> Iterator[Row]:
    for one in canteens.setup_canteens(work):
        names = ("name", "unit_id", "address", "phone", "active")
        values = {name: getattr(one, name) for name in names}
        note = "；".join(filter(None, (f"单位：{one.unit}", one.address, one.phone)))
        yield Row(one.id, one.name, note, _stopped(one.active), values)


def until(days: int, clock: str) -> str:
    """Until when, seen from the day of the meal: 前一天 20:00, 当天 9:30."""
    return f"{ {0: '当天', 1: '前一天'}.get(days, f'前 {days} 天') } {clock}"


def _slot_rows(work: Work) -> Iterator[Row]:
    names_of = _canteens(work)
    for one in canteens.setup_slots(work):
        names = (
            "canteen_id", "meal", "days", "holidays", "starts", "ends", "order_days", "order_until", "cancel_days",
            "cancel_until", "capacity", "delivers", "delivery_cents", "active",
        )  # fmt: skip
        values = {name: getattr(one, name) for name in names}
        sent = f"，送餐上门{f'加 {yuan(one.delivery_cents)}' if one.delivery_cents else '不加钱'}"
        note = (
            f"{days_named(one.days)}{'，节假日也供应' if one.holidays else ''}；{one.starts}–{one.ends}；"
            f"订餐到{until(one.order_days, one.order_until)}，取消到{until(one.cancel_days, one.cancel_until)}；"
            f"最多 {one.capacity} 份{sent if one.delivers else '，不送餐'}"
        )
        title = f"{names_of[str(one.canteen_id)]} · {MEAL_NAMES[one.meal]}"
        yield Row(one.id, title, note, _stopped(one.active), values)


def _estate_rows(work: Work) -> Iterator[Row]:
    for one in canteens.estate_canteens(work):
        values = {name: getattr(one, name) for name in ("estate_id", "canteen_id", "is_default")}
        marks = (("delivered", "默认"),) if one.is_default else ()
        yield Row(one.id, one.estate, one.canteen, marks, values)


def _whose(one: Any) -> str:
    """Who gets a subsidy, in words."""
    ages = {
        (True, True): f"{one.lowest_age}–{one.highest_age} 岁",
        (True, False): f"{one.lowest_age} 岁以上",
        (False, True): f"{one.highest_age} 岁以下",
    }
    age = ages.get((one.lowest_age is not None, one.highest_age is not None), "")
    groups = "、".join(GROUPS.get(group, group) for group in one.groups)
    return "，".join(filter(None, (one.area, age, groups))) or "所有人"


def _caps(one: Any) -> str:
    caps = (
        f"每周最多 {one.weekly_most} 餐" if one.weekly_most else "",
        f"每月最多 {one.monthly_most} 餐" if one.monthly_most else "",
        f"每月最多 {yuan(one.monthly_cents)}" if one.monthly_cents else "",
    )
    return "，".join(filter(None, caps))


def _tier_rows(work: Work) -> Iterator[Row]:
    today = local(here().clock.now()).date()
    for one in canteens.setup_tiers(work):
        names = (
            "name", "payer", "cents", "canteen_id", "area_id", "lowest_age", "highest_age", "groups", "meals",
            "weekly_most", "monthly_most", "monthly_cents", "starts_on", "ends_on", "active",
        )  # fmt: skip
        values = {name: getattr(one, name) for name in names}
        meals = "、".join(MEAL_NAMES.get(meal, meal) for meal in one.meals)
        until_day = f"从 {one.starts_on} 到 {one.ends_on}" if one.ends_on else f"从 {one.starts_on} 起"
        where = one.canteen or ""
        note = "；".join(filter(None, (f"{one.payer}付", _whose(one), where, meals, _caps(one), until_day)))
        over = (("closed", "已结束"),) if one.ends_on and one.ends_on < today else ()
        title = f"{one.name}：每餐 {yuan(one.cents)}"
        yield Row(one.id, title, note, (*_stopped(one.active), *over), values)


def _fresh_slot() -> Mapping[str, Any]:
    return {"days": WORKDAYS, "order_days": 0, "cancel_days": 0, "capacity": 100, "active": True}


def _fresh_tier() -> Mapping[str, Any]:
    return {"starts_on": local(here().clock.now()).date(), "active": True}


MEAL_SECTIONS = (
    Section(
        "canteens", _canteen_rows, SaveCanteen, "canteen_id", {"unit_id": _units}, lambda: {"active": True}
    ),
    Section(
        "slots",
        _slot_rows,
        SaveSlot,
        "slot_id",
        {"canteen_id": _canteens, "meal": _meals, "days": _days},
        _fresh_slot,
    ),
    Section(
        "estate_canteens",
        _estate_rows,
        SaveEstateCanteen,
        "estate_canteen_id",
        {"estate_id": _estates, "canteen_id": _canteens},
    ),
    Section(
        "tiers",
        _tier_rows,
        SaveTier,
        "tier_id",
        {"canteen_id": _canteens, "area_id": _areas, "groups": _groups, "meals": _meals},
        _fresh_tier,
    ),
)

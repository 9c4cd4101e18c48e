"""What a canteen prints, as PDF or as a table: the count, labels, rounds, and the list by code for the counter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, abort

from bot.clock import local, local_text
from bot.papers import PDF, Column, Label, NotDrawn, Section, labels, tables
from handlers.console.desk import here
from handlers.console.export import export
from handlers.console.pages import looking, me
from models.rules.days import day_words
from models.rules.diets import MARKS
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.views.kitchen import KitchenCount
from models.views.meal_boxes import Box, RouteSheet, boxes, route_sheets

PAPERS: Mapping[str, str] = {"count": "备餐单", "labels": "标签", "routes": "送餐单", "pickups": "取餐单"}
NOBODYS = "未分配"
ARRIVED = {"served": "送到", "no_show": "没送到"}
NOT_FROZEN = "还没有截止，数字还会变。"

_COUNT = (Column("菜", 4, big=True), Column("标记", 2), Column("份数", 1.2, right=True, big=True))
_CORRECTIONS = (Column("更正", 1), Column("改了什么", 4), Column("确认", 2))
_DIETS = (Column("忌口", 5), Column("单数", 1, right=True))
_STOPS = (
    Column("楼栋", 3.7),
    Column("门牌", 3.3),
    Column("姓名", 1.9),
    Column("尾号", 1.4),
    Column("菜", 3.8),
    Column("份", 0.8, right=True),
    Column("忌口", 2.4),
    Column("要收", 1.5),
    Column("送到", 1.2),
)
_PICKUPS = (
    Column("取餐码", 2, big=True),
    Column("姓名", 1.4),
    Column("菜", 4.4),
    Column("份", 1, right=True),
    Column("忌口", 3),
    Column("要收", 1.6),
    Column("领走", 1.2),
)


def as_pdf(what: str, count: KitchenCount) -> Response:
    """The sheet as a file to print."""
    try:
        body = _drawn(what, count)
    except NotDrawn:
        abort(503)
    answer = Response(body, content_type=PDF)
    name = quote(f"{PAPERS[what]} {_meal(count)}.pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"linli.pdf\"; filename*=UTF-8''{name}"
    return answer


def _drawn(what: str, count: KitchenCount) -> bytes:
    made_at = local(here().clock.now())
    if what == "labels":
        return labels([label for box in _boxes(count) for label in _labels(box)], made_at)
    notes = [_meal(count), f"{_state(count)}打印于 {local_text(made_at)}。"]
    return tables(f"{count.canteen} {PAPERS[what]}", notes, SECTIONS[what](count), made_at)


def as_excel(what: str, count: KitchenCount) -> Response:
    """The same as a table, by the one safe export."""
    return export(f"meal_{what}", list(ROWS[what](count)))


def _meal(count: KitchenCount) -> str:
    return f"{day_words(count.day)}{MEAL_NAMES[count.meal]}"


def _state(count: KitchenCount) -> str:
    if count.state != "frozen":
        return NOT_FROZEN
    corrected = f"，更正过 {len(count.corrections)} 次" if count.corrections else ""
    return f"{local_text(count.freezes_at)} 截止{corrected}，一共 {count.portions} 份、{count.orders} 单。"


def _boxes(count: KitchenCount) -> tuple[Box, ...]:
    with looking() as work:
        return boxes(work, me().asker, count.menu_id)


def _rounds(count: KitchenCount) -> tuple[RouteSheet, ...]:
    with looking() as work:
        return route_sheets(work, me().asker, count.menu_id)


def _labels(box: Box) -> Iterator[Label]:
    """One for each portion, with which one of how many it is: what one person gets must not be torn apart."""
    for number, dish in enumerate(box.packed, 1):
        part = f"{number}/{len(box.packed)}"
        yield Label(box.name, _where(box), (dish,), box.diet, _way(box), part)


def _way(box: Box) -> str:
    return "送餐" if box.how == "delivery" else f"取 {box.code}"


def _where(box: Box) -> str:
    return box.place or ("没有登记住址" if box.how == "delivery" else "自取")


def marks(dish_marks: Sequence[str]) -> str:
    """What a dish is fit for, in words."""
    return "、".join(MARKS.get(one, one) for one in dish_marks)


def _count_sections(count: KitchenCount) -> Iterator[Section]:
    rows = [[one.name, marks(one.marks), str(one.portions)] for one in count.dishes]
    ways = f"自取 {count.pickup} 份，送餐 {count.delivery} 份。"
    yield Section("每样做多少", _COUNT, [*rows, ["合计", "", str(count.portions)]], [ways])
    if count.corrections:
        yield Section("更正", _CORRECTIONS, [_corrected(one) for one in count.corrections])
    diets = Counter(box.diet for box in _boxes(count) if box.diet)
    if diets:
        yield Section("要留意的忌口", _DIETS, [[diet, str(number)] for diet, number in diets.most_common()])


def _corrected(one: Any) -> list[str]:
    read = f"{one.by} {local_text(one.acknowledged_at)}" if one.acknowledged_at else "还没有人确认"
    return [f"第 {one.number} 次", one.said, read]


def _route_sections(count: KitchenCount) -> Iterator[Section]:
    sheets = _rounds(count)
    if not sheets:
        yield Section("这一餐没有要送的。", (), [])
    for sheet in sheets:
        rows = [
            [
                stop.place if number == 0 else "",
                box.door,
                box.name,
                box.tail,
                "、".join(box.dishes),
                str(box.portions),
                box.diet,
                _collect(box),
                ARRIVED.get(box.state, ""),
            ]
            for stop in sheet.stops
            for number, box in enumerate(stop.boxes)
        ]
        volunteer = f"（{sheet.volunteer}）" if sheet.volunteer else ""
        heading = f"{sheet.name or NOBODYS}{volunteer}：{len(rows)} 户，{sheet.portions} 份"
        yield Section(heading, _STOPS, rows, apart=True)


def _pickup_sections(count: KitchenCount) -> Iterator[Section]:
    rows = [
        [
            box.code,
            box.masked,
            "、".join(box.dishes),
            str(box.portions),
            box.diet,
            _collect(box),
            "已领" if box.state == "served" else "",
        ]
        for box in _boxes(count)
        if box.how == "pickup"
    ]
    yield Section("", _PICKUPS, rows) if rows else Section("这一餐没有来取的。", (), [])


def _collect(box: Box) -> str:
    return yuan(box.collect_cents) if box.collect_cents else ""


def _count_rows(count: KitchenCount) -> Iterator[Mapping[str, Any]]:
    for one in count.dishes:
        yield {**_head(count), "dish": one.name, "marks": marks(one.marks), "portions": one.portions}


def _route_rows(count: KitchenCount) -> Iterator[Mapping[str, Any]]:
    for sheet in _rounds(count):
        for stop in sheet.stops:
            for box in stop.boxes:
                yield {
                    **_head(count),
                    "route": sheet.name or NOBODYS,
                    "volunteer": sheet.volunteer,
                    "place": stop.place,
                    "door": box.door,
                    "name": box.name,
                    "tail": box.tail,
                    **_packed(box),
                    **_owed(box),
                }


def _pickup_rows(count: KitchenCount) -> Iterator[Mapping[str, Any]]:
    for box in _boxes(count):
        if box.how == "pickup":
            yield {**_head(count), "code": box.code, "name": box.masked, **_packed(box), **_owed(box)}


def _label_rows(count: KitchenCount) -> Iterator[Mapping[str, Any]]:
    for box in _boxes(count):
        for one in _labels(box):
            label = {"name": one.name, "part": one.part, "dish": one.lines[0], "diet": one.marks}
            yield {**_head(count), **label, "place": one.place, "how": one.corner}


def _head(count: KitchenCount) -> Mapping[str, Any]:
    return {"canteen": count.canteen, "day": count.day.isoformat(), "meal": MEAL_NAMES[count.meal]}


def _packed(box: Box) -> Mapping[str, Any]:
    return {"dishes": "、".join(box.dishes), "portions": box.portions, "diet": box.diet}


def _owed(box: Box) -> Mapping[str, Any]:
    return {"collect": box.collect_cents} if box.collect_cents else {}


SECTIONS: Mapping[str, Callable[[KitchenCount], Iterator[Section]]] = {
    "count": _count_sections,
    "routes": _route_sections,
    "pickups": _pickup_sections,
}
ROWS: Mapping[str, Callable[[KitchenCount], Iterator[Mapping[str, Any]]]] = {
    "count": _count_rows,
    "labels": _label_rows,
    "routes": _route_rows,
    "pickups": _pickup_rows,
}

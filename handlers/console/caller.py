"""The page 代报: a clerk enters what somebody says on the phone or at the counter. Enter looks the phone up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.language.reports import fault_object
from handlers.console.desk import here
from handlers.console.forms import Choices, Field, Typed, read
from handlers.console.pages import as_whole, found, looking, me, said, show, working, write_down
from handlers.console.settings import errors_of
from handlers.console.words import WORDS, word
from models import views
from models.actions.caller import ORIGINS, URGENCIES, Caller, JoinForCaller, OpenForCaller
from models.rules.phones import callable_number, line_of
from models.store import Work

Ids = Mapping[str, Any]

PERSON = (
    Field("name", "姓名", wrong="姓名最多 32 个字。", hint="可以不填。", most=32, required=False),
    Field("origin", "怎么来的", "choice", "请选择是打电话来的，还是当面说的。"),
)
PLACE = (
    Field("estate", "小区", wrong="没有这个小区，或者不归您管。请从提示里选。", required=False),
    Field(
        "building",
        "楼号",
        "code",
        "没有这栋楼，请核对楼号；不在楼里就空着。",
        hint="只写号，例如 3。",
        required=False,
    ),
    Field("unit", "单元", "code", "这栋楼里有几个这样的门牌，请写清楚单元。", most=16, required=False),
    Field(
        "room",
        "门牌",
        "code",
        "没有这个门牌，请核对；不清楚就空着。",
        hint="例如 602。",
        most=16,
        required=False,
    ),
    Field("part", "公共部位", "choice", "请从列表里选。", empty="不是公共部位，在家里", required=False),
)
WHAT = (
    Field("category", "类别", "choice", "请选择类别。"),
    Field("urgency", "缓急", "choice", "请选择缓急。"),
)
FIELDS = (*PERSON, *PLACE, *WHAT)
PHONE = "请写 11 位手机号，或者带区号的座机号，例如 021-60000001；没有电话，电话和姓名都空着。"
WORDS_WRONG = "请写几个字，说清楚哪里怎么了。"


def caller() -> ResponseReturnValue:
    """The empty form."""
    return _page({"origin": "phone", "urgency": "normal"})


def enter_report() -> ResponseReturnValue:
    """Look the phone up, or open the order, or join one that is there already."""
    form = request.form
    if form.get("do", "look") == "look":
        return _page(form, looked=True)
    with looking() as work:
        typed = read(FIELDS, form, _choices(work), changes=False)
        place, wrong = _place(work, typed.values, form.get("who", ""))
        errors = {**typed.errors, **wrong, **({} if said() else {"words": WORDS_WRONG})}
        same = _similar(work, place, typed.values) if not errors and form["do"] == "open" else None
    if errors or same:
        return _page(form, errors=errors, same=same), 422 if errors else 200
    outcome = _joined(form) if form["do"] == "join" else _opened(typed, place)
    if not outcome["ok"]:
        told = {"phone": PHONE} if outcome.get("field") == "phone" else errors_of(FIELDS, typed, outcome)
        if not told:
            flash(word(outcome["why"], "refusal"), "bad")
        return _page(form, errors=told), 422
    flash(f"已经登记，工单 {outcome['number']}。请告诉来电人这个号码。", "good")
    return redirect(url_for("console.order", number=outcome["number"]))


def _who() -> Caller:
    chosen = request.form.get("who", "").partition(":")[0]
    phone, name = (request.form.get(field, "").strip()[:32] for field in ("phone", "name"))
    return Caller(phone, name, as_whole(chosen))


def _opened(typed: Typed, place: Ids) -> dict[str, Any]:
    facts = {name: typed.values[name] for name in ("category", "urgency", "origin")}
    with working() as work:
        return OpenForCaller(g.me.id, _who(), words=said(), thing=fault_object(said()), **facts, **place).run(
            work
        )


def _joined(form: Mapping[str, str]) -> dict[str, Any]:
    with working() as work:
        order = views.order_by_number(work, me().asker, as_whole(form.get("same", "")) or 0)
        return JoinForCaller(g.me.id, found(order).id, _who()).run(work)


def _similar(work: Work, place: Ids, values: Mapping[str, Any]) -> views.Order | None:
    """An open order about the same public part, which may be joined."""
    if place.get("home_id") or not place.get("building_id"):
        return None
    same = views.similar_order(
        work,
        estate_id=place["estate_id"],
        building_id=place["building_id"],
        category=values["category"],
        public_part=place.get("public_part"),
        thing=fault_object(said()),
    )
    return same and views.order_by_id(work, me().asker, same.id)


def _page(
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    same: views.Order | None = None,
    looked: bool = False,
) -> str:
    with working() if looked else looking() as work:
        choices, people = _choices(work), _people(work, values.get("phone", ""), write=looked)
    return show(
        "caller.html",
        person=PERSON,
        place=PLACE,
        what=WHAT,
        values=values,
        errors=errors or {},
        choices=choices,
        people=people,
        looked=looked,
        whole=bool(callable_number(values.get("phone", ""))),
        same=same,
    )


def _people(work: Work, phone: str, *, write: bool) -> Sequence[views.Person]:
    """Who has this phone, in the clerk's area; that they were shown is written down."""
    digits = line_of(callable_number(phone))
    hits = views.by_phone(work, me().asker, digits) if digits else views.Hits()
    for one in hits.people if write else ():
        write_down(work, "caller", one.id)
    people = (views.person_by_id(work, me().asker, one.id) for one in hits.people)
    return [one for one in people if one]


def _choices(work: Work) -> Mapping[str, Choices]:
    return {
        "estate": {one.name: one.name for one in views.own_estates(work, me().asker)},
        "part": {one.key: one.name for one in views.public_parts(work)},
        "category": here().categories,
        "urgency": {key: WORDS["urgency"][key] for key in URGENCIES},
        "origin": {key: WORDS["origin"][key] for key in ORIGINS},
    }


def _place(work: Work, values: Mapping[str, Any], who: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The ids of the place, or the words beside the field that must be written differently."""
    part = {"public_part": values.get("part")}
    person_id, _, home_id = who.partition(":")
    if home_id and not values.get("estate"):
        home = _home_of(work, person_id, home_id)
        inside = {} if part["public_part"] else {"home_id": home.id}
        return {"estate_id": home.estate_id, "building_id": home.building_id, **part, **inside}, {}
    named = [
        one for one in views.own_estates(work, me().asker) if values.get("estate") in (one.name, *one.aliases)
    ]
    if not named:
        return {}, _beside("estate")
    return _inside(work, named[0].id, values, part)


def _home_of(work: Work, person_id: str, home_id: str) -> views.Home:
    person = views.person_by_id(work, me().asker, as_whole(person_id) or 0)
    homes = (one.home for one in found(person).homes if str(one.home.id) == home_id and not one.ended_at)
    return found(next(homes, None))


def _inside(
    work: Work, estate_id: int, values: Mapping[str, Any], part: Ids
) -> tuple[dict[str, Any], dict[str, str]]:
    key = re.sub(r"(号楼|楼|栋|幢|号|座)$", "", values.get("building") or "").upper()
    if not key:
        return {"estate_id": estate_id, **part}, _beside("building") if values.get("room") else {}
    buildings = views.buildings_by_key(work, key, estate_id)
    if not buildings:
        return {}, _beside("building")
    place = {"estate_id": estate_id, "building_id": buildings[0].id, **part}
    if not values.get("room") or values.get("part"):
        return place, {}
    homes = views.find_home(
        work, building_key=key, room=values["room"], unit=values.get("unit") or None, estate_id=estate_id
    )
    if len(homes) != 1:
        return {}, _beside("unit" if homes else "room")
    return {**place, "home_id": homes[0].id}, {}


def _beside(name: str) -> dict[str, str]:
    return {one.name: one.wrong for one in PLACE if one.name == name}

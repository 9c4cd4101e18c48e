"""The page 菜单: a canteen's week, what is on each meal, drafts and what is published; and one meal to be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.clock import WEEK, local
from handlers.console.desk import here
from handlers.console.pages import as_whole, back, day, found, looking, me, said, show, whole, working
from handlers.console.roster import monday_of
from handlers.console.words import word
from models import views
from models.actions.canteens import ForgetCanteenDay, SaveCanteenDay
from models.actions.meal_withdrawal import CancelWithdrawn
from models.actions.menus import CopyMenus, MenuDish, PublishMenus, SaveMenu, WithdrawMenu, slot_of
from models.rules.calendar import Calendar
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES, MEALS, serves, times
from models.rules.money import amount, read_cents
from models.store import Work
from models.views import canteens

DAYS = len(WEEK)
MOST_PORTIONS = 9999
PRICE = "{}的价格不对，请写钱数，例如 12 或 12.5。"
PORTIONS = "{}的份数不对，请写 1 到 9999 的数字，不限就空着。"
OF_DAY = {"closed": "停餐", "open": "设了的餐次都供应", "usual": "照平时供应"}
STEPS = {"up": -1, "down": 1}  # places on the menu
CAPACITY = "“一共最多几份”请写 1 到 9999 的数字。"


def menus() -> ResponseReturnValue:
    """A week of one canteen."""
    with looking() as work:
        seen = canteens.canteens_seen(work, me().asker)
        canteen = asked_canteen(seen, request.args)
        facts = _week(work, canteen, monday_of(day("week", request.args))) if canteen else {}
    return show("menus.html", canteens=seen, canteen=canteen, **facts)


def asked_canteen(
    seen: Sequence[canteens.SetupCanteen], values: Mapping[str, str]
) -> canteens.SetupCanteen | None:
    """The canteen that is asked for, of those that the asker sees, else the first one; None when there is none."""
    wanted = whole("canteen", values)
    if wanted is None:
        return next((one for one in seen if one.active), next(iter(seen), None))
    return found(next((one for one in seen if one.id == wanted), None))


def _week(work: Work, canteen: canteens.SetupCanteen, monday: date) -> Mapping[str, Any]:
    until = monday + timedelta(days=DAYS - 1)
    planned = canteens.menus_of(work, canteen.id, monday, until)
    now = here().clock.now()
    drafts = [one for one in planned if one.state == "draft" and one.dishes and one.order_until > now]
    return {
        "mine": canteens.own_canteen(work, me().asker, canteen.id) is not None,
        "monday": monday,
        "sunday": until,
        "week": timedelta(days=DAYS),
        "this_week": monday_of(None),
        "today": local(now).date(),
        "slots": canteens.setup_slots(work, canteen.id),
        "days": list(_days(work, canteen.id, monday, planned)),
        "drafts": drafts,
        "ended": all(monday + timedelta(days=n) < local(now).date() for n in range(DAYS)),
    }


def _days(
    work: Work, canteen_id: int, monday: date, planned: Sequence[canteens.PlannedMenu]
) -> Iterator[Mapping[str, Any]]:
    known = views.calendar(work, monday)
    own = canteens.canteen_days(work, canteen_id, monday, monday + timedelta(days=DAYS - 1))
    slots = [one for one in canteens.setup_slots(work, canteen_id) if one.active]
    by_meal = {(one.day, one.meal): one for one in planned}
    opens = {on: is_open for on, (is_open, _) in own.items()}
    for number in range(DAYS):
        on = monday + timedelta(days=number)
        meals = [
            _meal(work, one, on, by_meal.get((on, one.meal)))
            for one in slots
            if (on, one.meal) in by_meal or serves(slot_of(one), on, known, opens)
        ]
        yield {
            "name": f"周{WEEK[number]}",
            "date": on,
            "own": own.get(on),
            "meals": meals,
            **_named(on, known),
        }


def _meal(work: Work, slot: Any, on: date, menu: canteens.PlannedMenu | None) -> Mapping[str, Any]:
    """One meal of the week. `open`: it can still be ordered, so that it is worth planning."""
    until = (
        menu.order_until
        if menu and menu.state != "withdrawn"
        else times(slot_of(slot), on, work.limits["time_zone"]).order_until
    )
    name = MEAL_NAMES[slot.meal]
    return {"meal": slot.meal, "name": name, "menu": menu, "open": until > here().clock.now()}


def _named(on: date, known: Calendar) -> Mapping[str, str]:
    one = known.day(on)
    mark = {"holiday": "放假", "make_up": "调休上班"}.get(one.kind, "")
    return {"named": f"{one.name}{mark}" if one.name and mark else ""}


def _own(work: Work, canteen_id: int | None) -> canteens.SetupCanteen:
    return found(canteens.own_canteen(work, me().asker, canteen_id))


def _shown(canteen_id: int, on: date) -> Mapping[str, Any]:
    """The arguments of a canteen's week."""
    return {"canteen": canteen_id, "week": monday_of(on).isoformat()}


def menu() -> ResponseReturnValue:
    """One meal of one day, to be changed."""
    with looking() as work:
        mine = canteens.own_canteens(work, me().asker)
    canteen = found(asked_canteen(mine, request.args))
    on = day("day", request.args) or local(here().clock.now()).date()
    meal = request.args.get("meal", MEALS[1])
    return _form(canteen, on, found(meal if meal in MEALS else None))


def _form(
    canteen: canteens.SetupCanteen,
    on: date,
    meal: str,
    typed: Mapping[str, str] | None = None,
    wrong: str = "",
) -> str:
    with looking() as work:
        planned = canteens.menus_of(work, canteen.id, on, on)
        there = next((one for one in planned if one.meal == meal), None)
        slot = next((one for one in canteens.setup_slots(work, canteen.id) if one.meal == meal), None)
        register = canteens.dishes_of(work, canteen.id)
    on_it = {one.dish_id: one for one in there.dishes} if there else {}
    offered = [one for one in register if one.active or one.id in on_it]
    places = list(on_it) if typed is None else _as_typed(typed)
    offered.sort(key=lambda one: places.index(one.id) if one.id in places else len(places))
    rows = [_row(one, on_it.get(one.id), typed) for one in offered]
    capacity = (typed or {}).get("capacity") or (there.capacity if there else slot.capacity if slot else "")
    facts = {"planned": there, "slot": slot, "rows": rows, "capacity": capacity, "wrong": wrong}
    facts["moved"] = _can_move(rows, typed or {})
    return show(
        "menu.html",
        canteen=canteen,
        on=on,
        meal=meal,
        name=MEAL_NAMES[meal],
        weekday=WEEK[on.weekday()],
        ended=bool(there and there.ends_at <= here().clock.now()),
        week=monday_of(on),
        **facts,
    )


def moved_dish(form: Mapping[str, str]) -> tuple[str, int] | None:
    """Which dish is to change places, and whether up or down; None where none is."""
    way, _, dish_id = form.get("move", "").partition("_")
    moved = as_whole(dish_id)
    return (way, moved) if moved and way in STEPS else None


def _can_move(rows: Sequence[dict[str, Any]], form: Mapping[str, str]) -> bool:
    """Note which way each dish cannot go, and which arrow is pressed again next. Whether a dish has just moved."""
    way, moved = moved_dish(form) or ("", 0)
    last = sum(row["on"] for row in rows) - 1
    for at, row in enumerate(rows):
        row["ends"] = [one for one, end in (("up", at == 0), ("down", row["on"] and at == last)) if end]
        other = next((one for one in STEPS if one not in row["ends"]), "")
        row["focus"] = (other if way in row["ends"] else way) if row["dish"].id == moved else ""
    return bool(moved)


def _as_typed(form: Mapping[str, str]) -> list[int]:
    """The dishes in the order of the form, those that are ticked first; one of them has moved by a place."""
    ids = [dish_id for key in form if (dish_id := as_whole(key.removeprefix("cents_")))]
    ticked = [one for one in ids if f"on_{one}" in form]
    way, moved = moved_dish(form) or ("", 0)
    if moved in ticked:
        at = ticked.index(moved)
        ticked.insert(max(at + STEPS[way], 0), ticked.pop(at))
    return ticked + [one for one in ids if one not in ticked]


def _row(
    dish: canteens.SetupDish, planned: canteens.PlannedDish | None, typed: Mapping[str, str] | None
) -> dict[str, Any]:
    """A line of the form: what was typed, else what is on the menu, else the register's price."""
    values = {
        "on": planned is not None,
        "cents": amount(planned.cents if planned else dish.cents),
        "portions": planned.portions if planned and planned.portions else "",
    }
    if typed is not None:
        values = {"on": f"on_{dish.id}" in typed}
        values |= {name: typed.get(f"{name}_{dish.id}", "") for name in ("cents", "portions")}
    return {"dish": dish, "taken": planned.taken if planned else 0, **values}


def save_menu() -> ResponseReturnValue:
    """Put what was ticked on the menu; with `do` publish, show it to residents too."""
    form = request.form
    with looking() as work:
        canteen = _own(work, whole("canteen", form)) if "canteen" in form else None
        register = canteens.dishes_of(work, canteen.id) if canteen else ()
    on, meal = day("day", form), form.get("meal", "")
    if canteen is None or on is None or meal not in MEALS:
        flash("没有看懂是哪一餐，请从下面的一周里选。", "bad")
        return redirect(url_for("console.menus"))
    if moved_dish(form):
        return _form(canteen, on, meal, form)
    read = _read(register, form)
    if isinstance(read, str):
        return _form(canteen, on, meal, form, read), 422
    dishes, capacity = read
    with working() as work:
        outcome = SaveMenu(g.me.id, canteen.id, on, meal, dishes, capacity).run(work)
        publish = outcome["ok"] and form.get("do") == "publish"
        done = PublishMenus(g.me.id, (outcome["menu_id"],)).run(work) if publish else {"left": ()}
    if not outcome["ok"]:
        return _form(canteen, on, meal, form, refusal(outcome)), 422
    for left in done["left"]:
        flash(f"已经保存，但是没有发布：{word(left['why'], 'menu_left')}", "bad")
    if not done["left"]:
        shown = publish or outcome["state"] == "published"
        flash("已经保存，居民现在看到的就是它。" if shown else "已经存成草稿，居民还看不到。", "good")
    return redirect(url_for("console.menus", **_shown(canteen.id, on)))


def _read(
    register: Sequence[canteens.SetupDish], form: Mapping[str, str]
) -> tuple[tuple[MenuDish, ...], int] | str:
    """The dishes that were ticked, in the order of the form, and the capacity; or what to write instead."""
    named, dishes = {one.id: one.name for one in register}, []
    for key in form:
        dish_id = as_whole(key.removeprefix("on_")) if key.startswith("on_") else None
        if dish_id is None or dish_id not in named:
            continue
        name = named[dish_id]
        cents = read_cents(form.get(f"cents_{dish_id}", ""))
        portions = _portions(form.get(f"portions_{dish_id}", ""))
        if cents is None:
            return PRICE.format(name)
        if portions == 0:
            return PORTIONS.format(name)
        dishes.append(MenuDish(dish_id, cents, portions))
    capacity = _portions(form.get("capacity", "") or "0")
    return (tuple(dishes), capacity) if capacity else CAPACITY


def _portions(text: str) -> int | None:
    """How many; None where nothing was typed, 0 for what is none."""
    if not text.strip():
        return None
    count = as_whole(text) or 0
    return count if count <= MOST_PORTIONS else 0


def refusal(outcome: Mapping[str, Any]) -> str:
    """Why a menu was not saved, and what to do."""
    why, about = outcome["why"], outcome.get("field", "")
    text = word(f"{why}_{about}", "refusal_menu")
    return (word(why, "refusal_menu") if text == f"{why}_{about}" else text).format(**outcome)


def publish_menus() -> ResponseReturnValue:
    """Show the drafts of a week to the residents who are served."""
    ids = tuple(menu_id for text in request.form.getlist("menu") if (menu_id := as_whole(text)))
    on = day("week", request.form) or local(here().clock.now()).date()
    if not ids:
        flash("没有可以发布的草稿。", "bad")
        return redirect(url_for("console.menus"))
    with working() as work:
        outcome = PublishMenus(g.me.id, ids[: DAYS * len(MEALS)]).run(work)
        named = [
            (canteens.own_menu(work, me().asker, left["menu_id"]), left["why"]) for left in outcome["left"]
        ]
    for one, why in named:
        if one is not None:
            flash(f"{one.day.day} 日{MEAL_NAMES[one.meal]}没有发布：{word(why, 'menu_left')}", "bad")
    if outcome["published"]:
        flash(f"已经发布 {outcome['published']} 餐，居民现在可以订。", "good")
    elif not named:
        flash("选的菜单都已经发布过，或者撤下了，没有要发布的。", "bad")
    canteen = whole("canteen", request.form)
    return redirect(url_for("console.menus", canteen=canteen, week=on.isoformat()))


def copy_menus() -> ResponseReturnValue:
    """Plan the week as the one before."""
    on = day("week", request.form) or local(here().clock.now()).date()
    canteen_id = whole("canteen", request.form) or 0
    with working() as work:
        outcome = CopyMenus(g.me.id, canteen_id, monday_of(on)).run(work)
    copied = outcome.get("copied")
    done = (
        f"复制了 {copied} 餐，都是草稿，请看过再发布。"
        if copied
        else "这一周已经都有菜单，或者都过去了，没有要复制的。"
    )
    return back(outcome, done, "console.menus", step="copy_menus", week=on.isoformat(), **_chosen(canteen_id))


def _chosen(canteen_id: int) -> Mapping[str, int]:
    return {"canteen": canteen_id} if canteen_id else {}


def canteen_day() -> ResponseReturnValue:
    """A day on which the canteen is closed, or open although it mostly is not; or as always again."""
    on, what = day("day", request.form), request.form.get("what", "")
    canteen_id = whole("canteen", request.form) or 0
    if on is None or what not in OF_DAY:
        flash("请选一个日期，再点“保存”。", "bad")
        return redirect(url_for("console.menus"))
    action = (
        ForgetCanteenDay(g.me.id, canteen_id, on)
        if what == "usual"
        else SaveCanteenDay(g.me.id, canteen_id, on, what == "open", said())
    )
    with working() as work:
        outcome = action.run(work)
    done = f"{day_named(on)}{OF_DAY[what]}，已经保存。"
    return back(
        outcome, done, "console.menus", step="canteen_day", **_chosen(canteen_id), week=on.isoformat()
    )


def withdraw_menu(menu_id: int) -> ResponseReturnValue:
    """Take a menu back; with orders only once it was said knowingly. Each is then cancelled by itself."""
    with working() as work:
        menu_ = found(canteens.own_menu(work, me().asker, menu_id))
        outcome = WithdrawMenu(g.me.id, menu_id, orders=request.form.get("orders") == "yes").run(work)
    cancelled = sum(_cancelled(order_id) for order_id in outcome["orders"]) if outcome["ok"] else 0
    what = f"{day_named(menu_.day)}{MEAL_NAMES[menu_.meal]}的菜单已经撤下"
    done = f"{what}，取消了 {cancelled} 份订餐，钱已经退回，正在通知订餐的人。" if cancelled else f"{what}。"
    return back(outcome, done, "console.menus", step="withdraw", **_shown(menu_.canteen_id, menu_.day))


def _cancelled(order_id: int) -> bool:
    """Cancel one order in a transaction of its own: others must not wait for all of them."""
    with working() as work:
        return bool(CancelWithdrawn(order_id, g.me.id).run(work)["ok"])

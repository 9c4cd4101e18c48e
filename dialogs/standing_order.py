"""住户: [关注]
机器人: 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了
住户: 周一到周五午饭
机器人: 自己取 送到家
住户: 1
机器人: 周一到周五的午餐 1. 订 2. 不订
住户: 1
机器人: 停几天
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.language.dining import named_elder
from bot.language.portions import find_portions, find_strangers
from bot.language.standing import (
    read_how,
    read_pause,
    read_weekdays,
    standing_dishes,
    standing_meal,
    standing_wish,
    with_holidays,
)
from bot.talk import Ask, Choice, Confirm, Do, Look, Part, Say, Script, World, dialog
from dialogs.standing_skip import today_of
from models import views
from models.actions.standing import PauseStandingOrder, ResumeStandingOrder, SaveStandingOrder
from models.rules.days import day_named
from models.rules.meals import MEAL_NAMES
from models.rules.standing import WORKDAYS, days_named

KEPT = "长期订餐没有改。"
NONE = "您现在没有长期订餐。要订，直接说，比如“周一到周五午饭”。"
USUAL = "菜按平时订的，没有就订当天菜单上的第一个菜，不合忌口的不订。这样订，对吗？"
ELSE = "哪天没有这个菜，就按平时订的替您订上，当时告诉您。这样订，对吗？"
UNKNOWN = "食堂没有“{dish}”这道菜，菜先按平时订的。想要别的菜，请回复 取消，再说一次。"
WHICH = "长期要的是哪一样？"
HOW = {"pickup": "自己取", "delivery": "送到家"}
REFUSED = {
    "unknown": "现在订不了，请回复 人工，请社区工作人员帮忙。",
    "not_served": "这家食堂不给您登记的住址供餐，没有订。住址变了请回复 绑定住址，别的请回复 人工。",
    "cap": "一顿最多订 {most} 份，没有订。请少要一些，再说一次。",
}
DAYS = {"12345": "周一到周五", "1234567": "每天", "135": "周一、周三、周五"}
CHANGES = {"pause": "停几天", "end": "不订了", "new": "改一改", "keep": "不变"}
FOREVER = date(9999, 12, 31)


@dialog("standing_order", about="长期订餐", opens=("standing_order",), undone=KEPT, left=KEPT)
def standing_order(world: World) -> Script:
    """Meals ordered for good: made in one sentence, paused for days, taken up again, ended."""
    words = world.opening.text
    word = named_elder(words)
    served = yield from Look("served", views.served_people, world.who.person_id)
    elder = next((one["person_id"] for one in served if one["word"] == word), None)
    if word and elder is None:
        yield Say(f"要替{word}长期订餐，先要本人同意您代订：回复 绑定家人。")
        return None
    who = elder or world.who.person_id
    known = yield from Look("known", views.standing_of, who)
    today = date.fromisoformat((yield from Look("today", today_of)))
    wish: str = standing_wish(words, today) or "new"
    if wish == "new" and known and not read_weekdays(words):
        yield Say(told(known))
        wish = yield from Choice("wish", "要怎么改？", "请回复前面的数字，比如 1。", choices=CHANGES)
    if wish != "new" and not known:
        yield Say(NONE)
    elif wish == "new":
        yield from made(world, who, elder, known)
    elif wish == "pause":
        yield from paused(world, who, today)
    elif wish == "resume":
        yield from resumed(world, who)
    elif wish == "end":
        yield from ended(world, who, known, today)
    else:
        yield Say("好的，不变。")
    return None


def told(known: list[dict[str, Any]]) -> str:
    """What is ordered for good, a line for each meal."""
    lines = []
    for one in known:
        paused = "".join(f"，{off}" for off in pauses(one))
        dishes = f"{one['dishes']}，" if one["dishes"] else ""
        lines.append(
            f"{one['days']} {MEAL_NAMES[one['meal']]}（{dishes}{one['canteen']}，{HOW[one['how']]}{paused}）"
        )
    return "您长期订的：" + "；".join(lines) + "。"


def pauses(one: dict[str, Any]) -> list[str]:
    """When it is paused, in words."""
    since = one["paused_from"]
    return [f"{stretch(*days)}停" for days in one["pauses"]] + (
        [f"{day_named(date.fromisoformat(since))}起停"] if since else []
    )


def stretch(first: str, last: str) -> str:
    """3 月 4 日到 3 月 6 日, or one day. Both ISO."""
    return (
        day_named(date.fromisoformat(first))
        if first == last
        else f"{day_named(date.fromisoformat(first))}到 {day_named(date.fromisoformat(last))}"
    )


def made(world: World, who: int, elder: int | None, known: list[dict[str, Any]]) -> Part[None]:
    """Which meal, which days, which dishes, how; asked for as far as it was not said, and confirmed."""
    choices = yield from Look("choices", views.standing_choices, who)
    if choices is None or not choices["meals"]:
        yield Say("您住的地方还没有食堂可以订。没有绑定住址的，请先回复 绑定住址；别的请回复 人工。")
        return
    words = world.opening.text
    meal = yield from which_meal(words, choices["meals"])
    days = yield from which_days(words)
    dishes, names = yield from wished(words, choices["canteen_id"])
    how = yield from which_way(words, choices["meals"][meal])
    holidays = with_holidays(words)
    where = f"送到 {choices['home']}" if how == "delivery" else f"到{choices['canteen']}取"
    what = f"{names}，" if names else ""
    yield Say(
        f"要长期订的：{days_named(days)}的{MEAL_NAMES[meal]}，{what}{where}，{days_off(days, holidays=holidays)}。"
    )
    ask = Confirm("sure", ELSE if names else USUAL, "请回复 1 订，或回复 2 不订。", yes="订", no="不订")
    if not (yield from ask):
        yield Say(f"好的，{KEPT}")
        return
    save = SaveStandingOrder(
        who,
        choices["canteen_id"],
        meal,
        days,
        how,
        choices["home_id"],
        world.who.account_id,
        world.who.person_id if elder else None,
        holidays,
        dishes,
    )
    done = yield from Do("save", save)
    yield Say(saved(done, "、".join(off for one in known if one["meal"] == meal for off in pauses(one))))


def which_meal(words: str, cooked: Mapping[str, bool]) -> Part[str]:
    """The meal, one of those that the canteen cooks."""
    meal = standing_meal(words)
    if meal in cooked:
        return meal
    meals = {one: MEAL_NAMES[one] for one in cooked}
    return (yield from Choice("meal", "要长期订哪一顿？", "请回复前面的数字，比如 1。", choices=meals))


def which_days(words: str) -> Part[tuple[int, ...]]:
    """The weekdays, 1 Monday to 7 Sunday."""
    days = read_weekdays(words)
    if days:
        return tuple(days)
    again = "请回复前面的数字；别的日子请回复 取消，再说，比如“每周二四午饭”。"
    said = yield from Choice("days", "哪几天？", again, choices=DAYS)
    return tuple(int(day) for day in said)


def which_way(words: str, delivers: bool) -> Part[str]:
    """pickup or delivery; asked only where the meal is brought."""
    if not delivers:
        return "pickup"
    ask = Choice("how", "自己取还是送到家？", "请回复 1 自己取，或回复 2 送到家。", choices=HOW)
    return read_how(words) or (yield from ask)


def days_off(days: Sequence[int], *, holidays: bool) -> str:
    """What becomes of public holidays and make-up days, in words."""
    if holidays:
        return "放假的日子也订"
    return "放假不订，调休上班的日子照订" if tuple(days) == WORKDAYS else "放假不订"


def saved(done: Mapping[str, Any], off: str) -> str:
    """What has become of it. `off`: the pauses that go on, in words."""
    if not done["ok"]:
        return REFUSED.get(done["why"], REFUSED["unknown"]).format(most=done.get("most"))
    now = f"近两天的 {done['ordered']} 顿已经订上。" if done["ordered"] else "到时候自动订。"
    off = f"{off}，照旧。" if off else ""
    return f"订好了，从明天起，{now}{off}不用天天说；订不上我会告诉您。要停，回复 停几天；不要了，回复 长期不订了。"


def wished(words: str, canteen_id: int) -> Part[tuple[dict[str, int], str]]:
    """The dishes that are wished for each time, by id and in words; none where none is named that is cooked there."""
    said = standing_dishes(words)
    if not said:
        return {}, ""
    known = yield from Look("cooked", views.dishes_cooked, canteen_id)
    ids = {name: one for one, name in known.items()}
    dishes: dict[str, int] = {}
    for at, one in enumerate(find_portions(said, list(ids))):
        several = {ids[name]: name for name in (one.dish, *one.others) if name in ids}
        if not several:
            continue
        ask = Choice(
            f"dish_{at}", WHICH, "请回复前面的数字，比如 1。", choices=dict(list(several.items())[:5])
        )
        picked = (yield from ask) if len(several) > 1 else next(iter(several))
        dishes[picked] = one.qty if isinstance(one.qty, int) else 1
    strange = find_strangers(said, list(ids)) or ([] if dishes else [said])
    if strange:
        yield Say(UNKNOWN.format(dish=strange[0]))
    return dishes, "、".join(f"{known[one]} {count} 份" for one, count in dishes.items())


def paused(world: World, who: int, today: date) -> Part[None]:
    """For some days; until it is taken up again where nobody says until when."""
    span = read_pause(world.opening.text, today)
    if span is None:
        said = yield from Ask(
            "until",
            "停几天？比如“停三天”“停到周五”“下周一到周三停”。",
            "请写几天，比如“三天”；不停了，回复 取消。",
        )
        span = read_pause(said, today)
    if span is None:
        yield Say("没看懂停到哪天，先没有停。请再说一次，比如“停三天”。")
        return
    first, last = span
    done = yield from Do(
        "pause", PauseStandingOrder(who, first, last, standing_meal(world.opening.text), world.who.person_id)
    )
    if not done["ok"]:
        yield Say(NONE)
        return
    days = stretch(first.isoformat(), (last or FOREVER).isoformat())
    yield Say(f"好的，{days}不订，过后自动接着订。{told_cancelled(done)}要提前接着订，回复 恢复订餐。")


def told_cancelled(done: dict[str, Any]) -> str:
    """What became of meals that were ordered already."""
    gone = f"已经订好的 {done['cancelled']} 顿退了。" if done["cancelled"] else ""
    kept = f"有 {done['kept']} 顿过了退餐时间，照常做，请来取。" if done["kept"] else ""
    return gone + kept


def resumed(world: World, who: int) -> Part[None]:
    """Before the pause ends by itself."""
    done = yield from Do("resume", ResumeStandingOrder(who, world.who.person_id))
    if not done["ok"]:
        yield Say("长期订餐没有停着，照常订。")
        return
    now = f"近两天的 {done['ordered']} 顿已经订上。" if done["ordered"] else ""
    yield Say(f"好的，长期订餐接着订。{now}停的时候退掉的，要吃请回复 订餐。")


def ended(world: World, who: int, known: list[dict[str, Any]], today: date) -> Part[None]:
    """For good; meals that can still be cancelled are."""
    meal = standing_meal(world.opening.text)
    yield Say(told([one for one in known if meal in ("", one["meal"])] or known))
    sure = yield from Confirm(
        "sure", "以后都不订了，对吗？", "请回复 1 不订了，或回复 2 照常订。", yes="不订了", no="照常订"
    )
    if not sure:
        yield Say(f"好的，{KEPT}")
        return
    done = yield from Do("end", PauseStandingOrder(who, today, None, meal, world.who.person_id, ends=True))
    if not done["ok"]:
        yield Say(NONE)
        return
    yield Say(f"好的，长期订餐停掉了。{told_cancelled(done)}偶尔要吃，回复 订餐。")

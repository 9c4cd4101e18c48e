"""What people of a canteen do from their group: today's count, corrections, handing out, who has not come.

A group sees counts, buildings and the last four digits of a phone, never a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.clock import local, local_text
from bot.language.staff_deliveries import AboutDelivery
from bot.language.staff_meals import AboutMeals
from bot.language.staff_proxy import ForDiner
from bot.message import Reply
from handlers import staff_deliveries, staff_proxy
from models import views
from models.actions.kitchen import AcknowledgeCount, ServeMeal
from models.rules.days import day_words
from models.rules.kitchen import read_code
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.store import Work
from models.views.kitchen import (
    Correction,
    KitchenCount,
    counts_unread,
    kitchen_counts,
    kitchens,
    next_counts,
)
from models.views.meal_boxes import Box, boxes

HELP = """
食堂这样说：
备餐　看今天或者下一餐要做多少；备餐 明天早餐
收到 午餐 2　看到了第 2 次更正
核销 1234　按取餐码发餐，只算一次
未取 午餐　还有哪些没来领
没送到 3-302 家里没人　送到门口没交成；送到 3-302　后来送到了
代订 3-2-601 王阿婆 午餐 红烧肉 1份 送　替没有微信的老人订"""
LISTED = 30
NO_KITCHEN = "您单位没有食堂，这句话办不了。看怎么用请发：帮助"
NO_MENU = "这一餐没有菜单。菜单在工作台“菜单”里发布。"
NOTHING_UNREAD = "没有等着确认的更正。"
WHICH = "有 {count} 次更正还没确认：\n{lines}\n请写上是哪一餐、第几次，比如：收到 {meal} {number}"
READ = "记下了，{meal}第 {number} 次更正已有人看到。"
READ_ALREADY = "{meal}第 {number} 次更正已经有人确认过了。"
NO_CORRECTION = "没有这一次更正。还没确认的请发“收到”看。"
NEEDS_CODE = "请写上取餐码，4 到 6 位数字，比如：核销 1234"
UNKNOWN_CODE = "没有这个取餐码，请核对一下。您食堂今天的餐里找不到 {code}。"
SERVED = "可以发了：{dishes}（{portions} 份，{meal}）。"
COLLECT = "请收 {sum}，已记为收到。"
SERVED_ALREADY = "这个码在 {at} 已经领过了，不要再发。"
CANCELLED = "这一单已经取消了，不要发。"
MISSED = "这一单已经记为没来领，不能再发。"
TWO_MEALS = "有两个食堂的餐都是这个码，还没有发。请扫居民手机上的二维码，或者在工作台“备餐”里选好食堂再核销。"
TOO_EARLY = "这个码是 {day}{meal}的，现在还不能领。"
TOO_LATE = "这个码是 {day}{meal}的，已经过了。"
LEFT = "{meal}还有 {count} 单没有领：\n{lines}\n姓名和电话请到工作台“备餐”看。"
NONE_LEFT = "{meal}都领走、送到了。"


def answer(work: Work, asker: views.Staff, about: AboutMeals | AboutDelivery | ForDiner) -> Reply | None:
    """Do what is said; the words for the group. None where it is not about a canteen after all."""
    if isinstance(about, ForDiner):
        return staff_proxy.answer(work, asker, about)
    if isinstance(about, AboutDelivery):
        return staff_deliveries.answer(work, asker, about)
    if not kitchens(work, asker):
        return None if about.wish == "read" else Reply(NO_KITCHEN)
    return Reply(DO[about.wish](work, asker, about))


def runs_canteen(work: Work, asker: views.Staff) -> bool:
    """Whether somebody is of a unit that cooks."""
    return bool(kitchens(work, asker))


def _count(work: Work, asker: views.Staff, about: AboutMeals) -> str:
    found = [one for one in next_counts(work, asker) if about.meal in (None, one.meal)]
    if about.tomorrow:
        found = [one for one in found if one.day > views.today(work)]
    return _counted(found[0]) if found else NO_MENU


def _counted(one: KitchenCount) -> str:
    head = f"【备餐】{one.canteen} {day_words(one.day)}{MEAL_NAMES[one.meal]}"
    lines = [f"{dish.name} {dish.portions} 份" for dish in one.dishes if dish.portions]
    corrected = f"，更正过 {len(one.corrections)} 次" if one.corrections else ""
    open_until = f"还没截止（{local_text(one.freezes_at)} 截止）"
    state = f"已截止{corrected}" if one.state == "frozen" else open_until
    if not lines:
        return f"{head}\n{state}，没有人订。"
    unread = [f"还没确认{_correction(each)}" for each in one.unread]
    hint = [f"看到了请发：收到 {MEAL_NAMES[one.meal]} {one.unread[0].number}"] if unread else []
    total = f"{state}，一共 {one.portions} 份，{one.orders} 单："
    return "\n".join([head, total, *lines, f"自取 {one.pickup} 份，送餐 {one.delivery} 份。", *unread, *hint])


def _correction(one: Correction) -> str:
    return f"第 {one.number} 次更正：{one.said}"


def _read(work: Work, asker: views.Staff, about: AboutMeals) -> str:
    waiting = [
        (count, one)
        for count in counts_unread(work, asker)
        for one in count.unread
        if about.meal in (None, count.meal) and about.number in (None, one.number)
    ]
    if len(waiting) == 1:
        count, one = waiting[0]
        AcknowledgeCount(count.menu_id, one.version, worker_id=asker.worker_id).run(work)
        return READ.format(meal=MEAL_NAMES[count.meal], number=one.number)
    if waiting:
        count, one = waiting[0]
        lines = "\n".join(f"{MEAL_NAMES[each.meal]}{_correction(of)}" for each, of in waiting)
        return WHICH.format(count=len(waiting), lines=lines, meal=MEAL_NAMES[count.meal], number=one.number)
    return NO_CORRECTION if about.number and not _known(work, asker, about) else _read_before(about)


def _known(work: Work, asker: views.Staff, about: AboutMeals) -> bool:
    counts = (one for one in next_counts(work, asker) if about.meal in (None, one.meal))
    return any(one.number == about.number for count in counts for one in count.corrections)


def _read_before(about: AboutMeals) -> str:
    if about.number is None:
        return NOTHING_UNREAD
    return READ_ALREADY.format(meal=MEAL_NAMES[about.meal] if about.meal else "", number=about.number)


def _serve(work: Work, asker: views.Staff, about: AboutMeals) -> str:
    read = read_code(about.code)
    if read is None:
        return NEEDS_CODE
    menu_id, code = read
    done = ServeMeal(code, worker_id=asker.worker_id, menu_id=menu_id).run(work)
    return served(done, code)


def served(done: Mapping[str, object], code: str) -> str:
    """What came of a code, in words for whoever hands out."""
    named = {"meal": MEAL_NAMES.get(str(done.get("meal")), ""), "code": code, "day": done.get("day", "")}
    if done["ok"]:
        said = SERVED.format(**{**done, **named})
        cents = int(str(done["collect_cents"]))
        return said + (COLLECT.format(sum=yuan(cents)) if cents else "")
    at = str(done.get("at") or "")
    if done["why"] == "already":
        return SERVED_ALREADY.format(at=f"{local(datetime.fromisoformat(at)):%H:%M}")
    early = {
        "closed": CANCELLED,
        "not_same": TWO_MEALS,
        "too_soon": TOO_EARLY,
        "too_late": TOO_LATE if done.get("day") else MISSED,
    }
    return early.get(str(done["why"]), UNKNOWN_CODE).format(**named)


def _left(work: Work, asker: views.Staff, about: AboutMeals) -> str:
    found = [one for one in _today(work, asker) if about.meal in (None, one.meal)]
    if not found:
        return NO_MENU
    one = max(
        found,
        key=lambda each: (each.starts_at <= work.now, -abs((each.starts_at - work.now).total_seconds())),
    )
    waiting = [box for box in boxes(work, asker, one.menu_id) if box.state in ("placed", "no_show")]
    meal = MEAL_NAMES[one.meal]
    if not waiting:
        return NONE_LEFT.format(meal=meal)
    lines = [
        f"{box.place or '没有登记住址'}{f'，尾号 {box.tail}' if box.tail else ''}，{box.portions} 份，"
        f"{_way(box)}"
        for box in waiting[:LISTED]
    ]
    more = [f"还有 {len(waiting) - LISTED} 单没有列出。"] if len(waiting) > LISTED else []
    return LEFT.format(meal=meal, count=len(waiting), lines="\n".join([*lines, *more]))


def _way(box: Box) -> str:
    return "自取" if box.how == "pickup" else "送餐" if box.state == "placed" else "没送到"


def _today(work: Work, asker: views.Staff) -> tuple[KitchenCount, ...]:
    """Today's meals of every canteen of the asker."""
    on = views.today(work)
    return tuple(
        one for kitchen in kitchens(work, asker) for one in kitchen_counts(work, asker, kitchen.id, on)
    )


DO: Mapping[str, Callable[[Work, views.Staff, AboutMeals], str]] = {
    "count": _count,
    "read": _read,
    "serve": _serve,
    "left": _left,
}

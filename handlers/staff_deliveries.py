"""What a volunteer says in the group of a meal at the door: not delivered, with a reason, or delivered after all.

The group reads the building and the last four digits of the phone back, never door, name or reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.language.addresses import HomeRef
from bot.language.staff_deliveries import AboutDelivery
from bot.message import Reply
from handlers.staff_proxy import homes_said
from models import views
from models.actions.deliveries import Delivered, NotDelivered
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.store import Work
from models.views.kitchen import KitchenCount, kitchen_counts, kitchens
from models.views.meal_boxes import Box, boxes

NO_KITCHEN = "您单位没有食堂，这句话办不了。看怎么用请发：帮助"
NEEDS_DOOR = (
    "请写上哪一户和原因，比如：没送到 3-302 家里没人。也可以写电话尾号，比如：没送到 尾号 5678 家里没人"
)
NEEDS_WHY = "请写上为什么没送到，比如：没送到 3-302 家里没人"
NOT_FOUND = "今天要送的餐里没有找到这一户。请核对门牌或者电话尾号，也可以到工作台“送餐路线”里记。"
SEVERAL = "有 {count} 户对得上，还没有记。请写上小区，或者写电话尾号，比如：没送到 尾号 5678 家里没人"
MISSED = "记下了：{place}的{meal}没有送到，已请社区打电话问。后来送到了请发：送到 {example}"
ARRIVED = "记下了：{place}的{meal}送到了。"
COLLECT = "请收 {sum}，已记为收到。"
WHY: Mapping[str, str] = {
    "already": "这一户的{meal}已经记过了，不用再发。",
    "closed": "这一户的{meal}已经取消了，不用送。",
    "too_soon": "{meal}还没有开始送，现在不能记。",
    "no_money": "这一户的餐费已经退回，余额不够再扣。请到工作台“订餐”里补订。",
}
FAILED = "没有记成，请到工作台“送餐路线”里记。"


def answer(work: Work, asker: views.Staff, about: AboutDelivery) -> Reply:
    """Note it, or say what is missing."""
    if not kitchens(work, asker):
        return Reply(NO_KITCHEN)
    if not (about.homes or about.number):
        return Reply(NEEDS_DOOR)
    found = _meant(work, asker, about)
    if not found:
        return Reply(NOT_FOUND)
    doors = {box.home_id or box.order_id for box in found}
    if len(doors) > 1:
        return Reply(SEVERAL.format(count=len(doors)))
    if not about.arrived and not about.why:
        return Reply(NEEDS_WHY)
    return Reply(_noted(work, asker, about, found))


def _noted(work: Work, asker: views.Staff, about: AboutDelivery, found: Sequence[Box]) -> str:
    """Who lives together gets their meals together, so all of that door are noted."""
    outcomes = [
        Delivered(box.order_id, worker_id=asker.worker_id).run(work)
        if about.arrived
        else NotDelivered(box.order_id, about.why, worker_id=asker.worker_id).run(work)
        for box in found
    ]
    box, meal = found[0], MEAL_NAMES[found[0].meal]
    done = [one for one in outcomes if one["ok"]]
    if not done:
        return WHY.get(outcomes[0]["why"], FAILED).format(meal=meal)
    tail = f"尾号 {box.tail}" if box.tail else ""
    place = box.place + (f"（{tail}）" if tail else "")
    cents = sum(one.get("collect_cents", 0) for one in done)
    said = (ARRIVED if about.arrived else MISSED).format(place=place, meal=meal, example=tail or "门牌")
    return said + (COLLECT.format(sum=yuan(cents)) if cents else "")


def _meant(work: Work, asker: views.Staff, about: AboutDelivery) -> list[Box]:
    """The deliveries of today's meal at that door: of the one that is served now, where none was named."""
    homes = _homes(work, asker, about.homes)
    for count in sorted(_today(work, asker), key=lambda one: _how_near(work, one)):
        if about.meal in (None, count.meal):
            there = [box for box in boxes(work, asker, count.menu_id) if box.how == "delivery"]
            if found := [box for box in there if _is_meant(box, about, homes)]:
                return found
    return []


def _is_meant(box: Box, about: AboutDelivery, homes: Collection[int]) -> bool:
    if about.number:
        return about.number in (box.tail, box.code)
    return box.home_id in homes


def _homes(work: Work, asker: views.Staff, refs: Sequence[HomeRef]) -> set[int]:
    return {one.id for one in homes_said(work, refs, views.estates_cooked_for(work, asker))}


def _how_near(work: Work, one: KitchenCount) -> tuple[bool, float]:
    """Meals that have begun first, and of several the one that began last."""
    return one.starts_at > work.now, abs((one.starts_at - work.now).total_seconds())


def _today(work: Work, asker: views.Staff) -> list[KitchenCount]:
    on = views.today(work)
    return [one for each in kitchens(work, asker) for one in kitchen_counts(work, asker, each.id, on)]

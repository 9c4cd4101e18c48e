"""Staff order a meal from their group for somebody without WeChat. The group reads neither name nor door back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.language.addresses import HomeRef
from bot.language.dishes import likest_first
from bot.language.portions import find_portions
from bot.language.staff_proxy import ForDiner
from bot.message import Reply
from models import views
from models.actions.desk import OpenDeskItem
from models.actions.meal_telling import tell_of_staff
from models.actions.meals import PlaceMeal
from models.rules.days import day_words
from models.rules.meals import MEAL_NAMES
from models.rules.money import paid_how, yuan
from models.store import Work

EXAMPLE = "比如：代订 3-2-601 王阿婆 午餐 红烧肉 1份 送"
NOBODY = (
    "没有找到这一户的这位住户，或者他住的小区不归您单位的食堂送。请核对门牌和姓，或者请社区先在工作台登记。"
)
SEVERAL = (
    "这一户有 {count} 位对得上，不能确定是哪一位。请写上小区和全名，比如“幸福小区 3-2-601 王桂芳”；"
    "还不行，请到工作台订。"
)
NEEDS_DOOR = f"请写上门牌和姓名，{EXAMPLE}"
NEEDS_NAME = f"请写上是哪一位，写姓也可以，{EXAMPLE}"
NO_MENU = "{meal}现在订不了：没有菜单，或者已经截止。截止以后要补订，请到工作台“订餐”里办。"
WHICH_DISH = "请写上要什么菜。{day}{meal}有：{dishes}"
NO_DISH = "{day}{meal}没有{dish}，没有订。有：{dishes}"
UNSURE_DISH = "“{said}”可能是 {dishes}，请写全。"
DONE = (
    "订好了，订餐 {number} 号：{estate}，{day}{meal}，{dishes}，{how}。自己付 {pay}，{pays}。取餐码 {code}。"
)
WHY = {
    "sold_out": "{dish} 不够了，还剩 {left} 份。",
    "full": "这一餐只剩 {left} 份了。",
    "too_late": "已经过了截止时间。要补订，请到工作台“订餐”里办。",
    "already": "这一餐已经替他订过了，没有再订。要改，请到工作台“订餐”里办。",
    "not_served": "这一餐不送到家，或者不送他住的小区。去掉“送”再试，或者到工作台订。",
    "cap": "一次最多订 {most} 份。",
}
FAILED = "没有订成，请到工作台“订餐”里办。"
HARMS = "有的菜可能不适合这位住户，请到工作台核对忌口。"
CALL = "{day}{meal}（订餐 {number}）里有的菜可能不合忌口。请核对，问问要不要换菜，要换的到“订餐”里改。"


def answer(work: Work, asker: views.Staff, said: ForDiner) -> Reply:
    """Order it, or say what is missing."""
    estates = views.estates_cooked_for(work, asker)
    if not said.homes:
        return Reply(NEEDS_DOOR)
    homes = homes_said(work, said.homes, estates)
    if not said.name:
        return Reply(NEEDS_NAME)
    people = views.people_at(work, [one.id for one in homes], said.name) if homes else []
    if len(people) != 1:
        return Reply(SEVERAL.format(count=len(people)) if people else NOBODY)
    home = next(one for one in homes if views.people_at(work, [one.id], said.name))
    canteens = {one for several in estates.values() for one in several}
    open_now = views.menus_open(work, people[0], day=said.day, meal=said.meal)
    menu = next((one for one in open_now if one["canteen_id"] in canteens), None)
    if menu is None:
        return Reply(NO_MENU.format(meal=MEAL_NAMES.get(said.meal or "", "这一餐")))
    return Reply(_ordered(work, asker, people[0], home, menu, said))


def _refused(done: Mapping[str, Any], on_menu: Mapping[str, Any]) -> str:
    """Why it was not ordered; FAILED for what nobody expects."""
    dish = next((name for name, one in on_menu.items() if one["dish_id"] == done.get("dish_id")), "")
    return WHY.get(done["why"], FAILED).format(dish=dish, left=done.get("left", 0), most=done.get("most", 0))


def homes_said(work: Work, refs: Iterable[HomeRef], estates: Iterable[int]) -> list[views.Home]:
    """The homes of these estates that some readings of a door may mean; of the estate that was written alone."""
    return [
        home
        for ref in refs
        if ref.building and ref.room
        for estate_id in _estates_meant(work, ref, estates)
        for home in views.find_home(
            work, building_key=ref.building, room=ref.room, unit=ref.unit, estate_id=estate_id
        )
    ]


def _estates_meant(work: Work, ref: HomeRef, estates: Iterable[int]) -> list[int]:
    """All of them where none was written."""
    called = views.estates_called(work, ref.estate) if ref.estate else None
    return [one for one in estates if called is None or one in called]


def _ordered(
    work: Work,
    asker: views.Staff,
    person_id: int,
    home: views.Home,
    menu: Mapping[str, Any],
    said: ForDiner,
) -> str:
    on_menu = {one["name"]: one for one in menu["dishes"]}
    portions = _portions(work, menu, on_menu, said)
    if isinstance(portions, str):
        return portions
    place = PlaceMeal(
        menu["menu_id"],
        person_id,
        {on_menu[name]["dish_id"]: count for name, count in portions.items()},
        "delivery" if said.delivery else "pickup",
        home.id,
        account_id=views.own_account(work, person_id),
        via="group",
        by_id=asker.worker_id,
    )
    done = place.run(work)
    if not done["ok"]:
        return _refused(done, on_menu)
    tell_of_staff(work, done["meal_order_id"], "placed")
    harms = any(on_menu[name]["clash"] for name in portions)
    call = CALL.format(number=done["number"], **_named(menu))
    told = _told(done, home, menu, portions, said)
    return told + (_harms(work, asker, person_id, call) if harms else "")


def _portions(
    work: Work, menu: Mapping[str, Any], on_menu: Mapping[str, Any], said: ForDiner
) -> dict[str, int] | str:
    """How many of which dish; or what has to be asked first."""
    cooked = views.dishes_cooked(work, menu["canteen_id"]).values()
    absent = [name for name in cooked if name not in on_menu]
    portions = find_portions(said.words, list(on_menu), absent)
    if not portions:
        return WHICH_DISH.format(dishes="、".join(on_menu), **_named(menu))
    if gone := next((one.dish for one in portions if one.dish in absent), None):
        likest = "、".join(likest_first(gone, list(on_menu)))
        return NO_DISH.format(dish=gone, dishes=likest, **_named(menu))
    if unsure := next((one for one in portions if one.others or not isinstance(one.qty, int)), None):
        return UNSURE_DISH.format(said=unsure.dish, dishes="、".join([unsure.dish, *unsure.others]))
    return {one.dish: int(one.qty) for one in portions}


def _named(menu: Mapping[str, Any]) -> dict[str, str]:
    return {"day": day_words(date.fromisoformat(menu["day"])), "meal": MEAL_NAMES[menu["meal"]]}


def _told(
    done: Mapping[str, Any],
    home: views.Home,
    menu: Mapping[str, Any],
    portions: Mapping[str, int],
    said: ForDiner,
) -> str:
    """What has been ordered, without name, door, phone or subsidy, which would tell of an income."""
    return DONE.format(
        number=done["number"],
        estate=home.estate,
        dishes="、".join(f"{name} {count} 份" for name, count in portions.items()),
        how="送餐" if said.delivery else "自取",
        pay=yuan(done["pay_cents"]),
        pays=paid_how(done["pays"], "delivery" if said.delivery else "pickup"),
        code=done["code"],
        **_named(menu),
    )


def _harms(work: Work, asker: views.Staff, person_id: int, call: str) -> str:
    """That a dish may not be for them: a group must not read it, so those who keep the person's record have it."""
    if not asker.aloud:
        return f"\n{HARMS}"
    OpenDeskItem("call_diner", call, person_id=person_id).run(work)
    return ""

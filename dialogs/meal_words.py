"""The words about a meal that is about to be ordered, has been, or cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.talk import coming_text, hours_text
from dialogs.meal_menu import Card
from models.rules.money import paid_how, yuan

FOOD = {"breakfast": "早饭", "lunch": "午饭", "dinner": "晚饭"}
_DAY = re.compile(r"^(?:明天|后天|\d+ 月 \d+ 日)")
NO_WAY_BACK = "取消的时间已经过了，订了就不能取消。"
SORRY = "实在要改，请回复 人工，工作人员帮您和食堂说。"


def cancel_words(label: str, meal: str) -> str:
    """How one meal is taken back in words: 不要晚饭, 不要明天午饭.

    >>> cancel_words("今天晚餐", "dinner"), cancel_words("11 月 22 日（周日）午餐", "lunch")
    ('不要晚饭', '不要11月22日午饭')
    """
    day = _DAY.match(label)
    return f"不要{day[0].replace(' ', '') if day else ''}{FOOD[meal]}"


def cancel_time(card: Mapping[str, Any], now: datetime) -> str:
    """Until when a meal can be taken back, in words; empty when that is past."""
    until = datetime.fromisoformat(card["cancel_until"])
    return coming_text(card["cancel_until"], now) if now < until else ""


def taken_back(until: str, label: str, meal: str) -> str:
    """How a meal that has been ordered is taken back, or that it cannot be."""
    if not until:
        return f"{NO_WAY_BACK}{SORRY}"
    return f"{until} 前可以取消，回复“{cancel_words(label, meal)}”。"


def confirmation(
    card: Card, basket: Mapping[str, int], how: str, price: Mapping[str, Any], whose: str
) -> str:
    """What is about to be ordered and what it costs, line by line, to be read over once."""
    lines = [f"请核对{whose}：{card['label']}（{card['canteen']}）"]
    for one, count in basket.items():
        dish = card["dishes"][one]
        warns = f"（注意：{dish['clash']}）" if dish["clash"] else ""
        lines.append(f"{dish['name']} {count} 份，{yuan(dish['cents'] * count)}{warns}")
    lines.append(_way(card, how))
    lines += [f"{line['name']}补贴，减 {yuan(line['cents'])}" for line in price["lines"]]
    lines.append(f"您付 {yuan(price['pay_cents'])}{whence(price, how)}")
    lines += [] if card["cancel"] else [f"注意：{NO_WAY_BACK}"]
    return "\n".join([*lines, "要改直接说，比如“改成三份”“换成别的菜”。确定订吗？"])


def _way(card: Card, how: str) -> str:
    if how == "pickup":
        return f"自己到{card['canteen']}取"
    door = door_of(card, how)
    cents = card["delivery_cents"]
    return f"送到{door}，" + (f"送餐费 {yuan(cents)}" if cents else "不收送餐费")


def door_of(card: Card, how: str) -> str:
    """The door of the home that is chosen."""
    return next((one["door"] for one in card["places"] if f"home:{one['home_id']}" == how), "家里")


def whence(price: Mapping[str, Any], how: str) -> str:
    """How it is paid: 从余额里扣（还剩 70 元）."""
    if not price["pay_cents"]:
        return ""
    left = price.get("balance_cents")
    after = f"（扣完还剩 {yuan(left - price['pay_cents'])}）" if price["pays"] == "balance" and left else ""
    return f"，{paid_how(price['pays'], how)}{after}"


def ordered(card: Card, dishes: str, how: str, order: Mapping[str, Any]) -> str:
    """What has been ordered: number, code, when and where, until when it can be taken back and how."""
    hours = hours_text(card["starts_at"], card["ends_at"])
    if how == "pickup":
        at = f"（{card['address']}）" if card["address"] else ""
        where = f"{hours} 到{card['canteen']}{at}取"
    else:
        where = f"{hours} 送到{door_of(card, how)}"
    pays = whence(order, how)
    lines = [
        f"订好了：{card['label']}，{dishes}。编号 {order['number']}，取餐码 {order['code']}。",
        f"{where}。您付 {yuan(order['pay_cents'])}{pays}。",
        f"{taken_back(card['cancel'], card['label'], card['meal'])}看订了什么，回复 我的订餐。",
    ]
    return "\n".join(lines)


def had_elsewhere(card: Card) -> str:
    """The same meal has been ordered at another canteen, and what to do to have it here."""
    meal, canteen = cancel_words(card["label"], card["meal"]), card["elsewhere"]["canteen"]
    return f"{card['label']}{card['who']}已经在{canteen}订过。要换成{card['canteen']}，先回复“{meal}”，再回复 订餐。"


def refused(card: Card, done: Mapping[str, Any]) -> str:
    """Why it could not be ordered just now; what can be done instead is asked next."""
    dish = card["dishes"].get(str(done.get("dish_id")), {}).get("name", "这道菜")
    left = done.get("left") or 0
    said = {
        "sold_out": f"{dish}刚刚{f'只剩 {left} 份' if left else '卖完'}了，这一餐还没有订上。",
        "full": f"{card['label']}刚刚{f'只剩 {left} 份' if left else '订满'}了，这一餐还没有订上。",
        "too_late": f"{card['label']}刚刚截止订餐，没来得及订上。",
        "cap": f"一餐最多订 {done.get('most')} 份。要得多，请回复 人工，社区帮您和食堂说。",
        "already": f"{card['label']}刚刚已经订过了，没有再订。看订了什么，回复 我的订餐。",
    }
    return said.get(str(done["why"]), f"{card['label']}有变化，没有订上。请看看还有哪些。")

"""住户: 我妈82岁能享受什么
机器人: 82 岁 老年综合津贴 1.
住户: 2
机器人: 来源
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.language.asking import read_age
from bot.talk import Look, Number, Say, Script, World, dialog
from dialogs.catalogue import picked
from dialogs.faq import shown
from models import views
from models.rules.benefits import households_in, worded


@dialog("benefits", about="看能享受什么", opens=("benefits",))
def benefits(world: World) -> Script:
    """What somebody may have, by age, district and household; the rules are data of the items."""
    words = world.opening.text
    age = read_age(words)
    if age is None:
        age = yield from Number(
            "age", "多大年纪？请回复周岁，比如 82。", "请回复周岁数字，比如 82。", low=1, high=120, unit="岁"
        )
    found = yield from Look("found", views.benefits, world.who.person_id, age, households_in(words))
    items = [*found["yes"], *(noted(one) for one in found["perhaps"])]
    if not items:
        yield Say(f"{age} 岁能享受的，我这里还没有登记。请回复 人工，社区工作人员帮您查。")
        return None
    yield Say(f"{age} 岁，可以看这 {len(items)} 项；写着“要看情况”的，符合才有。以办理窗口审核为准。")
    item = yield from picked(items, "要看哪一项？")
    yield from shown(world, item, words, "sure")
    return None


def noted(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item that is for households of a kind only, with the kind in its name."""
    return {**item, "title": f"{item['title']}（要看情况：{worded(item['rules']['households'])}）"}

"""住户: 办事
机器人: 您要办哪一类的事 1. 户籍居住
住户: 1
机器人: 哪一件 1. 上海市居住证办理
住户: 1
机器人: 【上海市居住证办理】 材料：身份证 来源
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import Any

from bot.talk import Look, Part, Say, Script, Which, World, dialog
from dialogs.faq import shown
from models import views
from models.rules.catalogue import CLASSES, FIELDS

PAGE = 12  # items of a list, more where there would be more lists than items in one: 359 are 19 lists
ONE_PAGE = 20  # that are not worth two lists
NAME, END = (
    30,
    12,
)  # letters of a title in a list, and where a list begins or ends: one message holds 20 of either
AGAIN = "请回复前面的数字，比如 1；回复 0 返回。"
BY: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "class_key": ("您要办哪一类的事？", CLASSES),
    "field_key": ("您要看哪个领域？", FIELDS),
}


@dialog("catalogue", about="查办事事项", opens=("catalogue", "fields"), menu=("ITEMS", "FIELDS"), mends=True)
def catalogue(world: World) -> Script:
    """Any item within three replies by number: a class or field, a part of it when it is long, the item."""
    fields = world.opening.option == "FIELDS" or "领域" in world.opening.text
    by = "field_key" if fields else "class_key"
    text, names = BY[by]
    counts = yield from Look("counts", views.counts_told, world.who.person_id, by)
    if not counts:
        yield Say("办事事项还没有录入。要办什么直接问我，或者回复 人工。")
        return None
    kinds = tuple(key for key in names if counts.get(key))
    labels = tuple(f"{names[key]}（{counts[key]} 项）" for key in kinds)
    kind = yield from Which("kind", text, AGAIN, labels=labels, values=kinds, optional=True)
    items = yield from Look("items", views.items_told, world.who.person_id, **{by: kind})
    item = yield from picked(items, f"{names[kind]}，哪一件？")
    yield from shown(world, item, item["title"], "sure")
    return None


def picked(items: Sequence[dict[str, Any]], text: str) -> Part[dict[str, Any]]:
    """One of the items, by number: a long list is asked for in parts."""
    if len(items) > ONE_PAGE:
        size = max(PAGE, ceil(sqrt(len(items))))
        pages = [items[n : n + size] for n in range(0, len(items), size)]
        labels = tuple(map(span, pages))
        page = yield from Which(
            "page", "在哪一段里？", AGAIN, labels=labels, values=tuple(range(len(pages))), optional=True
        )
        items = pages[page]
    ids = tuple(one["id"] for one in items)
    labels = tuple(shortened(one["title"], NAME) for one in items)
    chosen = yield from Which("item", text, AGAIN, labels=labels, values=ids, optional=True)
    return next(one for one in items if one["id"] == chosen)


def span(page: Sequence[dict[str, Any]]) -> str:
    """From which title to which a part goes."""
    first, last = (shortened(one["title"].partition("（")[0], END) for one in (page[0], page[-1]))
    return first if len(page) == 1 else f"{first} 到 {last}"


def shortened(title: str, letters: int) -> str:
    """The title cut to so many letters."""
    return title if len(title) <= letters else f"{title[: letters - 1]}…"

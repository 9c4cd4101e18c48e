"""住户: 养老卡在哪里办
机器人: 您是想问 都不是
住户: 1
机器人: 来源
"""

from __future__ import annotations

from bot.talk import Look, Script, Which, World, dialog
from dialogs.faq import answered, match_of, unknown
from models import views

OFFERED = 3
NONE = "都不是"


@dialog("maybe_faq", about="问办事", opens=("maybe_faq",), weak=True)
def maybe_faq(world: World) -> Script:
    """A question that some service items may answer: three to choose from, and none of them.

    Words that surely name one are answered at once, but never in the midst of another talk.
    """
    words = world.opening.text
    match = yield from Look("match", match_of, world.faq, words)
    if match["kind"] == "sure":
        yield from answered(world, match["items"][0], words, "sure")
        return None
    items = yield from Look("offered", views.items_offered, world.who.person_id, match["items"][:OFFERED])
    if not items:
        yield from unknown(world, words, "suggest")
        return None
    picked = yield from Which(
        "which",
        "您是想问：",
        "请回复前面的数字，比如 1。",
        labels=(*(one["title"] for one in items), NONE),
        values=(*(one["id"] for one in items), 0),
        optional=True,
    )
    if picked:
        yield from answered(world, picked, words, "suggest")
    else:
        yield from unknown(world, words, "suggest")
    return None

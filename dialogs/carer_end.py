"""住户: 解除代订
机器人: 没有
"""

from __future__ import annotations

from bot.talk import Choice, Confirm, Do, Look, Say, Script, World, dialog
from models import views
from models.actions.carers import EndCarer

KEPT = "没有解除，一切照旧。"


@dialog("carer_end", about="解除代订", opens=("end_carer",), undone=KEPT, left=KEPT)
def carer_end(world: World) -> Script:
    """Either of the two ends it; what is ordered already stays ordered."""
    links = yield from Look("links", views.carer_links, world.who.person_id)
    if not links:
        yield Say("现在没有人替您订饭，您也没有替别人订。要替家人订，回复 绑定家人。")
        return None
    one = links[0]
    if len(links) > 1:
        labels = {str(link["carer_id"]): link["label"] for link in links}
        chosen = yield from Choice("which", "要解除哪一个？", "请回复前面的数字，比如 1。", choices=labels)
        one = next(link for link in links if str(link["carer_id"]) == chosen)
    sure = yield from Confirm(
        "sure",
        f"“{one['label']}”，确定解除吗？",
        "请回复 1 解除，或回复 2 不解除。",
        yes="解除",
        no="不解除",
    )
    if not sure:
        yield Say(f"好的，{KEPT}")
        return None
    ended = yield from Do("end", EndCarer(one["carer_id"], world.who.person_id))
    if not ended["ok"]:
        yield Say("这个已经解除过了。")
    else:
        yield Say("已经解除了。订好的饭不变；不要的，请在截止前退。要再代订，回复 绑定家人。")
    return None

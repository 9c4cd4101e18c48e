"""住户: 自助机能办什么
机器人: 自助机能办 受理中心 1. 居住证签注
住户: 1
机器人: 【居住证签注】 自助机：受理中心
"""

from __future__ import annotations

from bot.language.asking import named_titles
from bot.talk import Look, Say, Script, World, dialog
from dialogs.catalogue import picked
from dialogs.faq import shown
from models import views


@dialog("kiosk", about="看自助机能办什么", opens=("kiosk",), aside=True, mends=True)
def kiosk(world: World) -> Script:
    """What a kiosk does, and where it stands; what the question names is shown at once."""
    items = yield from Look("items", views.items_told, world.who.person_id, kiosk=True)
    if not items:
        yield Say("还没有登记自助机能办的事。要办什么直接问我，或者回复 人工。")
        return None
    places = "；".join(dict.fromkeys(one["kiosk"] for one in items))
    named = [items[at] for at in named_titles(world.opening.text, [one["title"] for one in items])]
    if len(named) == 1:
        yield from shown(world, named[0], named[0]["title"], "sure")
    elif world.alone:
        told = f"自助机能办 {len(items)} 件事，在：{places}。"
        item = yield from picked(named or items, f"{'' if named else told}要看哪一件？")
        yield from shown(world, item, item["title"], "sure")
    else:
        yield Say(f"自助机能办 {len(items)} 件事，在：{places}。办完这一件，回复 自助机，我列给您看。")
    return None

"""住户: 给我妈订饭
机器人: 问过本人 怎么称呼您
住户: 张丽
机器人: 手机号
住户: 139 0000 0001
机器人: 已经去问了
"""

from __future__ import annotations

from typing import Any

from bot.language.dining import named_elder
from bot.talk import Do, Look, Name, Open, Part, Phone, Place, Say, Script, World, dialog
from models import views
from models.actions.carers import AskCarer

NAME, WORD = 16, 16  # letters
FIXED = "已经去问了，这里改不了。要换人，先回复 解除代订，再说一次“绑定家人”。"


@dialog("carer", about="替家人订饭", opens=("carer",), fixed=FIXED)
def carer(world: World) -> Script:
    """Whom somebody wants to order for; they are asked first. What is answered never says whether we know them."""
    word = named_elder(world.opening.text)
    served = yield from Look("served", views.served_people, world.who.person_id)
    if word and any(one["word"] == word for one in served):
        return Open("meal", opening=True)
    word = yield from Name(
        "word",
        "您想替谁订饭？比如“我妈”。",
        "请写您怎么称呼对方，比如“我妈”“我爷爷”。",
        told=word,
        elder=True,
        longest=WORD,
    )
    yield Say(f"替{word}订饭，要先问过本人：同意了，您才能订，也能看到订了什么。")
    name = yield from own_name(world)
    elder = yield from reached(word)
    asked = AskCarer(world.who.account_id, world.who.person_id, word, name=name, **elder)
    done = yield from Do("ask", asked)
    yield Say(ASKED.format(word=word) if done["ok"] else REFUSED.get(done["why"], REFUSED["unknown"]))
    return None


ASKED = (
    "已经去问了。同意了我马上告诉您，那时说“给{word}订饭”就能订。"
    "过几天还没有消息，请和本人说一声，或者回复 人工，请社区工作人员帮忙。"
)
REFUSED = {
    "too_many": "今天已经问过几次了，请明天再来。急用请回复 人工。",
    "unknown": "这个号码我没看懂，这次没有问。请再说一次“绑定家人”，写 11 位手机号。",
}


def own_name(world: World) -> Part[str]:
    """How the elder is told who asks; empty where we know."""
    known = yield from Look("known", views.name_known, world.who.person_id)
    if known:
        return ""
    return (
        yield from Name(
            "name",
            "怎么称呼您？我好告诉对方是谁要替他订。",
            "请写您的姓名，比如“张丽”。",
            longest=NAME,
        )
    )


def reached(word: str) -> Part[dict[str, Any]]:
    """By what the elder is found: a phone; or a home, and then the name."""
    told = yield from Phone(
        "elder",
        f"请写{word}的手机号；没有手机就写住址，比如“幸福小区 3 号楼 2 单元 602”。",
        "请写 11 位手机号，或者写小区、楼号和门牌。",
        door="home",
    )
    if not isinstance(told, dict):
        return {"phone": told}
    home = told["home"]
    if home is None:
        home = yield from Place(
            "home",
            "住址是哪里？请写小区、楼号和门牌，比如“幸福小区 3 号楼 2 单元 602”。",
            "请写小区、楼号和门牌，比如“幸福小区 3 号楼 2 单元 602”。",
            home=True,
        )
    elder_name = yield from Name(
        "elder_name", f"{word}姓什么、叫什么？", "请写姓名，比如“王桂芳”。", longest=NAME
    )
    return {"home_id": home["home_id"], "elder_name": elder_name}

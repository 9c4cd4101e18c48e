"""住户: 我不能吃花生
机器人: 健康方面 同意记下 1. 同意 2. 不同意
住户: 1
机器人: 记下了：不能吃花生
"""

from __future__ import annotations

from typing import Any

from bot.language.diets import LONGEST, drops_diet, read_diet
from bot.language.dining import elder_spoken_of
from bot.talk import Ask, Confirm, Do, Look, Part, Say, Script, World, dialog
from models import views
from models.actions.diets import ForgetDiet, SaveDiet
from models.notices import newest
from models.rules.diets import Diet

KEPT = "忌口没有改。"
NOTHING = "没有改。要记忌口，直接说就行，比如“我不能吃花生”“要低糖”。"
LINK_FIRST = "要替{word}记忌口，先要本人同意您代订：回复 绑定家人。"


@dialog("diet", about="记忌口", opens=("diet",), undone=KEPT, left=KEPT, mends=True)
def diet(world: World) -> Script:
    """What somebody may not eat, or needs: health data, so it is kept only after a yes of its own."""
    words, word = world.opening.text, elder_spoken_of(world.opening.text)
    served = yield from Look("served", views.served_people, world.who.person_id)
    person_id = next((one["person_id"] for one in served if one["word"] == word), None)
    if word and person_id is None:
        yield Say(LINK_FIRST.format(word=word))
        return None
    who = person_id or world.who.person_id
    known = yield from Look("known", views.diet_shown, who, world.who.account_id)
    if drops_diet(words):
        yield from dropped(world, who, known)
        return None
    asked = yield from asked_for(known, words if read_diet(words) else "")
    if asked == "":
        yield from dropped(world, who, known)
        return None
    said = read_diet(asked) or read_diet(f"不能吃{asked}")
    found = (list(said.marks), list(said.allergens), said.note) if said else ([], [], asked)
    yield from saved(world, who, word, known, found)
    return None


def asked_for(known: dict[str, Any], told: str) -> Part[str]:
    """What to keep, unless it was `told` already; "" for nothing at all any more."""
    if known["words"]:
        if not told:
            yield Say(f"现在记的是：{known['words']}。")
        return (
            yield from Ask(
                "what",
                "还有什么不能吃，直接写；不用记了，请回复 1。",
                "请写不能吃的东西，比如“花生、鱼”；不用记了，请回复 1。",
                none="全部删掉",
                told=told,
                few=True,
                longest=LONGEST,
            )
        )
    return (
        yield from Ask(
            "what",
            "有什么不能吃的，或者要什么样的饭？比如“不能吃花生”“低糖”“软一点”。",
            "请写不能吃的东西，比如“花生、鱼”；没有请回复 取消。",
            told=told,
            few=True,
            longest=LONGEST,
        )
    )


def saved(
    world: World, who: int, word: str, known: dict[str, Any], found: tuple[list[str], list[str], str]
) -> Part[None]:
    """What is new comes to what is kept."""
    marks, allergens, note = (
        tuple(dict.fromkeys([*known["marks"], *found[0]])),
        tuple(dict.fromkeys([*known["allergens"], *found[1]])),
        "、".join(dict.fromkeys(one for one in (known["note"], found[2]) if one)),
    )
    told = views.diet_words(Diet(marks, allergens, note))
    if not known["agreed"]:
        ask_first = f"请先问过{word}本人。" if word else ""
        yield Say(f"要记的是：{told}。\n{newest(views.HEALTH).short}{ask_first}")
        agrees = yield from Confirm(
            "agrees",
            "同意记下吗？",
            "请回复 1 同意，或回复 2 不同意。",
            yes="同意",
            no="不同意",
        )
        if not agrees:
            yield Say("好的，没有记。订餐照常，点菜时请自己留意。")
            return
    done = yield from Do("save", SaveDiet(who, marks, allergens, note, account_id=world.who.account_id))
    if done["ok"]:
        yield Say(f"记下了：{done['words']}。订餐时碰上不合适的菜，我会提醒。要删，回复 删除忌口。")
    else:
        yield Say(NOTHING)


def dropped(world: World, who: int, known: dict[str, Any]) -> Part[None]:
    """Nothing of it is kept any more."""
    if not known["words"]:
        yield Say("没有记过忌口。要记，直接说，比如“我不能吃花生”“要低糖”。")
        return
    sure = yield from Confirm(
        "sure",
        f"现在记的是：{known['words']}。确定全部删掉吗？",
        "请回复 1 删掉，或回复 2 不删。",
        yes="删掉",
        no="不删",
    )
    if not sure:
        yield Say(f"好的，{KEPT}")
        return
    yield from Do("forget", ForgetDiet(who, account_id=world.who.account_id))
    yield Say("都删掉了。以后订餐，点菜时请自己留意。")

"""住户: [办结了工单]
机器人: 5. 很满意
住户: 还行
机器人: 3 分 一般 想补充一句吗
住户: 师傅来得有点晚
机器人: 记下了
"""

from __future__ import annotations

from bot.talk import Ask, Do, Say, Score, Script, World, dialog
from models.actions.answers import AddSentence, Rate

WORDS = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
LOW = 2


@dialog("rating", about="评价", push="rating")
def rating(world: World) -> Script:
    """One digit or a word after a closure; a sentence if the person likes. Silence is never a score.

    A bare digit is one only as the next thing that is said, within a day of the message that asks, and with no
    question shown in between: later it may mean anything. “5 分”, “满意” and the like are one for `rating_days`.
    """
    score = yield from Score("score", "请为这次服务打个分：", "请回复 1 到 5，比如 5 是很满意。")
    rated = yield from Do("rate", Rate(world.who.account_id, world.subject, world.stamp, score))
    if not rated["ok"]:
        yield Say("这次的评价已经结束了，谢谢您。有新的问题直接跟我说。")
        return None
    sorry = "很抱歉没让您满意，社区会安排回访。" if score <= LOW else ""
    yield Say(f"谢谢！您评的是 {score} 分（{WORDS[score]}）。{sorry}")
    sentence = yield from Ask(
        "sentence",
        "想补充一句吗？直接写给我就行。",
        "想补充就写一句，不用请回复 1。",
        none="不用了",
        optional=True,
    )
    if sentence:
        yield from Do("words", AddSentence(world.who.account_id, world.subject, world.stamp, sentence))
        yield Say("记下了，谢谢您。")
    else:
        yield Say("好的，谢谢您。")
    return None

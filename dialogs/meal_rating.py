"""住户: [吃过午饭]
机器人: 5. 很满意
住户: 4
机器人: 4 分 谢谢
"""

from __future__ import annotations

from bot.talk import Do, MealScore, Say, Script, World, dialog
from models.actions.meal_rating import RateMeal

THANKS = "谢谢！您给了 {score} 分。"
SORRY = "很抱歉没吃好，会告诉食堂。想说说哪里不好，请回复 人工。"


@dialog("meal_rating", about="评价饭菜", push="meal_rating")
def meal_rating(world: World) -> Script:
    """One digit in the evening after a meal; silence is never a score."""
    score = yield from MealScore("score", "今天的饭菜好吃吗？", "请回复 1 到 5，比如 5 是很满意。")
    rated = yield from Do("rate", RateMeal(world.who.account_id, world.subject, score))
    if not rated["ok"]:
        yield Say("这次的评价已经结束了，谢谢您。要订餐，回复 订餐。")
    else:
        yield Say(
            THANKS.format(score=rated["score"]) + (SORRY if rated["low"] else "明天还想吃，回复 订餐。")
        )
    return None

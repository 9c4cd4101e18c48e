"""住户: [师傅问：几楼？]
机器人: 请直接回复
住户: 三楼左边那户
机器人: 已转给师傅
住户: 说错了，是四楼
机器人: 更正已转给师傅
住户: 进门左手那一家
机器人: 也转给师傅了
"""

from __future__ import annotations

from bot.language.phones import read_phone
from bot.talk import Ask, Do, Part, Say, Script, World, dialog
from models.actions.answers import ADDED, MENDED, AnswerStaff, CorrectAnswer
from models.actions.people import SetPhone


@dialog("answer", about="回答师傅的问题", push="staff_question", mends=True, adds=True)
def answer(world: World) -> Script:
    """What a worker asked about an order; the answer goes back to the group."""
    words = yield from Ask("words", "请直接回复，我转给师傅。", "请用一句话回答师傅。", anything=True)
    number = read_phone(words)
    if number:
        yield from Do("phone", SetPhone(world.who.person_id, number))
    if world.mended or world.added:
        yield from told_again(world, words)
        return None
    sent = yield from Do("answer", AnswerStaff(world.who.account_id, world.push, words))
    yield Say("已转给师傅，谢谢。" if sent["ok"] else "这个问题已经处理过了，谢谢您。")
    return None


def told_again(world: World, words: str) -> Part[None]:
    """What is right instead, or what was said next, is passed on too, as long as somebody works on it."""
    how = ADDED if world.added else MENDED
    sent = yield from Do("correct", CorrectAnswer(world.who.account_id, world.push, words, how))
    if sent["ok"]:
        yield Say("也转给师傅了。" if world.added else "更正已转给师傅。")
    elif sent.get("number"):
        yield Say(f"工单 {sent['number']} 已经办结，不用再转了。还没好，请回复 没修好。")
    else:
        yield Say("这个问题已经处理过了，要补充，请回复工单号。")

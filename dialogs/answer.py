"""住户: [师傅问：几楼？]
机器人: 请直接回复
住户: 三楼左边那户
机器人: 已转给师傅
"""

from __future__ import annotations

from bot.language.phones import read_phone
from bot.talk import Ask, Do, Say, Script, World, dialog
from models.actions.answers import AnswerStaff
from models.actions.people import SetPhone


@dialog("answer", about="回答师傅的问题", push="staff_question")
def answer(world: World) -> Script:
    """What a worker asked about an order; the answer goes back to the group."""
    words = yield from Ask("words", "请直接回复，我转给师傅。", "请用一句话回答师傅。", anything=True)
    number = read_phone(words)
    if number:
        yield from Do("phone", SetPhone(world.who.person_id, number))
    sent = yield from Do("answer", AnswerStaff(world.who.account_id, world.push, words))
    yield Say("已转给师傅，谢谢。" if sent["ok"] else "这个问题已经处理过了，谢谢您。")
    return None

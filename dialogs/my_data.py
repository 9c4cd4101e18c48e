"""住户: 我的信息
机器人: 要看 记了什么 请回复 人工
"""

from __future__ import annotations

from bot.talk import Do, Say, Script, World, dialog
from models.actions.my_data import MakeMyDataLink


@dialog("my_data", about="看我的信息", opens=("my_data",), menu=("MY_DATA",))
def my_data(world: World) -> Script:
    """A link to everything that is kept of the person, for a day."""
    made = yield from Do("link", MakeMyDataLink(world.who.account_id))
    if made["ok"]:
        yield Say(f"我记的您的信息都在这里，点开可以看，也可以下载：\n{made['link']}")
        yield Say(f"链接 {made['hours']} 小时内有效。谁有链接谁就能看，请不要转发给别人。")
        yield Say("要改，请回复 人工；要删，请回复 删除我的信息。")
    elif made["why"] == "too_many":
        yield Say("今天的链接已经给过您几次了，请用前面的链接，或者明天再来。急用请回复 人工。")
    else:
        yield Say("要看我记了什么，这里还不能给您链接，请回复 人工，工作人员会给您看。")
    return None

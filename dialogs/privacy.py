"""住户: 隐私
机器人: 隐私说明（第 2 版） 我的信息 撤回同意 删除我的信息
"""

from __future__ import annotations

from bot.talk import Look, Say, Script, World, dialog
from dialogs import NOTICE
from models import views

ASKS = (
    "看我记了什么，回复 我的信息。",
    "住址和电话不让我记了，回复 撤回同意。",
    "全部删掉，回复 删除我的信息。",
    "有疑问，回复 人工。",
)


@dialog("privacy", about="看隐私说明", opens=("privacy",), menu=("PRIVACY",))
def privacy(world: World) -> Script:
    """The notice in short, where the whole of it stands, and what the person may ask for."""
    link = yield from Look("link", views.notice_link)
    yield Say(f"隐私说明（第 {NOTICE.version} 版）：{NOTICE.short.partition('。')[0]}。")
    if link:
        yield Say(f"全文请点开：{link}")
    else:
        yield Say("\n".join(f"{heading}：{words}" for heading, words in NOTICE.parts))
    yield Say("\n".join(ASKS))
    return None

"""What an operator does with the official account: publish its menu, print its QR codes."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from bot.channels.wechat_oa import WeChatOA
from bot.refusals import NotTold
from handlers.switchboard import Switchboard

MENU: dict[str, Any] = json.loads((files("bot") / "data" / "menu.json").read_text(encoding="utf-8"))


def _account(switchboard: Switchboard) -> WeChatOA:
    channel = switchboard.get("wechat_oa")
    assert isinstance(channel, WeChatOA)
    return channel


def scene_url(switchboard: Switchboard, scene: str) -> str:
    """What a building's QR code holds; asks the platform. Raises one of the NotTold refusals."""
    return _account(switchboard).create_qr(scene)[1]


def publish_menu(switchboard: Switchboard) -> int:
    """Publish the menu and say how it went; the exit status."""
    try:
        _account(switchboard).publish_menu(MENU)
    except NotTold as refusal:
        print(f"菜单没有发布：{refusal.reason} {refusal.detail}。请先运行 python app.py check。")
        return 1
    print("菜单已发布；手机上最多 5 分钟后看到。")
    return 0

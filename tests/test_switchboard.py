"""Channels by name: what is wrong with one takes only that one away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

import bot.channels
from bot.ports import Tools
from bot.registry import find_channels
from bot.tokens import MemoryTokens
from handlers.switchboard import NOBODY, Switchboard
from models import tables as t
from tests.chat import Community, found


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


def switchboard(community: Community) -> Switchboard:
    tools = Tools(community.clock, MemoryTokens(), None, requests.Session)
    kinds = find_channels(bot.channels)
    return Switchboard(community.store, community.clock, kinds, tools, None, {})


def test_bots_and_robots_are_found_by_name(community: Community) -> None:
    board = switchboard(community)
    group = community.town.groups[0]
    assert board.get("wecom_aibot:anju").flags.hears
    assert board.get(f"wecom_robot:{group.id}").flags.mentions
    assert board.find("wecom_aibot:nobody") is None
    assert board.flags("wechat_oa") == NOBODY
    with pytest.raises(KeyError):
        board.get("wechat_oa")


def test_one_wrong_key_takes_one_bot_away(community: Community, caplog: pytest.LogCaptureFixture) -> None:
    with community.store.work(community.clock.now()) as work:
        broken = work.seal(json.dumps({"token": "t", "aes_key": "short", "aibotid": "b"}))
        this = update(t.bot).where(t.bot.c.name == "anju")
        work.conn.execute(this.values(config_sealed=broken))
    board = switchboard(community)
    assert board.find("wecom_aibot:anju") is None
    assert board.get("wecom_aibot:heping").flags.hears
    assert "wecom_aibot:anju is switched off" in caplog.text
    assert "short" not in caplog.text

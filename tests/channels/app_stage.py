"""A WeCom app, and callbacks as its documents show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import (
    APP,
    CORPID,
    Platform,
    app_callback,
    ok,
    platform,
    token_then,
    tools,
)

from bot.channels.wecom_app import WeComApp
from bot.message import Card, Heard, Option, Told
from bot.ports import Rate
from bot.tokens import MemoryTokens

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "wecom_vectors.json").read_text("utf-8"))
PUBLISHED = {one["id"]: one for one in VECTORS["callback_vectors"]}
AT = 1_763_802_000
CARD = Card(
    "o7-31",
    "1001 水电",
    "“厨房漏水” <a>",
    (("地点", "幸福小区 3 号楼"),),
    (Option("claim", "接单", "接单"),),
)
TOLD = Told("wecom_app:firm", "LiHua", "工单 1001：厨房漏水", once="linli-31")
UPDATE = Told("wecom_app:firm", "LiHua", "", "card_update", card=CARD, reply_to="CODE-1")


def app(base: str = "", *, rate: Rate | None = None, tokens: Any = None, **change: str) -> WeComApp:
    given = tools(rate=rate, tokens=tokens or MemoryTokens())
    return WeComApp.build("wecom_app:firm", {**APP, "api_base": base, **change}, given)


@pytest.fixture
def fake() -> Iterator[Platform]:
    with platform(token_then(lambda one: ok(msgid="m1", response_code="CODE-1", invaliduser=""))) as made:
        yield made


def xml(fields: str, kind: str = "text", sender: str = "LiHua", agent: str = "1000002") -> str:
    return (
        f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{AT}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}<AgentID>{agent}</AgentID></xml>"
    )


def event(name: str, fields: str = "") -> str:
    return xml(f"<Event><![CDATA[{name}]]></Event>{fields}", "event")


def hear(message: str) -> Heard:
    return app().hear(app_callback(message))

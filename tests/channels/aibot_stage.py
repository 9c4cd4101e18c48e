"""A smart robot, the documents' samples and what comes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from samples import (
    AIBOT,
    aibot_callback,
    tools,
)

from bot.channels.wecom_aibot import WeComAIBot
from bot.message import Heard

NAME = "wecom_aibot:firm"
CALLED = datetime.fromtimestamp(1_400_000_000, UTC)
IMAGE = "https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/a?sign=1"
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wecom_vectors.json").read_text(encoding="utf-8"))

# The docs' samples as they stand there, placeholders included.
TEXT = r"""{"msgid":"CAIQ16HMjQYY\/NGagIOAgAMgq4KM0AI=","aibotid":"AIBOTID","chatid":"CHATID","chattype":"group",
 "from":{"userid":"USERID"},"response_url":"RESPONSEURL","msgtype":"text",
 "text":{"content":"@RobotA hello robot"},
 "quote":{"msgtype":"text","text":{"content":"这是今日的测试情况"}}}"""
MIXED = """{"msgid":"MSGID","aibotid":"AIBOTID","chatid":"CHATID","chattype":"group","from":{"userid":"USERID"},
 "response_url":"RESPONSEURL","msgtype":"mixed","mixed":{"msg_item":[
   {"msgtype":"text","text":{"content":"@RobotA 这是今日的测试情况"}},
   {"msgtype":"image","image":{"url":"https://a.myqcloud.com/1"}}]},
 "quote":{"msgtype":"text","text":{"content":"这是今日的测试情况"}}}"""
PRESS = r"""{"msgid":"CAIQ16HMjQYY\/NGagIOAgAMgq4KM0AI=","create_time":1700000000,"aibotid":"AIBOTID",
 "from":{"corpid":"CORPID","userid":"USERID"},"chatid":"CHATID","chattype":"group","response_url":"RESPONSEURL",
 "msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{
   "card_type":"button_interaction","event_key":"button_replace_text","task_id":"fBmjTL7ErRCQSNA6GZKMlcFiWX1shOvg",
   "selected_items":{"selected_item":[{"question_key":"button_selection_key1",
   "option_ids":{"option_id":["button_selection_id1"]}}]}}}}"""


def channel(**change: str) -> WeComAIBot:
    return WeComAIBot.build(NAME, {**AIBOT, **change}, tools())


def hear(message: dict[str, Any] | str, **change: str) -> Heard:
    return channel(**change).hear(aibot_callback(message))


def said(kind: str, group: bool = False, **fields: Any) -> dict[str, Any]:
    place = {"chatid": "CHATID", "chattype": "group"} if group else {"chattype": "single"}
    sender = {"msgid": "M1", "aibotid": "AIBOTID", "from": {"userid": "USERID"}, "response_url": "R"}
    return {**sender, **place, "msgtype": kind, **fields}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return said("event", create_time=1_700_000_000, event={"eventtype": kind, **fields})


def heard(**parts: Any) -> Heard:
    whole = {"key": f"ww:{NAME}:M1", "sender": "USERID", "at": CALLED, "reply_to": "R", **parts}
    return Heard(channel=NAME, **whole)

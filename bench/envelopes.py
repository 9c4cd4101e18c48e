"""Opening and answering a callback: ours against wechatpy's."""

from __future__ import annotations

from collections.abc import Iterator

import requests
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

from bench import account, homes
from bench.measuring import Row, microseconds
from bot.channels.wechat_oa import WeChatOA
from bot.clock import SystemClock
from bot.message import Reply
from bot.ports import Callback, Tools
from bot.rates import MemoryRate
from bot.tokens import MemoryTokens

WORDS = "登记好了，工单 1001。已通知安居物业，有人接单、有进展都会告诉您。回复 1001 随时看进度。"


def rows(loops: int) -> Iterator[Row]:
    """Microseconds of each half, and what wechatpy's takes in comparison."""
    channel = _channel()
    theirs = WeChatCrypto(account.TOKEN, account.KEY, account.APPID)
    asked = account.callback(account.sender(1), 1, homes.dialog(1)[0])
    heard, parsed = channel.hear(asked), _open(theirs, asked)
    opened = microseconds(lambda: channel.hear(asked), loops)
    opened_theirs = microseconds(lambda: _open(theirs, asked), loops)
    answered = microseconds(lambda: channel.answer(asked, heard, Reply(WORDS)), loops)
    answered_theirs = microseconds(lambda: _answer(theirs, asked, parsed), loops)
    yield Row("open and parse a callback", f"{opened:.0f} µs", _compared(opened, opened_theirs))
    yield Row("seal the answer", f"{answered:.0f} µs", _compared(answered, answered_theirs))


def _compared(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f} of wechatpy's {theirs:.0f} µs"


def _channel() -> WeChatOA:
    tools = Tools(SystemClock(), MemoryTokens(), MemoryRate(), requests.Session)
    config = {
        "appid": account.APPID,
        "secret": account.SECRET,
        "token": account.TOKEN,
        "aes_key": account.KEY,
        "account": account.ACCOUNT,
        "kind": "verified-service",
        "choices": "menu",
    }
    return WeChatOA.build("wechat_oa", config, tools)


def _open(theirs: WeChatCrypto, asked: Callback) -> object:
    query = asked.query
    xml = theirs.decrypt_message(asked.body, query["msg_signature"], query["timestamp"], query["nonce"])
    return parse_message(xml)


def _answer(theirs: WeChatCrypto, asked: Callback, parsed: object) -> str:
    reply = create_reply(WORDS, parsed).render()
    return str(theirs.encrypt_message(reply, asked.query["nonce"], asked.query["timestamp"]))

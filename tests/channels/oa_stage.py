"""A WeChat account whose platform is played."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from samples import APPID, OA, OPENID, Platform, ok, platform, token_then, tools

from bot.channels.wechat_oa import WeChatOA
from bot.message import Doorbell, Option, Told
from bot.tokens import MemoryTokens

NAME = f"wechat_oa:{APPID}"
FAR = 4e9
OPTIONS = (Option("101", "满意", "满意"), Option("102", "不满意", "不满意"))
WORDS = Told("wechat_oa", OPENID, "电梯修好了吗？", rung="customer_service", options=OPTIONS)
BELL = Told(
    "wechat_oa",
    OPENID,
    "",
    rung="template",
    doorbell=Doorbell("progress", {"thing1": "电梯故障"}),
    once="told-7",
)


@pytest.fixture
def fake() -> Iterator[Platform]:
    with platform(token_then(lambda asked: ok(msgid=200163836))) as found:
        yield found


def channel(url: str, tokens: MemoryTokens | None = None, **change: str) -> WeChatOA:
    return WeChatOA.build(
        "wechat_oa", {**OA, "api_base": url, **change}, tools(tokens=tokens or MemoryTokens())
    )


def stored(token: str = "TOKEN-1", expires_at: float = FAR) -> MemoryTokens:
    tokens = MemoryTokens()
    tokens.put(NAME, token, expires_at)
    return tokens


def assert_clean(refusal: BaseException | None) -> None:
    """Neither the refusal nor anything it hangs on tells a secret or a token."""
    known = [one for one in OA.values() if len(one) > 8 and one != "verified-service"]
    while refusal is not None:
        for secret in (*known, "TOKEN-1", OPENID):
            assert secret not in repr(refusal)
        refusal = refusal.__cause__ or refusal.__context__

"""One process that tells one resident one thing: python -m tests.faults.teller REDIS_URL API_BASE OPENID, OA in JSON.

It says "ready", waits for a line, tells, and says "told" or the refusal's name.
"""

from __future__ import annotations

import json
import os
import sys

import requests

from bot import redis_client
from bot.channels.wechat_oa import WeChatOA
from bot.clock import SystemClock
from bot.message import Told
from bot.ports import Tools
from bot.refusals import NotTold
from bot.tokens import RedisTokens


def main(redis_url: str, base: str, openid: str) -> None:
    """Be one of many."""
    with redis_client.connect(redis_url) as client:
        tools = Tools(SystemClock(), RedisTokens(client), None, requests.Session)
        config = {**json.loads(os.environ["LINLI_TEST_ACCOUNT"]), "api_base": base}
        channel = WeChatOA.build("wechat_oa", config, tools)
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            channel.tell(Told("wechat_oa", openid, "您好", rung="customer_service"))
        except NotTold as refusal:
            print(refusal.reason, flush=True)
        else:
            print("told", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

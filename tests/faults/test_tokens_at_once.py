"""Twenty processes and one access token: over, refused before its time, or refused for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from bot import redis_client
from bot.clock import real_epoch
from bot.tokens import RedisTokens
from tests.faults.conftest import Build
from tests.faults.house import HOST, House
from tests.running.processes import ROOT

PROCESSES = int(os.environ.get("LINLI_TEST_PROCESSES", "20"))


def told_at_once(house: House) -> Counter[str]:
    """What came of as many processes telling a resident each, at the same moment."""
    assert house.valkey
    account = {
        name: getattr(house.settings, f"wechat_{name}")
        for name in ("appid", "secret", "token", "aes_key", "account")
    }
    plain = {k: v.get_secret_value() if hasattr(v, "get_secret_value") else v for k, v in account.items()}
    env = {**os.environ, "LINLI_TEST_ACCOUNT": json.dumps({**plain, "kind": "verified-service"})}
    base = f"http://{HOST}:{house.played}/api.weixin.qq.com"
    tellers = []
    for n in range(PROCESSES):
        openid = house.resident(f"住户 {n}")
        house.emulator.extensions["emulator"].windows.grant(openid, "message")
        argv = [sys.executable, "-m", "tests.faults.teller", house.valkey.url, base, openid]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        tellers.append(subprocess.Popen(argv, cwd=ROOT, env=env, **pipes))  # type: ignore[call-overload]  # as it is
    try:
        for one in tellers:
            assert one.stdout.readline() == "ready\n"
        for one in tellers:
            one.stdin.write("go\n")
            one.stdin.flush()
        return Counter(one.stdout.readline().strip() for one in tellers)
    finally:
        for one in tellers:
            one.communicate(timeout=60)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("trouble", "fetches", "outcome"),
    [("over", 1, "told"), ("refused once", 1, "told"), ("refused for ever", 2, "KeyRefused")],
)
def test_twenty_processes_fetch_once(build: Build, trouble: str, fetches: int, outcome: str) -> None:
    house = build()
    house.start_platforms()
    house.start_valkey()
    assert house.valkey
    world = house.emulator.extensions["emulator"]
    name = f"wechat_oa:{house.settings.wechat_appid}"
    with redis_client.connect(house.valkey.url) as client:
        ends_at = real_epoch() - 1 if trouble == "over" else real_epoch() + 7000
        RedisTokens(client).put(name, world.tokens.stable()["access_token"], ends_at)
    if trouble == "refused once":
        world.tokens.expire()
    if trouble == "refused for ever":
        house.fault("message/custom/send", "errcode", errcode=40001, times=None)
    before = world.quotas.used("stable_token")
    came = told_at_once(house)
    fetched = world.quotas.used("stable_token") - before
    print(f"{PROCESSES} processes, token {trouble}: {fetched} fetches, {dict(came)}")
    assert came == {outcome: PROCESSES}
    assert fetched <= fetches

"""Whether an official account's settings work, said so that a street's IT person can mend them."""

from __future__ import annotations

import re

from bot.channels.failures import load
from bot.channels.wechat_oa_api import Api
from bot.ports import Finding
from bot.refusals import NotTold

ADDRESS_REFUSED = frozenset({"40164", "89503", "61004"})


def check(api: Api) -> list[Finding]:
    """Fetch the token and make one harmless call with it; each finding says what to do."""
    words = load("wechat_oa_check")
    refusal = _trial(api)
    if refusal is None:
        return [Finding("token", True, words["token"]), Finding("ip", True, words["ip"])]
    code = refusal.detail.split(" ")[0]
    if code in ADDRESS_REFUSED:
        found = re.search(r"invalid ip ([0-9.]*[0-9])", refusal.detail)
        return [Finding("ip", False, words["add_ip"].format(ip=found[1] if found else words["some_ip"]))]
    line = words.get(code) or words.get(refusal.reason) or words["default"]
    return [Finding("token", False, line.format(detail=refusal.detail))]


def _trial(api: Api) -> NotTold | None:
    try:
        api.get("getcallbackip", expect="ip_list")
    except NotTold as refusal:
        return refusal
    return None

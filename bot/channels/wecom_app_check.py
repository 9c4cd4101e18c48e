"""Whether a WeCom app's settings work, said so that a firm's IT person can mend them."""

from __future__ import annotations

from bot.channels.failures import load
from bot.channels.wecom_app_api import Api
from bot.ports import Finding
from bot.refusals import NotTold


def check(api: Api, agentid: str) -> list[Finding]:
    """Fetch the token and ask for the app itself (WeCom docs 90227); the finding says what to do."""
    words = load("wecom_app_check")
    try:
        api.get("agent/get", agentid=agentid)
    except NotTold as refusal:
        code = refusal.detail.split(" ")[0]
        line = words.get(code) or words.get(refusal.reason) or words["default"]
        return [Finding("app", False, line.format(detail=refusal.detail))]
    return [Finding("app", True, words["good"])]

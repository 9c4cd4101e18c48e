"""What a resident reads when a person takes over, and what is passed on of things that are not words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.clock import coming_text
from bot.language.commands import control
from bot.talk import Said

CALLED: Mapping[str, str] = {
    "asked": "好的，这就转给{unit}的工作人员。",
    "not_understood": "我没能听懂，这就转给{unit}的工作人员，他们看得到刚才的话。",
}
WRITE: Mapping[bool, str] = {
    True: "您有什么事，现在就写，他们会回您；说完了，请回复 结束。",
    False: "您有什么事，现在就写下来，写完不用等；不想找人了，请回复 结束。",
}
AWAY = "现在不是上班时间，工作人员{when} 上班，会先看到您的话。"
NOBODY = "工作人员看到了会回您。"
URGENT = "急事请打物业或居委电话；有危险请打 110、119 或 120。"
ALREADY = "您正在和工作人员说话，直接写就行，他们看得到。说完了，请回复 结束。"
RECEIVED = "收到，已经转给工作人员，请等他们回您。"
UNANSWERED = "好的，对话结束了。您说的话都记下了，工作人员会联系您。有事直接跟我说，比如“电梯坏了”。"
ENDED = "好的，和工作人员的对话结束了。有事直接跟我说，比如“电梯坏了”；还要找工作人员，请回复 人工。"
OVER = "和工作人员的对话已经结束了。还要找工作人员，请回复 人工。"
# What cannot be passed on: what staff read instead, what the resident is told.
NOT_WORDS: Mapping[str, tuple[str, str]] = {
    "voice": (
        "〔发来一段语音，听不到，已请住户打字〕",
        "这段语音工作人员听不到。请打字，或者拍照片发来。",
    ),
    "video": (
        "〔发来一段视频，看不了，已请住户拍照片〕",
        "视频工作人员看不到。请打字，或者拍几张照片发来。",
    ),
    "link": ("〔发来一个链接〕", "链接传不到工作人员那里。请把事情写给我。"),
    "file": ("〔发来一个文件〕", "文件传不到工作人员那里。请打字，或者拍照片发来。"),
}
SPOKEN = "{words}〔语音转成的文字，可能有错〕"
POINT = "〔发来定位：{label}〕"


def called(why: str, opened: Mapping[str, Any], now: datetime, urgent: str = URGENT) -> str:
    """Who comes, when, and what to do until then. `opened`: what OpenTalk gave; `urgent`: where to phone at once."""
    if not opened["new"]:
        return ALREADY
    here = opened["duty"] == "now"
    first = CALLED[why].format(unit=opened["unit"])
    return f"{first}{'' if here else _when(opened['duty'], now)}{WRITE[here]}{urgent}"


def ended(done: Mapping[str, Any]) -> str:
    """The resident is done. `done`: what EndTalk gave."""
    if not done["ok"]:
        return OVER
    return UNANSWERED if done["unanswered"] else ENDED


def _when(duty: str | None, now: datetime) -> str:
    return AWAY.format(when=coming_text(duty, now)) if duty else NOBODY


def passed_on(said: Said) -> str:
    """What a person reads of what was said; of a point its name alone."""
    if said.point is not None:
        return POINT.format(label=said.point.label or "没有地名")
    if said.spoken:
        return SPOKEN.format(words=said.text)
    return said.text or NOT_WORDS.get(said.kind, ("", ""))[0]


def answered(said: Said, told: Mapping[str, Any], now: datetime) -> str:
    """Mostly nothing: the answer is the person's. `told`: what SayInTalk gave."""
    if not told["ok"]:
        return OVER
    if said.kind in NOT_WORDS and not said.text:
        return NOT_WORDS[said.kind][1]
    if control(said.text) not in (None, "more"):
        return ALREADY
    if told["duty"] != "now" and (told["first"] or told["away"]):
        return f"收到。{_when(told['duty'], now)}"
    return RECEIVED if told["first"] else ""

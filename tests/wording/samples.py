"""A sample of every kind of pushed message: its facts, and how it reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.message import Reply
from bot.ports import Flags
from bot.wording import word
from workers import ladders

VISIT = ["2026-11-20T07:00:00+00:00", "2026-11-20T09:00:00+00:00"]
AT = datetime(2026, 11, 22, 2, 8, tzinfo=UTC)
GROUP, RESIDENT = Flags(hears=False, speaks_first=True), Flags(hears=True, speaks_first=True)
NAMES = {"lift": "电梯", "water_power": "水电"}
ORDER = {
    "number": 1024,
    "category": "lift",
    "place": "幸福小区 3 号楼 电梯",
    "urgency": "normal",
    "summary_group": "电梯停在中间不动了",
    "unit": "安居物业",
    "worker": "李华",
}
GROUP_FACTS = ORDER | {
    "talk": 12,
    "bot": "小邻",
    "tail": "1234",
    "photos": 2,
    "people": 3,
    "mention": ["lihua"],
}
KITCHEN = {
    "canteen": "和平长者食堂",
    "day": "11 月 23 日（周一）",
    "meal": "午餐",
    "dishes": ["红烧肉 6 份", "豆腐 3 份"],
    "portions": 9,
}
MORE: dict[str, dict[str, Any]] = {
    "order_assigned": {"minutes": 30},
    "order_escalated": {"from_unit": "安居物业", "unit": "和平社区居委会", "minutes": 30},
    "order_photo_refused": {"again": 1024},
    "order_paused": {"words": "等配件", "until": VISIT[0]},
    "order_paused_group": {"words": "等配件", "until": VISIT[0]},
    "order_visit": {"visit": VISIT},
    "order_visit_group": {"visit": VISIT},
    "order_visit_soon": {"visit": VISIT},
    "order_helper": {"helper": "王伟", "given_by": "工作台", "words": "抬管子"},
    "order_helper_asked": {"helper": "和平社区居委会 吴芳", "given_by": "王伟", "words": "请联系住户"},
    "order_helper_elsewhere": {"helper": "吴芳", "given_by": "安居物业 王伟", "words": "请联系住户"},
    "order_helper_let_go": {"helper": "吴芳", "given_by": "安居物业 王伟"},
    "order_helper_dismissed": {"helper": "王伟", "given_by": "工作台"},
    "order_helper_done": {"helper": "王伟", "words": "抬好了", "left": "陈静"},
    "order_merged": {"into": 1020},
    "order_merged_group": {"into": 1020},
    "order_transferred": {"given_by": "王伟", "visit": VISIT},
    "order_left": {"from_unit": "安居物业", "unit": "和平社区居委会"},
    "order_urged": {"times": 2},
    "order_reopened": {"words": "又停了"},
    "order_answer": {"words": "六楼", "question": "停在几楼？"},
    "order_visit_answer": {"words": "可以", "visit": VISIT},
    "order_message": {"words": "现在又好了"},
    "order_progress": {"words": "配件下午到"},
    "order_finished": {"words": "已换主板", "end": "resolved", "closure": 1, "photos": 1, "rate": True},
    "order_asked": {"words": "几楼？"},
    "alarm": {"end": "key_refused", "what": "平台不认我们的钥匙，消息发不出去。", "waiting": 3},
    "order_reply": {"words": "下午三点前到。"},
    "talk_opened": {"words": "我想问问养老卡", "end": "asked"},
    "talk_message": {"words": "在吗"},
    "talk_answered": {"words": "明天上门"},
    "talk_ended": {"minutes": 30, "end": "silence"},
    "talk_reply": {"words": "您好，我是社区小孙。", "end": "open", "number": "T12"},
    "talk_over": {"end": "staff"},
    "question_answered": {"words": "到居委会办。", "question": "狗证在哪里办", "number": "Q12"},
    "question_unanswered": {"words": "狗证在哪里办", "ask": 12},
    "question_week": {
        "since": "11 月 16 日",
        "up_to": "11 月 22 日",
        "count": 8,
        "most": "敬老卡（5 次）",
        "never": 3,
    },
    "carer_asked": {"name": "张丽"},
    "meal_by_canteen": {"end": "cancelled", "canteen": "和平长者食堂", "meal": "3 月 4 日午餐", "refund": ""},
    "meal_refunded": {"end": "pickup", "number": 7, "meal": "3 月 4 日午餐", "refund": "12 元"},
    "meal_rating_asked": {"canteen": "和平长者食堂", "meal": "午餐"},
    "meal_for_diner": {
        "end": "placed",
        "who": "张丽",
        "meal": "3 月 4 日午餐",
        "dishes": "炖豆腐 1 份",
        "code": "0751",
        "back": "3 月 4 日 9:00",
        "refund": "",
        "day": "周一到周五",
    },
    "standing_instead": {
        "end": "missing",
        "day": "3 月 4 日",
        "meal": "午餐",
        "wish": "红烧肉",
        "dishes": "炖豆腐 1 份",
        "code": "0751",
    },
    "standing_missed": {"end": "sold_out", "day": "3 月 4 日", "meal": "午餐"},
    "meal_withdrawn": {"canteen": "和平长者食堂", "meal": "11 月 20 日午餐", "refund": "12 元"},
    "carer_agreed": {"word": "妈妈"},
    "carer_ended": {"word": "妈妈", "end": "by_elder"},
    "kitchen_count": {**KITCHEN, "orders": 7, "pickup": 5, "delivery": 4},
    "kitchen_correction": {**KITCHEN, "correction": 2, "changes": "红烧肉 +1、豆腐 −2"},
    "kitchen_correction_again": {**KITCHEN, "correction": 2, "changes": "红烧肉 +1、豆腐 −2"},
    "kitchen_withdrawn": {**KITCHEN, "orders": 7},
    "kitchen_passed_up": {
        **KITCHEN,
        "orders": 7,
        "correction": "",
        "changes": "",
        "phone": "021-60000001",
        "off": "",
    },
    "meal_over": {**KITCHEN, "served": 7, "missed": 2, "not_delivered": 1},
    "card_update": {"shows": "claimed"},
    "said": {"reply": Reply("好的，已经记下。").to_json()},
}
GROUP_KINDS = sorted(kind for kind, ladder in ladders.KINDS.items() if "robot" in ladder.rungs)
TALK_KINDS = sorted(kind for kind in GROUP_KINDS if kind.startswith("talk_"))
QUESTION_KINDS = {kind for kind in GROUP_KINDS if kind.startswith("question_")}
KITCHEN_KINDS = {kind for kind in GROUP_KINDS if kind.startswith("kitchen_")} | {"meal_over"}
RESIDENT_KINDS = sorted(set(ladders.KINDS) - set(GROUP_KINDS))


def sample(kind: str, **more: Any) -> dict[str, Any]:
    base = GROUP_FACTS if kind in GROUP_KINDS else ORDER
    facts: dict[str, Any] = json.loads(json.dumps({**base, **MORE.get(kind, {}), **more}))
    return facts


def said(kind: str, flags: Flags | None = None, **more: Any) -> str:
    flags = flags or (GROUP if kind in GROUP_KINDS else RESIDENT)
    return word(kind, sample(kind, **more), channel=flags, names=NAMES, at=AT).words

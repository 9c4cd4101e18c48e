"""Plain Chinese for what the pages show: names of states and steps, moments and ages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import local, span_text
from handlers.console.forms import limits_of
from models.rules.days import day_named
from models.rules.masking import mask
from models.rules.money import PAYS, amount, yuan
from models.views import Trace
from models.views.audit_names import ABOUT

WORDS: Mapping[str, Mapping[str, str]] = {
    **json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8")),
    "meal_pays": PAYS,
}

OWN_TEXTS: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("own_texts.json").read_text(encoding="utf-8")
)
TITLES: Mapping[str, str] = {
    name: title for _, named in OWN_TEXTS["sections"] for name, title in named.items()
}

# (shorter than, unit in Chinese, its length)
AGES = (
    (timedelta(hours=1), "分钟", timedelta(minutes=1)),
    (timedelta(days=1), "小时", timedelta(hours=1)),
    (timedelta.max, "天", timedelta(days=1)),
)


def word(key: str | None, table: str) -> str:
    """The Chinese for `key` in one table of words.json; a key that a later release added shows as itself."""
    return WORDS[table].get(key, key) if key else ""


def refused(outcome: Mapping[str, Any], step: str = "") -> str:
    """Why an action did nothing and what to do next, as exactly as the words of that step know it."""
    why, own = outcome["why"], WORDS.get(f"refusal_{step}", {})
    exactly = f"{why}_{outcome.get('about')}"
    text = own.get(exactly) or own.get(why) or WORDS["refusal"].get(exactly) or word(why, "refusal")
    return text.format_map(defaultdict(str, outcome))


def beside(outcome: Mapping[str, Any], step: str) -> str:
    """The field of the step's form that the refusal is about; empty: none of them."""
    why, fields = outcome["why"], WORDS["refusal_beside"]
    names = (f"{step}_{outcome.get('about')}", f"{step}_{why}", why, step)
    return next((fields[name] for name in names if name in fields), "")


def age(since: datetime, now: datetime) -> str:
    """How long ago, in words: "刚刚", "5 分钟前", "3 小时前", "2 天前"."""
    passed = now - since
    if passed < timedelta(minutes=1):
        return "刚刚"
    unit, length = next((unit, length) for limit, unit, length in AGES if passed < limit)
    return f"{passed // length} {unit}前"


def moment(at: datetime | None) -> str:
    """Date and time as people here read them: "11 月 22 日 18:05"."""
    if at is None:
        return ""
    here = local(at)
    return f"{day_named(here)} {here:%H:%M}"


def typed(at: datetime) -> str:
    """A moment as a field for date and time holds it: 2026-11-22T18:05."""
    return f"{local(at):%Y-%m-%dT%H:%M}"


def date_text(on: date) -> str:
    """A day as people here read it: 11 月 22 日."""
    return day_named(on)


def details(facts: Mapping[str, Any]) -> str:
    """What a ledger entry's facts add to its words, such as "派给李华"."""
    known = ((key, facts[key]) for key in WORDS["detail"] if facts.get(key))
    return "，".join(WORDS["detail"][key].format(FACTS.get(key, str)(value)) for key, value in known)


# How facts that are no plain words are read; the others stand as they are.
FACTS: Mapping[str, Callable[[Any], str]] = {
    "end": lambda end: word(end, "end"),
    "until": lambda until: moment(datetime.fromisoformat(until)),
    "visit": lambda visit: span_text(*visit),
}


def traced(trace: Trace) -> str:
    """A line of the audit trail in words, such as "看了工单 1001 的门牌、姓名和电话"."""
    of_id = f"编号 {trace.subject}" if trace.what in ABOUT else TITLES.get(trace.subject, trace.subject)
    return word(trace.what, "audit").replace("{}", trace.name or of_id)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "word": word,
    "age": age,
    "moment": moment,
    "typed": typed,
    "date": date_text,
    "span": span_text,
    "details": details,
    "traced": traced,
    "mask": mask,
    "limits_of": limits_of,
    "yuan": yuan,
    "amount": amount,
}

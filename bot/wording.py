"""The words of every message that nobody asked for just now: facts in, words out. All texts are in data/texts.json.

A text is a list of lines. A line with a fact that is empty is left out; a list of lines in a line's place is a
choice: the first one whose facts are all there is said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Any

from bot.clock import coming_text, day_text, local, span_text
from bot.message import Card, Doorbell, Option, Reply
from bot.own_words import Text, own_or_built_in
from bot.ports import Flags

_TEXTS: dict[str, Any] = json.loads((files("bot") / "data" / "texts.json").read_text(encoding="utf-8"))
_FREE: tuple[str, ...] = tuple(_TEXTS["free"])
# The groups of an order, those of a talk, of a question, of a week of questions, a kitchen, operators, and residents.
AUDIENCES = ("group", "talk", "question", "week", "kitchen", "operator", "resident")
THING, PHRASE = 20, 5  # characters of a template's thing and phrase (WeChat docs: template messages)


def _options(pairs: Sequence[Sequence[str]]) -> tuple[Option, ...]:
    return tuple(Option(id=mark, label=label, say=mark, mark=mark) for mark, label in pairs)


RATING = _options(_TEXTS["rating"]["options"])
ASKS = {kind: _options(pairs) for kind, pairs in _TEXTS["asks"].items()}  # kinds that end in a choice

QUESTION = "rating.question"
CHANGE = "card_update"  # a card that was sent before shows how its order is by now
_MENTION = "@{bot} "
BUTTONS: Mapping[str, tuple[Option, ...]] = {
    state: tuple(Option(id=verb, label=label, say=label) for verb, label in found)
    for state, found in _TEXTS["card"]["buttons"].items()
}

Line = str | Sequence[str]


class Unworded(Exception):
    """The facts of a message are not those that its text needs, or nobody wrote a text for its kind."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A message in words. `doorbell` rings when only a template message is allowed; `card`, whose id is for the
    sender to give, is shown instead of the words to a worker alone."""

    words: str
    options: tuple[Option, ...] = ()
    mention: tuple[str, ...] = ()
    doorbell: Doorbell | None = None
    card: Card | None = None


def kinds() -> frozenset[str]:
    """Every kind of message that has a text."""
    worded = (kind for audience in AUDIENCES for kind in _TEXTS[audience]["kinds"])
    return frozenset(("said", CHANGE, *worded))


def resident_texts() -> Mapping[str, Text]:
    """What residents are told, by name: a kind, or kind.end, and the question of a rating."""
    found: dict[str, Text] = {}
    for kind, body in _TEXTS["resident"]["kinds"].items():
        ends = body if isinstance(body, dict) else {"": body}
        found |= {f"{kind}.{end}".rstrip("."): lines for end, lines in ends.items()}
    return {**found, QUESTION: [_TEXTS["rating"]["question"]]}


_RESIDENT = resident_texts()


def word(
    kind: str,
    facts: Mapping[str, Any],
    *,
    channel: Flags,
    names: Mapping[str, str],
    at: datetime,
    own: Mapping[str, object] = MappingProxyType({}),
) -> Worded:
    """The message of `kind` in words that fit the channel (`channel.text_bytes`, in UTF-8 bytes).

    `names`: the Chinese names of categories by id. `at`: when the thing happened, for the template's time. `own`: the
    town's own texts by name, as resident_texts() has them. Raises Unworded when a fact is missing.
    """
    if kind == "said":
        reply = Reply.from_json(_fact(kind, facts, "reply"))
        return Worded(reply.words, reply.options)
    values = _values(facts, names, at)
    if kind == CHANGE:
        card = _card(kind, _TEXTS["card"]["shows"][_fact(kind, facts, "shows")], facts, values)
        return Worded(f"{card.title}\n{card.text}", card=card)
    rates = kind == "order_finished" and bool(facts.get("rate"))
    options = RATING if rates else ASKS.get(kind, ())
    lines = [*_lines(kind, facts, own), *(_built_in(QUESTION, own) if rates else [])]
    return Worded(
        words=_fitted(kind, lines, values, channel.text_bytes - _bytes(options)),
        options=options,
        mention=tuple(facts.get("mention") or ()),
        doorbell=_doorbell(kind, values, at),
        card=_pressable(kind, facts, values),
    )


def _bytes(options: Sequence[Option]) -> int:
    """How many bytes the choices take under the words."""
    return sum(len(f"\n{one.mark}. {one.label}".encode()) for one in options)


def _fact(kind: str, facts: Mapping[str, Any], name: str) -> Any:
    try:
        return facts[name]
    except KeyError:
        raise Unworded(f"{kind} needs the fact {name}") from None


def _built_in(name: str, own: Mapping[str, object]) -> Text:
    return own_or_built_in(name, _RESIDENT[name], own)


def _lines(kind: str, facts: Mapping[str, Any], own: Mapping[str, object]) -> list[Line]:
    mine = f"{kind}.{facts.get('end')}" if f"{kind}.{facts.get('end')}" in _RESIDENT else kind
    if mine in _RESIDENT:
        return list(_built_in(mine, own))
    for audience in (_TEXTS[name] for name in AUDIENCES):
        if (found := audience["kinds"].get(kind)) is not None:
            body = found.get(_fact(kind, facts, "end")) if isinstance(found, dict) else found
            if body is None:
                raise Unworded(f"{kind} has no text for the end {facts['end']}")
            lines = [*audience["head"], *body]
            return [_unmentioned(line) for line in lines] if facts.get("alone") else lines
    raise Unworded(f"no text for {kind}")


def _unmentioned(line: Line) -> Line:
    """Alone with the bot nobody has to mention it."""
    return (
        line.replace(_MENTION, "") if isinstance(line, str) else [one.replace(_MENTION, "") for one in line]
    )


def _pressable(kind: str, facts: Mapping[str, Any], values: Mapping[str, str]) -> Card | None:
    """The card of a message after which a button may be pressed by the worker who is told alone."""
    lines = _TEXTS["card"]["kinds"].get(kind)
    return _card(kind, lines, facts, values) if lines and facts.get("buttons") else None


def _card(kind: str, lines: Sequence[Line], facts: Mapping[str, Any], values: Mapping[str, str]) -> Card:
    rows = ((name, _said(kind, choice, values)) for name, choice in _TEXTS["card"]["lines"])
    said = (_said(kind, [line] if isinstance(line, str) else line, values) for line in lines)
    return Card(
        id="",
        title=_said(kind, [_TEXTS["card"]["title"]], values),
        text="\n".join(line for line in said if line),
        lines=tuple((name, value) for name, value in rows if value),
        buttons=BUTTONS.get(str(facts.get("buttons", "")), ()),
    )


def _values(facts: Mapping[str, Any], names: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The facts as a text may use them. An empty string stands for what is not known."""
    values = dict.fromkeys(_TEXTS["optional"], "") | {k: _plain(v) for k, v in facts.items()}
    urgency = values.get("urgency", "normal")
    values["mark"] = _TEXTS["marks"].get(urgency, "")
    values["emergency"] = "情况紧急" if urgency == "emergency" else ""
    values["category"] = names.get(values.get("category", ""), "其他")
    values["bot"] = values.get("bot") or "小邻"
    values["below"] = "下面的链接" if values["page"] else ""
    values["unit"] = values.get("unit") or "负责单位"
    if values["away"]:
        values["away"] = coming_text(values["away"], at)
    if values["people"] == "1":
        values["people"] = ""
    return values | _moments(facts)


def _moments(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts that are moments, as ISO text: `until` one, `visit` from and until."""
    said = {}
    if facts.get("until"):
        said["until"] = day_text(datetime.fromisoformat(facts["until"]))
    if facts.get("visit"):
        said["visit"] = span_text(*facts["visit"])
    return said


def _plain(value: Any) -> str:
    """One fact as text, a list as a line each. "<@" would call people by name in a group: nobody's words hold it."""
    if isinstance(value, list):
        return "\n".join(_plain(one) for one in value)
    if value is None or value == 0:
        return ""
    return " ".join(str(value).split()).replace("<@", "＜@")


def _fitted(kind: str, lines: Sequence[Line], values: dict[str, str], limit: int) -> str:
    """The text within `limit` bytes: people's own words are shortened, never what to do next."""
    text = _filled(kind, lines, values)
    while (over := len(text.encode()) - limit) > 0:
        longest = max(_FREE, key=lambda name: len(values.get(name, "")))
        kept = values.get(longest, "")
        if len(kept) <= 2:
            raise Unworded(f"{kind} is {over} bytes too long")
        values = {**values, longest: kept[: max(1, len(kept) - over // 3 - 2)].rstrip() + "…"}
        text = _filled(kind, lines, values)
    return text


def _filled(kind: str, lines: Sequence[Line], values: Mapping[str, str]) -> str:
    said = [_said(kind, [line] if isinstance(line, str) else line, values) for line in lines]
    if not said[0]:
        raise Unworded(f"{kind} lacks what its first line says")
    return "\n".join(line for line in said if line)


def _said(kind: str, choice: Sequence[str], values: Mapping[str, str]) -> str:
    """The first line whose facts are all there, or nothing."""
    for line in choice:
        needed = [name for _, name, _, _ in Formatter().parse(line) if name]
        if missing := [name for name in needed if name not in values]:
            raise Unworded(f"{kind} needs the fact {missing[0]}")
        if all(values[name] for name in needed if name != "mark"):
            return line.format_map(values)
    return ""


def _doorbell(kind: str, values: Mapping[str, str], at: datetime) -> Doorbell | None:
    if kind not in _TEXTS["doorbells"] or not values["number"]:
        return None
    template, phrase, *about = _TEXTS["doorbells"][kind]
    thing = about[0] if about else f"{values['category']} {values.get('place', '')}".strip()
    return Doorbell(
        template,
        {
            "thing1": thing if len(thing) <= THING else thing[: THING - 1] + "…",
            "character_string2": values["number"],
            "phrase3": phrase[:PHRASE],
            "time4": f"{local(at):%Y年%m月%d日 %H:%M}",
        },
    )

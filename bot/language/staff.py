"""The small grammar of staff groups: 接 1024, 完成 1024 已换水管, 1024 到场, 问 1024 几楼?

Every message stands alone; nothing is remembered between two of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from bot.language.commands import is_order
from bot.language.tables import any_of, read_table
from bot.language.text import fold, visible

Verb = Literal[
    "claim", "arrive", "progress", "finish", "return", "ask", "reply", "show", "todo", "waiting", "help",
    "transfer", "pause", "resume", "appoint", "add_helper", "dismiss", "merge", "end_talk", "bind", "bind_group",
]  # fmt: skip
End = Literal["resolved", "explained", "not_responsible", "duplicate"]

TALK_VERBS: tuple[Verb, ...] = ("reply", "end_talk", "show")  # what may be done with a talk

_TABLE = read_table("staff")
_VERBS: dict[str, Verb] = {
    word: cast(Verb, verb) for verb, words in _TABLE["verbs"].items() for word in words
}
_ENDS: dict[str, End] = {word: cast(End, end) for end, words in _TABLE["ends"].items() for word in words}
_ANY_VERB = any_of(_VERBS)
_BIND_VERB = any_of([*_TABLE["verbs"]["bind"], *_TABLE["verbs"]["bind_group"]])
_GAP = r"[\s:,，。、;.\-]*"
_ALREADY = r"(?:由?我|已经?|请)?"
_DIGITS = r"(?P<number>[0-9]{4,9})(?![0-9元块米年度瓦]|[-/.][0-9]{1,2}[-/.][0-9])"
_NUMBER = rf"(?:工?单号?|单子)?\s*[#№【\[]?\s*{_DIGITS}\s*[】\]]?(?:\s*号?(?:工单|单子|单)|号(?![楼弄]))?"
_NOT_DONE = r"(?!了?[不没错吗么])"  # 接不了, 修好了吗
_REST = r"(?P<rest>.*)"
_NUMBER_FIRST = re.compile(
    rf"把?{_NUMBER}{_GAP}{_ALREADY}(?P<verb>{_ANY_VERB}){_NOT_DONE}了?{_GAP}{_REST}", re.S
)
_VERB_FIRST = re.compile(rf"{_ALREADY}(?P<verb>{_ANY_VERB})了?{_GAP}{_NUMBER}{_GAP}{_REST}", re.S)
_NUMBER_ONLY = re.compile(rf"{_NUMBER}{_GAP}{_REST}", re.S)
_VERB_ONLY = re.compile(
    rf"{_ALREADY}(?P<verb>{_ANY_VERB})[了吧]?(?:[\s:,，。、;!]+(?P<rest>.*)|[?!.。]*)", re.S
)
_BIND = re.compile(rf"(?P<verb>{_BIND_VERB}){_GAP}{_REST}", re.S)
_TALK_VERB = any_of([word for verb in TALK_VERBS for word in _TABLE["verbs"][verb]])
# T8 is a lamp as well as a talk.
_TALK = (
    rf"(?:对话)?\s*[【\[]?\s*t\s*(?P<talk>[0-9]{{1,9}})(?![0-9a-z])(?!\s*{any_of(_TABLE['lamps'])})\s*[】\]]?"
)
_TALK_FIRST = re.compile(rf"{_TALK}{_GAP}(?:(?P<verb>{_TALK_VERB}){_NOT_DONE}了?)?{_GAP}{_REST}", re.S)
_TALK_VERB_FIRST = re.compile(rf"{_ALREADY}(?P<verb>{_TALK_VERB})了?{_GAP}{_TALK}{_GAP}{_REST}", re.S)
_NAME = re.compile(r"^(?:\s*@\S+\s+)+")
_ASKS_BACK = re.compile(r"了?(?:吗|没|没有|么|不|嘛)\?*")
_SHORT_NUMBER = re.compile(r"#?(?P<number>[0-9]{1,3})号?")
_NO_ORDER = re.compile(
    r"(?:工?单号?|单子)?\s*[#№【\[]?\s*(?P<number>[0-9]{3,})(?![0-9]|\.[0-9]|[-/][0-9]{1,2}[-/][0-9])"
    rf"(?!\s*{any_of(_TABLE['units'])})\s*[】\]]?{_GAP}"
)
_LONGEST = 18  # digits of a number that is looked up; a database holds no longer ones
_END = re.compile(rf"(?P<end>{any_of(_ENDS)})(?:$|[\s:,，。、;]+)")
_TRANSFER_HEAD = re.compile("^" + any_of(_TABLE["transfer_heads"]) + r"\s*")
_PRINTED_TALK = re.compile(r"[^【]*【\s*t(?P<talk>[0-9]{1,9})\s*】", re.S)
_PRINTED = re.compile(
    r"【\s*(?:紧急|加急)?\s*(?P<a>[0-9]{4,9})\s*】|工单(?:号|编号)?\s*[:#]?\s*(?P<b>[0-9]{4,9})(?![0-9])"
    r"|#(?P<c>[0-9]{4,9})(?![0-9])|^\s*(?P<d>[0-9]{4,9})\s(?=由|已|的|照|进)"
)


@dataclass(frozen=True, slots=True)
class Command:
    """What a staff member told us to do.

    `number`: the order, which need not exist; None if none was named (then the one quoted or the only one open
    is meant).
    `rest`: the words that follow, as written. `end`: how a finished order ended, only for finish.
    `talk`: the talk with a resident that was named, T12.
    """

    verb: Verb
    number: int | None = None
    rest: str = ""
    end: End | None = None
    talk: int | None = None


def read_command(text: str) -> Command | None:
    """The command in a message to the group's bot, or None.

    A number with no verb shows the order, whatever else is said: nothing is done by accident.
    """
    original = _NAME.sub("", visible(text)).strip()
    said = fold(original)
    bind = _BIND.fullmatch(said)
    if bind:
        return Command(_VERBS[bind["verb"]], None, _rest(original, bind))
    for form in (_TALK_FIRST, _TALK_VERB_FIRST):
        talk = form.fullmatch(said)
        if talk:
            verb = _VERBS[talk["verb"]] if talk["verb"] else "show"
            return Command(verb, None, _rest(original, talk), talk=int(talk["talk"]))
    for form in (_NUMBER_FIRST, _VERB_FIRST, _NUMBER_ONLY, _VERB_ONLY):
        found = form.fullmatch(said)
        command = found and _command(original, found)
        if command:
            return command
    return None


def _rest(original: str, found: re.Match[str]) -> str:
    """The words after the command, in the wording of `original`, which is as long as what was matched."""
    return "" if found["rest"] is None else original[found.start("rest") : found.end("rest")].strip()


def _command(original: str, found: re.Match[str]) -> Command | None:
    parts = found.groupdict()
    verb = _VERBS[parts["verb"]] if parts.get("verb") else "show"
    rest = _rest(original, found)
    number = int(parts["number"]) if parts.get("number") else None
    if number is not None and not is_order(number):
        return None
    if number is None:
        number, rest = _mistyped(rest)
    if number is not None and _ASKS_BACK.fullmatch(fold(rest)):
        return Command("show", number, rest)
    if verb == "finish":
        return _finished(number, rest)
    return Command(verb, number, _TRANSFER_HEAD.sub("", rest, count=1) if verb == "transfer" else rest)


def _mistyped(rest: str) -> tuple[int | None, str]:
    """Digits before the words that are no order's number, and the words after them: 接 12, 完成 10240000001 好了.

    They count as the number, which will not be found, so that no other order is taken for the one meant.
    """
    said = fold(rest)
    found = _SHORT_NUMBER.fullmatch(said) or _NO_ORDER.match(said)
    if not found:
        return None, rest
    return max(int(found["number"][:_LONGEST]), 1), rest[found.end() :].strip()


def _finished(number: int | None, rest: str) -> Command:
    end = _END.match(fold(rest))
    if not end:
        return Command("finish", number, rest, "resolved")
    return Command("finish", number, rest[end.end() :].strip(), _ENDS[end["end"]])


def number_in(text: str) -> int | None:
    """The number of the order printed in one of our own messages: the first 【1024】, 【加急 1024】, 工单 1024,
    #1024, or the 1024 that one of our answers begins with."""
    for found in _PRINTED.finditer(fold(visible(text))):
        number = int(next(filter(None, found.groups())))
        if is_order(number):
            return number
    return None


def talk_in(text: str) -> int | None:
    """The number of the talk that one of our own messages begins with, 【T12】."""
    found = _PRINTED_TALK.match(fold(visible(text)))
    return int(found["talk"]) if found else None

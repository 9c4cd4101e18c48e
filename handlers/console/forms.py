"""Small forms: what a field may hold, how it is read, and what is said beside it when it cannot be taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from handlers.console.duty import Rows, read_duty
from models.rules.meals import minutes
from models.rules.money import read_cents

Choices = Mapping[str, str]  # what is sent → what is read

ROBOT_HOST = "qyapi.weixin.qq.com"  # WeCom docs 91770: the address of a group's webhook robot


@dataclass(frozen=True, slots=True)
class Field:
    """One field. kind: text, long (several lines), code (no spaces, ASCII digits), names, number, money (cents),
    choice, radio (a choice
    of few, each explained after a colon), check, checks (several of the choices), date, clock (HH:MM of 24 hours,
    24:00 too), secret, robot, hours.

    `wrong` says what to write instead, `taken` what to do when somebody has it already. `fixed`: it is chosen once.
    `empty` is the choice of none; `mode` the keyboard a phone shows.
    """

    name: str
    label: str
    kind: str = "text"
    wrong: str = ""
    taken: str = ""
    hint: str = ""
    empty: str = "请选择"
    pattern: str = ""
    mode: str = ""
    required: bool = True
    fixed: bool = False
    most: int = 64
    lowest: int = 0
    highest: int = 0

    @property
    def is_secret(self) -> bool:
        """Whether it is never shown again."""
        return self.kind in ("secret", "robot")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was read. `values` holds what could be taken, `errors` the words beside each other field."""

    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)


def read(
    fields: Sequence[Field], form: Mapping[str, str], choices: Mapping[str, Choices], *, changes: bool
) -> Typed:
    """Read the fields. `changes`: something that is there is changed: fixed fields are not asked and a secret may
    be left empty, which keeps the old one."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in fields:
        if changes and one.fixed:
            continue
        try:
            values[one.name] = _read(one, _typed(one, form), choices.get(one.name, {}), changes)
        except ValueError:
            errors[one.name] = one.wrong
    return Typed(values, errors)


def _typed(one: Field, form: Mapping[str, str]) -> str:
    """What was typed; of several ticks, what each stands for with a 、 between them."""
    if one.kind == "checks" and isinstance(form, MultiDict):
        return "、".join(form.getlist(one.name))
    return form.get(one.name, "").strip()


def _read(one: Field, text: str, choices: Choices, changes: bool) -> Any:
    if not text and one.kind != "check" and one.required and not (changes and one.is_secret):
        raise ValueError("empty")
    if not text and one.kind in ("number", "money"):
        return None
    return READERS[one.kind](one, text, choices)


def _text(one: Field, text: str, _choices: Choices) -> str:
    fits = not one.pattern or not text or re.fullmatch(one.pattern, text)
    if len(text) > one.most or not fits:
        raise ValueError("too long, or not of the pattern")
    return " ".join(text.split())


def _long(one: Field, text: str, choices: Choices) -> str:
    """What may be typed on several lines, kept as one."""
    lines = (line.strip().rstrip("、，；") for line in text.splitlines())
    return _text(one, "、".join(line for line in lines if line), choices)


def _code(one: Field, text: str, choices: Choices) -> str:
    return _text(one, unicodedata.normalize("NFKC", text), choices)


def _names(one: Field, text: str, choices: Choices) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[^、，,；;\s]+", _text(one, text, choices))))


def _number(one: Field, text: str, choices: Choices) -> int:
    digits = _code(one, text, choices)
    if not (digits.isascii() and digits.isdigit() and one.lowest <= int(digits) <= one.highest):
        raise ValueError("no number in the range")
    return int(digits)


def _choice(_one: Field, text: str, choices: Choices) -> int | str | None:
    """The id, or the name of what has none; None for the empty choice."""
    if text and text not in choices:
        raise ValueError("was not offered")
    return int(text) if text.isdigit() else text or None


def _checks(one: Field, text: str, choices: Choices) -> tuple[int | str | None, ...]:
    return tuple(_choice(one, key, choices) for key in dict.fromkeys(text.split("、")) if key)


def _money(_one: Field, text: str, _choices: Choices) -> int:
    cents = read_cents(text)
    if cents is None:
        raise ValueError("no sum of money")
    return cents


def _clock(_one: Field, text: str, _choices: Choices) -> str:
    clock = unicodedata.normalize("NFKC", text).zfill(5)
    minutes(clock)
    return clock


def _check(_one: Field, text: str, _choices: Choices) -> bool:
    return bool(text)


def _date(_one: Field, text: str, _choices: Choices) -> date | None:
    return date.fromisoformat(text) if text else None


def _robot(one: Field, text: str, choices: Choices) -> str:
    """The key of a webhook robot, or what follows key= in its address."""
    if "/" in text:
        address = urlsplit(text)
        if address.scheme != "https" or address.hostname != ROBOT_HOST:
            raise ValueError("not the address of a robot")
        text = parse_qs(address.query).get("key", ["?"])[0]
    return _code(one, text, choices)


def _hours(one: Field, text: str, choices: Choices) -> Rows:
    return read_duty(_text(one, text, choices))


# Each takes the field, what was typed without blanks around it, and what may be chosen; raises ValueError.
READERS: Mapping[str, Callable[[Field, str, Choices], Any]] = {
    "text": _text,
    "long": _long,
    "code": _code,
    "names": _names,
    "number": _number,
    "choice": _choice,
    "radio": _choice,
    "check": _check,
    "checks": _checks,
    "money": _money,
    "clock": _clock,
    "date": _date,
    "secret": _code,
    "robot": _robot,
    "hours": _hours,
}


def limits_of(one: Field) -> Markup:
    """The attributes by which a browser helps to type: length, range, keyboard."""
    if one.kind == "number":
        return Markup('inputmode="numeric" maxlength="{}"').format(max(3, len(str(one.highest))))
    if one.kind == "money":
        return Markup('inputmode="decimal" maxlength="10"')
    mode = Markup(' inputmode="{}"').format(one.mode) if one.mode else ""
    # An address is longer than the key that is taken out of it.
    return Markup('maxlength="{}"{}').format(300 if one.is_secret else one.most, mode)

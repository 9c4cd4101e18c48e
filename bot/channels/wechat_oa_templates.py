"""Category templates (类目模板): each field is made to fit the type that its name begins with, or refused.

WeChat docs: sendTemplateMessage, and the limits of the typed values of subscription notices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.failures import load
from bot.channels.text import plain, shorten
from bot.message import Doorbell
from bot.refusals import BadMessage, NotAllowed

PREFIX = "template."


@dataclass(frozen=True, slots=True)
class FieldType:
    """What one type of field takes: characters, a pattern, whether it may be cut, what stands for nothing."""

    longest: int
    longest_chinese: int = 0
    pattern: str = ""
    cut: bool = False
    empty: str = ""

    def fit(self, value: str) -> str | None:
        """The value as it may be sent, or None when it cannot be made to fit."""
        value = " ".join(plain(value).split()) or self.empty
        longest = self.longest_chinese if self.longest_chinese and not value.isascii() else self.longest
        if self.cut:
            bare = self.pattern or (self.longest_chinese and value.isascii())  # an ellipsis is no letter
            value = value[:longest] if bare else shorten(value, longest)
        fits = bool(value) and len(value) <= longest
        return value if fits and (not self.pattern or re.fullmatch(self.pattern, value)) else None


TYPES: Mapping[str, FieldType] = {name: FieldType(**line) for name, line in load("wechat_oa_fields").items()}


def fit_field(name: str, value: str) -> str | None:
    """The value as field `name` (such as "thing2") takes it, or None. Empty is never sent (error 47003)."""
    return TYPES.get(name.rstrip("0123456789"), TYPES["default"]).fit(value)


class Templates:
    """The templates an account has, by the names we use.

    Settings `template.<name>` hold their ids; `template.<name>.<field>` how the account's template calls a field
    of ours (thing1 may be its thing7), empty when it has no such field.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self._ids = {
            key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)
        }

    def payload(self, doorbell: Doorbell | None) -> dict[str, Any]:
        """template_id and data. Raises NotAllowed when the template is not set, BadMessage for its fields."""
        if doorbell is None:
            raise BadMessage("no doorbell")
        template = self._ids.get(doorbell.template)
        if not template:
            raise NotAllowed(f"set {PREFIX}{doorbell.template} to the template's id")
        theirs = {name: self._ids.get(f"{doorbell.template}.{name}", name) for name in doorbell.fields}
        fitted = {theirs[name]: fit_field(theirs[name], value) for name, value in doorbell.fields.items()}
        fitted.pop("", None)
        wrong = sorted(name for name, value in fitted.items() if value is None)
        if wrong or not fitted:
            raise BadMessage(f"fields {', '.join(wrong) or 'missing'}")
        return {"template_id": template, "data": {name: {"value": value} for name, value in fitted.items()}}

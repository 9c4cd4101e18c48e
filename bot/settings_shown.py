"""The settings as `python app.py settings` shows them: what each means, what it is and where that came from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from bot.settings import Settings, Source, env_name, extra

HIDDEN = "●●●●"


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting as `python app.py settings` shows it; a secret's `value` is already hidden."""

    name: str
    meaning: str
    default: str
    value: str
    source: Source


def _shown(field: str, value: object) -> str:
    if value is None:
        return extra(field, "unset") or "not set"
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    if isinstance(value, tuple):
        return ",".join(value)
    # A password inside an address: everything between the name and the @.
    return re.sub(r"(://[^:/@]*:)[^@]*@", rf"\1{HIDDEN}@", str(value))


def describe(settings: Settings) -> list[Explained]:
    """Every setting with its meaning, default, value and where the value came from."""
    return [
        Explained(
            name=env_name(field),
            meaning=info.description or "",
            default=extra(field, "unset") or _shown(field, info.get_default()),
            value=_shown(field, getattr(settings, field)),
            source=settings.source_of(field),
        )
        for field, info in Settings.model_fields.items()
    ]

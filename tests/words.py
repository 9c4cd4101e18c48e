"""What every message to a person must look like; tests call faults() on the words they see."""

from __future__ import annotations

import re

HAN = "\u4e00-\u9fff"
RULES = {
    "a space is missing between Chinese and Latin or digits": re.compile(
        rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]"
    ),
    "half-width punctuation after Chinese": re.compile(rf"[{HAN}”’）】」][ ]?[,.!?:;()]"),
    "half-width quotes around Chinese": re.compile(rf"[\"'][{HAN}]|[{HAN}][\"']"),
    "a space beside full-width punctuation": re.compile(r"[，。！？：；（）] | [，。！？：；（）]"),
    "a field was not filled": re.compile(r"[{}]|\bNone\b|\bTrue\b|\bFalse\b"),
    "a doubled space or a blank end of line": re.compile(r"  |[ \t]$", re.MULTILINE),
    "an empty line": re.compile(r"\n\s*\n"),
}


def faults(words: str) -> list[str]:
    """Which rules the words break, each with the place."""
    found = [(rule, pattern.search(words)) for rule, pattern in RULES.items()]
    return [f"{rule}: …{words[max(0, at.start() - 8) : at.end() + 8]}…" for rule, at in found if at]

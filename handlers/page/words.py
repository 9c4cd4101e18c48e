"""Plain Chinese of the page: what can be done, what was done, why not, what kind of phone it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WORDS: Mapping[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))


def did(verb: str) -> str:
    """What was done; empty for what the page has no words for."""
    return str(WORDS["did"].get(verb, ""))


def why(outcome: Mapping[str, Any], table: str = "why", verb: str = "") -> str:
    """Why an action did nothing, and what to do instead, as exactly as the words of that verb know it."""
    own, reason = WORDS["why_of"].get(verb, {}), outcome["why"]
    known = own.get(f"{reason}_{outcome.get('about')}") or own.get(reason)
    told = WORDS[table]
    known = known or told.get(f"{reason}_{outcome.get('about')}") or told.get(reason) or WORDS["why"]["other"]
    return str(known.format(**{**outcome, "by": outcome.get("by") or "同事"}))


def beside(outcome: Mapping[str, Any], verb: str) -> str:
    """What of the verb's form the refusal is about: words, moment, who, photos, to, into; empty: none of them."""
    return str(WORDS["beside"].get(verb) or WORDS["beside"].get(outcome["why"], ""))


def device(agent: str) -> str:
    """The phone and its app in words, from the browser's User-Agent: 企业微信（安卓）.

    WeCom's browser names itself MicroMessenger too, so it is looked for first.
    """
    names: Mapping[str, Any] = WORDS["devices"]
    app = _first(names["apps"], agent) or names["browser"]
    system = _first(names["systems"], agent)
    return f"{app}（{system}）" if system else str(app)


def _first(table: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for mark, name in table if mark in agent), "")

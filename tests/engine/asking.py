"""How a question is read in tests."""

from __future__ import annotations

from typing import Any

from bot.talk import Took


def found(what: str, text: Any) -> None:
    """A register in which nothing is found."""


def value(reading: Any) -> Any:
    """What was understood; the class of a reading that is no answer."""
    return reading.value if isinstance(reading, Took) else reading if reading is None else type(reading)

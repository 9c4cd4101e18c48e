"""What is counted when labelled lines are read: right and all, of each measure of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
NAMED = ("date", "meal", "time", "items", "qty", "temp", "district", "town", "estate", "road", "lane", "bldg",
         "unit", "room", "floor", "phone", "person", "ticket", "score", "target", "action")  # fmt: skip
"""The slots that the window names."""


@dataclass
class Tally:
    """Right and all by measure, what was taken for what, and the lines that went wrong."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, measure: str, right: bool, row: Row, got: object = None, wanted: object = None) -> None:
        """Count one line for one measure."""
        count = self.counts.setdefault(measure, [0, 0])
        count[0] += right
        count[1] += 1
        if not right:
            self.wrong.append(f"{measure}: {row['text'][:60]!r} wanted {wanted!r}, got {got!r}")


def count(tally: Tally, row: Row, read: Row) -> None:
    """Count everything that one labelled line can tell."""
    kind = row.get("kind", "")
    if kind in ("intent", "oos"):
        _intent(tally, row, read)
    elif kind in ("faq_query", "faq_reject"):
        tally.add("intent of questions", read["intent"] == "faq", row, read["intent"], "faq")
        _question(tally, row, read)
    elif kind in _SLOT_OF:
        wanted, got = _SLOT_OF[kind](row, read["slots"])
        tally.add(f"{kind}{' B' if row.get('set') == 'B' else ''}", wanted == got, row, got, wanted)


def _intent(tally: Tally, row: Row, read: Row) -> None:
    wanted, got = row["intent"], read["intent"]
    tally.confusion[(wanted, got)] += 1
    tally.add("intent", wanted == got, row, got, wanted)
    tally.add(f"intent {wanted}", wanted == got, row, got, wanted)
    if wanted == "oos":
        tally.add("chit-chat left alone", got == "oos", row, got, "oos")
        tally.add("chit-chat not answered", read["faq"]["verdict"] != "sure", row, read["faq"], "none")
    slots = row.get("slots") or {}
    if wanted == "report":
        _report(tally, row, read, slots)
    for name in NAMED:
        if name in slots:
            tally.add(f"slot {name}", slots[name] == read["slots"].get(name), row, read["slots"], slots[name])


def _report(tally: Tally, row: Row, read: Row, slots: Row) -> None:
    tally.add("no false date in reports", "date" in slots or "date" not in read["slots"], row, read["slots"])
    tally.add("no false temperature in reports", "temp" not in read["slots"], row, read["slots"])
    if "category" not in slots:
        return
    tally.confusion[(slots["category"], str(read["category"]))] += 1
    tally.add("category", slots["category"] == read["category"], row, read["category"], slots["category"])
    wanted, got = slots.get("urgency"), read["urgency"]
    tally.add("urgency", wanted == got, row, got, wanted)
    if wanted == "emergency":
        tally.add("emergency heard", got == "emergency", row, got, wanted)
    elif got == "emergency" or wanted:
        tally.add("no false emergency", got != "emergency", row, got, wanted)


def _question(tally: Tally, row: Row, read: Row) -> None:
    verdict, items = read["faq"]["verdict"], read["faq"]["items"]
    if row["kind"] == "faq_reject":
        tally.add("uncovered not answered", verdict != "sure", row, items[:1], "none")
        return
    wanted = row["faq_id"]
    tally.add("faq first", items[:1] == [wanted], row, items[:1], wanted)
    tally.add("faq among three", wanted in items[:3], row, items[:3], wanted)
    tally.add("faq sure", verdict == "sure", row, verdict, "sure")
    if verdict == "sure":
        tally.add("faq right when sure", items[:1] == [wanted], row, items[:1], wanted)


def _time(row: Row, slots: Row) -> tuple[object, object]:
    got = [slots.get("date", ""), slots.get("time") or slots.get("meal", "")]
    wanted = [row.get("date", ""), row.get("meal_or_time", "")]
    return wanted, got


def _quantity(row: Row, slots: Row) -> tuple[object, object]:
    first = (slots.get("items") or [{}])[0]
    return row["expect"], str(slots.get("qty", first.get("qty", "")))


def _address(row: Row, slots: Row) -> tuple[object, object]:
    place = ("district", "town", "estate", "road", "lane", "bldg", "unit", "room", "floor")
    return row["expect"] or {}, {name: slots[name] for name in place if name in slots}


def _dish(row: Row, slots: Row) -> tuple[object, object]:
    return row["expect"], (slots.get("items") or [{}])[0].get("dish")


_SLOT_OF = {
    "parse_time": _time,
    "parse_qty": _quantity,
    "parse_temp": lambda row, slots: (row["expect"], slots.get("temp")),
    "parse_addr": _address,
    "parse_phone": lambda row, slots: (row["expect"], slots.get("phone")),
    "dish": _dish,
}


def shares(tally: Tally) -> dict[str, tuple[int, int]]:
    """Right and all by measure, in the order of their names."""
    return {name: (right, all_) for name, (right, all_) in sorted(tally.counts.items())}


def table(now: Mapping[str, Sequence[int]], before: Mapping[str, Sequence[int]]) -> list[str]:
    """A table in Markdown, with what has changed since the results kept last, in points."""
    lines = ["| measure | right | of | share | change |", "|---|---|---|---|---|"]
    for name, (right, all_) in now.items():
        share, old = right / all_, before.get(name)
        change = f"{100 * (share - old[0] / old[1]):+.1f}" if old else "new"
        lines.append(f"| {name} | {right} | {all_} | {share:.3f} | {change} |")
    return lines

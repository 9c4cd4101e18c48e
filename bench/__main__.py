"""`make bench`: measure and print one table. ARGS="--quick" for a look, ARGS="--only web" for a part."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from bench import (
    databases,
    envelopes,
    growth,
    imports,
    machine,
    meals,
    rush,
    search,
    telling,
    turns,
    understanding,
    web,
)
from bench.measuring import Row, markdown
from bot.clock import SystemClock, local

Part = Callable[[bool], Iterator[Row]]


def _turn(quick: bool) -> Iterator[Row]:
    loops = 200 if quick else 2000
    people = 10 if quick else 150
    return chain(envelopes.rows(loops), turns.engine_rows(loops), turns.turn_rows(people))


def _web(quick: bool) -> Iterator[Row]:
    return web.rows(1, 60, 100) if quick else web.rows(4, 1_250)


def _grow(quick: bool) -> Iterator[Row]:
    return growth.rows(10, 1) if quick else growth.rows(50, 4)


def _tell(quick: bool) -> Iterator[Row]:
    return telling.rows(50, 10) if quick else telling.rows(500, 100)


def _search(quick: bool) -> Iterator[Row]:
    return search.rows(0.02, 5) if quick else search.rows(1, 30)


def _imports(quick: bool) -> Iterator[Row]:
    return imports.rows(1_000, 2_500) if quick else imports.rows(140_000, 330_000)


def _meals(quick: bool) -> Iterator[Row]:
    return chain(meals.rows(10_000 if quick else 340_000), rush.rows(*((100, 10) if quick else (2_000, 120))))


def _understand(quick: bool) -> Iterator[Row]:
    return understanding.rows(20 if quick else 300)


PARTS: Mapping[str, tuple[str, Part]] = {
    "turn": ("one turn in one process", _turn),
    "understand": ("understanding a sentence, processor time on one core", _understand),
    "web": ("gunicorn, as `app.py web` starts it; ratio to the echo, median and range", _web),
    "grow": ("the same turn in a larger town", _grow),
    "search": ("the console's lists and searches in a whole district", _search),
    "tell": ("relay, Valkey and one worker", _tell),
    "imports": ("a town's Excel files, each imported by a process of its own", _imports),
    "meals": ("canteens: the report of a year, and a lunch rush; whole pages, encrypted callbacks", _meals),
}


def main() -> None:
    """Measure what was asked for, each part printed as soon as it is known."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part instead of all")
    parser.add_argument(
        "--quick", action="store_true", help="few loops: to see that it works, not to compare"
    )
    args = parser.parse_args()
    today = local(SystemClock().now()).date().isoformat()
    print(machine.described(today, databases.described()), flush=True)
    for name, (title, part) in PARTS.items():
        if args.only in (None, name):
            print(f"\n{markdown(title, list(part(args.quick)))}", flush=True)


if __name__ == "__main__":
    main()

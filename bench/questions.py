"""What understanding costs, in a process of its own: python -m bench.questions on 300 (bench/understanding.py)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import process_time

import numpy as np

from bench.measuring import peak_megabytes
from bot.language.asking import searched, wishes
from bot.language.intents import intents
from bot.language.retrieval import Embedder, Finder, FloatArray, Item, digest, model, passages
from bot.language.understanding import perhaps_danger, perhaps_report

WARMING = 20
TRAINING = Path(__file__).resolve().parents[1] / "training" / "data"


def main(how: str, most: str) -> None:
    """Read so many questions and so many reports with the model ("on") or without it; print what each took.

    Processor time, all threads, so that it says the same on a busy machine.
    """
    import_module("programs.web")  # all that a process of the product loads, as gunicorn loads it
    rows = map(json.loads, (TRAINING / "service_items.jsonl").read_text(encoding="utf-8").splitlines())
    items = [Item(one["id"], one["title"], tuple(one["aliases"]), one["body"]) for one in rows]
    embedder = model(wanted=how == "on")
    vectors = _any_vectors(items, embedder) if embedder else {}
    finder = Finder(items, embedder=embedder, vectors=vectors)
    spent = {name: [_spent(finder, text) for text in texts] for name, texts in _texts(int(most)).items()}
    told = {name: sorted(seconds[WARMING:]) for name, seconds in spent.items()}
    print(json.dumps({**told, "peak": peak_megabytes(), "items": len(items)}))


def _any_vectors(items: Sequence[Item], embedder: Embedder) -> dict[str, FloatArray]:
    """Vectors of the right shape: a web process is given them, and what they say changes no latency."""
    (one,) = embedder.embed(["敬老卡"], query=False)
    return {digest(item): np.tile(one, (len(passages(item)), 1)) for item in items}


def _texts(most: int) -> dict[str, list[str]]:
    """Lines that nobody has read before in this process."""
    files = {"a question": "faq_queries.jsonl", "any line of a resident": "lines.jsonl"}
    return {name: list(islice(_lines(file), most + WARMING)) for name, file in files.items()}


def _lines(file: str) -> list[str]:
    rows = (TRAINING / file).read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(json.loads(row)["text"] for row in rows))


def _spent(finder: Finder, text: str) -> float:
    """Seconds of the processor for all that a turn reads in a sentence: wishes, intents, danger, service items."""
    began = process_time()
    said = searched(text)
    if said:
        finder.find(said)
    if not perhaps_danger(text) and not [*wishes(text), *intents(text)]:
        perhaps_report(text)
    return process_time() - began


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):  # one core, as the figures are of one
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    main(*sys.argv[1:])

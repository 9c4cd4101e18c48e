"""The weights that ship are those of the lines in training/data."""

from __future__ import annotations

from bot.language.classifier import packed, the_classifier, unpacked
from training.seeds import digest, training_lines
from training.train import train

LINES = training_lines()


def test_the_same_data_gives_the_same_lines() -> None:
    assert training_lines() == LINES


def test_the_weights_were_trained_on_these_lines() -> None:
    assert the_classifier().taught_by == digest(LINES), "training/data has changed: run make train"


def test_weights_stay_as_small_as_in_their_file() -> None:
    assert {head.weights.dtype.name for head in the_classifier().heads.values()} == {"float16"}


def test_training_gives_the_same_bytes_twice() -> None:
    few = LINES[:: len(LINES) // 600]
    once = packed(train(few))
    assert packed(train(few)) == once
    assert packed(unpacked(once)) == once


def test_a_taught_line_is_known() -> None:
    few = LINES[:: len(LINES) // 600]
    taught = train(few)
    known = [next(iter(taught.guess(line.text).intent)) == line.intent for line in few]
    assert sum(known) / len(known) > 0.95

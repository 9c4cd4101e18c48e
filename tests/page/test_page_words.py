"""Every refusal that a form of the page can come to has its sentence, and each says what to do next."""

from __future__ import annotations

import dis
import itertools
import re
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from handlers.page.verbs import VERBS, Form
from handlers.page.words import WORDS, why
from models.actions.page import BindPhone
from models.rules.orders import Refusal, Why
from tests.words import faults

OURS = ("models.actions.", "models.rules.")
VALUES = {
    "by": "李华",
    "cap": 5,
    "most": 9,
    "megabytes": 10,
    "minutes": 10,
    "names": "冯刚、吴师傅",
    "days": 14,
    "into": 1002,
}
UPLOADS = {"photo", "large", "many"}
MERGED = {"closed_merged"}  # said instead of closed, where there is an order to name
NEXT = re.compile("请|不用|辛苦")


def codes(function: FunctionType) -> Iterator[CodeType]:
    """A function's code, with that of the functions and comprehensions inside it."""
    todo = [function.__code__]
    while todo:
        code = todo.pop()
        yield code
        todo += [one for one in code.co_consts if isinstance(one, CodeType)]


def functions(thing: Any) -> Iterator[FunctionType]:
    """The functions of a class or the function itself, if it is of the rules or actions."""
    if not str(getattr(thing, "__module__", "")).startswith(OURS):
        return
    parts = vars(thing).values() if isinstance(thing, type) else [thing]
    for part in parts:
        bare = getattr(part, "__func__", getattr(part, "func", getattr(part, "fget", part)))
        if isinstance(bare, FunctionType):
            yield bare


def reachable(action: type[Any]) -> set[Why]:
    """The reasons named in whatever the action may call."""
    found, seen, todo = set[Why](), set[FunctionType](), list(functions(action))
    while todo:
        function = todo.pop()
        if function in seen:
            continue
        seen.add(function)
        for code in codes(function):
            found |= _named(code)
            names = {one.argval for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}
            for name in names & function.__globals__.keys():
                todo += functions(function.__globals__[name])
    return found


def _named(code: CodeType) -> set[Why]:
    steps = list(dis.get_instructions(code))
    after = itertools.pairwise(steps)
    return {Why[two.argval] for one, two in after if one.argval == "Why" and two.opname == "LOAD_ATTR"}


ACTIONS = {name: type(verb.action(0, 0, Form())) for name, verb in VERBS.items()}


def test_the_walk_finds_what_is_far_away() -> None:
    assert {Why.CAP, Why.TAKEN, Why.NOT_YOUR_UNIT, Why.UNKNOWN, Why.CLOSED} <= reachable(ACTIONS["claim"])
    assert {Why.HELPERS, Why.NEEDS_WORDS, Why.NOT_CLAIMED} <= reachable(ACTIONS["finish"])
    assert {Why.FULL, Why.AWAY} <= reachable(ACTIONS["return"])
    assert Why.TOO_FAR not in reachable(ACTIONS["claim"])


@pytest.mark.parametrize("verb", VERBS)
def test_every_reason_why_a_form_is_refused_has_its_sentence(verb: str) -> None:
    for reason in reachable(ACTIONS[verb]):
        said = why(Refusal(reason, **VALUES))
        assert said != WORDS["why"]["other"], reason
        assert NEXT.search(said), said


def test_every_reason_why_a_word_is_refused_has_its_sentence() -> None:
    assert reachable(BindPhone) == {Why(name) for name in WORDS["binding"]}


def test_no_sentence_is_left_that_nothing_comes_to() -> None:
    known = {reason.value for action in ACTIONS.values() for reason in reachable(action)}
    assert WORDS["why"].keys() == known | UPLOADS | MERGED | {"other"}


def test_a_refusal_that_names_nobody_reads_well_too() -> None:
    assert "在同事手上" in why(Refusal(Why.NOT_YOURS, number=1001, by=""))


def test_every_sentence_reads_well() -> None:
    said = [*WORDS["why"].values(), *WORDS["binding"].values(), *WORDS["did"].values()]
    said += [text for problem in WORDS["problems"].values() for text in problem]
    said += [text for verb in WORDS["verbs"].values() for text in verb.values()]
    assert [fault for text in said for fault in faults(text.format(**VALUES))] == []
    assert WORDS["verbs"].keys() == VERBS.keys() <= WORDS["did"].keys()

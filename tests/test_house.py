"""The rules of the house that no linter knows, read from the syntax trees of every file."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "dialogs", "handlers", "models", "workers", "operate", "programs", "emulator")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for place in (*PACKAGES, "app.py")
    for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    if path.exists()
)
FILE_LINES = 400
FUNCTION_LINES = 40
ASKS_THE_TIME = ("bot/clock.py", "emulator/clock.py")
TIME = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime"},
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import statement under `tree` with each module it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def inner_imports(tree: ast.Module) -> list[str]:
    """Imports inside functions."""
    found = {node.lineno: name for function in _functions(tree) for node, name in _imports(function)}
    return [f"line {line}: import {name} belongs at the top" for line, name in found.items()]


def questions_of_time(tree: ast.Module) -> list[str]:
    """Places that ask the time."""
    bare = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name in TIME["time"]
    }
    return [
        f"line {node.lineno}: {ast.unparse(node.func)}() belongs in the clock"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _asks(node.func, bare)
    ]


def _asks(called: ast.expr, bare: set[str]) -> bool:
    if isinstance(called, ast.Attribute):
        owner = called.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return called.attr in TIME.get(name, ())
    return isinstance(called, ast.Name) and called.id in bare


def long_functions(tree: ast.Module) -> list[str]:
    """Functions that do not fit a screen or two."""
    return [
        f"line {function.lineno}: {function.name} has {length} lines, at most {FUNCTION_LINES}"
        for function in _functions(tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]


def undocumented(tree: ast.Module) -> list[str]:
    """The file and its public classes and functions without a docstring. Methods often do what a Protocol says."""
    missing = [] if ast.get_docstring(tree) else ["line 1: the file has no docstring"]
    return missing + [
        f"line {node.lineno}: {node.name} has no docstring"
        for node in tree.body
        if isinstance(node, Function | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


@pytest.mark.parametrize("file", FILES)
def test_imports_stand_at_the_top(file: str) -> None:
    assert inner_imports(_tree(file)) == []


@pytest.mark.parametrize("file", [file for file in FILES if file not in ASKS_THE_TIME])
def test_only_the_clock_asks_the_time(file: str) -> None:
    assert questions_of_time(_tree(file)) == []


@pytest.mark.parametrize("file", FILES)
def test_files_and_functions_are_short(file: str) -> None:
    lines = len((ROOT / file).read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES
    assert long_functions(_tree(file)) == []


@pytest.mark.parametrize("file", FILES)
def test_what_is_public_says_what_it_is(file: str) -> None:
    assert undocumented(_tree(file)) == []


def test_nobody_imports_app() -> None:
    others = [*FILES, *(path.relative_to(ROOT).as_posix() for path in (ROOT / "bench").rglob("*.py"))]
    assert [file for file in others for _, name in _imports(_tree(file)) if name.split(".")[0] == "app"] == []


def test_a_day_of_a_month_is_put_in_words_once_on_either_side() -> None:
    """What bot and models may not import of each other they have twice; nobody else writes it by hand."""
    by_hand = [file for file in FILES if ".month} 月 {" in (ROOT / file).read_text(encoding="utf-8")]
    assert by_hand == ["bot/clock.py", "models/rules/days.py"]


def test_types_of_every_package_are_checked() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert {"app.py", *packages} == set(tool["mypy"]["files"])


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("models/rules/")])
def test_rules_need_only_the_standard_library(file: str) -> None:
    """Days off are a table that somebody else keeps up to date: docs/decisions/0017-the-calendar.md."""
    calendars = {"chinese_calendar", "cnlunar"} if file == "models/rules/calendar.py" else set()
    allowed = {"models.rules", "__future__", *sys.stdlib_module_names, *calendars}
    names = {name for _, name in _imports(_tree(file))}
    assert {
        name for name in names if not {name.split(".")[0], ".".join(name.split(".")[:2])} & allowed
    } == set()


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (inner_imports, "def f():\n    import os"),
        (inner_imports, "def f():\n    from . import os"),
        (questions_of_time, "import datetime\ndatetime.datetime.now()"),
        (questions_of_time, "from datetime import date\ndate.today()"),
        (questions_of_time, "import time\ntime.time()"),
        (questions_of_time, "from time import monotonic as t\nt()"),
        (long_functions, "def f():\n" + "    f()\n" * FUNCTION_LINES),
        (undocumented, "'''A file.'''\ndef f(): ..."),
        (undocumented, "'''A file.'''\nclass A: ..."),
        (undocumented, "a = 1"),
    ],
)
def test_each_check_can_fail(check: Callable[[ast.Module], list[str]], code: str) -> None:
    assert check(ast.parse(code))

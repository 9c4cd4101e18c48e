"""Web processes are forked from one that has loaded everything, and share it."""

import gc
import os
import shlex
import socket
from importlib import import_module
from pathlib import Path

import pytest
from gunicorn.config import Config

from bot import web_server
from bot.language.classifier import the_classifier
from bot.settings import Settings
from programs.web import APPLICATION


def test_the_application_is_loaded_before_the_processes_are_forked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        line = web_server.command(Settings(data_dir=tmp_path), held, APPLICATION)
    assert "--preload" in line
    name = web_server.CONFIG.rpartition("python:")[2]
    assert import_module(name).pre_fork is web_server.pre_fork


def test_another_configuration_goes_above_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "-c python:tests.faults.stuck")
    web_server.settle_environment()
    read = Config().parser().parse_args(shlex.split(os.environ["GUNICORN_CMD_ARGS"]))
    assert read.config == "python:tests.faults.stuck"
    monkeypatch.delenv("GUNICORN_CMD_ARGS")
    web_server.settle_environment()
    read = Config().parser().parse_args(shlex.split(os.environ["GUNICORN_CMD_ARGS"]))
    assert read.config == "python:bot.web_server"
    with socket.create_server(("127.0.0.1", 0)) as held:
        line = web_server.command(Settings(data_dir=tmp_path), held, APPLICATION)
    assert not {"-c", "--config"} & set(line), "the command line would go above it"


def test_what_is_shared_is_loaded_and_no_longer_collected() -> None:
    the_classifier.cache_clear()
    try:
        web_server.pre_fork(object(), object())
        assert gc.get_freeze_count() > 10_000
        assert the_classifier.cache_info().currsize == 1
    finally:
        gc.unfreeze()

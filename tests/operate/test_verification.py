"""Verification files: these names at the root, out of the data folder, and nothing else of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from handlers import verification

GOOD = "MP_verify_abcdefgh12345678.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "data"
    inside.mkdir()
    (inside / GOOD).write_text("abcdefgh12345678")
    (inside / "WW_verify_Abcdefgh12345678.txt").write_text("Abcdefgh12345678")
    (inside / "keys.json").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    return inside


@pytest.fixture
def visitor(folder: Path) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(verification.make_blueprint(folder))
    return app.test_client()


@pytest.mark.parametrize("name", [GOOD, "WW_verify_Abcdefgh12345678.txt"])
def test_a_file_of_the_platforms_is_served(visitor: FlaskClient, folder: Path, name: str) -> None:
    answer = visitor.get(f"/{name}")
    assert (answer.status_code, answer.data) == (200, (folder / name).read_bytes())
    assert answer.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/keys.json",
        "/MP_verify_.txt",
        "/MP_verify_abc.txt",
        "/mp_verify_abcdefgh12345678.txt",
        "/MP_verify_abcdefgh12345678.txt/",
        "/MP_verify_abcdefgh12345678.txt.bak",
        "/XX_verify_abcdefgh12345678.txt",
        "/MP_verify_../keys.json",
        "/MP_verify_../../outside.txt",
        "/MP_verify_..%2f..%2foutside.txt",
        "/MP_verify_%2e%2e%2foutside.txt",
        "/MP_verify_..\\outside.txt",
        "/MP_verify_abcdefgh12345678%00.txt",
        "/MP_verify_abcdefgh1234567９.txt",
        "/MP_verify_" + "a" * 33 + ".txt",
        "/MP_verify_notthere1234.txt",
        "/static/../keys.json",
    ],
)
def test_nothing_else_is(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (404, 308)
    assert b"secret" not in answer.data


def test_only_a_small_plain_file(visitor: FlaskClient, folder: Path) -> None:
    names = [f"MP_verify_{word}1234567.txt" for word in ("link", "large", "folder", "pipe")]
    (folder / names[0]).symlink_to(folder / "keys.json")
    (folder / names[1]).write_text("x" * 1025)
    (folder / names[2]).mkdir()
    os.mkfifo(folder / names[3])
    assert [visitor.get(f"/{name}").status_code for name in names] == [404] * 4


def test_what_a_backup_takes(folder: Path) -> None:
    (folder / "MP_verify_abcdefgh12345678.txt.bak").touch()
    assert [path.name for path in verification.files(folder)] == [GOOD, "WW_verify_Abcdefgh12345678.txt"]

"""The examples of deploy/ name what there is: packages, commands, settings."""

from __future__ import annotations

import re
from pathlib import Path

from app import COMMANDS
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NOT_SERVED = {"bench", "emulator", "tests", "training"}


def found(file: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (DEPLOY / file).read_text(encoding="utf-8"), re.M))


def test_the_image_holds_every_package_that_serves() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SERVED
    assert found("Dockerfile", r"^COPY (\w+) \w+$") == packages | {"migrations"}


def test_containers_and_services_run_commands_that_there_are() -> None:
    ours = found("compose.yaml", r"^    command: (migrate|[a-z]+(?: [a-z]+)?)$")
    assert {command.split()[0] for command in ours} == {"migrate", "web", "worker", "relay"}
    units = {
        one
        for path in (DEPLOY / "systemd").iterdir()
        for one in found(f"systemd/{path.name}", r"app\.py (\w+)")
    }
    assert units
    assert units | {command.split()[0] for command in ours} <= set(COMMANDS)


def test_the_example_of_settings_names_settings() -> None:
    names = {f"LINLI_{name.upper()}" for name in Settings.model_fields}
    for file, pattern in (
        ("settings.example", r"^(LINLI_\w+)="),
        ("compose.yaml", r"^    (LINLI_\w+):"),
        ("Dockerfile", r"(LINLI_\w+)="),
    ):
        assert found(file, pattern) <= names, file

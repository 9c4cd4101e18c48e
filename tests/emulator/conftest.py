"""Fixtures of the emulator's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.clock import Clock
from emulator.server import create_app
from emulator.town import read_town
from emulator.transport import post_to
from tests.emulator.fake_bot import FakeBot
from tests.emulator.stage import TOWN, Json, MakeStage, Stage, Time


@pytest.fixture
def make_stage() -> Iterator[MakeStage]:
    """Builds stages; `kind` is the account's kind, `data` a folder to remember in, `apps` other apps."""
    stages: list[Stage] = []

    def make(
        kind: str = "verified-service",
        data: Path | None = None,
        hold: bool = False,
        apps: list[Json] = TOWN["apps"],
    ) -> Stage:
        town = read_town({**TOWN, "account": {**TOWN["account"], "kind": kind}, "apps": apps})
        bot, time, waits = FakeBot(town), Time(), list[float]()
        app = create_app(
            town,
            data=data,
            clock=Clock(time),
            post=post_to(bot.app()),
            wait=waits.append,
            base="http://emulator.test",
            hold=hold,
        )
        stages.append(Stage(town, bot, time, waits, app))
        return stages[-1]

    yield make
    for stage in stages:
        stage.world.background.settle()
        stage.world.close()


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage()


@pytest.fixture
def follower(stage: Stage) -> Stage:
    """A stage where 张阿姨 follows the account and an hour has gone by."""
    stage.resident("follow")
    stage.time.at += 3600
    stage.bot.heard.clear()
    return stage

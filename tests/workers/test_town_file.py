"""The file that tells the emulator whom it plays."""

from __future__ import annotations

from pathlib import Path

from emulator.town import load_town
from programs.everything import write_town
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]
ACCOUNT = {"appid": "wx1", "secret": "s", "token": "t", "aes_key": "k", "account": "gh_1"}


def test_the_emulator_can_play_everybody_of_the_sample(town: TestTown, tmp_path: Path) -> None:
    path = tmp_path / "town.json"
    write_town(path, town.planted, ACCOUNT | {"kind": "test"}, "http://127.0.0.1:8000", "ops")
    played = load_town(path)
    assert [bot.name for bot in played.bots] == ["anju", "yangguang", "heping", "shitang"]
    (app,) = played.apps
    (planted,) = town.planted.apps
    assert (app.corp, app.agentid, app.users) == ("绿荫园林", 1000002, ["HePing", "GaoJie", "LinTao"])
    assert (app.corpid, app.secret, app.token, app.aes_key) == (
        planted.corpid,
        planted.secret,
        planted.token,
        planted.aes_key,
    )
    bots = {one.userid: one.bot for one in played.members}
    assert (bots["LiHua"], bots["ZhengJun"], bots["HePing"]) == ("anju", "", "")
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_the_sample_nobody_but_the_account_is_played(tmp_path: Path) -> None:
    path = tmp_path / "town.json"
    write_town(path, None, ACCOUNT | {"kind": "test"}, "http://127.0.0.1:8000", "ops")
    played = load_town(path)
    assert (played.bots, played.apps, played.groups) == ([], [], [])

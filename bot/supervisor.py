"""Starts the programs of one installation, restarts what dies, and leaves nothing behind when it stops."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests

from bot.clock import real_seconds
from bot.guard import GRACE, end_groups

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
LOG_BYTES = 5_000_000
LOOK_AGAIN = 0.1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotStarted(Exception):
    """The programs could not be started. The text says what to change."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running.

    `name`: for progress lines and the log file. `argv`: never goes through a shell. `env`: added to ours.
    `fds`: open files it inherits at every start. `before`: done before every start. `ready`: what follows is
    started only once it gives True, and is stopped before this program is.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    fds: Sequence[int] = ()
    before: Callable[[], object] = lambda: None
    ready: Callable[[], bool] | None = None


class _Running:
    """A program with its present process, its log and its next start."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._shown = 0

    def start(self) -> int:
        """Start the process in a group of its own, which is given."""
        self.program.before()
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self._shown = out.tell()
            self.process = subprocess.Popen(  # noqa: S603 - argv is ours, and no shell reads it
                self.program.argv,
                cwd=ROOT,
                env={**os.environ, **self.program.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.program.fds,
            )
        self._started_at = real_seconds()
        return self.process.pid

    def pause(self) -> float:
        """Seconds until the next start; doubles with every start that did not last."""
        if real_seconds() - self._started_at > LONGEST_PAUSE:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self.start_at = real_seconds() + pause
        return pause

    def news(self) -> list[str]:
        """The whole lines logged since the last look."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(self._shown)
            whole, _, _ = log.read().rpartition(b"\n")
        self._shown += len(whole) + 1 if whole else 0
        return whole.decode(errors="replace").splitlines()

    def last_lines(self, count: int = 5) -> list[str]:
        """The end of the log, to show why a start failed."""
        return self.log.read_text(errors="replace").splitlines()[-count:] if self.log.exists() else []


class _Guard:
    """The process that ends our programs when we are killed; it is told of every group."""

    def __init__(self) -> None:
        self.groups: set[int] = set()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.guard"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    def add(self, group: int) -> None:
        """This group is to be ended when we die."""
        self.groups.add(group)
        self._tell(f"+{group}\n")

    def drop(self, group: int) -> None:
        """This group is gone."""
        self.groups.discard(group)
        self._tell(f"-{group}\n")

    def watch(self) -> None:
        """Put a new guard in the place of one that was killed."""
        if self._process.poll() is not None:
            self._process.communicate()
            self._process = self._start()
            self._tell("".join(f"+{group}\n" for group in self.groups))

    def leave(self) -> None:
        """Let the guard go; whatever it still knows of is ended first."""
        with contextlib.suppress(OSError):
            self._process.communicate(timeout=GRACE + 5)

    def _tell(self, words: str) -> None:
        # A guard that was killed is replaced by watch(), with all the groups.
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(words)
                self._process.stdin.flush()


def _show(line: str) -> None:
    # At once, also when the output is a pipe.
    print(line, flush=True)


class Supervisor:
    """Runs `programs`, in order, until it is asked to stop by SIGINT, SIGTERM or SIGHUP.

    `data_dir` gets the programs' output (logs/<name>.log) and a lock, so that no two supervisors share it.
    `ready_within`: seconds all may take to be ready. `verbose`: their output is shown too.
    `say` gets each line for the operator. Use in the main thread, for it handles signals.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        data_dir: Path,
        *,
        say: Callable[[str], None] = _show,
        verbose: bool = False,
        ready_within: float = 60.0,
        grace: float = GRACE,
    ) -> None:
        # Residents' data will be in it, so the folder is ours alone.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs = data_dir / "logs"
        logs.mkdir(exist_ok=True)
        self._data_dir = data_dir
        self._programs = [_Running(program, logs) for program in programs]
        self._started: list[_Running] = []
        self._say_line = say
        self._verbose = verbose
        self._ready_within = ready_within
        self._grace = grace
        self._stop_signals = 0

    def run(self, on_ready: Callable[[], None] = lambda: None) -> int:
        """Start all, call `on_ready` once all are ready, keep them running; the exit status.

        Raises NotStarted when another supervisor uses the data folder. A program that is not ready in
        time ends everything: its last lines are said and the status is 1.
        """
        with _only_one(self._data_dir), self._woken() as wake:
            guard = _Guard()
            try:
                if not self._start_all(guard, wake):
                    return 0 if self._stop_signals else 1
                on_ready()
                while not self._stop_signals:
                    self._tend(guard, wake)
                return 0
            finally:
                self._stop_all(guard)
                guard.leave()

    def _say(self, line: str) -> None:
        # The terminal may be closed already; that must not keep us from stopping in order.
        with contextlib.suppress(OSError):
            self._say_line(line)

    def _start_all(self, guard: _Guard, wake: int) -> bool:
        deadline = real_seconds() + self._ready_within
        for running in self._programs:
            self._say(f"Starting {running.program.name} ...")
            self._start(running, guard)
            while not (running.program.ready is None or running.program.ready()):
                if self._stop_signals:
                    return False
                if real_seconds() > deadline:
                    self._give_up(running)
                    return False
                self._tend(guard, wake)
        return not self._stop_signals

    def _start(self, running: _Running, guard: _Guard) -> None:
        running.start_at = 0.0
        if running not in self._started:
            self._started.append(running)
        try:
            guard.add(running.start())
        except OSError as refused:
            raise NotStarted(f"{running.program.name} cannot be started: {refused}.") from refused

    def _give_up(self, running: _Running) -> None:
        name = running.program.name
        self._say(f"{name} is not ready after {self._ready_within:g} s. The end of {running.log}:")
        for line in running.last_lines():
            self._say(f"  {line}")

    def _tend(self, guard: _Guard, wake: int) -> None:
        """Wait a moment or for a signal, then restart what died and is due."""
        select.select([wake], [], [], LOOK_AGAIN)
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 4096)
        guard.watch()
        for running in self._started:
            self._look_at(running, guard)
            for line in running.news() if self._verbose else ():
                self._say(f"[{running.program.name}] {line}")

    def _look_at(self, running: _Running, guard: _Guard) -> None:
        process = running.process
        if process is not None and process.poll() is not None:
            # Its children are of no use without it, and might hold its port.
            end_groups([process.pid], 0.0)
            guard.drop(process.pid)
            running.process = None
            pause = running.pause()
            how = _how(process.returncode)
            self._say(f"{running.program.name} {how}; starting it again in {pause:g} s. See {running.log}")
        elif process is None and real_seconds() >= running.start_at and not self._stop_signals:
            self._start(running, guard)

    def _stop_all(self, guard: _Guard) -> None:
        if self._started:
            self._say("Stopping ...")
        for wave in _waves(self._started):
            processes = [running.process for running in wave if running.process is not None]
            end_groups([process.pid for process in processes], self._grace, partial(self._patient, processes))
            for process in processes:
                process.wait()
                guard.drop(process.pid)

    @contextlib.contextmanager
    def _woken(self) -> Iterator[int]:
        """A descriptor that can be read whenever a signal came; the old handlers come back at the end."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        before = {number: signal.signal(number, self._heard) for number in STOPPING}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        old_fd = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(old_fd)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)

    def _patient(self, processes: Sequence[subprocess.Popen[bytes]]) -> bool:
        """Collect exits while waiting; a second Ctrl-C ends the waiting."""
        for process in processes:
            process.poll()
        return self._stop_signals < 2

    def _heard(self, *_: object) -> None:
        self._stop_signals += 1


def _how(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _waves(started: Sequence[_Running]) -> Iterator[list[_Running]]:
    """What is stopped together, last first: a program others waited for stops after them."""
    wave: list[_Running] = []
    for running in reversed(started):
        if running.program.ready is not None and wave:
            yield wave
            wave = []
        wave.append(running)
    yield wave


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    with (data_dir / "run.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotStarted(
                f"Linli already runs with the data in {data_dir}: stop it first, or set LINLI_DATA_DIR."
            ) from None
        yield


def refuse_second(data_dir: Path) -> None:
    """To be called before anything in `data_dir` is touched. Raises NotStarted when a supervisor uses it."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(data_dir):
        pass


def _listen(host: str, port: int) -> socket.socket | None:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # As web servers do; without it a port is refused for a minute after its last user left.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        return None
    return listening


def hold_port(host: str, wanted: int | None, first: int = 8000) -> socket.socket:
    """A listening socket on `wanted`, else (when None) on the next free port of `host` from `first` on.

    Whoever is to serve inherits it: from now on nobody else gets the port, and callers wait while it restarts.
    Raises NotStarted when the wanted port, or every one of a thousand, is taken.
    """
    for port in range(first, first + 1000) if wanted is None else [wanted]:
        if held := _listen(host, port):
            return held
    if wanted is not None:
        raise NotStarted(
            f"LINLI_PORT is {wanted}, but {host} cannot give that port, most likely because another "
            "program uses it: stop that program, or set another port or none."
        )
    raise NotStarted(
        f"No port of {host} from {first} to {first + 999} is free: set LINLI_PORT or LINLI_HOST."
    )


def port_of(held: socket.socket) -> int:
    """The port of a held socket."""
    return int(held.getsockname()[1])


def answers(url: str, seconds: float = 1.0) -> bool:
    """Whether `url` answers 200 within `seconds`; for Program.ready."""
    with requests.Session() as session:
        # A proxy that is set for the operator's own browsing must not stand between our processes.
        session.trust_env = False
        try:
            return session.get(url, timeout=seconds, allow_redirects=False).status_code == 200
        except requests.RequestException:
            return False

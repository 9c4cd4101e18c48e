"""A PostgreSQL of a test's own that may be crashed and frozen: initdb, pg_ctl; as `postgres` when we are root."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.house import HOST, free_port

NAME = "postgres"
PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


def programs() -> Path | None:
    """Where initdb and pg_ctl are, the newest of them; None when there is no server on this machine."""
    on_path = shutil.which("initdb")
    found = [on_path] if on_path else sorted(one for place in PLACES for one in glob.glob(f"{place}/initdb"))
    return Path(found[-1]).parent if found else None


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(one) for one in listed.split()]


@dataclass
class Cluster:
    """One running server in `folder`, with full durability."""

    folder: Path
    programs: Path
    port: int

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql+psycopg://{NAME}@{HOST}:{self.port}/{NAME}"

    def start(self) -> None:
        """Start it; it answers when this returns."""
        where = f"-p {self.port} -k {self.folder} -c listen_addresses={HOST}"
        self._run("pg_ctl", "-w", "-D", "data", "-l", "log", "-o", where, "start")

    def crash(self) -> None:
        """End it as a power cut would, and start it: it recovers from its log."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End every process at once, without a checkpoint."""
        self._run("pg_ctl", "-w", "-D", "data", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every process of it stands still: it takes connections and answers nothing."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        stopped = [first, *children(first)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        user = NAME if os.getuid() == 0 else None
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, cwd=self.folder, user=user, check=True, timeout=120, **quiet)


@contextmanager
def own_cluster() -> Iterator[Cluster | None]:
    """A new server for the length of a test; None when PostgreSQL is not on this machine."""
    found = programs()
    if found is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="ll-pg-", dir="/tmp"))
    if os.getuid() == 0:
        shutil.chown(folder, NAME)
    cluster = Cluster(folder, found, free_port())
    cluster._run("initdb", "-D", "data", "-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

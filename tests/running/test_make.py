"""What a newcomer meets first: make, with interpreters that lack something, in a folder that is hard to quote."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.processes import HOLDER, PATIENCE, ROOT, is_held, until

MAKE = shutil.which("make") or "make"
# Answers the Makefile's questions: its version (right or not), ensurepip (there or not), -m venv.
FAKE = """#!/bin/sh
case "$*" in
*version_info\\ \\<*) exit {too_old} ;;
*ensurepip*) exit {bare} ;;
*print*) echo 3.12 ;;
*venv*) mkdir -p .venv/bin && echo "made by {name}" && touch .venv/bin/python ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what make needs, and an empty bin in which a test puts interpreters."""
    folder = tmp_path / "my clone 邻里"
    (folder / "bin").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    for tool in ("sh", "mkdir", "touch", "echo"):
        (folder / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return folder


def _python(clone: Path, name: str, *, too_old: bool = False, bare: bool = False) -> Path:
    path = clone / "bin" / name
    path.write_text(FAKE.format(too_old=int(too_old), bare=int(bare), name=name))
    path.chmod(0o755)
    return path


def _environment(clone: Path, **more: str) -> dict[str, str]:
    return {"PATH": str(clone / "bin"), "LC_ALL": "C.UTF-8", **more}


def _make(clone: Path, target: str = ".venv/bin/python", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MAKE, target],
        cwd=clone,
        env=_environment(clone, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _only_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode != 0
    (line,) = (result.stdout + result.stderr).splitlines()
    return line


def test_without_python_one_line_says_what_to_install(clone: Path) -> None:
    line = _only_line(_make(clone, "run"))
    assert "Python 3.11 to 3.14 is needed" in line
    assert "sudo apt install python3-venv" in line
    assert "brew install python" in line


def test_without_ensurepip_one_line_says_what_to_install(clone: Path) -> None:
    _python(clone, "python3", bare=True)
    assert (
        "python3 lacks ensurepip: install it (Debian, Ubuntu: sudo apt install python3.12-venv)"
        in _only_line(_make(clone, "run"))
    )


def test_a_chosen_python_that_is_too_old_is_refused(clone: Path) -> None:
    _python(clone, "python3")
    old = _python(clone, "old python", too_old=True)
    assert f"LINLI_PYTHON is {old} but must be" in _only_line(_make(clone, LINLI_PYTHON=str(old)))


def test_the_newest_whole_python_is_taken(clone: Path) -> None:
    _python(clone, "python3.14", too_old=True)
    _python(clone, "python3.13", bare=True)
    _python(clone, "python3.12")
    _python(clone, "python3.11")
    assert _make(clone).stdout == "made by python3.12\n"


def test_a_chosen_python_is_taken(clone: Path) -> None:
    _python(clone, "python3.12")
    mine = _python(clone, "my python")
    assert _make(clone, LINLI_PYTHON=str(mine)).stdout == "made by my python\n"


def test_an_environment_whose_python_is_gone_is_made_anew(clone: Path) -> None:
    _python(clone, "python3")
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/no/such/python")
    (clone / ".venv" / "run.stamp").touch()
    result = _make(clone, ".venv/run.stamp")
    assert result.stdout.startswith("made by python3\n")


def _installed(clone: Path, python: str) -> None:
    """As after `make run`: an environment whose python is the shell script given."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").write_text(f"#!/bin/sh\n{python}\n")
    (clone / ".venv" / "bin" / "python").chmod(0o755)
    (clone / ".venv" / "run.stamp").touch()


def test_what_is_installed_is_not_installed_again(clone: Path) -> None:
    _installed(clone, 'echo "$@"')
    assert _make(clone, "run").stdout == "app.py run\n"
    os.utime(clone / ".venv" / "run.stamp", (0, 0))
    assert "install --require-hashes" in _make(clone, "run").stdout


def test_ctrl_c_reaches_the_product_and_leaves_nothing(clone: Path) -> None:
    (clone / "holder.py").write_text(HOLDER)
    _installed(clone, f'exec "{sys.executable}" holder.py held')
    with subprocess.Popen(
        [MAKE, "run"], cwd=clone, env=_environment(clone), start_new_session=True, stderr=subprocess.DEVNULL
    ) as make:
        until(lambda: is_held(clone / "held"), "the product")
        os.killpg(make.pid, signal.SIGINT)
        make.wait(PATIENCE)
    assert not is_held(clone / "held")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert "://" not in text
    assert "--index" not in text


def test_the_lock_for_tests_holds_the_lock_for_running() -> None:
    run, dev = (
        {
            line.split(" ")[0]
            for line in (ROOT / lock).read_text().splitlines()
            if "==" in line and line[0] != " "
        }
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run < dev


@pytest.mark.parametrize("status", [0, 1, 3])
def test_the_audit_is_strict_and_passes_its_status_on(clone: Path, status: int) -> None:
    _installed(clone, f'echo "$*"; exit {status}')
    (clone / ".venv" / "dev.stamp").touch()
    result = _make(clone, "audit")
    assert result.stdout.splitlines()[0] == (
        "-m pip_audit --strict --disable-pip --require-hashes -r requirements.lock"
    )
    assert (result.returncode == 0) is (status == 0)


def test_an_audit_that_cannot_look_fails(tmp_path: Path) -> None:
    digest = "0" * 64
    one = tmp_path / "requirements.lock"
    one.write_text(f"flask==3.1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes", "-r", one]
    away = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    result = subprocess.run(
        [*command, "--cache-dir", tmp_path / "cache"],
        env={**_without_proxies(), **away},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode != 0
    assert "No known vulnerabilities" not in result.stdout + result.stderr


def _without_proxies() -> dict[str, str]:
    """This environment, without what would lead around the proxy that is not there."""
    return {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}

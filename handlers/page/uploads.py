"""Photos that come with a form: drawn anew at once, and kept only if what they belong to is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import request
from werkzeug.datastructures import FileStorage

from bot.photos import clean, written
from bot.refusals import NoMedia
from handlers.page.site import here
from models.actions.worker_photos import KeptPhoto

MEGABYTES = 10  # of one photo
MOST_BYTES = MEGABYTES * 1024 * 1024
FIELDS_BYTES = 64 * 1024  # all that is not a photo
_DRAWING = threading.Lock()  # a picture unfolds to many times its size: one at a time in a process


class NotTaken(Exception):
    """A photo cannot be taken; the text is the name of the words that say why."""


class Received:
    """The photos of one form, clean, under temporary names."""

    def __init__(self) -> None:
        self.photos: list[KeptPhoto] = []
        self._written: dict[str, Path] = {}

    def add(self, raw: bytes) -> None:
        """Take one more. Raises NotTaken."""
        try:
            with _DRAWING:
                photo = clean(raw)
        except NoMedia:
            raise NotTaken("photo") from None
        if photo.file not in self._written:
            self._written[photo.file] = written(here().photo_dir, photo.jpeg)
            self.photos.append(KeptPhoto(photo.file, photo.width, photo.height))

    def keep(self) -> None:
        """Give the files their names: inside the transaction that names them."""
        for name, temporary in self._written.items():
            temporary.replace(here().photo_dir / name)

    def clear(self) -> None:
        """Remove what was not kept."""
        for temporary in self._written.values():
            temporary.unlink(missing_ok=True)


def room() -> int:
    """How many bytes a form may have."""
    return int(here().store.limits["page_photos"]) * MOST_BYTES + FIELDS_BYTES


@contextmanager
def received() -> Iterator[Received]:
    """The photos of this request's form. Raises NotTaken."""
    taken = Received()
    try:
        for file in _chosen(request.files.getlist("photos")):
            raw = file.stream.read(MOST_BYTES + 1)
            if len(raw) > MOST_BYTES:
                raise NotTaken("large")
            taken.add(raw)
        yield taken
    finally:
        taken.clear()


def _chosen(files: Sequence[FileStorage]) -> list[FileStorage]:
    """A browser sends one nameless empty file when none was chosen."""
    chosen = [file for file in files if file.filename]
    if len(chosen) > here().store.limits["page_photos"]:
        raise NotTaken("many")
    return chosen

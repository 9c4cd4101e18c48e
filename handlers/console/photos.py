"""Photos of an order or a talk: only for whoever may see it, never kept by a browser or a proxy."""

from __future__ import annotations

import io
import re
from pathlib import Path

from flask import Response, abort, send_file
from PIL import Image, ImageOps

from handlers.console.desk import here
from handlers.console.pages import found, looking, me
from models import views

NAME = re.compile(r"[0-9a-f]{64}\.jpg")
SMALL = (320, 320)  # pixels; shown at half of that on most screens


def large(number: int, photo_id: int) -> Response:
    """The photo as it was kept."""
    return _whole(_of_order(number, photo_id))


def small(number: int, photo_id: int) -> Response:
    """A thumbnail of it."""
    return _thumbnail(_of_order(number, photo_id))


def talk_large(number: int, photo_id: int) -> Response:
    """A photo of a talk with a resident, as it was kept."""
    return _whole(_of_talk(number, photo_id))


def talk_small(number: int, photo_id: int) -> Response:
    """A thumbnail of it."""
    return _thumbnail(_of_talk(number, photo_id))


def _of_order(number: int, photo_id: int) -> Path:
    with looking() as work:
        order = found(views.order_by_number(work, me().asker, number))
        return _path(found(views.photo_by_id(work, me().asker, order.id, photo_id)))


def _of_talk(number: int, photo_id: int) -> Path:
    with looking() as work:
        photos = views.talk_photos(work, me().asker, number)
    return _path(found(next((one for one in photos if one.id == photo_id), None)))


def thumbnail_of(file: str) -> Response:
    """A thumbnail of the picture of that name in the folder of photos."""
    return _thumbnail(_file(file))


def _path(photo: views.Photo) -> Path:
    return _file(photo.file or "")


def _file(name: str) -> Path:
    path = here().photo_dir / name
    return path if NAME.fullmatch(name) and path.is_file() else abort(404)


def _whole(path: Path) -> Response:
    return _jpeg(io.BytesIO(path.read_bytes()))


def _thumbnail(path: Path) -> Response:
    """Made anew each time: photos are few and nothing more is then left on the disk."""
    made = io.BytesIO()
    with Image.open(path, formats=("JPEG",)) as whole:
        whole.draft("RGB", (SMALL[0] * 2, SMALL[1] * 2))
        ImageOps.fit(whole.convert("RGB"), SMALL).save(made, "JPEG", quality=80)
    made.seek(0)
    return _jpeg(made)


def _jpeg(body: io.BytesIO) -> Response:
    return send_file(body, mimetype="image/jpeg", max_age=0)

"""Photos of an order: only for whoever may see the order, never kept by a browser or a proxy."""

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
    return _jpeg(io.BytesIO(_file(number, photo_id).read_bytes()))


def small(number: int, photo_id: int) -> Response:
    """A thumbnail, made anew each time: photos are few and nothing more is then left on the disk."""
    made = io.BytesIO()
    with Image.open(_file(number, photo_id), formats=("JPEG",)) as whole:
        whole.draft("RGB", (SMALL[0] * 2, SMALL[1] * 2))
        ImageOps.fit(whole.convert("RGB"), SMALL).save(made, "JPEG", quality=80)
    made.seek(0)
    return _jpeg(made)


def _file(number: int, photo_id: int) -> Path:
    with looking() as work:
        order = found(views.order_by_number(work, me().asker, number))
        photo = found(views.photo_by_id(work, me().asker, photo_id))
    if photo.order_id != order.id or photo.file is None or not NAME.fullmatch(photo.file):
        abort(404)
    path = here().photo_dir / photo.file
    return path if path.is_file() else abort(404)


def _jpeg(body: io.BytesIO) -> Response:
    return send_file(body, mimetype="image/jpeg", max_age=0)

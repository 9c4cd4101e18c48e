"""The photos of an order for the residents who follow it, behind a signed address (models/views/album.py)."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from bot.clock import Clock
from models import views
from models.store import Store

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def make_blueprint(store: Store, clock: Clock, photo_dir: Path) -> Blueprint:
    """/album/<token>: a page with the photos; /album/<token>/<id>.jpg: one of them."""
    album = Blueprint(
        "album",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/album/static",
    )

    def found(token: str) -> tuple[views.Photo, ...]:
        with store.look(clock.now()) as work:
            photos = views.album_of(work, token)
        if photos is None:
            abort(404)
        return photos

    @album.get("/album/<token>")
    def page(token: str) -> ResponseReturnValue:
        return render_template("album.html", photos=found(token), token=token)

    @album.get("/album/<token>/<int:photo_id>.jpg")
    def photo(token: str, photo_id: int) -> ResponseReturnValue:
        file = next((one.file for one in found(token) if one.id == photo_id), None)
        if file is None:
            abort(404)
        return send_from_directory(photo_dir.resolve(), file, mimetype="image/jpeg")

    @album.errorhandler(404)
    def gone(error: Exception) -> ResponseReturnValue:
        return render_template("album.html", photos=(), token=""), 404

    @album.after_request
    def harden(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return album

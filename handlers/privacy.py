"""The privacy notice for everybody to read: the version in force, and every earlier one."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from handlers.private_pages import harden
from models.notices import NOTICES


def make_blueprint() -> Blueprint:
    """/privacy"""
    pages = Blueprint(
        "privacy",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/privacy/static",
    )

    @pages.get("/privacy")
    def page() -> ResponseReturnValue:
        newest, *older = reversed(NOTICES)
        return render_template("privacy.html", newest=newest, older=older)

    pages.after_request(harden)
    return pages

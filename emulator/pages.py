"""The page /phones."""

from flask import Blueprint, Response, make_response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from emulator.world import World


def pages(world: World) -> Blueprint:
    """The routes of the page; the rest of it is emulator/static and the control API."""
    routes = Blueprint("pages", __name__)
    policy = (
        f"default-src 'self'; img-src 'self' https: {world.town.callback_base}; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )

    @routes.get("/")
    def start() -> AnyResponse:
        return redirect("/phones")

    @routes.get("/phones")
    def phones() -> Response:
        response = make_response(render_template("phones.html", name=world.town.account.name))
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes

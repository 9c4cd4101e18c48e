"""A self-built app's API, as qyapi.weixin.qq.com serves it, under /qyapi.weixin.qq.com.

An answer is always HTTP 200, errors are `{"errcode", "errmsg"}` inside it. Faults and daily limits
name a call "app/message/send", so that they do not mean the official account's of the same name.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Request, Response, jsonify, request

from emulator.errors import Refused
from emulator.faulty import answer_with_faults
from emulator.store import Json
from emulator.town import App
from emulator.wecom_app_media import media_get, media_upload
from emulator.wecom_app_send import message_send
from emulator.wecom_app_update import update_template_card
from emulator.world import World


@dataclass(frozen=True)
class Call:
    """One API: its HTTP method, and what it does with JSON or with the request."""

    method: str
    on_json: Callable[[World, App, Json], Json] | None = None
    on_request: Callable[[World, App, Request], Json | Response] | None = None


def _addresses(world: World, app: App, request: Request) -> Json:
    return {"ip_list": ["127.0.0.1"], "errcode": 0, "errmsg": "ok"}


CALLS: dict[str, Call] = {
    "message/send": Call("POST", on_json=message_send),
    "message/update_template_card": Call("POST", on_json=update_template_card),
    "media/upload": Call("POST", on_request=media_upload),
    "media/get": Call("GET", on_request=media_get),
    "getcallbackip": Call("GET", on_request=_addresses),
    "get_api_domain_ip": Call("GET", on_request=_addresses),
}


def _gettoken(world: World) -> Json:
    return world.app_tokens.give(request.args.get("corpid", ""), request.args.get("corpsecret", ""))


def _perform(world: World, name: str, call: Call) -> Json | Response:
    app = world.app_tokens.check(request.args.get("access_token", ""))
    world.quotas.spend(name)
    if call.on_request:
        return call.on_request(world, app, request)
    if call.on_json is None:
        raise Refused(-1)
    return call.on_json(world, app, _json())


def _json() -> Json:
    body = request.get_data()
    if not body:
        raise Refused(44002)
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Refused(47001) from error
    if not isinstance(data, dict):
        raise Refused(47001)
    return data


def wecom_app_api(world: World) -> Blueprint:
    """The routes of gettoken and of every call in CALLS."""
    routes = Blueprint("wecom_app_api", __name__)
    _add(routes, world, "gettoken", "GET", lambda: _gettoken(world))
    for name, call in CALLS.items():
        _add(routes, world, name, call.method, _performing(world, f"app/{name}", call))
    return routes


def _performing(world: World, name: str, call: Call) -> Callable[[], Json | Response]:
    return lambda: _perform(world, name, call)


def _add(routes: Blueprint, world: World, name: str, method: str, act: Callable[[], Json | Response]) -> None:
    def perform() -> Response:
        try:
            result = act()
        except Refused as refused:
            return jsonify(refused.body(secrets.token_hex(8)))
        return result if isinstance(result, Response) else jsonify(result)

    routes.add_url_rule(
        f"/qyapi.weixin.qq.com/cgi-bin/{name}",
        endpoint=name.replace("/", "_"),
        view_func=lambda: answer_with_faults(world, f"app/{name}", perform),
        methods=[method],
    )

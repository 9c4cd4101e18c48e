"""The official account's API, as api.weixin.qq.com serves it, under /api.weixin.qq.com.

Which kind of account may call what: WeChat docs "接口权限说明"; an answer is always HTTP 200,
errors are `{"errcode", "errmsg"}` inside it.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Request, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from emulator.errors import Refused
from emulator.faulty import answer_with_faults
from emulator.store import Json
from emulator.wechat_media import media_get, media_upload, qrcode_create, show_qrcode
from emulator.wechat_menu import menu_create, menu_delete, menu_get
from emulator.wechat_send import custom_send, typing
from emulator.wechat_template import template_send
from emulator.world import World

ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
OK: Json = {"errcode": 0, "errmsg": "ok"}
ALL = ("verified-service", "test", "unverified")
VERIFIED = ("verified-service",)
VERIFIED_OR_TEST = ("verified-service", "test")
USERS_A_PAGE = 10_000


@dataclass(frozen=True)
class Call:
    """One API: HTTP methods, who may use it, and what it does with JSON or with the request."""

    methods: tuple[str, ...]
    kinds: tuple[str, ...]
    on_json: Callable[[World, Json], Json] | None = None
    on_request: Callable[[World, Request], Json | Response] | None = None
    needs_token: bool = True
    refuses_escapes: bool = False


def _check_secret(world: World, values: MultiDict[str, str] | Json) -> None:
    account = world.town.account
    if values.get("appid") != account.appid:
        raise Refused(40013)
    if values.get("secret") != account.secret:
        raise Refused(40125)


def _token(world: World, request: Request) -> Json:
    _check_secret(world, request.args)
    return world.tokens.plain()


def _stable_token(world: World, data: Json) -> Json:
    _check_secret(world, data)
    return world.tokens.stable(force=data.get("force_refresh") is True)


def _user_info(world: World, request: Request) -> Json:
    openid = request.args.get("openid", "")
    resident = world.store.get("resident", openid)
    if not resident:
        raise Refused(40003)
    if not resident["followed"]:
        return {"subscribe": 0, "openid": openid}
    return {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "headimgurl": "",
        "language": "zh_CN",
        "subscribe_time": resident["since"],
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if resident["scene"] else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": resident["scene"],
    }


def _user_get(world: World, request: Request) -> Json:
    followers = [key for key, one in world.store.all("resident").items() if one["followed"]]
    after = request.args.get("next_openid", "")
    rest = followers[followers.index(after) + 1 :] if after in followers else followers
    page = rest[:USERS_A_PAGE]
    answer: Json = {"total": len(followers), "count": len(page), "next_openid": page[-1] if page else ""}
    return answer | ({"data": {"openid": page}} if page else {})


def _clear_quota(world: World, data: Json) -> Json:
    if data.get("appid") != world.town.account.appid:
        raise Refused(40013)
    world.quotas.clear()
    return OK


def _addresses(world: World, request: Request) -> Json:
    return {"ip_list": ["127.0.0.1"]}


CALLS: dict[str, Call] = {
    "token": Call(("GET",), ALL, on_request=_token, needs_token=False),
    "stable_token": Call(("POST",), ALL, on_json=_stable_token, needs_token=False),
    "getcallbackip": Call(("GET",), ALL, on_request=_addresses),
    "get_api_domain_ip": Call(("GET",), ALL, on_request=_addresses),
    "clear_quota": Call(("POST",), ALL, on_json=_clear_quota),
    "message/custom/send": Call(("POST",), VERIFIED_OR_TEST, on_json=custom_send, refuses_escapes=True),
    "message/custom/typing": Call(("POST",), VERIFIED_OR_TEST, on_json=typing),
    "message/template/send": Call(("POST",), VERIFIED_OR_TEST, on_json=template_send),
    "menu/create": Call(("POST",), VERIFIED_OR_TEST, on_json=menu_create, refuses_escapes=True),
    "menu/get": Call(("GET",), VERIFIED_OR_TEST, on_request=lambda world, _: menu_get(world, {})),
    "menu/delete": Call(("GET",), VERIFIED_OR_TEST, on_request=lambda world, _: menu_delete(world, {})),
    "qrcode/create": Call(("POST",), VERIFIED_OR_TEST, on_json=qrcode_create),
    "media/upload": Call(("POST",), ALL, on_request=media_upload),
    "media/get": Call(("GET",), ALL, on_request=media_get),
    "user/info": Call(("GET",), VERIFIED_OR_TEST, on_request=_user_info),
    "user/get": Call(("GET",), ALL, on_request=_user_get),
}
COUNTED_BY_TOKENS = ("token", "stable_token")


def perform(world: World, name: str, call: Call) -> Response:
    """Check token, permission and quota, then do the call; a refusal becomes its JSON."""
    try:
        if call.needs_token:
            world.tokens.check(request.args.get("access_token", ""))
        if world.town.account.kind not in call.kinds:
            raise Refused(48001)
        if name not in COUNTED_BY_TOKENS:
            world.quotas.spend(name)
        result = _run(world, call)
    except Refused as refused:
        return jsonify(refused.body(secrets.token_hex(8)))
    return result if isinstance(result, Response) else jsonify(result)


def _run(world: World, call: Call) -> Json | Response:
    if call.on_request:
        return call.on_request(world, request)
    if call.on_json is None:
        raise Refused(-1)
    body = request.get_data()
    if not body:
        raise Refused(44002)
    if call.refuses_escapes and ESCAPED.search(body):
        raise Refused(40033)
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Refused(47001) from error
    if not isinstance(data, dict):
        raise Refused(47001)
    return call.on_json(world, data)


def wechat_api(world: World) -> Blueprint:
    """The routes of every call in CALLS, and the picture of a QR code."""
    routes = Blueprint("wechat_api", __name__)
    for name, call in CALLS.items():
        routes.add_url_rule(
            f"/api.weixin.qq.com/cgi-bin/{name}",
            endpoint=name.replace("/", "_"),
            view_func=_view(world, name, call),
            methods=list(call.methods),
        )
    for host in ("mp.weixin.qq.com", "api.weixin.qq.com"):
        routes.add_url_rule(
            f"/{host}/cgi-bin/showqrcode",
            endpoint=f"showqrcode_{host.partition('.')[0]}",
            view_func=lambda: show_qrcode(world, request.args.get("ticket", "")),
        )
    return routes


def _view(world: World, name: str, call: Call) -> Callable[[], Response]:
    return lambda: answer_with_faults(world, name, lambda: perform(world, name, call))

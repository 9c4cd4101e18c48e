"""WeCom's side under /qyapi.weixin.qq.com: group robots, the AIBot's response_url, encrypted media.

Sources: WeCom docs "消息推送（原群机器人）" (path/91770, 99110), "主动回复消息" (path/101138).
"""

import json
import secrets
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from emulator.chats import group_chat
from emulator.courier import BadReply
from emulator.errors import Refused
from emulator.faulty import answer_with_faults
from emulator.store import Json
from emulator.town import Group
from emulator.wechat_reply import news_body
from emulator.wecom_cards import BadCard, check_card
from emulator.wecom_push import add_card, open_media_link
from emulator.wecom_reply import check_content, read_picture
from emulator.world import World

A_MINUTE = 20
TEXT_BYTES = 2048
MARKDOWN_BYTES = 4096
IMAGE_BYTES = 2 * 1024 * 1024
ARTICLES = 8
FILE_BYTES = {"file": 20 * 1024 * 1024, "voice": 2 * 1024 * 1024}
FILE_MIN_BYTES = 5
MEDIA_SECONDS = 3 * 24 * 3600
RESPONSE_SECONDS = 3600
NOTICE_CARDS = ("text_notice", "news_notice")
ROBOT_STATES: dict[str, int] = {"on": 0, "disabled": 93004, "removed": 93000}
OK: Json = {"errcode": 0, "errmsg": "ok"}


def robot_group(world: World, key: str) -> Group:
    """The group of a robot's key; raises Refused 93000 for an unknown or removed one, 93004 if disabled."""
    group = next((one for one in world.town.groups if key and one.robot_key == key), None)
    if not group:
        raise Refused(93000)
    state = ROBOT_STATES[world.setting(f"robot/{group.chatid}", "on")]
    if state:
        raise Refused(state)
    return group


def webhook_send(world: World) -> Json:
    """A group robot speaks; at most 20 times in any 60 seconds (45009)."""
    group = robot_group(world, request.args.get("key", ""))
    data = _json()
    kind = str(data.get("msgtype"))
    if kind not in ROBOT_BODIES:
        raise Refused(40008)
    part = data.get(kind)
    if not isinstance(part, dict):
        raise Refused(40058, f"{kind} missing")
    shown_kind, body = ROBOT_BODIES[kind](world, group, part)
    _spend_minute(world, group.robot_key)
    world.chats.add(group_chat(group.chatid), "robot", shown_kind, body, via="robot")
    return OK


def _json() -> Json:
    try:
        data = json.loads(request.get_data() or b"")
    except ValueError as error:
        raise Refused(47001) from error
    if not isinstance(data, dict):
        raise Refused(47001)
    return data


def _spend_minute(world: World, key: str) -> None:
    with world.store.lock:
        now = world.clock.now()
        sent = [at for at in (world.store.get("robot_sent", key) or {"at": []})["at"] if at > now - 60]
        if len(sent) >= A_MINUTE:
            raise Refused(45009)
        world.store.put("robot_sent", key, {"at": [*sent, now]})


def _limited(part: Json, limit: int) -> str:
    content = str(part.get("content") or "")
    if not content:
        raise Refused(40058, "content missing")
    if len(content.encode()) > limit:
        raise Refused(40058, f"content exceed max length {limit}")
    return content


def _text(world: World, group: Group, part: Json) -> tuple[str, Json]:
    mentioned = [*(part.get("mentioned_list") or []), *(part.get("mentioned_mobile_list") or [])]
    return "text", {"text": _limited(part, TEXT_BYTES), "mentioned": mentioned}


def _markdown(world: World, group: Group, part: Json) -> tuple[str, Json]:
    return "markdown", {"text": _limited(part, MARKDOWN_BYTES)}


def _image(world: World, group: Group, part: Json) -> tuple[str, Json]:
    try:
        body = read_picture(part, IMAGE_BYTES)
    except KeyError as error:
        raise Refused(40058, f"image.{error.args[0]} missing") from error
    except ValueError as error:
        raise Refused(301019 if "md5" in str(error) else 40009, str(error)) from error
    return "image", {"media": world.keep_media(body, "image/jpeg")}


def _news(world: World, group: Group, part: Json) -> tuple[str, Json]:
    articles = part.get("articles") or []
    if not 1 <= len(articles) <= ARTICLES:
        raise Refused(40058, "articles must hold 1 to 8")
    if not all(one.get("title") and one.get("url") for one in articles):
        raise Refused(40058, "an article needs a title and a url")
    first, *rest = [
        news_body(
            _cut(one["title"], 128), _cut(one.get("description", ""), 512), one["url"], one.get("picurl")
        )
        for one in articles
    ]
    return "news", {**first, "more": rest}


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")


def _media(kind: str) -> Callable[[World, Group, Json], tuple[str, Json]]:
    def check(world: World, group: Group, part: Json) -> tuple[str, Json]:
        media_id = str(part.get("media_id"))
        owner, blob = world.store.get("robot_media", media_id), world.store.blob(media_id)
        if not owner or owner["key"] != group.robot_key or not blob:
            raise Refused(40007)
        if world.clock.now() - blob.at > MEDIA_SECONDS:
            raise Refused(40007)
        return kind, {"media": media_id, "title": owner["name"]}

    return check


def _card(world: World, group: Group, part: Json) -> tuple[str, Json]:
    if part.get("card_type") not in NOTICE_CARDS:
        raise Refused(40058, "a robot's card_type is text_notice or news_notice")
    if not (part.get("card_action") or {}).get("type"):
        raise Refused(42045)
    return "card", {"card": part, "for": {}}


ROBOT_BODIES: dict[str, Callable[[World, Group, Json], tuple[str, Json]]] = {
    "text": _text,
    "markdown": _markdown,
    "markdown_v2": _markdown,
    "image": _image,
    "news": _news,
    "file": _media("file"),
    "voice": _media("voice"),
    "template_card": _card,
}


def webhook_upload(world: World) -> Json:
    """Keep a file three days for the robot that uploads it."""
    group = robot_group(world, request.args.get("key", ""))
    kind, upload = request.args.get("type", ""), request.files.get("media")
    if kind not in FILE_BYTES:
        raise Refused(40004)
    if not upload:
        raise Refused(41005)
    body = upload.read()
    if not FILE_MIN_BYTES < len(body) <= FILE_BYTES[kind]:
        raise Refused(40006)
    media_id = world.keep_media(body, upload.mimetype)
    world.store.put("robot_media", media_id, {"key": group.robot_key, "name": upload.filename or kind})
    return {**OK, "type": kind, "media_id": media_id, "created_at": str(world.clock.now())}


def aibot_response(world: World) -> Json:
    """One late answer of an AIBot: markdown anywhere, a card only in a single chat.

    The codes for a used, unknown (846605) or expired (846604) address are those of the
    long-connection mode; the page on response_url names none.
    """
    code, data = request.args.get("response_code", ""), _json()
    with world.store.lock:
        saved = world.store.get("response", code)
        if not saved or saved["used"]:
            raise Refused(846605)
        if world.clock.now() - saved["at"] > RESPONSE_SECONDS:
            raise Refused(846604)
        try:
            _speak_late(world, saved, data)
        except (BadCard, BadReply, KeyError, TypeError) as error:
            raise Refused(40058, str(error)) from error
        world.store.put("response", code, {**saved, "used": True})
    return OK


def _speak_late(world: World, saved: Json, data: Json) -> None:
    kind, bot = data.get("msgtype"), world.town.bot(saved["bot"])
    if kind == "markdown":
        content = data["markdown"]["content"]
        check_content(content)
        quote = saved["quote"] if saved["group"] else None
        world.chats.add(saved["chat"], "bot", "markdown", {"text": content}, via="response", quote=quote)
    elif kind == "template_card" and bot and not saved["group"]:
        check_card(data["template_card"])
        add_card(world, saved["chat"], bot, data["template_card"])
    else:
        raise Refused(40008, "template_card only in a single chat")


CALLS: dict[str, Callable[[World], Json]] = {
    "webhook/send": webhook_send,
    "webhook/upload_media": webhook_upload,
    "aibot/response": aibot_response,
}


def wecom_api(world: World) -> Blueprint:
    """The routes of CALLS, and of encrypted media."""
    routes = Blueprint("wecom_api", __name__)
    for name, call in CALLS.items():
        routes.add_url_rule(
            f"/qyapi.weixin.qq.com/cgi-bin/{name}",
            endpoint=name.replace("/", "_"),
            view_func=_view(world, name, call),
            methods=["POST"],
        )

    @routes.get("/media/<link>")
    def media(link: str) -> Response:
        body = open_media_link(world, link)
        return Response(body or b"", status=200 if body else 403, mimetype="application/octet-stream")

    return routes


def _view(world: World, name: str, call: Callable[[World], Json]) -> Callable[[], Response]:
    def perform() -> Response:
        try:
            return jsonify(call(world))
        except Refused as refused:
            return jsonify(refused.body(secrets.token_hex(8)))

    return lambda: answer_with_faults(world, name, perform)

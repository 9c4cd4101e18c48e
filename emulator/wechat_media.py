"""Temporary media files and QR codes of the official account.

Sources: WeChat docs "新增临时素材" (api_uploadtempmedia), "获取临时素材",
"生成带参数的二维码" (api_createqrcode).
"""

import io
import secrets

import segno
from flask import Request, Response

from emulator.errors import Refused
from emulator.store import Json
from emulator.wechat_send import find_media
from emulator.world import World

UPLOAD_BYTES: dict[str, int] = {
    "image": 2 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "thumb": 64 * 1024,
}
TEMPORARY_SECONDS = 2_592_000
STR_CHARS = 64
SCENE_IDS = range(1, 100_001)
STR_ACTIONS = ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE")
ID_ACTIONS = ("QR_SCENE", "QR_LIMIT_SCENE")


def media_upload(world: World, request: Request) -> Json:
    """Keep an uploaded file three days; raises Refused 40004, 41005, 44001, 40009 or 40006."""
    kind = request.values.get("type", "")
    if kind not in UPLOAD_BYTES:
        raise Refused(40004)
    upload = request.files.get("media")
    if not upload:
        raise Refused(41005)
    body = upload.read()
    if not body:
        raise Refused(44001)
    if len(body) > UPLOAD_BYTES[kind]:
        raise Refused(40009 if kind == "image" else 40006)
    media_id = world.keep_media(body, upload.mimetype)
    return {"type": kind, "media_id": media_id, "created_at": world.clock.now()}


def media_get(world: World, request: Request) -> Response:
    """The file's bytes; an error is JSON inside HTTP 200 like everywhere."""
    media_id = request.args.get("media_id", "")
    if not media_id:
        raise Refused(41006)
    find_media(world, media_id)
    blob = world.store.blob(media_id)
    if not blob:
        raise Refused(40007)
    response = Response(blob.body, mimetype=blob.type)
    ending = blob.type.rpartition("/")[2]
    response.headers["Content-Disposition"] = f'attachment; filename="{media_id}.{ending}"'
    return response


def qrcode_create(world: World, data: Json) -> Json:
    """Make a QR code with a scene; it appears among the doors of the page. Raises Refused 40053."""
    action = data.get("action_name")
    scene = _scene(str(action), (data.get("action_info") or {}).get("scene") or {})
    ticket = secrets.token_urlsafe(48)
    if not world.store.get("scene", scene):
        world.store.put("scene", scene, {"scene": scene, "label": scene})
    world.store.put("ticket", ticket, {"scene": scene})
    answer: Json = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[:22]}"}
    if action in ("QR_SCENE", "QR_STR_SCENE"):
        answer["expire_seconds"] = min(int(data.get("expire_seconds", 60)), TEMPORARY_SECONDS)
    return answer


def _scene(action: str, scene: Json) -> str:
    text, number = scene.get("scene_str", ""), scene.get("scene_id", 0)
    if action in STR_ACTIONS and isinstance(text, str) and 1 <= len(text) <= STR_CHARS:
        return text
    if action in ID_ACTIONS and isinstance(number, int) and number in SCENE_IDS:
        return str(number)
    raise Refused(40053)


def show_qrcode(world: World, ticket: str) -> Response:
    """The picture of a ticket's QR code, 404 for an unknown ticket."""
    if not world.store.get("ticket", ticket):
        return Response("", status=404)
    picture = io.BytesIO()
    segno.make(f"http://weixin.qq.com/q/{ticket[:22]}").save(picture, kind="png", scale=8)
    return Response(picture.getvalue(), mimetype="image/png")

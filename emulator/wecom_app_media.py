"""Temporary files of a corp: what an app uploads, and what its members send.

Sources: WeCom docs "上传临时素材" (path/90253) and "获取临时素材" (path/90254):
three days, shared by the apps of one corp, more than 5 bytes.
"""

from flask import Request, Response

from emulator.errors import Refused
from emulator.store import Blob, Json
from emulator.town import App
from emulator.world import World

SECONDS = 3 * 24 * 3600
MIN_BYTES = 5
MEGA = 1024 * 1024
UPLOAD_BYTES: dict[str, int] = {"image": 2 * MEGA, "voice": 2 * MEGA, "video": 10 * MEGA, "file": 20 * MEGA}
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def keep(world: World, app: App, body: bytes, mime: str, name: str = "") -> str:
    """Keep a file for the app's corp and return its media_id."""
    media_id = world.keep_media(body, mime)
    share(world, app, media_id, name)
    return media_id


def share(world: World, app: App, media_id: str, name: str = "") -> None:
    """Let the apps of the corp fetch a file that is kept already."""
    world.store.put("app_media", media_id, {"corpid": app.corpid, "name": name})


def find(world: World, app: App, media_id: str) -> tuple[Blob, str]:
    """The file and its name; raises Refused 41006 without an id, 40007 if unknown, foreign or too old."""
    if not media_id:
        raise Refused(41006)
    owner, blob = world.store.get("app_media", media_id), world.store.blob(media_id)
    if not owner or owner["corpid"] != app.corpid or not blob or world.clock.now() - blob.at > SECONDS:
        raise Refused(40007)
    return blob, owner["name"]


def media_upload(world: World, app: App, request: Request) -> Json:
    """Keep an uploaded file; raises Refused 40004, 41005, 44001, 40009 or 40006."""
    kind, upload = request.args.get("type", ""), request.files.get("media")
    if kind not in UPLOAD_BYTES:
        raise Refused(40004)
    if not upload:
        raise Refused(41005)
    with upload.stream:
        body = upload.read()
    if not body:
        raise Refused(44001)
    if not MIN_BYTES < len(body) <= UPLOAD_BYTES[kind]:
        raise Refused(40009 if kind == "image" else 40006)
    if kind == "image" and not body.startswith(PICTURES):
        raise Refused(40004, "image must be JPG or PNG")
    media_id = keep(world, app, body, upload.mimetype, upload.filename or kind)
    created = str(world.clock.now())
    return {"errcode": 0, "errmsg": "ok", "type": kind, "media_id": media_id, "created_at": created}


def media_get(world: World, app: App, request: Request) -> Response:
    """The file's bytes; an error is JSON inside HTTP 200 like everywhere."""
    media_id = request.args.get("media_id", "")
    blob, name = find(world, app, media_id)
    response = Response(blob.body, mimetype=blob.type)
    shown = name.encode("ascii", "ignore").decode() or f"{media_id}.{blob.type.rpartition('/')[2]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{shown}"'
    return response

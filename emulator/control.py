"""The control API under /emu: what people do on their phones, for the page and for tests."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound

from emulator import residents, wechat_push
from emulator.chats import resident_chat
from emulator.courier import NoAnswer, Outgoing, Parcel
from emulator.photos import SAMPLES, sample_photo
from emulator.residents import Impossible
from emulator.store import Json
from emulator.view import state_of
from emulator.world import World

MAX_STEP_SECONDS = 400 * 24 * 3600
HEARTBEAT_SECONDS = 15
HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


def form() -> Json:
    """What the caller sent: JSON, or the fields of a multipart form (as text)."""
    if request.files or request.form:
        return dict(request.form.items())
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def fields() -> Json:
    """What the caller sent, without the general "wait"."""
    return {name: value for name, value in form().items() if name != "wait"}


def with_photo(world: World, data: Json) -> Json:
    """Keep the uploaded or sample photo that was asked for, as data["media"]."""
    upload = next(iter(request.files.values()), None)
    name = data.get("sample") or data.get("photo")
    if upload:
        return data | {"media": world.keep_media(upload.read(), upload.mimetype)}
    if name:
        if name not in SAMPLES:
            raise Impossible(f"没有这张照片，可以用：{'、'.join(SAMPLES)}")
        return data | {"media": world.keep_media(sample_photo(str(name)), "image/jpeg")}
    return data


def dispatch(world: World, chat: str, data: Json, act: Callable[[], list[Parcel]]) -> Response:
    """Do something and deliver what it causes.

    With "wait" the answer comes after the deliveries and tells them; else at once.
    """
    before = world.store.version
    parcels = act()
    waits = data.get("wait") in (True, "true", "1")
    deliveries = world.send(parcels) if waits else []
    if not waits:
        world.send_later(parcels)
    messages = world.store.messages(chat, since=before)
    return jsonify({"ok": True, "deliveries": deliveries, "messages": messages})


def control(world: World) -> Blueprint:
    """All routes under /emu that concern residents and the whole town."""
    routes = Blueprint("control", __name__, url_prefix="/emu")

    @routes.errorhandler(Impossible)
    def impossible(error: Impossible) -> tuple[Response, int]:
        return jsonify({"ok": False, "error": str(error)}), 409

    @routes.errorhandler(ValueError)
    def wrong(error: ValueError) -> tuple[Response, int]:
        return jsonify({"ok": False, "error": str(error)}), 400

    @routes.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        return jsonify({"ok": False, "error": error.description}), error.code or 500

    for add in (_resident_routes, _file_routes, _watching_routes, _clock_routes, _fault_routes):
        add(routes, world)
    return routes


def _resident_routes(routes: Blueprint, world: World) -> None:
    @routes.post("/residents")
    def add_resident() -> Response:
        name = str(form().get("name") or "").strip()
        if not name:
            raise Impossible("请填写称呼")
        return jsonify(world.add_resident(f"o{secrets.token_urlsafe(20)}", name))

    @routes.post("/residents/<openid>/<action>")
    def resident_acts(openid: str, action: str) -> Response:
        data = with_photo(world, form())
        chat = resident_chat(openid)
        return dispatch(world, chat, data, lambda: residents.act(world, openid, action, data))


def _file_routes(routes: Blueprint, world: World) -> None:
    @routes.get("/photos")
    def photos() -> Response:
        return jsonify([{"name": name, "label": one.label} for name, one in SAMPLES.items()])

    @routes.get("/photos/<name>.jpg")
    def photo(name: str) -> Response:
        if name not in SAMPLES:
            raise NotFound
        return Response(sample_photo(name), mimetype="image/jpeg")

    @routes.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        blob = world.store.blob(media_id)
        if not blob:
            raise NotFound
        return Response(blob.body, mimetype=blob.type, headers=HARMLESS)


def _watching_routes(routes: Blueprint, world: World) -> None:
    @routes.get("/state")
    def state() -> Response:
        return jsonify(state_of(world, request.args.get("since", 0, int)))

    @routes.get("/events")
    def events() -> Response:
        return Response(_versions(world), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    @routes.get("/deliveries")
    def deliveries() -> Response:
        return jsonify(list(world.courier.log))

    @routes.post("/settle")
    def settle() -> Response:
        world.background.settle()
        return jsonify({"ok": True, "deliveries": world.courier.release()})

    @routes.post("/reset")
    def reset() -> Response:
        world.reset()
        return jsonify({"ok": True})


def _clock_routes(routes: Blueprint, world: World) -> None:
    @routes.get("/clock")
    def clock() -> Response:
        return jsonify({"now": world.clock.now(), "offset_seconds": world.clock.offset})

    @routes.post("/clock")
    def move_clock() -> Response:
        data = form()
        step = int(data.get("advance_seconds") or 0)
        if not data.get("reset") and not 0 < step <= MAX_STEP_SECONDS:
            raise ValueError("advance_seconds must be between 1 and 34560000, or send reset: true")
        world.clock.offset = 0 if data.get("reset") else world.clock.offset + step
        world.store.put("setting", "clock", {"offset": world.clock.offset})
        told = tell_clock(world)
        return jsonify({"now": world.clock.now(), "offset_seconds": world.clock.offset, "bot_told": told})


def tell_clock(world: World) -> bool:
    """Tell the bot how far its clock is to be moved; False when it did not take it."""
    body = json.dumps({"offset_seconds": world.clock.offset}).encode()
    headers = {"Content-Type": "application/json", "X-Ops-Secret": world.town.ops_secret}
    url = f"{world.town.callback_base}/ops/clock"
    try:
        return world.post(Outgoing("POST", url, body, headers)).status == 200
    except NoAnswer:
        return False


def _fault_routes(routes: Blueprint, world: World) -> None:
    @routes.get("/faults")
    def faults() -> Response:
        return jsonify(world.faults.all())

    @routes.post("/faults")
    def add_fault() -> Response:
        return jsonify(asdict(world.faults.add(fields())))

    @routes.delete("/faults")
    @routes.delete("/faults/<key>")
    def clear_faults(key: str | None = None) -> Response:
        world.faults.clear(key)
        return jsonify({"ok": True})

    @routes.post("/quotas")
    def quotas() -> Response:
        for api, limit in fields().items():
            world.quotas.set_limit(api, int(limit))
        return jsonify({"ok": True})

    @routes.post("/mode")
    def mode() -> Response:
        wanted = str(form().get("mode"))
        if wanted not in wechat_push.MODES:
            raise ValueError(f"mode must be one of {', '.join(wechat_push.MODES)}")
        world.set_setting("mode", wanted)
        return jsonify({"ok": True})


def _versions(world: World) -> Iterator[str]:
    """Server-sent events: the version, now and at each change."""
    seen = -1
    while True:
        with world.store.changed:
            if world.store.closed:
                return
            if world.store.version == seen:
                world.store.changed.wait(HEARTBEAT_SECONDS)
            if world.store.closed:
                return
            version = world.store.version
        yield f"data: {version}\n\n" if version != seen else ": still here\n\n"
        seen = version

"""What a resident can do on the phone, and which callbacks it causes.

Sources: WeChat docs "接收普通消息", "接收事件推送", "客服消息" (what counts as which action).
"""

from collections.abc import Callable

from emulator import wechat_push
from emulator.chats import resident_chat
from emulator.courier import Parcel
from emulator.store import Json
from emulator.wechat_menu import leaves
from emulator.wechat_push import event, message
from emulator.world import World

Act = Callable[[World, str, Json], list[Parcel]]


class Impossible(Exception):
    """The phone would not let a person do this; the text says what to do instead."""


def act(world: World, openid: str, action: str, data: Json) -> list[Parcel]:
    """Do one of ACTIONS; returns the callbacks it causes. Raises Impossible."""
    resident = world.store.get("resident", openid)
    if not resident:
        raise Impossible("没有这位居民，请先添加")
    if action not in ACTIONS:
        raise Impossible(f"没有这个动作，可以用：{'、'.join(ACTIONS)}")
    if not resident["followed"] and action not in WITHOUT_FOLLOWING:
        raise Impossible("请先关注公众号")
    try:
        return ACTIONS[action](world, openid, data)
    except KeyError as error:
        raise Impossible(f"缺少 {error.args[0]}") from error


def _heard(world: World, openid: str, grant: str) -> None:
    world.windows.grant(openid, grant)
    world.store.put("heard", openid, {"at": world.clock.now()})


def _say(
    world: World, openid: str, kind: str, body: Json, fields: Json, grant: str = "message"
) -> list[Parcel]:
    _heard(world, openid, grant)
    world.chats.add(resident_chat(openid), openid, kind, body)
    return [message(world, openid, kind, fields)]


def follow(world: World, openid: str, data: Json) -> list[Parcel]:
    """Follow the account, by search or through a door's QR code (scene)."""
    resident = world.store.get("resident", openid) or {}
    if resident["followed"]:
        raise Impossible("已经关注了")
    scene = str(data.get("scene") or "")
    resident |= {"followed": True, "since": world.clock.now(), "scene": scene}
    world.store.put("resident", openid, resident)
    world.windows.grant(openid, "follow")
    world.chats.notice(resident_chat(openid), f"你已关注{world.town.account.name}")
    fields = {"EventKey": f"qrscene_{scene}", "Ticket": f"TICKET_{scene}"} if scene else {"EventKey": ""}
    return [event(world, openid, "subscribe", fields)]


def unfollow(world: World, openid: str, data: Json) -> list[Parcel]:
    """Leave: every window closes."""
    resident = world.store.get("resident", openid) or {}
    world.store.put("resident", openid, resident | {"followed": False})
    world.windows.close(openid)
    world.chats.notice(resident_chat(openid), f"你已取消关注{world.town.account.name}")
    return [event(world, openid, "unsubscribe", {"EventKey": ""})]


def scan(world: World, openid: str, data: Json) -> list[Parcel]:
    """Scan a door's QR code; who does not follow yet follows by it."""
    scene = str(data["scene"])
    if not (world.store.get("resident", openid) or {})["followed"]:
        return follow(world, openid, {"scene": scene})
    world.windows.grant(openid, "scan")
    label = (world.store.get("scene", scene) or {"label": scene})["label"]
    world.chats.notice(resident_chat(openid), f"扫描了二维码：{label}")
    return [event(world, openid, "SCAN", {"EventKey": scene, "Ticket": f"TICKET_{scene}"})]


def text(world: World, openid: str, data: Json) -> list[Parcel]:
    """Type and send words."""
    words = str(data["text"])
    if not words.strip():
        raise Impossible("请先输入文字")
    return _say(world, openid, "text", {"text": words}, {"Content": words})


def choose(world: World, openid: str, data: Json) -> list[Parcel]:
    """Tap a choice of a menu message: a text with bizmsgmenuid, counted as a menu click."""
    words = str(data["content"])
    fields = {"Content": words, "bizmsgmenuid": str(data["menu_id"])}
    return _say(world, openid, "text", {"text": words}, fields, grant="click")


def voice(world: World, openid: str, data: Json) -> list[Parcel]:
    """Speak; text is what was said and becomes Recognition ("" as on most accounts since 2023)."""
    words = str(data.get("text") or "")
    media_id = world.keep_media(SILENCE_AMR, "audio/amr")
    fields = {"MediaId": media_id, "Format": "amr", "Recognition": words}
    return _say(world, openid, "voice", {"media": media_id, "text": words}, fields)


def image(world: World, openid: str, data: Json) -> list[Parcel]:
    """Send a photo that is already kept as media."""
    media_id = str(data["media"])
    fields = {"PicUrl": f"{world.base}/emu/media/{media_id}", "MediaId": media_id}
    return _say(world, openid, "image", {"media": media_id}, fields)


def video(world: World, openid: str, data: Json) -> list[Parcel]:
    """Send a (tiny) video."""
    media_id = world.keep_media(b"\0\0\0\x18ftypmp42", "video/mp4")
    fields = {"MediaId": media_id, "ThumbMediaId": world.keep_media(b"thumb", "image/jpeg")}
    return _say(world, openid, "video", {"media": media_id}, fields)


def location(world: World, openid: str, data: Json) -> list[Parcel]:
    """Send a place: lat and lon in degrees, label in words."""
    lat, lon, label = str(data["lat"]), str(data["lon"]), str(data.get("label") or "")
    fields = {"Location_X": lat, "Location_Y": lon, "Scale": 15, "Label": label}
    return _say(world, openid, "location", {"lat": lat, "lon": lon, "text": label}, fields)


def link(world: World, openid: str, data: Json) -> list[Parcel]:
    """Forward a link."""
    title, note, url = str(data["title"]), str(data.get("description") or ""), str(data["url"])
    fields = {"Title": title, "Description": note, "Url": url}
    return _say(world, openid, "link", {"title": title, "text": note, "url": url}, fields)


def menu(world: World, openid: str, data: Json) -> list[Parcel]:
    """Tap a menu button by its key, or by the url of a view button."""
    key = str(data["key"])
    button = next((one for one in leaves(world) if key in (one.get("key"), one.get("url"))), None)
    if not button:
        raise Impossible("菜单里没有这一项，请刷新页面")
    world.chats.notice(resident_chat(openid), f"点了菜单：{button['name']}")
    if button["type"] == "view":
        return [event(world, openid, "VIEW", {"EventKey": key, "MenuId": "1"})]
    if button["type"] in ("click", "scancode_push", "scancode_waitmsg"):
        _heard(world, openid, "click")
    kind = str(button["type"])
    return [event(world, openid, "CLICK" if kind == "click" else kind, {"EventKey": key})]


def any_event(world: World, openid: str, data: Json) -> list[Parcel]:
    """Push any event with any fields, such as LOCATION; for tests."""
    return [event(world, openid, str(data["event"]), data.get("fields") or {})]


def any_message(world: World, openid: str, data: Json) -> list[Parcel]:
    """Push a message of any type with any fields; for tests."""
    _heard(world, openid, "message")
    return [message(world, openid, str(data["type"]), data.get("fields") or {})]


def raw(world: World, openid: str, data: Json) -> list[Parcel]:
    """Push any text (xml) in a genuine envelope; for tests of malformed bodies."""
    return [wechat_push.raw(world, openid, str(data["xml"]))]


def refuse(world: World, openid: str, data: Json) -> list[Parcel]:
    """Refuse (on: true) or take template messages again."""
    resident = world.store.get("resident", openid) or {}
    world.store.put("resident", openid, resident | {"refuses": bool(data.get("on", True))})
    return []


SILENCE_AMR = b"#!AMR\n" + b"\x3c" + bytes(31)
WITHOUT_FOLLOWING = ("follow", "scan", "event", "raw")
ACTIONS: dict[str, Act] = {
    "follow": follow,
    "unfollow": unfollow,
    "scan": scan,
    "text": text,
    "choose": choose,
    "voice": voice,
    "image": image,
    "video": video,
    "location": location,
    "link": link,
    "menu": menu,
    "event": any_event,
    "message": any_message,
    "raw": raw,
    "refuse": refuse,
}

"""What a member can do in the chat of a self-built app, and on its cards.

Sources: WeCom docs "接收消息与事件" (path/90239, 90240): the app hears its own chat only.
"""

from collections.abc import Callable

from emulator import wecom_app_push
from emulator.chats import app_chat
from emulator.courier import Parcel
from emulator.residents import SILENCE_AMR, Impossible
from emulator.store import Json
from emulator.town import App
from emulator.wecom_app_media import keep, share
from emulator.wecom_app_send import sees
from emulator.wecom_cards import keys_of
from emulator.world import World

Act = Callable[[World, App, str, Json], list[Parcel]]
SCALE = 20


def act(world: World, name: str, userid: str, action: str, data: Json) -> list[Parcel]:
    """Do one of ACTIONS; returns the callbacks it causes. Raises Impossible."""
    app = app_of(world, name, userid)
    if action not in ACTIONS:
        raise Impossible(f"没有这个动作，可以用：{'、'.join(ACTIONS)}")
    if action != "visible" and not sees(world, app, userid):
        raise Impossible("这个应用对您不可见，请让管理员加入可见范围")
    try:
        return ACTIONS[action](world, app, userid, data)
    except KeyError as error:
        raise Impossible(f"缺少 {error.args[0]}") from error


def app_of(world: World, name: str, userid: str) -> App:
    """The app, if it is the member's; raises Impossible."""
    app = world.town.app(name)
    if not app or userid not in app.users:
        raise Impossible("没有这个应用或成员")
    return app


def click(world: World, message_id: str, data: Json) -> list[Parcel]:
    """Press a button or menu item of a card: userid, key, selected {question_key: [option id]}."""
    userid, key = str(data.get("userid") or ""), str(data.get("key") or "")
    message = world.chats.find(message_id)
    if not message:
        raise Impossible("没有这张卡片")
    app = app_of(world, message.body["app"], userid)
    if message.chat != app_chat(app.name, userid):
        raise Impossible("这是别人的聊天")
    card = message.body["card"]
    if key not in keys_of(card):
        raise Impossible("卡片上没有这个按钮，可能已经更新")
    menu = [one["key"] for one in (card.get("action_menu") or {}).get("action_list") or []]
    name = "template_card_menu_event" if key in menu else "template_card_event"
    selected = {} if key in menu else _selected(data.get("selected") or {})
    return wecom_app_push.click(world, app, message, userid, name, {"EventKey": key, **selected})


def _selected(selected: Json) -> Json:
    items = [
        {"QuestionKey": question, "OptionIds": {"OptionId": [str(one) for one in options]}}
        for question, options in selected.items()
    ]
    return {"SelectedItems": {"SelectedItem": items}} if items else {}


def _say(world: World, app: App, userid: str, kind: str, body: Json, fields: Json) -> list[Parcel]:
    world.chats.add(app_chat(app.name, userid), userid, kind, body)
    return wecom_app_push.message(world, app, userid, kind, fields)


def text(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Type and send words."""
    words = str(data["text"])
    if not words.strip():
        raise Impossible("请先输入文字")
    return _say(world, app, userid, "text", {"text": words}, {"Content": words})


def image(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Send a photo that is already kept as media."""
    if not data.get("media"):
        raise Impossible("请先选一张照片")
    media_id = str(data["media"])
    share(world, app, media_id)
    fields = {"PicUrl": f"{world.base}/emu/media/{media_id}", "MediaId": media_id}
    return _say(world, app, userid, "image", {"media": media_id}, fields)


def voice(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Speak; an app gets the sound only, text is for the page."""
    media_id = keep(world, app, SILENCE_AMR, "audio/amr")
    body = {"media": media_id, "text": str(data.get("text") or "")}
    return _say(world, app, userid, "voice", body, {"MediaId": media_id, "Format": "amr"})


def location(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Send a place: lat and lon in degrees, label in words."""
    lat, lon, label = str(data["lat"]), str(data["lon"]), str(data.get("label") or "")
    fields = {"Location_X": lat, "Location_Y": lon, "Scale": SCALE, "Label": label, "AppType": "wxwork"}
    return _say(world, app, userid, "location", {"lat": lat, "lon": lon, "text": label}, fields)


def enter(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Open the app; it hears of it each time."""
    return wecom_app_push.event(world, app, userid, "enter_agent", {"EventKey": ""})


def any_event(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Push any event with any fields, such as subscribe or LOCATION; for tests."""
    return wecom_app_push.event(world, app, userid, str(data["event"]), data.get("fields") or {})


def any_message(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Push a message of any type with any fields; for tests."""
    return wecom_app_push.message(world, app, userid, str(data["type"]), data.get("fields") or {})


def raw(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Push any text (xml) in a genuine envelope; for tests of malformed bodies."""
    return wecom_app_push.raw(world, app, userid, str(data["xml"]))


def visible(world: World, app: App, userid: str, data: Json) -> list[Parcel]:
    """Take the member out of the app's visible range (on: false), or in again."""
    key = f"{app.name}/{userid}"
    if data.get("on", True):
        world.store.drop("app_hidden", key)
    else:
        world.store.put("app_hidden", key, {"at": world.clock.now()})
    return []


ACTIONS: dict[str, Act] = {
    "text": text,
    "image": image,
    "voice": voice,
    "location": location,
    "enter": enter,
    "event": any_event,
    "message": any_message,
    "raw": raw,
    "visible": visible,
}

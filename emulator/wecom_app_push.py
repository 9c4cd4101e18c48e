"""Callbacks of a self-built app: what members write in its chat, and what they press.

Sources: WeCom docs "回调配置" (path/90930), "接收消息" (path/90238, 90239), "接收事件" (path/90240).
"""

import secrets
from collections.abc import Callable
from urllib.parse import urlencode, urljoin

from emulator.chats import Message, app_chat
from emulator.courier import BadReply, NoAnswer, Outgoing, Parcel
from emulator.crypto import Seal
from emulator.errors import Refused
from emulator.store import Json
from emulator.town import App
from emulator.wecom_app_cards import change_copy, check_app_card, new_code, with_replaced
from emulator.wecom_app_media import find
from emulator.wecom_app_reply import AppReplyReader, cause_of
from emulator.wecom_cards import NEED_TASK
from emulator.wire import to_xml
from emulator.world import World

FIRST_MSG_ID = 7_291_834_455_120_000_000
VERIFY_SECONDS = 1.0


def seal_of(app: App) -> Seal:
    """The app's callback crypto; its receive id is the corpid."""
    return Seal(app.token, app.aes_key, app.corpid)


def message(world: World, app: App, userid: str, kind: str, fields: Json) -> list[Parcel]:
    """What a member says; all repeats share one MsgId."""
    msg_id = FIRST_MSG_ID + world.store.count("MsgId")
    body = {**_head(world, app, userid, kind), **fields, "MsgId": msg_id, "AgentID": app.agentid}
    return _parcels(world, app, userid, body)


def event(world: World, app: App, userid: str, name: str, fields: Json) -> list[Parcel]:
    """An event; it carries no MsgId."""
    body = {**_head(world, app, userid, "event"), "Event": name, **fields, "AgentID": app.agentid}
    return _parcels(world, app, userid, body)


def raw(world: World, app: App, userid: str, xml: str) -> list[Parcel]:
    """Any text inside a genuine envelope, such as malformed XML; for tests."""
    return _parcels(world, app, userid, {"Event": "raw"}, plain=xml)


def click(world: World, app: App, card: Message, userid: str, name: str, fields: Json) -> list[Parcel]:
    """A click on a card (name is the event's); it brings a fresh ResponseCode."""
    shown = card.body["card"]
    told = {
        "EventKey": fields["EventKey"],
        "TaskId": shown.get("task_id", ""),
        "CardType": shown["card_type"],
        "ResponseCode": new_code(world, app, card.body["sending"]),
    }
    head = {**_head(world, app, userid, "event"), "Event": name}
    selected = {"SelectedItems": fields["SelectedItems"]} if "SelectedItems" in fields else {}
    body = {**head, **told, "AgentID": app.agentid, **selected}
    return _parcels(world, app, userid, body, card=card)


def _head(world: World, app: App, userid: str, kind: str) -> Json:
    return {
        "ToUserName": app.corpid,
        "FromUserName": userid,
        "CreateTime": world.clock.now(),
        "MsgType": kind,
    }


def _parcels(
    world: World, app: App, userid: str, fields: Json, plain: str = "", card: Message | None = None
) -> list[Parcel]:
    """The one parcel, or none when the firm has set no callback."""
    if not app.callback:
        return []
    plain = plain or to_xml(fields)
    chat, cause = app_chat(app.name, userid), cause_of(fields)
    reader = AppReplyReader(seal_of(app), app, userid, cause)

    def lost(problem: str) -> None:
        if cause == "card" or "MsgId" in fields:
            world.chats.notice(chat, f"{app.display}暂时没有回应，请稍后再试")

    return [
        Parcel(
            name=f"callback/wecom/{app.name}",
            pack=lambda: pack(world, app, plain),
            read=_reading(world, app, reader, card),
            accept=lambda reply: _show(world, chat, reply, card),
            lost=lost,
            shown=plain,
        )
    ]


def _reading(
    world: World, app: App, reader: AppReplyReader, card: Message | None
) -> Callable[[bytes, str], Json | None]:
    """Read a reply, and see that its files and its card are what the app may send."""

    def read(body: bytes, nonce: str) -> Json | None:
        reply = reader.read(body, nonce)
        if not reply:
            return None
        shown = card.body["card"] if card else {}
        try:
            if "media" in reply["body"]:
                find(world, app, reply["body"]["media"])
            if reply["kind"] == "update_template_card":
                filled = {"task_id": shown.get("task_id", "")} | reply["body"]["card"]
                check_app_card(world, app, filled)
                if filled["task_id"] != shown.get("task_id", ""):
                    raise Refused(42014, "TaskId must be the clicked card's")
        except Refused as refused:
            raise BadReply(f"the reply cannot be used: {refused.code} {refused.detail}") from refused
        if reply["kind"] == "update_button" and shown.get("card_type") not in NEED_TASK:
            raise BadReply("only buttons of an interactive card can be replaced")
        return reply

    return read


def _show(world: World, chat: str, reply: Json, card: Message | None) -> None:
    if card and reply["kind"] == "update_button":
        latest = world.chats.find(card.id) or card  # the bot may have changed it before it answered
        change_copy(world, card.id, with_replaced(latest.body["card"], reply["body"]["text"]))
    elif card and reply["kind"] == "update_template_card":
        change_copy(world, card.id, reply["body"]["card"])
    else:
        world.chats.add(chat, "app", reply["kind"], reply["body"], via="passive")


def pack(world: World, app: App, plain: str) -> tuple[Outgoing, str]:
    """One attempt's request and its nonce."""
    sealed = seal_of(app).close(plain.encode())
    url, nonce = _signed_url(world, app, sealed, {})
    envelope = to_xml({"ToUserName": app.corpid, "AgentID": str(app.agentid), "Encrypt": sealed})
    return Outgoing("POST", url, envelope.encode(), {"Content-Type": "text/xml"}), nonce


def _signed_url(world: World, app: App, sealed: str, more: dict[str, str]) -> tuple[str, str]:
    stamp, nonce = str(world.clock.now()), str(secrets.randbelow(10**9))
    query = {"msg_signature": seal_of(app).sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
    address = urljoin(world.town.callback_base, app.callback.format(name=app.name))
    return f"{address}?{urlencode(query | more)}", nonce


def verify(world: World, app: App) -> Json:
    """The console's URL verification: the encrypted echostr must come back bare, within a second."""
    echo = str(secrets.randbelow(9 * 10**18) + 10**18)
    sealed = seal_of(app).close(echo.encode())
    url, _ = _signed_url(world, app, sealed, {"echostr": sealed})
    try:
        answer = world.post(Outgoing("GET", url, timeout=VERIFY_SECONDS))
    except NoAnswer:
        return {"ok": False, "status": None}
    return {"ok": answer.status == 200 and answer.body == echo.encode(), "status": answer.status}

"""Cards of a self-built app: what one may hold, the copies people got, and the codes that change them.

Sources: WeCom docs "发送应用消息" (path/90236) and "更新模版卡片消息" (path/94888): a response_code
comes from message/send and from every click; each serves one update within 72 hours.
"""

import secrets

from emulator import wecom_app_media
from emulator.chats import app_chat
from emulator.errors import Refused
from emulator.store import Json
from emulator.town import App
from emulator.wecom_cards import NEED_ACTION, NEED_TASK, TASK_ID, BadCard, check_card
from emulator.world import World

CODE_SECONDS = 72 * 3600
FILE_ROW = 2
ROW_NEEDS = {1: "url", FILE_ROW: "media_id", 3: "userid"}


def check_app_card(world: World, app: App, card: Json) -> None:
    """Raise Refused unless the app may send the card.

    43012 for a card that calls back when the app has no callback, 42014 for a wrong task_id,
    42045 without card_action, 40007 for an attached file, 40058 for anything else.
    """
    kind = card.get("card_type")
    calls_back = kind in NEED_TASK or bool(card.get("action_menu"))
    if calls_back and not app.callback:
        raise Refused(43012)
    if calls_back and not TASK_ID.fullmatch(str(card.get("task_id") or "")):
        raise Refused(42014)
    if kind in NEED_ACTION and not (card.get("card_action") or {}).get("type"):
        raise Refused(42045)
    try:
        check_card(card, url_buttons=True)
        _check_keys(card)
        _check_rows(world, app, card)
    except (BadCard, AttributeError, KeyError, TypeError) as error:
        raise Refused(40058, str(error)) from error


def _check_keys(card: Json) -> None:
    menu = (card.get("action_menu") or {}).get("action_list") or []
    keys = [one["key"] for one in [*(card.get("button_list") or []), *menu] if one.get("key")]
    if len(set(keys)) < len(keys):
        raise BadCard("a key stands twice on the card")


def _check_rows(world: World, app: App, card: Json) -> None:
    for row in card.get("horizontal_content_list") or []:
        needed = ROW_NEEDS.get(row.get("type") or 0)
        if needed and not row.get(needed):
            raise BadCard(f"horizontal_content_list of type {row['type']} needs {needed}")
        if row.get("type") == FILE_ROW:
            wecom_app_media.find(world, app, row["media_id"])


def take_task(world: World, app: App, task_id: str) -> None:
    """Note a task_id as used; raises Refused 42014 when the app has used it before."""
    if not task_id:
        return
    key = f"{app.name}/{task_id}"
    if world.store.get("task", key):
        raise Refused(42014, f"task_id {task_id} was used before")
    world.store.put("task", key, {"at": world.clock.now()})


def show_copies(world: World, app: App, card: Json, userids: list[str]) -> str:
    """Put one copy of a card into each member's chat; returns the id of the sending."""
    sending = secrets.token_hex(12)
    body = {"card": card, "for": {}, "app": app.name, "sending": sending}
    copies = {
        userid: world.chats.add(app_chat(app.name, userid), "app", "card", body, via="app").id
        for userid in userids
    }
    world.store.put("sending", sending, {"app": app.name, "copies": copies})
    return sending


def copies_of(world: World, sending: str) -> dict[str, str]:
    """Message ids of a card's copies by userid."""
    saved = world.store.get("sending", sending) or {"copies": {}}
    copies: dict[str, str] = saved["copies"]
    return copies


def new_code(world: World, app: App, sending: str) -> str:
    """A response_code for the card; good once, for 72 hours."""
    code = secrets.token_urlsafe(32)
    world.store.put(
        "app_code", code, {"app": app.name, "sending": sending, "at": world.clock.now(), "used": False}
    )
    return code


def change_copy(world: World, message_id: str, card: Json) -> None:
    """Show another card in place of a copy, under the same task_id unless it brings its own."""
    message = world.chats.find(message_id)
    if message:
        kept = {"task_id": message.body["card"].get("task_id", "")}
        message.body = {**message.body, "card": kept | card}
        world.chats.change(message)


def with_replaced(card: Json, text: str) -> Json:
    """The card with its buttons turned into one grey line of text."""
    return {**card, "replace_text": text}

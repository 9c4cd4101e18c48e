"""message/update_template_card: changes cards of an app that people have already.

Source: WeCom docs "更新模版卡片消息" (path/94888). The page names no errcodes of its own:
a used response_code answers 42022 here, an unknown, foreign or expired one 40058.
"""

from emulator.errors import Refused
from emulator.store import Json
from emulator.town import App
from emulator.wecom_app_cards import (
    CODE_SECONDS,
    change_copy,
    check_app_card,
    copies_of,
    take_task,
    with_replaced,
)
from emulator.wecom_app_send import check_agent
from emulator.wecom_cards import NEED_TASK
from emulator.world import World

USERS = 1000
PARTIES = 100


def update_template_card(world: World, app: App, data: Json) -> Json:
    """Change a card for some or all of who got it, by a response_code; raises Refused.

    Who did not get the card comes back in invaliduser, in small letters.
    """
    check_agent(world, app, data)
    code = str(data.get("response_code") or "")
    with world.store.lock:
        saved = _open_code(world, app, code)
        copies = copies_of(world, saved["sending"])
        wanted = _wanted(data, copies)
        chosen = {known: copies[known] for known in copies if known.lower() in wanted}
        missing = sorted(wanted - {known.lower() for known in copies})
        if not chosen:
            raise Refused(81013, more={"invaliduser": missing})
        _change(world, app, data, chosen)
        world.store.put("app_code", code, {**saved, "used": True})
    return {"errcode": 0, "errmsg": "ok", "invaliduser": missing}


def _open_code(world: World, app: App, code: str) -> Json:
    saved = world.store.get("app_code", code)
    if not saved or saved["app"] != app.name:
        raise Refused(40058, "invalid response_code")
    if saved["used"]:
        raise Refused(42022)
    if world.clock.now() - saved["at"] > CODE_SECONDS:
        raise Refused(40058, "response_code expired")
    return saved


def _wanted(data: Json, copies: dict[str, str]) -> set[str]:
    """Userids in small letters; parties and tags, of which the town has none, reach nobody."""
    if data.get("atall") == 1:
        return {known.lower() for known in copies}
    lists = [data.get(name) or [] for name in ("userids", "partyids", "tagids")]
    if not all(isinstance(one, list) for one in lists):
        raise Refused(40058, "userids, partyids and tagids must be lists")
    users, parties, tags = lists
    for count, limit, code in ((users, USERS, 40032), (parties, PARTIES, 82002), (tags, PARTIES, 82003)):
        if len(count) > limit:
            raise Refused(code)
    if not any(lists):
        raise Refused(82001)
    return {str(one).lower() for one in users}


def _change(world: World, app: App, data: Json, chosen: dict[str, str]) -> None:
    button, card = data.get("button"), data.get("template_card")
    if (button is None) == (card is None):
        raise Refused(40058, "send either button or template_card")
    shown = {message_id: _shown(world, message_id) for message_id in chosen.values()}
    if button is not None:
        _replace_buttons(world, shown, button)
        return
    if not isinstance(card, dict):
        raise Refused(40058, "template_card must be an object")
    task_id = next((one["task_id"] for one in shown.values() if one.get("task_id")), "")
    filled = {"task_id": task_id} | card
    check_app_card(world, app, filled)
    if filled["task_id"] != task_id:
        take_task(world, app, filled["task_id"])
    for message_id in shown:
        change_copy(world, message_id, filled)


def _shown(world: World, message_id: str) -> Json:
    message = world.chats.find(message_id)
    card: Json = message.body["card"] if message else {}
    return card


def _replace_buttons(world: World, shown: dict[str, Json], button: object) -> None:
    text = str(button.get("replace_name") or "") if isinstance(button, dict) else ""
    if not text:
        raise Refused(40058, "button.replace_name missing")
    if any(card.get("card_type") not in NEED_TASK for card in shown.values()):
        raise Refused(40058, "only buttons of an interactive card can be replaced")
    for message_id, card in shown.items():
        change_copy(world, message_id, with_replaced(card, text))

"""Template cards of an AIBot: which are well-formed, and how a click changes them.

Source: WeCom docs "模板卡片类型" (path/101032) and "被动回复消息" (path/101031).
Where the document recommends a length the emulator insists on it, so that no text is ever cut.
"""

import re

from emulator.store import Json

CARD_TYPES = ("text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction")
NEED_TASK = ("button_interaction", "vote_interaction", "multiple_interaction")
NEED_ACTION = ("text_notice", "news_notice")
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")

LENGTHS: dict[tuple[str, str], int] = {
    ("main_title", "title"): 26,
    ("main_title", "desc"): 30,
    ("", "sub_title_text"): 112,
    ("horizontal_content_list", "keyname"): 5,
    ("horizontal_content_list", "value"): 26,
    ("button_list", "text"): 10,
}
"""Characters at most, by part ("" is the card itself) and field."""
COUNTS: dict[str, int] = {"button_list": 6, "horizontal_content_list": 6, "jump_list": 3, "select_list": 3}
KEY_BYTES = 1024
OPENS_URL = 1


class BadCard(Exception):
    """The card breaks a rule; the text names it."""


def check_card(card: Json, url_buttons: bool = False) -> None:
    """Raise BadCard unless an AIBot could send the card; an app's button may also open an address."""
    kind = card.get("card_type")
    if kind not in CARD_TYPES:
        raise BadCard(f"card_type must be one of {', '.join(CARD_TYPES)}")
    if kind in NEED_ACTION and not (card.get("card_action") or {}).get("url"):
        raise BadCard(f"card_action with a url is required for {kind}")
    task_id = str(card.get("task_id") or "")
    if (kind in NEED_TASK or card.get("action_menu")) and not TASK_ID.fullmatch(task_id):
        raise BadCard("task_id must be 1 to 128 of 0-9 A-Z a-z _ - @")
    if not (card.get("main_title") or {}).get("title") and not card.get("sub_title_text"):
        raise BadCard("main_title.title or sub_title_text is required")
    for name, limit in COUNTS.items():
        if len(card.get(name) or []) > limit:
            raise BadCard(f"{name} holds {limit} at most")
    for (part, name), limit in LENGTHS.items():
        _check_length(card, part, name, limit)
    _check_buttons(card, url_buttons)


def _check_length(card: Json, part: str, name: str, limit: int) -> None:
    holders = card.get(part) or [] if part else card
    for holder in holders if isinstance(holders, list) else [holders]:
        if len(str(holder.get(name) or "")) > limit:
            raise BadCard(f"{part}.{name} is longer than {limit} characters".lstrip("."))


def _check_buttons(card: Json, url_buttons: bool) -> None:
    buttons = card.get("button_list") or []
    if card["card_type"] == "button_interaction" and not buttons:
        raise BadCard("button_list is required for button_interaction")
    for button in buttons:
        if url_buttons and button.get("type") == OPENS_URL and button.get("text") and button.get("url"):
            continue
        if not button.get("text") or not 1 <= len(str(button.get("key") or "").encode()) <= KEY_BYTES:
            raise BadCard("each button needs a text and a key of 1 to 1024 bytes")


def keys_of(card: Json) -> list[str]:
    """Everything on the card that a person can press; replace_text leaves the menu alone."""
    replaced = bool(card.get("replace_text"))
    buttons = [] if replaced else card.get("button_list") or []
    menu = (card.get("action_menu") or {}).get("action_list") or []
    submit = None if replaced else card.get("submit_button")
    return [str(one["key"]) for one in [*buttons, *menu, *([submit] if submit else [])] if one.get("key")]


def card_for(body: Json, userid: str) -> Json:
    """The card as that person sees it."""
    card: Json = body["for"].get(userid, body["card"])
    return card


def updated(body: Json, card: Json, userids: list[str] | None) -> Json:
    """The message's body after an update for some people, or for all without userids."""
    if userids:
        return {**body, "for": {**body["for"], **dict.fromkeys(userids, card)}}
    return {**body, "card": card, "for": {}}

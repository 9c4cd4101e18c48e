"""message/send: an app writes to its members.

Source: WeCom docs "发送应用消息" (path/90236) and "全局错误码" (path/90455).
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable

from emulator import wecom_app_media
from emulator.chats import app_chat
from emulator.errors import Refused
from emulator.store import Json
from emulator.town import App
from emulator.wechat_reply import news_body
from emulator.wecom_app_cards import check_app_card, new_code, show_copies, take_task
from emulator.wecom_app_pace import dropped, spend_day
from emulator.wecom_cards import NEED_TASK
from emulator.world import World

TEXT_BYTES = 2048
TITLE_BYTES = 128
NOTE_BYTES = 512
ARTICLES = 8
DUPLICATE_SECONDS = 1800
DUPLICATE_MOST = 4 * 3600
LISTS: dict[str, tuple[int, int]] = {"touser": (1000, 40032), "toparty": (100, 82002), "totag": (100, 82003)}
"""How many each list may name, and the code beyond."""
INVALID: dict[str, str] = {"touser": "invaliduser", "toparty": "invalidparty", "totag": "invalidtag"}
EVERYBODY = "@all"
_TAGS = re.compile(r"<(?!br)[^>]*>")
Body = tuple[str, Json]


def message_send(world: World, app: App, data: Json) -> Json:
    """Send to everybody named who sees the app; raises Refused.

    Who does not see it comes back in invaliduser, in small letters; 81013 when nobody does.
    """
    check_agent(world, app, data)
    kind = str(data.get("msgtype"))
    if kind not in BODIES:
        raise Refused(40008)
    part = data.get(kind)
    if not isinstance(part, dict):
        raise Refused(40058, f"{kind} missing")
    shown_kind, body = BODIES[kind](world, app, part)
    with world.store.lock:
        userids, invalid = _receivers(world, app, data)
        said = _said_before(world, app, data)
        if said is None:
            return {"errcode": 0, "errmsg": "ok", **invalid}
        spend_day(world, app, len(userids))
        if shown_kind == "card":
            take_task(world, app, str(body["card"].get("task_id") or ""))
        world.store.put("app_said", said, {"at": world.clock.now()})
        reached = [userid for userid in userids if not dropped(world, app, userid)]
        shown = _show(world, app, shown_kind, body, reached)
    return {"errcode": 0, "errmsg": "ok", **invalid, "msgid": secrets.token_urlsafe(48), **shown}


def check_agent(world: World, app: App, data: Json) -> None:
    """Raise Refused: 41011 without agentid, 40056 for an unknown one, 301002 for another app's."""
    agentid = data.get("agentid")
    if agentid is None:
        raise Refused(41011)
    if agentid == app.agentid and isinstance(agentid, int):
        return
    corp = [one.agentid for one in world.town.apps if one.corpid == app.corpid]
    raise Refused(301002 if agentid in corp else 40056)


def sees(world: World, app: App, userid: str) -> bool:
    """Whether the member is in the app's visible range; a rehearsal may take one out."""
    return userid in app.users and not world.store.get("app_hidden", f"{app.name}/{userid}")


def _receivers(world: World, app: App, data: Json) -> tuple[list[str], Json]:
    named = {name: [one for one in str(data.get(name) or "").split("|") if one] for name in LISTS}
    for name, (limit, code) in LISTS.items():
        if len(named[name]) > limit:
            raise Refused(code)
    if not any(named.values()):
        raise Refused(82001)
    visible = {userid.lower(): userid for userid in app.users if sees(world, app, userid)}
    if EVERYBODY in named["touser"]:
        return list(visible.values()), {}
    wanted = list(dict.fromkeys(one.lower() for one in named["touser"]))
    lost = {**named, "touser": [one for one in wanted if one not in visible]}
    invalid = {INVALID[name]: "|".join(ids) for name, ids in lost.items() if ids}
    found = [visible[one] for one in wanted if one in visible]
    if not found:
        raise Refused(81013, more=invalid)
    return found, invalid


def _said_before(world: World, app: App, data: Json) -> str | None:
    """The request's fingerprint, or None when the app asks to check and it came within the interval."""
    fingerprint = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    key = f"{app.name}/{fingerprint}"
    if data.get("enable_duplicate_check") != 1:
        return key
    interval = data.get("duplicate_check_interval") or DUPLICATE_SECONDS
    if not isinstance(interval, int) or not 0 < interval <= DUPLICATE_MOST:
        raise Refused(40058, "duplicate_check_interval must be at most 4 hours")
    last = world.store.get("app_said", key)
    return None if last and world.clock.now() - last["at"] < interval else key


def _show(world: World, app: App, kind: str, body: Json, userids: list[str]) -> Json:
    """Put the message into the chats; a card that can be pressed gives its response_code."""
    if kind != "card":
        for userid in userids:
            world.chats.add(app_chat(app.name, userid), "app", kind, body, via="app")
        return {}
    card = body["card"]
    sending = show_copies(world, app, card, userids)
    return {"response_code": new_code(world, app, sending)} if card["card_type"] in NEED_TASK else {}


def _text(world: World, app: App, part: Json) -> Body:
    return "text", {"text": _content(part)}


def _markdown(world: World, app: App, part: Json) -> Body:
    return "markdown", {"text": _content(part)}


def _content(part: Json) -> str:
    content = str(part.get("content") or "")
    if not content:
        raise Refused(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Refused(45002)
    return content


def _media(kind: str) -> Callable[[World, App, Json], Body]:
    def check(world: World, app: App, part: Json) -> Body:
        media_id = str(part.get("media_id") or "")
        _, name = wecom_app_media.find(world, app, media_id)
        return kind, {"media": media_id, "title": part.get("title") or name}

    return check


def _textcard(world: World, app: App, part: Json) -> Body:
    title, note, url = (str(part.get(name) or "") for name in ("title", "description", "url"))
    if not (title and note and url):
        raise Refused(40058, "textcard needs title, description and url")
    if len(title.encode()) > TITLE_BYTES or len(note.encode()) > NOTE_BYTES:
        raise Refused(45002)
    return "link", {"title": title, "text": _TAGS.sub("", note).replace("<br>", "\n"), "url": url}


def _news(world: World, app: App, part: Json) -> Body:
    articles = part.get("articles") or []
    if not isinstance(articles, list) or not 1 <= len(articles) <= ARTICLES:
        raise Refused(45008)
    if not all(isinstance(one, dict) and one.get("title") and one.get("url") for one in articles):
        raise Refused(40058, "an article needs a title and a url")
    first, *rest = [
        news_body(one["title"], one.get("description"), one["url"], one.get("picurl")) for one in articles
    ]
    return "news", {**first, "more": rest}


def _card(world: World, app: App, part: Json) -> Body:
    check_app_card(world, app, part)
    return "card", {"card": part}


BODIES: dict[str, Callable[[World, App, Json], Body]] = {
    "text": _text,
    "markdown": _markdown,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _media("video"),
    "file": _media("file"),
    "textcard": _textcard,
    "news": _news,
    "template_card": _card,
}

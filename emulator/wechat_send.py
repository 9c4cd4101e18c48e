"""Customer-service messages (message/custom/send) and the typing sign.

Sources: WeChat docs "发送客服消息" (api_sendcustommessage), "客服输入状态" (api_typing).
"""

from collections.abc import Callable

from emulator.chats import ACCOUNT, resident_chat
from emulator.errors import Refused
from emulator.store import Json
from emulator.wechat_reply import news_body
from emulator.world import World

TEXT_BYTES = 2048
MENU_ITEMS = 10
MEDIA_SECONDS = 3 * 24 * 3600
TYPING_SECONDS = 15
EXCHANGE_SECONDS = 30


def custom_send(world: World, data: Json) -> Json:
    """Send a customer-service message; raises Refused with the platform's code."""
    openid, kind = str(data.get("touser", "")), str(data.get("msgtype", ""))
    if kind == "msgmenu" and world.town.account.kind != "verified-service":
        raise Refused(40200)
    reachable(world, openid)
    if kind not in BODIES:
        raise Refused(40008)
    part = data.get(kind)
    if not isinstance(part, dict):
        raise Refused(40035, kind)
    shown_kind, body = BODIES[kind](world, part)
    if data.get("aimsgcontext", {}).get("is_ai_msg"):
        body["ai"] = True
    world.windows.spend(openid)
    world.store.drop("typing", openid)
    world.chats.add(resident_chat(openid), ACCOUNT, shown_kind, body, via="custom")
    return {"errcode": 0, "errmsg": "ok"}


def reachable(world: World, openid: str) -> Json:
    """The follower of that openid; raises Refused 40003 for a stranger, 43004 for who left."""
    resident = world.store.get("resident", openid)
    if not resident:
        raise Refused(40003)
    if not resident["followed"]:
        raise Refused(43004)
    return resident


def typing(world: World, data: Json) -> Json:
    """Show or hide "对方正在输入" on the phone for 15 s."""
    openid, now = str(data.get("touser", "")), world.clock.now()
    if data.get("command") not in ("Typing", "CancelTyping"):
        raise Refused(45072)
    reachable(world, openid)
    heard = world.store.get("heard", openid)
    if not heard or now - heard["at"] > EXCHANGE_SECONDS:
        raise Refused(45080)
    if data["command"] == "CancelTyping":
        world.store.drop("typing", openid)
        return {"errcode": 0, "errmsg": "ok"}
    current = world.store.get("typing", openid)
    if current and current["until"] > now:
        raise Refused(45081)
    world.store.put("typing", openid, {"until": now + TYPING_SECONDS})
    return {"errcode": 0, "errmsg": "ok"}


def _text(world: World, part: Json) -> tuple[str, Json]:
    content = str(part.get("content", ""))
    if not content:
        raise Refused(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Refused(45002)
    return "text", {"text": content}


def _media(kind: str) -> Callable[[World, Json], tuple[str, Json]]:
    def check(world: World, part: Json) -> tuple[str, Json]:
        media_id = str(part.get("media_id", ""))
        find_media(world, media_id)
        return kind, {"media": media_id, "title": part.get("title", "")}

    return check


def find_media(world: World, media_id: str) -> None:
    """Raise Refused 40007 unless a temporary file of that id is at most three days old."""
    blob = world.store.blob(media_id)
    if not blob or world.clock.now() - blob.at > MEDIA_SECONDS:
        raise Refused(40007)


def _music(world: World, part: Json) -> tuple[str, Json]:
    return "music", {"title": part.get("title", ""), "url": part.get("musicurl", "")}


def _news(world: World, part: Json) -> tuple[str, Json]:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise Refused(45008 if isinstance(articles, list) else 40035, "articles")
    one = articles[0]
    return "news", news_body(one.get("title", ""), one.get("description"), one.get("url"), one.get("picurl"))


def _menu(world: World, part: Json) -> tuple[str, Json]:
    items = part.get("list")
    if not isinstance(items, list) or not items:
        raise Refused(40035, "msgmenu.list")
    if len(items) > MENU_ITEMS:
        raise Refused(45098)
    choices = [{"id": str(one["id"]), "content": str(one["content"])} for one in items]
    return "menu", {
        "head": part.get("head_content", ""),
        "choices": choices,
        "tail": part.get("tail_content", ""),
    }


def _program(world: World, part: Json) -> tuple[str, Json]:
    return "miniprogrampage", {"title": part.get("title", ""), "path": part.get("pagepath", "")}


def _article(world: World, part: Json) -> tuple[str, Json]:
    if not part.get("article_id"):
        raise Refused(40035, "mpnewsarticle.article_id")
    return "news", news_body("图文消息", None, None, None)


def _coupon(world: World, part: Json) -> tuple[str, Json]:
    if not part.get("card_id"):
        raise Refused(40035, "wxcard.card_id")
    return "news", news_body("卡券", None, None, None)


BODIES: dict[str, Callable[[World, Json], tuple[str, Json]]] = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _media("video"),
    "music": _music,
    "news": _news,
    "mpnews": _media("file"),
    "mpnewsarticle": _article,
    "wxcard": _coupon,
    "msgmenu": _menu,
    "miniprogrampage": _program,
}

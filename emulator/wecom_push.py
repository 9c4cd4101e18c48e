"""Callbacks of an AIBot in URL mode: messages, entering a chat, clicks on cards.

Sources: WeCom docs "接收消息" (path/100719), "接收事件" (path/101027), "加解密方案" (path/101033).
"""

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from emulator.chats import Message
from emulator.courier import NoAnswer, Outgoing, Parcel
from emulator.crypto import Seal, decode_key, encrypt
from emulator.store import Json
from emulator.town import Bot
from emulator.wecom_cards import BadCard, updated
from emulator.wecom_reply import IMAGE_BYTES, Cause, ReplyReader, read_picture
from emulator.world import World

MEDIA_SECONDS = 300
POLL_PAUSE = 1.0
POLLS = 360
VERIFY_SECONDS = 1.0
RESPONSE_PATH = "/qyapi.weixin.qq.com/cgi-bin/aibot/response"


@dataclass(frozen=True)
class Place:
    """Where something is said to a bot: the chat on the page, and its WeCom id (empty in single chat)."""

    bot: Bot
    chat: str
    chatid: str = ""

    def fields(self) -> Json:
        """How a callback names the place."""
        single: Json = {"aibotid": self.bot.aibotid, "chattype": "single"}
        return {**single, "chatid": self.chatid, "chattype": "group"} if self.chatid else single


def seal_of(bot: Bot) -> Seal:
    """The bot's callback crypto; a corp's own AIBot has an empty receive id."""
    return Seal(bot.token, bot.aes_key, "")


def media_link(world: World, bot: Bot, media_id: str) -> str:
    """An address that gives the file, encrypted with the bot's key, for five minutes."""
    link = secrets.token_urlsafe(24)
    world.store.put("media_link", link, {"media": media_id, "bot": bot.name, "at": world.clock.now()})
    return f"{world.base}/media/{link}"


def open_media_link(world: World, link: str) -> bytes | None:
    """The encrypted bytes behind a media link, None when it is over or unknown."""
    found = world.store.get("media_link", link)
    if not found or world.clock.now() - found["at"] > MEDIA_SECONDS:
        return None
    blob, bot = world.store.blob(found["media"]), world.town.bot(found["bot"])
    return encrypt(decode_key(bot.aes_key), blob.body) if blob and bot else None


def response_url(world: World, place: Place, quote: Json) -> str:
    """An address that takes one message into the place within an hour; quote is what it will quote."""
    code = secrets.token_urlsafe(32)
    saved = {"bot": place.bot.name, "chat": place.chat, "group": bool(place.chatid), "quote": quote}
    world.store.put("response", code, {**saved, "at": world.clock.now(), "used": False})
    return f"{world.base}{RESPONSE_PATH}?{urlencode({'response_code': code})}"


def message_parcel(world: World, place: Place, said: Message, content: Json) -> Parcel:
    """A parcel with what a member said; content holds msgtype, its part and the quote."""
    quote = {"id": said.id, "text": said.body.get("text", "")}
    body = {
        "msgid": secrets.token_urlsafe(24),
        **place.fields(),
        "from": {"userid": said.sender},
        "response_url": response_url(world, place, quote),
        **content,
    }
    return _parcel(world, place, body, "message", attempts=4)


def enter_parcel(world: World, place: Place, userid: str) -> Parcel:
    """The day's first entry into the single chat; sent once."""
    return _event(world, place, userid, {"eventtype": "enter_chat"}, "enter_chat")


def event_parcel(world: World, place: Place, userid: str, event: Json) -> Parcel:
    """Any other event, such as feedback_event, which only an empty answer fits; sent once."""
    return _event(world, place, userid, event, "other")


def _event(world: World, place: Place, userid: str, event: Json, cause: Cause) -> Parcel:
    body = {
        "msgid": secrets.token_urlsafe(24),
        "create_time": world.clock.now(),
        **place.fields(),
        "from": {"userid": userid},
        "msgtype": "event",
        "event": event,
    }
    return _parcel(world, place, body, cause, attempts=1)


def click_parcel(world: World, place: Place, card: Message, userid: str, click: Json) -> Parcel:
    """A click on a card (click is the template_card_event); sent once, lost after five seconds."""
    body = {
        "msgid": secrets.token_urlsafe(24),
        "create_time": world.clock.now(),
        **place.fields(),
        "from": {"userid": userid},
        "response_url": response_url(world, place, {"id": card.id, "text": ""}),
        "msgtype": "event",
        "event": {"eventtype": "template_card_event", "template_card_event": click},
    }
    return _parcel(world, place, body, "card", attempts=1, card=card)


def _parcel(
    world: World, place: Place, body: Json, cause: Cause, attempts: int, card: Message | None = None
) -> Parcel:
    reader = ReplyReader(seal_of(place.bot), cause, card.body["card"].get("task_id", "") if card else "")

    def accept(reply: Json) -> None:
        try:
            _show(world, place, reply, card)
        except BadCard as error:
            world.chats.notice(place.chat, f"卡片没有发出：{error}")

    def lost(problem: str) -> None:
        if cause in ("message", "card"):
            world.chats.notice(place.chat, f"{place.bot.display}暂时没有回应，请稍后再试")

    return Parcel(
        name=f"callback/wecom/{place.bot.name}",
        pack=lambda: pack(world, place.bot, body),
        read=reader.read,
        accept=accept,
        lost=lost,
        shown=json.dumps(body, ensure_ascii=False),
        attempts=attempts,
    )


def pack(world: World, bot: Bot, body: Json) -> tuple[Outgoing, str]:
    """One attempt's request and its nonce."""
    sealed = seal_of(bot).close(json.dumps(body, ensure_ascii=False).encode())
    url, nonce = _signed_url(world, bot, sealed, {})
    envelope = json.dumps({"encrypt": sealed}).encode()
    return Outgoing("POST", url, envelope, {"Content-Type": "application/json"}), nonce


def _signed_url(world: World, bot: Bot, sealed: str, more: dict[str, str]) -> tuple[str, str]:
    stamp, nonce = str(world.clock.now()), str(secrets.randbelow(10**9))
    query = {"msg_signature": seal_of(bot).sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
    return f"{world.town.callback_base}/callback/wecom/{bot.name}?{urlencode(query | more)}", nonce


def verify(world: World, bot: Bot) -> Json:
    """The console's URL verification: the echostr is encrypted and must come back bare, within a second."""
    echo = str(secrets.randbelow(9 * 10**18) + 10**18)
    sealed = seal_of(bot).close(echo.encode())
    url, _ = _signed_url(world, bot, sealed, {"echostr": sealed})
    try:
        answer = world.post(Outgoing("GET", url, timeout=VERIFY_SECONDS))
    except NoAnswer:
        return {"ok": False, "status": None}
    return {"ok": answer.status == 200 and answer.body == echo.encode(), "status": answer.status}


def _show(world: World, place: Place, reply: Json, card: Message | None) -> None:
    if "response_type" in reply:
        if card:
            card.body = updated(card.body, reply["template_card"], reply.get("userids"))
            world.chats.change(card)
        return
    if reply["msgtype"] == "text":
        world.chats.add(place.chat, "bot", "markdown", {"text": reply["text"]["content"]}, via="reply")
    if "stream" in reply:
        _show_stream(world, place, reply["stream"])
    if "template_card" in reply:
        add_card(world, place.chat, place.bot, reply["template_card"])


def add_card(world: World, chat: str, bot: Bot, card: Json) -> None:
    """Show a card; raises BadCard when its task_id was used before."""
    task = f"{bot.name}/{card.get('task_id', '')}"
    if card.get("task_id"):
        if world.store.get("task", task):
            raise BadCard(f"task_id {card['task_id']} was used before")
        world.store.put("task", task, {"at": world.clock.now()})
    world.chats.add(chat, "bot", "card", {"card": card, "for": {}, "bot": bot.name}, via="reply")


def _show_stream(world: World, place: Place, stream: Json) -> None:
    shown = world.chats.add(place.chat, "bot", "markdown", _stream_body(world, stream), via="reply")
    polls = 0
    while not stream["finish"] and polls < POLLS:
        world.wait(POLL_PAUSE)
        polls += 1
        latest = _poll(world, place, stream["id"])
        stream = latest or stream
        shown.body = _stream_body(world, stream)
        world.chats.change(shown)


def _stream_body(world: World, stream: Json) -> Json:
    pictures = [read_picture(item["image"], IMAGE_BYTES) for item in stream.get("msg_item") or []]
    return {
        "text": stream.get("content", ""),
        "pictures": [world.keep_media(picture, "image/jpeg") for picture in pictures],
        "unfinished": not stream["finish"],
    }


def _poll(world: World, place: Place, stream_id: str) -> Json | None:
    """Ask the bot how an unfinished stream goes on."""
    body = {
        "msgid": secrets.token_urlsafe(24),
        **place.fields(),
        "msgtype": "stream",
        "stream": {"id": stream_id},
    }
    found: list[Json] = []
    parcel = Parcel(
        name=f"callback/wecom/{place.bot.name}",
        pack=lambda: pack(world, place.bot, body),
        read=ReplyReader(seal_of(place.bot), "message").read,
        accept=found.append,
        lost=lambda problem: None,
        shown=json.dumps(body),
        attempts=1,
    )
    world.courier.deliver(parcel)
    return found[0].get("stream") if found else None

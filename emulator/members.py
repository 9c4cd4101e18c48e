"""What a member can do in WeCom: in a group, alone with a bot, and on a card.

Source: WeCom docs "接收消息" (path/100719): in a group only what @s the bot reaches it.
"""

from collections.abc import Callable

from emulator.chats import Message, group_chat, single_chat
from emulator.courier import Parcel
from emulator.residents import Impossible
from emulator.store import Json
from emulator.town import Bot, Group
from emulator.wecom_cards import card_for, keys_of
from emulator.wecom_push import Place, click_parcel, enter_parcel, event_parcel, media_link, message_parcel
from emulator.world import World


def group_of(world: World, chatid: str, userid: str) -> Group:
    """The group, if that person is in it; raises Impossible."""
    group = world.town.group(chatid)
    if not group:
        raise Impossible("没有这个群")
    if userid not in group.members:
        raise Impossible("这个人不在群里，请换一位成员")
    return group


def say_in_group(world: World, chatid: str, data: Json) -> list[Parcel]:
    """Say something in a group: userid, text, at (default true), quote (a message id), media."""
    userid = str(data.get("userid") or "")
    group = group_of(world, chatid, userid)
    bot = world.town.bot(group.bot)
    text = str(data.get("text") or "")
    named = bot is not None and text.startswith(f"@{bot.display}")
    wanted = data.get("at", True) not in (False, "false", "0")
    if bot and wanted and not named:
        text = f"@{bot.display} {text}"
    said = _add(world, group_chat(chatid), userid, text, data)
    if not bot or not (wanted or named):
        return []
    return [_parcel(world, Place(bot, said.chat, chatid), said, data)]


def say_alone(world: World, name: str, userid: str, data: Json) -> list[Parcel]:
    """Say something to a bot in the single chat; voice: true makes it spoken words."""
    place = single_place(world, name, userid)
    text = str(data.get("text") or "")
    if data.get("voice"):
        said = world.chats.add(place.chat, userid, "voice", {"text": text})
    else:
        said = _add(world, place.chat, userid, text, data)
    return [_parcel(world, place, said, data)]


def enter(world: World, name: str, userid: str) -> list[Parcel]:
    """Open the single chat; the bot hears of the first time each day."""
    place, today = single_place(world, name, userid), world.clock.today()
    seen = f"{name}/{userid}"
    with world.store.lock:
        if (world.store.get("entered", seen) or {}).get("day") == today:
            return []
        world.store.put("entered", seen, {"day": today})
    return [enter_parcel(world, place, userid)]


def any_event(world: World, name: str, userid: str, data: Json) -> list[Parcel]:
    """Push any event of the single chat, such as feedback_event; for tests."""
    return [event_parcel(world, single_place(world, name, userid), userid, data.get("event") or {})]


def single_place(world: World, name: str, userid: str) -> Place:
    """The single chat of a member with a bot; raises Impossible outside the bot's visible range."""
    bot, member = world.town.bot(name), world.town.member(userid)
    if not bot or not member:
        raise Impossible("没有这个机器人或成员")
    shared = any(group.bot == name and userid in group.members for group in world.town.groups)
    if member.bot != name and not shared:
        raise Impossible("不在通讯录范围")
    return Place(bot, single_chat(name, userid))


def click(world: World, message_id: str, data: Json) -> list[Parcel]:
    """Press a button of a card: userid, key, and selected {question_key: [option id]} if it asks."""
    userid, key = str(data.get("userid") or ""), str(data.get("key") or "")
    message = world.chats.find(message_id)
    if not message or message.kind != "card":
        raise Impossible("没有这张卡片")
    bot = world.town.bot(message.body.get("bot", ""))
    if not bot:
        raise Impossible("这张卡片上没有可以点的按钮")
    card = card_for(message.body, userid)
    if key not in keys_of(card):
        raise Impossible("卡片上没有这个按钮，可能已经更新")
    return [
        click_parcel(world, _place_of(world, bot, message, userid), message, userid, _event(card, key, data))
    ]


def _event(card: Json, key: str, data: Json) -> Json:
    event = {"card_type": card["card_type"], "event_key": key, "task_id": card.get("task_id", "")}
    selected = [
        {"question_key": question, "option_ids": {"option_id": list(options)}}
        for question, options in (data.get("selected") or {}).items()
    ]
    return {**event, "selected_items": {"selected_item": selected}} if selected else event


def _place_of(world: World, bot: Bot, message: Message, userid: str) -> Place:
    where, _, rest = message.chat.partition("/")
    if where == "group":
        group_of(world, rest, userid)
        return Place(bot, message.chat, rest)
    if message.chat != single_chat(bot.name, userid):
        raise Impossible("这是别人的聊天")
    return Place(bot, message.chat)


def _add(world: World, chat: str, userid: str, text: str, data: Json) -> Message:
    media_id, quoted = data.get("media"), _quoted(world, chat, data)
    if not text.strip() and not media_id:
        raise Impossible("请先输入文字或选一张照片")
    kind = "mixed" if media_id and text.strip() else "image" if media_id else "text"
    body = {"text": text, **({"media": media_id} if media_id else {})}
    quote = {"id": quoted.id, "text": summary(quoted)} if quoted else None
    return world.chats.add(chat, userid, kind, body, quote=quote)


def _quoted(world: World, chat: str, data: Json) -> Message | None:
    if not data.get("quote"):
        return None
    quoted = world.chats.find(str(data["quote"]))
    if not quoted or quoted.chat != chat:
        raise Impossible("引用的消息不在这个聊天里")
    return quoted


def summary(message: Message) -> str:
    """One line of a quoted message for the page; a card is quoted as nothing."""
    if message.kind == "card":
        return ""
    return str(message.body.get("text") or message.body.get("title") or "[图片]")


def _parcel(world: World, place: Place, said: Message, data: Json) -> Parcel:
    content = _content(world, place.bot, said)
    quoted = _quoted(world, said.chat, data)
    if quoted:
        content["quote"] = _content(world, place.bot, quoted)
    return message_parcel(world, place, said, content)


def _content(world: World, bot: Bot, message: Message) -> Json:
    return CONTENTS.get(message.kind, _text)(world, bot, message.body)


def _text(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "text", "text": {"content": str(body.get("text") or body.get("title") or "")}}


def _image(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "image", "image": {"url": media_link(world, bot, body["media"])}}


def _mixed(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "mixed", "mixed": {"msg_item": [_text(world, bot, body), _image(world, bot, body)]}}


def _voice(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "voice", "voice": {"content": body["text"]}}


def _file(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "file", "file": {"url": media_link(world, bot, body["media"])}}


def _empty(world: World, bot: Bot, body: Json) -> Json:
    return {"msgtype": "text", "text": {"content": ""}}


CONTENTS: dict[str, Callable[[World, Bot, Json], Json]] = {
    "image": _image,
    "mixed": _mixed,
    "voice": _voice,
    "file": _file,
    "card": _empty,
}
"""How a message, or a quote of it, is carried; everything else is text. A card cannot be quoted."""

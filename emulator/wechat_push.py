"""Callbacks of the official account: messages and events, signed and encrypted.

Sources: WeChat docs "接收普通消息", "接收事件推送", "消息加解密说明".
"""

import secrets
from urllib.parse import urlencode

from emulator.chats import ACCOUNT, NOTICE, UNAVAILABLE, resident_chat
from emulator.courier import Outgoing, Parcel
from emulator.crypto import Seal, sha1_of
from emulator.store import Json
from emulator.wechat_reply import ReplyReader
from emulator.wire import to_xml
from emulator.world import World

NAME = "callback/wechat"
MODES = ("safe", "compatible", "plain")
FIRST_MSG_ID = 6_054_768_590_064_713_728
LOUD_EVENTS = ("subscribe", "SCAN", "CLICK")
"""Events whose failure the person who caused them gets to see."""


def seal_of(world: World) -> Seal:
    """The account's callback crypto."""
    account = world.town.account
    return Seal(account.token, account.aes_key, account.appid)


def message(world: World, openid: str, kind: str, fields: Json) -> Parcel:
    """A parcel with a resident's message; fields are those of its MsgType. All repeats share one MsgId."""
    msg_id = FIRST_MSG_ID + world.store.count("MsgId")
    return _parcel(world, openid, {**_head(world, openid, kind), **fields, "MsgId": msg_id}, loud=True)


def event(world: World, openid: str, name: str, fields: Json | None = None) -> Parcel:
    """A parcel with an event; it carries no MsgId."""
    body = {**_head(world, openid, "event"), "Event": name, **(fields or {})}
    return _parcel(world, openid, body, loud=name in LOUD_EVENTS)


def raw(world: World, openid: str, xml: str) -> Parcel:
    """A parcel with any text inside a genuine envelope, such as malformed XML; for tests."""
    return _parcel(world, openid, {"ToUserName": world.town.account.account}, loud=False, plain=xml)


def _head(world: World, openid: str, kind: str) -> Json:
    return {
        "ToUserName": world.town.account.account,
        "FromUserName": openid,
        "CreateTime": world.clock.now(),
        "MsgType": kind,
    }


def _parcel(world: World, openid: str, fields: Json, loud: bool, plain: str = "") -> Parcel:
    plain = plain or to_xml(fields)
    chat = resident_chat(openid)
    mode = world.setting("mode", "safe")
    reader = ReplyReader(seal_of(world), world.town.account.account, openid, mode)

    def accept(reply: Json) -> None:
        sender = "" if reply["kind"] == NOTICE else ACCOUNT
        world.chats.add(chat, sender, reply["kind"], reply["body"], via="passive")

    def lost(problem: str) -> None:
        if loud:
            world.chats.notice(chat, UNAVAILABLE)

    return Parcel(
        name=NAME,
        pack=lambda: pack(world, openid, fields, plain, mode),
        read=reader.read,
        accept=accept,
        lost=lost,
        shown=plain,
    )


def pack(world: World, openid: str, fields: Json, plain: str, mode: str) -> tuple[Outgoing, str]:
    """One attempt's request and its nonce.

    plain: the XML of fields. mode: one of MODES.
    """
    seal = seal_of(world)
    stamp, nonce = str(world.clock.now()), str(secrets.randbelow(10**9))
    query = {"signature": seal.sign(stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": openid}
    body = plain
    if mode != "plain":
        sealed = seal.close(plain.encode())
        query |= {"encrypt_type": "aes", "msg_signature": seal.sign(stamp, nonce, sealed)}
        shown = fields if mode == "compatible" else {"ToUserName": fields["ToUserName"]}
        body = to_xml({**shown, "Encrypt": sealed})
    url = f"{world.town.callback_base}/{NAME}?{urlencode(query)}"
    return Outgoing("POST", url, body.encode(), {"Content-Type": "text/xml"}), nonce


def verify(world: World) -> Json:
    """The console's URL verification: the echostr is plain here and must come back as it is.

    Source: WeChat docs "接入概述".
    """
    stamp, nonce = str(world.clock.now()), str(secrets.randbelow(10**9))
    echo = str(secrets.randbelow(9 * 10**18) + 10**18)
    query = {
        "signature": sha1_of(world.town.account.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": echo,
    }
    answer = world.post(Outgoing("GET", f"{world.town.callback_base}/{NAME}?{urlencode(query)}"))
    return {"ok": answer.status == 200 and answer.body == echo.encode(), "status": answer.status}

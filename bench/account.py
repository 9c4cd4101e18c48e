"""An account that nobody has, and its callbacks as the platform would send them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlencode

from bench import homes
from bot.channels.sealing import Envelope, Sealed, read_key
from bot.clock import real_epoch
from bot.ports import Callback

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "benchtoken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_0123456789ab"

_ENVELOPE = Envelope(TOKEN, [KEY], APPID)


def message(sender: str, number: int, words: str) -> bytes:
    """The XML of a text message before it is sealed (WeChat docs: receiving standard messages)."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(real_epoch())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words}]]></Content><MsgId>{number}</MsgId></xml>"
    ).encode()


def callback(sender: str, number: int, words: str) -> Callback:
    """The message sealed, with its query and body."""
    sealed = _ENVELOPE.seal(message(sender, number, words), read_key(KEY), int(real_epoch()), str(number))
    return Callback("POST", query(sealed), body(sealed))


def query(sealed: Sealed) -> dict[str, str]:
    """What stands in the address of a callback in safe mode."""
    return {
        "timestamp": str(sealed.timestamp),
        "nonce": sealed.nonce,
        "encrypt_type": "aes",
        "msg_signature": sealed.signature,
        "signature": _signature(str(sealed.timestamp), sealed.nonce),
    }


def _signature(*parts: str) -> str:
    """The signature over the query, which the platform sends as well (WeChat docs: access overview)."""
    return hashlib.sha1("".join(sorted([TOKEN, *parts])).encode(), usedforsecurity=False).hexdigest()


def body(sealed: Sealed) -> bytes:
    """The XML around what is sealed."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
        f"<Encrypt><![CDATA[{sealed.encrypt}]]></Encrypt></xml>"
    ).encode()


def sender(person: int) -> str:
    """The openid of somebody who talks in the bench."""
    return f"oBench{person:022d}"


def requests_of(people: Sequence[int], first_number: int) -> Iterator[bytes]:
    """Whole HTTP requests: the dialogs of these people, at every moment as many at each of its lines."""
    return requests(((sender(person), words) for person, words in homes.turns(people)), first_number)


def requests(said: Iterable[tuple[str, str]], first_number: int) -> Iterator[bytes]:
    """Whole HTTP requests, one for each (sender, words), numbered from `first_number`."""
    for number, (sender, words) in enumerate(said, first_number):
        yield _request(callback(sender, number, words))


def _request(one: Callback) -> bytes:
    head = (
        f"POST /callback/wechat?{urlencode(one.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(one.body)}\r\n\r\n"
    )
    return head.encode() + one.body

"""An account that nobody has, and its callbacks as the platform would send them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlencode

from bot.channels.sealing import Envelope, Sealed, read_key
from bot.clock import real_epoch
from bot.ports import Callback

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "benchtoken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_0123456789ab"

# A report in four messages; every fourth turn opens a work order.
DIALOG = ("厨房水管漏水", "幸福小区 3 号楼 2 单元 602", "1", "进度")

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


def requests_of(senders: Sequence[str], first_number: int) -> Iterator[bytes]:
    """Whole HTTP requests: everybody's first message, then everybody's second, and so on. None is repeated."""
    return requests(((sender, words) for words in DIALOG for sender in senders), first_number)


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

"""From Reply to the XML of a passive reply, and options to lines or links under the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.channels.sealing import Sealed
from bot.channels.strict_xml import cdata
from bot.channels.text import fit, plain, tame
from bot.message import Option, numbered

TEXT_BYTES = 2048  # WeChat docs: text messages, passive and customer service

# What would end the attribute, the tag or the parameter. Chinese stays as it is, as in WeChat's own examples.
_IN_LINK = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%&+#\"'<>? \t\n"})


def _link(number: int, option: Option) -> str:
    """One option as a line that can be tapped: it makes the person say `say`, marked with the option's id."""
    say, key = plain(option.say).translate(_IN_LINK), plain(option.id).translate(_IN_LINK)
    label = tame(option.label)
    return f'{option.mark or number}. <a href="weixin://bizmsgmenu?msgmenucontent={say}&msgmenuid={key}">{label}</a>'


def linked(options: Sequence[Option]) -> str:
    """The options as numbered lines that can be tapped."""
    return "\n".join(_link(number, option) for number, option in enumerate(options, 1))


def lines(options: Sequence[Option]) -> str:
    """The options as plain numbered lines."""
    return tame(numbered("", tuple(options)))


def passage(words: str, options: Sequence[Option], show: Callable[[Sequence[Option]], str]) -> str:
    """Words and options within the 2048 bytes; the words give way to the options, links to plain lines."""
    tail = show(options)
    if len(tail.encode()) > TEXT_BYTES // 2:
        tail = lines(options)
    return fit(tame(words), tail, TEXT_BYTES)


def text_reply(to: str, account: str, at: int, words: str) -> bytes:
    """The XML of a passive text reply. `at` is in epoch seconds."""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(account)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(words)}</Content></xml>"
    ).encode()


def envelope(sealed: Sealed) -> bytes:
    """The XML around a sealed reply (WeChat docs: message encryption, step 3)."""
    return (
        f"<xml><Encrypt>{cdata(sealed.encrypt)}</Encrypt>"
        f"<MsgSignature>{cdata(sealed.signature)}</MsgSignature>"
        f"<TimeStamp>{sealed.timestamp}</TimeStamp><Nonce>{cdata(plain(sealed.nonce))}</Nonce></xml>"
    ).encode()

"""Short replies that mean one thing: send it, something is wrong, or only politeness. The whole message counts."""

from __future__ import annotations

from bot.language.text import spellings

_SUBMITS = frozenset(
    "提交 直接提交 好 好的 好了 发好了 发完了 完了 就这些 就这样 没有 没有照片 没照片 没有了 没了 不发了 行 可以 对 对的 "
    "是 是的 嗯 没错 不用 不用了 报吧 提交吧".split()
)
_REFUSES = frozenset(
    "不对 不是 不对的 错了 写错了 说错了 不提交 先别 先别提交 等一下 等等 不是这样 不是这个".split()
)
_SMALL_TALK = frozenset(
    "你好 您好 在吗 在么 在不在 知道 知道了 晓得了 好 好的 好吧 嗯 嗯嗯 哦 哦哦 噢 收到 明白 明白了 ok okay 哈哈 哈哈哈 "
    "呵呵 谢谢 多谢 谢谢你 谢谢您 再见 拜拜 早 早上好 晚上好 下午好 辛苦了 123 1234 行 没事 没事了".split()
)


def submits(text: str) -> bool:
    """Whether the whole of `text` says that it may go as it is: 提交, 没有照片, 好.

    >>> submits("没有照片"), submits("没有照片看不清")
    (True, False)
    """
    return any(form in _SUBMITS for form in spellings(text))


def refuses(text: str) -> bool:
    """Whether the whole of `text` says that something is wrong, without saying what: 不对, 等一下."""
    return any(form in _REFUSES for form in spellings(text))


def small_talk(text: str) -> bool:
    """Whether `text` is only politeness, which no worker needs to read: 你好, 知道了, ok."""
    return any(form.lower() in _SMALL_TALK for form in spellings(text))

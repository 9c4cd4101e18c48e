"""Configuration and connections in words that a street's IT person understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot import redis_client
from bot.channels.wechat_oa import WeChatOA
from bot.channels.wecom_app import WeComApp
from bot.ports import Channel
from handlers.switchboard import Switchboard

Finding = tuple[bool, str]


def database(behind: Callable[[], bool]) -> list[Finding]:
    """Whether the database answers and its tables are current."""
    try:
        late = behind()
    except SQLAlchemyError as gone:
        name = type(gone).__name__
        return [(False, f"数据库连不上（{name}）：请检查 LINLI_DATABASE_URL，以及数据库是否在运行。")]
    return [(not late, "数据库的表要更新：请运行 python app.py migrate" if late else "数据库正常。")]


def redis(url: str) -> list[Finding]:
    """Whether Redis answers and keeps what it is given."""
    try:
        warnings = redis_client.check_redis(url)
    except redis_client.RedisRefused as refused:
        return [
            (
                False,
                f"Redis 用不了：没有设置 LINLI_REDIS_URL 的话，先运行 make run 再检查；设置了的话：{refused}",
            )
        ]
    return [(True, f"Redis 提醒：{one}") for one in warnings] or [(True, "Redis 正常。")]


def channels(board: Switchboard, emulated: bool) -> list[Finding]:
    """Whether the settings of the official account and of the firms' apps work."""
    return [*account(board.find("wechat_oa"), emulated), *apps(board.of_kind("wecom_app"), emulated)]


def account(channel: Channel | None, emulated: bool) -> list[Finding]:
    """Whether the official account's settings work; played by the emulator there is nothing to check."""
    if emulated:
        return [
            (
                True,
                "公众号由演练台扮演；要连真正的公众号，请设置 LINLI_WECHAT_API_BASE 和 LINLI_WECHAT_ 开头的几项。",
            )
        ]
    if not isinstance(channel, WeChatOA):
        return [(False, "还没有设置公众号：请按 README 填 LINLI_WECHAT_ 开头的几项。")]
    return [(one.ok, one.words) for one in channel.check()]


def apps(channels: Sequence[Channel], emulated: bool) -> list[Finding]:
    """Whether the settings of the firms' WeCom apps work; played by the emulator there is nothing to check."""
    ours = [one for one in channels if isinstance(one, WeComApp) and not emulated]
    return [
        (one.ok, f"自建应用 {channel.name.partition(':')[2]}：{one.words}")
        for channel in ours
        for one in channel.check()
    ]


def report(findings: Sequence[Finding], limits: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The findings and what this kind of account cannot do, line by line."""
    yield from (f"{'✓' if ok else '✗'} {words}" for ok, words in findings)
    yield "\n这种公众号做不到的，和代替的办法："
    yield from (f"· {one['cannot']}\n  → {one['instead']}" for one in limits)

"""What was heard without words, by a name that people read; and transcripts as the person they are of reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "photo": "照片", "voice": "语音", "video": "视频", "location": "定位", "link": "链接", "file": "文件",
    "follow": "关注了公众号", "unfollow": "取消了关注", "scan": "扫了二维码", "menu": "点了菜单",
    "enter": "打开了对话", "revoked": "取消了授权", "receipt": "平台的回执", "card": "点了卡片", "other": "别的操作",
}  # fmt: skip
_MARK = re.compile(r"\[([a-z]+)\]")


def silent(kind: str) -> str:
    """What stands for something that has no words: "[照片]"."""
    return f"[{KINDS.get(kind, '别的操作')}]"


def to_themselves(transcript: str) -> str:
    """A transcript as the resident reads it: they are 您, and marks of an older release are named too."""
    lines = (re.sub(r"^住户：", "您：", line) for line in transcript.splitlines())
    return _MARK.sub(lambda mark: silent(mark[1]), "\n".join(lines))

"""WeRoBot with its SQLite session, answering the same four messages statefully: what peers run today."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from werobot import WeRoBot
from werobot.contrib.flask import make_view
from werobot.session.sqlitestorage import SQLiteStorage

from bench.account import APPID, KEY, TOKEN

WORDS = (
    "要报的是：{said}。请问在哪里？",
    "要报的是：{first} · {said}。有照片请现在发来；没有就回复 1 提交。",
    "登记好了。已通知物业，有人接单、有进展都会告诉您。",
    "工单等待接单：{first}",
)


def create_robot() -> Flask:
    """The application, as gunicorn starts it; LINLI_DATA_DIR is where its sessions are kept."""
    app = Flask("robot")
    sessions = SQLiteStorage(os.path.join(os.environ["LINLI_DATA_DIR"], "werobot.sqlite3"))
    robot = WeRoBot(
        token=TOKEN, encoding_aes_key=KEY, app_id=APPID, enable_session=True, session_storage=sessions
    )

    @robot.text  # type: ignore[untyped-decorator]
    def talk(message: Any, session: dict[str, Any]) -> str:
        step = int(session.get("step", 0))
        session["first"] = session.get("first", message.content)
        session["step"] = (step + 1) % len(WORDS)
        return WORDS[step].format(said=message.content, first=session["first"])

    app.add_url_rule("/callback/wechat", "werobot", make_view(robot), methods=["GET", "POST"])
    return app

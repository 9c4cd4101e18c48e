"""What is kept of one resident, behind a signed address (models/views/my_data.py): to read and to take away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from bot.clock import Clock
from bot.language.categories import CATEGORIES
from bot.ports import Flags
from bot.wording import Unworded, word
from handlers.private_pages import harden
from models import views
from models.actions.my_data import OpenMyData
from models.store import Store

GONE = "这个链接打不开了：过了 24 小时，或者资料已经删掉。请回到公众号，发“我的信息”再要一个。"
# Nothing has to be shortened.
PAGE = Flags(hears=False, speaks_first=False, text_bytes=100_000)
ENOUGH = "这个链接今天打开得太多了，请明天再来。急用请在公众号里回复“人工”。"


def _worded(own: Mapping[str, object], kind: str, facts: Mapping[str, Any], at: datetime) -> str:
    """A notice in the words of now. One of an older release, whose facts do not fit, shows what staff wrote."""
    try:
        return word(kind, facts, channel=PAGE, names=CATEGORIES, at=at, own=own).words
    except Unworded:
        return str(facts.get("words", ""))


def make_blueprint(store: Store, clock: Clock) -> Blueprint:
    """/my-data/<token>: a page; /my-data/<token>.json: the same as a file. Each opening is written down."""
    pages = Blueprint(
        "my_data",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/my-data/static",
    )

    def opened(token: str) -> tuple[Mapping[str, Any] | None, str]:
        with store.work(clock.now()) as work:
            found = OpenMyData(token).run(work)
            if not found["ok"]:
                return None, ENOUGH if found["why"] == "too_many" else GONE
            return views.my_data(work, found["account_id"], partial(_worded, views.own_texts(work))), ""

    @pages.get("/my-data/<token>")
    def page(token: str) -> ResponseReturnValue:
        data, why = opened(token)
        shown = render_template("my_data.html", data=data or {}, why=why, token=token, now=clock.now())
        return shown, 200 if data is not None else 404

    @pages.get("/my-data/<token>.json")
    def file(token: str) -> ResponseReturnValue:
        data, why = opened(token)
        if data is None:
            return render_template("my_data.html", data={}, why=why, token="", now=clock.now()), 404
        body = json.dumps(data, ensure_ascii=False, indent=2)
        named = {"Content-Disposition": "attachment; filename=my-data.json"}
        return Response(body, headers=named, content_type="application/json; charset=utf-8")

    pages.after_request(harden)
    return pages

"""The small firm whose group can only be written to, an order in it, and phones that open its link."""

from __future__ import annotations

import functools
import io
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bot.clock import FixedClock
from bot.language.reports import CATEGORIES
from handlers import page
from handlers.page.site import EXTENSION
from models import tables as t
from models import views
from models.actions.binding import MakeBindingWord
from models.actions.people import BindHome, SetPhone
from models.limits import load_limits
from tests.console.reading import Page
from tests.copied import copied
from tests.town import MONDAY_MORNING, TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]

BASE = "https://linli.example"
FIRM = "便民维修"
DOOR, CALL = "2 单元 602 室", "13812345678"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; M2004J7AC Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/86.0.4240.99 XWEB/4343 MMWEBSDK/20220805 Mobile Safari/537.36 MMWEBID/7781 "
    "MicroMessenger/8.0.27.2220(0x28001B37) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"
)
WECOM = (
    "Mozilla/5.0 (Linux; Android 9; PAR-AL00 Build/HUAWEIPAR-AL00; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/77.0.3865.120 MQQBrowser/6.2 TBS/045709 Mobile Safari/537.36 wxwork/3.1.6 "
    "MicroMessenger/7.0.1 NetType/WIFI Language/zh Lang/zh"
)
# Only what a form may be sent with; a phone has one address.
_addresses = itertools.count(1)


@dataclass
class Site:
    """The page under test and the firm that works with it."""

    town: TestTown
    app: Flask
    photo_dir: Path
    wall: FixedClock
    unit: int
    workers: dict[str, int]
    group: int
    who: views.Resident
    orders: list[dict[str, Any]] = field(default_factory=list)

    def order(self, **more: Any) -> int:
        """A home's water pipe leaks; the order's number."""
        home = self.town.home("幸福小区", "3", "2", "602")
        facts = {"category": "housing", "home_id": home, "summary": "厨房水管漏水，电话 13812345678"}
        facts |= {"building_id": None, "public_part": None}
        made = self.town.order(self.who, **(facts | more))
        assert made["ok"]
        self.orders.append(made)
        return int(made["number"])

    def link(self, number: int) -> str:
        """The path in the newest message to the group about that order."""
        told = [row for row in self.town.told() if row.facts.get("page") and row.facts["number"] == number]
        return str(told[-1].facts["page"]).removeprefix(BASE)

    def word(self, name: str = "郑军") -> str:
        """A word from the console."""
        return str(self.town.do(MakeBindingWord(worker_id=self.workers[name]))["word"])

    def phone(self, agent: str = WECHAT) -> Phone:
        """A phone that has not been here."""
        return Phone(self.app.test_client(), agent, f"203.0.113.{next(_addresses) % 250 + 1}")

    def bound(self, number: int, name: str = "郑军", agent: str = WECHAT) -> Phone:
        """A phone on which that worker typed a word."""
        phone = self.phone(agent)
        phone.open(self.link(number))
        answer = phone.send(f"{self.link(number)}/bind", word=self.word(name))
        assert answer.status == 200, answer.text
        return phone

    def row(self, number: int) -> Any:
        """The order's whole row."""
        return self.town.rows(t.work_order, number=number)[0]

    def switch(self, name: str, *, active: bool) -> None:
        """Stop a worker, or let them work again."""
        with self.town.store.work(self.town.clock.now()) as work:
            this = update(t.worker).where(t.worker.c.id == self.workers[name])
            work.conn.execute(this.values(active=active))


@dataclass
class Phone:
    """A phone's browser without pictures: it keeps cookies and sends the token of the page it is on."""

    client: FlaskClient
    agent: str
    address: str
    page: Page = field(default_factory=lambda: Page(200, {}, ""))

    def _asks(self, method: str, path: str, **more: Any) -> Page:
        headers = {"User-Agent": self.agent, **more.pop("headers", {})}
        environ = {"REMOTE_ADDR": self.address}
        answer = self.client.open(
            path, method=method, headers=headers, environ_base=environ, base_url=BASE, **more
        )
        return Page.of(answer)

    def open(self, path: str) -> Page:
        """Open an address, and where it leads."""
        answer = self._asks("GET", path)
        if answer.status == 302:
            answer = self._asks("GET", answer.headers["Location"])
        self.page = answer
        return answer

    def post(self, path: str, photos: tuple[bytes, ...] = (), **form: Any) -> Page:
        """Send a form with the page's token; does not follow where it leads."""
        data: dict[str, Any] = {"csrf_token": self.page.token, **form}
        if photos:
            data["photos"] = [FileStorage(io.BytesIO(one), f"{n}.jpg") for n, one in enumerate(photos)]
            boundary, body = encode_multipart(data)
            kind = f"multipart/form-data; boundary={boundary}"
            return self._asks("POST", path, data=body, content_type=kind)
        return self._asks("POST", path, data=data)

    def send(self, path: str, photos: tuple[bytes, ...] = (), **form: Any) -> Page:
        """Send a form and open the page that follows, if one does."""
        answer = self.post(path, photos, **form)
        return self.open(answer.headers["Location"]) if answer.status == 303 else answer


def picture(colour: str = "teal", kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


@functools.cache
def _app() -> Flask:
    app = Flask("page")
    app.config.update(SECRET_KEY="fixed for tests", TESTING=True, MAX_CONTENT_LENGTH=1024 * 1024)
    nobody: Any = None  # every copy has a site of its own
    app.register_blueprint(page.make_blueprint(nobody))
    return app


@pytest.fixture
def site(town: TestTown, tmp_path: Path) -> Site:
    """The sample neighbourhood, which people can reach by an address."""
    town.store.limits = load_limits(public_url=BASE)
    unit, workers = town.planted.units[FIRM], dict(town.planted.workers)
    group = next(one.id for one in town.planted.groups if not one.bot)
    who = town.resident()
    town.do(BindHome(who.person_id, town.home("幸福小区", "3", "2", "602")))
    town.do(SetPhone(who.person_id, CALL))
    wall, photo_dir = FixedClock(MONDAY_MORNING), tmp_path / "photos"
    given = page.Site(town.store, town.clock, BASE, photo_dir, CATEGORIES, wall)
    return Site(town, copied(_app(), **{EXTENSION: given}), photo_dir, wall, unit, workers, group, who)

"""A small community and a console on it: two firms, each with an order, a photo and an account."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import insert, select

from bot.clock import FixedClock
from handlers.console import Desk, passwords
from models import tables as t
from models.actions.desk import SaveUser
from models.limits import load_limits
from models.store import FieldKeys, Store, Work, open_store
from tests.console.reading import Page
from tests.console.site import URL, console_app

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
PASSWORD = "right-pass-word"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = QUICK.hash(PASSWORD)
KEYS = FieldKeys((Fernet.generate_key(),), b"index")
# What nobody may ever see run: every text field of the sample holds it.
EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*7 }}"


@dataclass
class Console:
    """The console under test, and what is in its community."""

    store: Store
    clock: FixedClock
    wall: FixedClock
    photo_dir: Path
    scenes: list[str] = field(default_factory=list)
    scene_answer: Any = "http://weixin.qq.com/q/02abcdef"

    @cached_property
    def app(self) -> Flask:
        desk = Desk(
            store=self.store,
            clock=self.clock,
            wall=self.wall,
            public_url=URL,
            photo_dir=self.photo_dir,
            categories={"lift": "电梯", "water": "水"},
            scene_url=self.scene_url,
        )
        return console_app(desk)

    def scene_url(self, scene: str) -> str:
        self.scenes.append(scene)
        if isinstance(self.scene_answer, Exception):
            raise self.scene_answer
        return str(self.scene_answer)

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client())

    def signed_in(self, login: str) -> Visitor:
        visitor = self.visitor()
        assert visitor.sign_in(login).status == 302
        return visitor

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.store.look(NOW) as work:
            return list(work.conn.execute(select(table).where(*where)))


class Visitor:
    """A browser without pictures: keeps cookies and sends the token of the page it is on."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = Page(200, {}, "")

    def open(self, path: str) -> Page:
        answer = self.client.get(path)
        self.page = Page.of(answer)
        return self.page

    def post(self, path: str, **form: str) -> Page:
        """Send a form with the newest token seen; does not follow where it leads."""
        return Page.of(self.client.post(path, data={"csrf_token": self.page.token, **form}))

    def send(self, path: str, **form: str) -> Page:
        """Send a form and open the page that follows; of a refusal, the form as it comes back."""
        answer = self.post(path, **form)
        if answer.status == 422:
            return answer
        assert answer.status == 302, answer.text
        return self.open(answer.headers["Location"])

    def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        self.open("/console/sign-in")
        answer = self.post("/console/sign-in", login=login, password=password)
        if answer.status == 302:
            self.open(answer.headers["Location"])
        return answer


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id at a cost that a few hundred tests can pay."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the planted community, to be copied."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "photos").mkdir()
    store = open_store(f"sqlite:///{folder}/linli.db", KEYS, load_limits())
    t.metadata.create_all(store.engine)
    plant(store, folder / "photos")
    store.engine.dispose()
    return folder


@pytest.fixture
def console(tmp_path: Path, planted: Path) -> Iterator[Console]:
    """The console, with a fixed clock; nobody is signed in."""
    folder = tmp_path / "data"
    shutil.copytree(planted, folder)
    store = open_store(f"sqlite:///{folder}/linli.db", KEYS, load_limits())
    made = Console(store, FixedClock(NOW), FixedClock(NOW), folder / "photos")
    yield made
    store.engine.dispose()


@dataclass(frozen=True)
class Ids:
    """Whom and what everything planted is about."""

    estate: int
    building: int
    home: int
    person: int
    account: int


def plant(store: Store, photo_dir: Path) -> None:
    """Two firms (anju with order 1001, yangguang with 1002), their accounts and an admin."""
    with store.work(NOW) as work:
        SaveUser("admin", "admin", HASH).run(work)
        ids = plant_home(work)
        for n, (name, login) in enumerate((("安居物业", "anju"), ("阳光物业", "yangguang")), 1):
            unit = plant_firm(work, n, name, login)
            plant_order(work, n, unit, ids)
            plant_canteen(work, n, unit, ids)
        add(work, t.desk_item, kind="defect", account_id=ids.account, words=f"想找人{EVIL}", made_at=NOW)
        plant_talk(work, ids)
        add(
            work, t.inbox, key="k1", channel="wechat_oa", sender="oSECRETOPENID", payload="私人的话", received_at=NOW,
            state="dead", attempts=4, next_at=NOW, note=EVIL[:200],
        )  # fmt: skip
    for n in (1, 2):
        Image.new("RGB", (800, 600), "teal").save(photo_dir / f"{n:064x}.jpg", "JPEG")


def add(work: Work, table: Any, **values: Any) -> int:
    """A row; gives its id."""
    return int(work.conn.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def plant_home(work: Work) -> Ids:
    """An estate with two buildings, and one resident in a home."""
    estate = add(work, t.estate, name=f"幸福小区{EVIL}")
    building = add(work, t.building, estate_id=estate, key="3", name=f"3 号楼{EVIL}", scene="bld:1")
    add(work, t.building, estate_id=estate, key="4", name="4 号楼", scene=None)
    home = add(work, t.home, building_id=building, unit="2", room="602")
    sealed = {"name_sealed": work.seal(f"张大妈{EVIL}"), "phone_sealed": work.seal("13812345678")}
    person = add(work, t.person, **sealed, made_at=NOW)
    account = add(
        work, t.account, channel="wechat_oa", address="oSECRETOPENID", person_id=person, made_at=NOW
    )
    return Ids(estate, building, home, person, account)


def plant_firm(work: Work, n: int, name: str, login: str) -> int:
    """A firm with its bot, workers, group and console account; gives its unit."""
    unit = add(work, t.handling_unit, kind="firm", name=f"{name}{EVIL}")
    bot = add(work, t.bot, name=login, unit_id=unit, config_sealed=work.seal("{}"))
    worker = add(work, t.worker, unit_id=unit, name=f"李华{n}{EVIL}", on_duty=True)
    add(work, t.worker, unit_id=unit, name=f"王伟{n}")
    add(work, t.worker_account, bot_id=bot, userid=f"user{n}", worker_id=worker, bound_at=NOW)
    phone = {"worker_id": worker, "visitor": f"v{n}", "device": f"微信（安卓）{EVIL}"[:64]}
    add(work, t.worker_phone, **phone, bound_at=NOW, seen_at=NOW, ends_at=NOW + timedelta(days=30))
    group = {"name": f"维修群{n}{EVIL}", "chat": f"chat{n}"}
    add(work, t.work_group, bot_id=bot, unit_id=unit, **group, bound_at=NOW)
    add(work, t.console_user, login=login, password=HASH, role="firm", unit_id=unit, made_at=NOW)
    return unit


def plant_order(work: Work, n: int, unit: int, ids: Ids) -> None:
    """An order of the firm, with all that hangs on one."""
    order = add(
        work, t.work_order, number=1000 + n, category="lift", urgency="emergency" if n == 2 else "normal",
        summary=f"电梯坏了{EVIL}", estate_id=ids.estate, building_id=ids.building, home_id=ids.home,
        place=f"幸福小区 3 号楼 电梯{EVIL}", unit_id=unit, reporter_id=ids.person, opened_at=NOW,
    )  # fmt: skip
    opened = {"at": NOW, "step": "open", "by": "resident", "by_id": ids.person, "words": EVIL}
    add(work, t.order_entry, work_order_id=order, **opened)
    add(
        work, t.order_follower, work_order_id=order, account_id=ids.account, person_id=ids.person, made_at=NOW
    )
    plant_photo(work, n, f"m{n}", ids, work_order_id=order)
    add(
        work, t.outbox, kind="order_reply", facts={"words": EVIL}, account_id=ids.account, work_order_id=order,
        state="unknown", reason="Unsure", next_at=NOW, made_at=NOW,
    )  # fmt: skip
    rated = {"closure": 1, "score": 2, "word": "dissatisfied", "sentence": EVIL, "at": NOW}
    add(work, t.rating, work_order_id=order, person_id=ids.person, **rated)
    visit = {"kind": "return_visit", "words": f"回访{n}{EVIL}", "made_at": NOW}
    add(work, t.desk_item, work_order_id=order, **visit)


def plant_canteen(work: Work, n: int, unit: int, ids: Ids) -> None:
    """A canteen of the firm that serves the estate lunch, with a dish and a draft for the day after tomorrow."""
    canteen = add(work, t.canteen, name=f"食堂{n}{EVIL}", unit_id=unit, address=EVIL)
    hours = {"starts": "11:00", "ends": "13:00", "order_until": "09:30", "cancel_until": "09:00"}
    add(
        work, t.meal_slot, canteen_id=canteen, meal="lunch", days=[1, 2, 3, 4, 5, 6, 7], capacity=100, **hours
    )
    if n == 1:
        add(work, t.estate_canteen, estate_id=ids.estate, canteen_id=canteen, is_default=True)
    dish = add(
        work,
        t.dish,
        canteen_id=canteen,
        name=f"红烧肉{n}{EVIL}",
        cents=1500,
        ingredients=EVIL,
        photo=f"{n:064x}.jpg",
    )
    lunch = NOW.replace(hour=3) + timedelta(days=2)
    times = {"starts_at": lunch, "ends_at": lunch + timedelta(hours=2)}
    times |= {"order_until": lunch - timedelta(hours=2), "cancel_until": lunch - timedelta(hours=2)}
    menu = add(work, t.menu, canteen_id=canteen, day=lunch.date(), meal="lunch", capacity=100, **times)
    add(work, t.menu_dish, menu_id=menu, dish_id=dish, place=1, cents=1500, portions=10)
    add(work, t.subsidy_tier, name=f"高龄{n}{EVIL}", payer="区民政", cents=300, starts_on=NOW.date())


def plant_photo(work: Work, n: int, media: str, ids: Ids, **about: int) -> None:
    """A photo of the resident's, file number `n`, about an order or a talk."""
    add(
        work, t.photo, account_id=ids.account, channel="wechat_oa", media=media, state="kept", file=f"{n:064x}.jpg",
        width=800, height=600, made_at=NOW, next_at=NOW, **about,
    )  # fmt: skip


def plant_talk(work: Work, ids: Ids) -> None:
    """A street with an account, and a talk with it that holds a photo."""
    street = add(work, t.handling_unit, kind="street", name=f"幸福街道{EVIL}")
    add(work, t.console_user, login="street", password=HASH, role="firm", unit_id=street, made_at=NOW)
    opened = {"number": 1, "why": "asked", "opened_at": NOW, "last_at": NOW}
    talk = add(work, t.person_talk, account_id=ids.account, unit_id=street, **opened)
    for by, words in (("system", f"住户：之前{EVIL}"), ("resident", f"我住602，电话13812345678{EVIL}")):
        add(work, t.talk_entry, person_talk_id=talk, at=NOW, by=by, words_sealed=work.seal(words))
    plant_photo(work, 1, "m3", ids, person_talk_id=talk)

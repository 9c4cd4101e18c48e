"""The app on the emulator, which was written from the platform's pages alone: both sides must agree."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from emulator.clock import Clock as EmulatorClock
from emulator.server import create_app
from emulator.town import read_town
from emulator.transport import InProcess, post_to
from models import tables as t
from models.actions.staff import Return
from tests.app.conftest import BOT, FIVE, NAMES, Firm, found_firm
from tests.app.played import CONFIG, PlayedApp
from tests.town import TestTown
from workers import photos

PLAYED = "http://emulator.test"
APP = {**CONFIG, "agentid": int(CONFIG["agentid"]), "name": BOT, "users": FIVE}
TOWN: dict[str, Any] = {
    "callback_base": "http://bot.test",
    "account": dict.fromkeys(("appid", "secret", "token", "account"), "x") | {"aes_key": CONFIG["aes_key"]},
    "bots": [],
    "groups": [],
    "members": [{"userid": userid, "name": name} for userid, name in zip(FIVE, NAMES, strict=True)],
    "apps": [APP],
}


@dataclass
class Played:
    """The firm, and its workers' phones."""

    firm: Firm
    emulator: Flask

    def emu(self, path: str, **data: Any) -> dict[str, Any]:
        answer = self.emulator.test_client().post(f"/emu/{path}", json={"wait": True, **data})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def phone(self, userid: str) -> list[Any]:
        """The chat with the app, oldest first."""
        return list(self.emulator.extensions["emulator"].chats.of(f"app/{BOT}/{userid}"))

    def card(self, userid: str) -> dict[str, Any]:
        """The newest card as it is shown."""
        return dict([one for one in self.phone(userid) if one.kind == "card"][-1].body["card"])

    def press(self, userid: str, key: str = "claim") -> str:
        """Press a button of the newest card; how the delivery ended."""
        shown = [one for one in self.phone(userid) if one.kind == "card"][-1]
        (delivery,) = self.emu(f"cards/{shown.id}/click", userid=userid, key=key)["deliveries"]
        assert delivery["problem"] in (None, ""), delivery
        return str(delivery["outcome"])

    def says(self, userid: str, words: str) -> str:
        (delivery,) = self.emu(f"apps/{BOT}/members/{userid}/text", text=words)["deliveries"]
        assert delivery["problem"] in (None, ""), delivery
        return str(self.phone(userid)[-1].body.get("text", ""))


@pytest.fixture
def played(town: TestTown, tmp_path: Path) -> Iterator[Played]:
    apps: dict[str, Flask] = {}

    def session() -> requests.Session:
        made = requests.Session()
        made.mount(PLAYED, InProcess(apps["emulator"]))
        return made

    with ThreadPoolExecutor(2) as pool:
        unused = PlayedApp(town.clock)
        firm = found_firm(town, tmp_path, pool, unused, session, f"{PLAYED}/qyapi.weixin.qq.com")
        at = EmulatorClock(lambda: town.clock.now().timestamp())
        apps["emulator"] = create_app(
            read_town(TOWN), clock=at, post=post_to(firm.web), wait=lambda _: None, base=PLAYED
        )
        yield Played(firm, apps["emulator"])
        apps["emulator"].extensions["emulator"].background.settle()
        apps["emulator"].extensions["emulator"].close()


def test_the_address_is_verified(played: Played) -> None:
    assert played.emu("verify")["apps"] == {BOT: {"ok": True, "status": 200}}


def test_from_the_card_to_the_finish(played: Played) -> None:
    firm = played.firm
    order_id = firm.order()
    firm.deliver()
    assert [played.card(userid)["main_title"]["title"] for userid in FIVE] == ["1001 水电"] * 5
    assert played.press("chen2") == "answered"
    assert "由您接单" in str(played.card("chen2"))
    firm.deliver()
    for userid in ("chen1", "chen3", "chen4", "chen5"):
        assert "已由 陈二 接单" in str(played.card(userid))
        assert "button_list" not in played.card(userid)
    assert "602" in played.says("chen2", "详情 1001")
    assert played.press("chen2", "arrive") == "answered"
    assert "已办结" in played.says("chen2", "完成 1001 换了水管")
    firm.deliver()
    assert "已经办结" in str(played.card("chen2"))
    assert firm.town.row(order_id).state == "closed"
    assert {row.state for row in firm.town.told("card_update")} <= {"accepted", "delivered"}


def test_a_photo_and_a_look_at_it(played: Played) -> None:
    firm = played.firm
    firm.order()
    firm.deliver()
    played.says("chen1", "接 1001")
    played.emu(f"apps/{BOT}/members/chen1/image", sample="repaired")
    (photo,) = firm.town.rows(t.photo)
    photos.fetch(photo.id)
    assert firm.town.rows(t.photo)[0].state == "kept"
    assert "照片 1 张" in played.says("chen1", "查 1001")
    firm.deliver()
    assert played.phone("chen1")[-1].kind == "image"


def test_a_second_round_after_a_return(played: Played) -> None:
    firm = played.firm
    order_id = firm.order()
    firm.deliver()
    played.press("chen1")
    firm.deliver()
    firm.town.do(Return(order_id, firm.workers["chen1"], "不归我们管"))
    firm.deliver()
    assert "已经不在原来的人手上" in str(played.card("chen1"))


def test_who_opens_the_chat_is_greeted(played: Played) -> None:
    played.emu(f"apps/{BOT}/members/chen1/enter")
    assert "接 1024" in played.phone("chen1")[-1].body["text"]


def test_who_does_not_see_the_app_any_more(played: Played) -> None:
    firm = played.firm
    played.emu(f"apps/{BOT}/members/chen4/visible", on=False)
    firm.order()
    firm.deliver()
    (row,) = [row for row in firm.town.told("new_order") if row.state == "failed"]
    assert row.reason == "NoSuchPerson"


def test_a_token_that_ends_early_is_renewed(played: Played) -> None:
    firm = played.firm
    firm.order()
    firm.deliver()
    played.emu("faults", where="app", what="expire_token", n=1)
    played.press("chen3")
    firm.deliver()
    assert "已由 陈三 接单" in str(played.card("chen1"))

"""A small town, its emulator on a fixed clock, and a fake bot, all in one process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from emulator.town import Town
from emulator.world import World
from tests.emulator.fake_bot import FakeBot

Json = dict[str, Any]
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOON = 1_795_320_000
ZHANG = "oZhang"
TOWN: Json = {
    "callback_base": "http://bot.test",
    "ops_secret": "ops",
    "account": {
        "appid": "wx1234567890abcdef",
        "secret": "secret",
        "token": "token",
        "aes_key": KEY,
        "account": "gh_linli",
        "kind": "verified-service",
        "name": "幸福里",
    },
    "templates": [
        {
            "template_id": "T1",
            "title": "报修进度",
            "fields": {"thing1": "事项", "character_string2": "编号", "phrase3": "状态", "time4": "时间"},
        }
    ],
    "bots": [
        {
            "name": "anju",
            "display": "小邻",
            "aibotid": "AIB1",
            "token": "t2",
            "aes_key": KEY,
            "corp": "安居物业",
        }
    ],
    "groups": [
        {
            "chatid": "G1",
            "name": "安居物业维修群",
            "bot": "anju",
            "robot_key": "K1",
            "members": ["lihua", "wangwei"],
        }
    ],
    "members": [
        {"userid": "lihua", "name": "李华", "bot": "anju"},
        {"userid": "wangwei", "name": "王伟", "bot": "anju"},
    ],
    "apps": [
        {
            "name": "anju-app",
            "display": "安居工单",
            "corp": "安居物业",
            "corpid": "wwanju",
            "agentid": 1000002,
            "secret": "app-secret",
            "token": "t4",
            "aes_key": KEY,
            "users": ["lihua", "wangwei"],
        }
    ],
    "residents": [{"openid": ZHANG, "name": "张阿姨"}],
    "scenes": [{"scene": "bld:1", "label": "幸福小区 3 号楼"}],
}


@dataclass
class Time:
    """Real time as the tests set it."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at


@dataclass
class Stage:
    """The emulator, the fake bot, and short ways to use them."""

    town: Town
    bot: FakeBot
    time: Time
    waits: list[float]
    app: Flask

    @property
    def world(self) -> World:
        world = self.app.extensions["emulator"]
        assert isinstance(world, World)
        return world

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.app.test_client().get(path, **kwargs)

    def emu(self, path: str, **data: Any) -> Json:
        """POST to the control API, waiting for the deliveries."""
        answer = self.app.test_client().post(f"/emu/{path}", json={"wait": True, **data})
        body = answer.get_json()
        assert answer.status_code == 200, body
        assert isinstance(body, dict)
        return body

    def refused(self, path: str, **data: Any) -> str:
        answer = self.app.test_client().post(f"/emu/{path}", json={"wait": True, **data})
        assert answer.status_code in (400, 409)
        return str(answer.get_json()["error"])

    def resident(self, action: str, openid: str = ZHANG, **data: Any) -> Json:
        return self.emu(f"residents/{openid}/{action}", **data)

    def token(self) -> str:
        return str(self.api("stable_token", token="", **self.identity())["access_token"])

    def identity(self) -> Json:
        account = self.town.account
        return {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret}

    def api(self, name: str, token: str | None = None, **data: Any) -> Json:
        """POST to the account's API with a token."""
        token = self.token() if token is None else token
        answer = self.app.test_client().post(
            f"/api.weixin.qq.com/cgi-bin/{name}", query_string={"access_token": token}, json=data
        )
        assert answer.status_code == 200
        body = answer.get_json()
        assert isinstance(body, dict)
        return body

    def app_token(self, name: str = "anju-app") -> str:
        """A token of a self-built app."""
        app = self.town.app(name)
        assert app
        answer = self.app_get("gettoken", corpid=app.corpid, corpsecret=app.secret)
        return str(answer.get_json()["access_token"])

    def app_get(self, name: str, **query: str) -> TestResponse:
        return self.get(f"/qyapi.weixin.qq.com/cgi-bin/{name}", query_string=query)

    def app_api(self, name: str, token: str | None = None, **data: Any) -> Json:
        """POST to the API of the app anju-app, with its agentid."""
        token = self.app_token() if token is None else token
        answer = self.app.test_client().post(
            f"/qyapi.weixin.qq.com/cgi-bin/{name}",
            query_string={"access_token": token},
            json={"agentid": 1000002, **data},
        )
        assert answer.status_code == 200
        body = answer.get_json()
        assert isinstance(body, dict)
        return body

    def worker(self, action: str, userid: str = "lihua", **data: Any) -> Json:
        """What a member does in the app's chat."""
        return self.emu(f"apps/anju-app/members/{userid}/{action}", **data)

    def app_phone(self, userid: str = "lihua", app: str = "anju-app") -> list[Any]:
        """What a member's chat with the app shows."""
        return self.world.chats.of(f"app/{app}/{userid}")

    def say(self, text: str, openid: str = ZHANG) -> int:
        """A customer-service text; returns the errcode."""
        return int(self.raw_api("message/custom/send", touser=openid, msgtype="text", text={"content": text}))

    def raw_api(self, name: str, **data: Any) -> int:
        """Like api, but without \\u escapes in the body, as the platform demands; returns errcode."""
        body = self.app.json.dumps(data)
        answer = self.app.test_client().post(
            f"/api.weixin.qq.com/cgi-bin/{name}", query_string={"access_token": self.token()}, data=body
        )
        return int(answer.get_json()["errcode"])

    def phone(self, openid: str = ZHANG) -> list[str]:
        """What a resident's phone shows, as "sender: text"."""
        return [
            f"{message.sender}: {message.body.get('text', message.kind)}"
            for message in self.world.chats.of(f"resident/{openid}")
        ]


MakeStage = Callable[..., Stage]

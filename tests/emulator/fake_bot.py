"""A small bot for the emulator's own tests: it verifies, decrypts, and says what it is told to say.

Its crypto is the emulator's; that the emulator's crypto is right is pinned by the vectors.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from emulator.crypto import Seal
from emulator.town import App, Town
from emulator.wire import from_xml, to_xml

Json = dict[str, Any]


@dataclass
class FakeBot:
    """heard: what came in, decrypted. `say` makes the passive reply of the account, `answer` the
    passive JSON of the AIBot, `tell` the passive reply of an app; `raw` overrides them with
    (status, body). own_nonce: what an app's reply carries instead of the callback's nonce."""

    town: Town
    heard: list[Json] = field(default_factory=list)
    offsets: list[tuple[int, str]] = field(default_factory=list)
    say: Callable[[Json], str | Json | None] = lambda fields: None
    answer: Callable[[Json], Json | None] = lambda body: None
    tell: Callable[[Json], str | Json | None] = lambda fields: None
    own_nonce: str = ""
    envelopes: list[Json] = field(default_factory=list)
    raw: Callable[[], tuple[int, bytes] | None] = lambda: None

    def app(self) -> Flask:
        app = Flask("fake_bot")
        app.add_url_rule("/callback/wechat", "oa", self._wechat, methods=["GET", "POST"])
        app.add_url_rule("/callback/wecom/<name>", "wecom", self._wecom, methods=["GET", "POST"])
        app.add_url_rule("/ops/clock", "clock", self._clock, methods=["POST"])
        return app

    def _wechat(self) -> Response:
        account = self.town.account
        seal, args = Seal(account.token, account.aes_key, account.appid), request.args
        if request.method == "GET":
            assert seal.sign(args["timestamp"], args["nonce"]) == args["signature"]
            return Response(args["echostr"])
        fields = from_xml(request.get_data())
        if args.get("encrypt_type") == "aes":
            seal.check(args["msg_signature"], args["timestamp"], args["nonce"], fields["Encrypt"])
            fields = from_xml(seal.open(fields["Encrypt"]))
        self.heard.append(fields)
        raw, said = self.raw(), self.say(fields)
        if raw:
            return Response(raw[1], status=raw[0])
        if said is None:
            return Response("success")
        return Response(self._seal_reply(seal, fields, said, args["nonce"]))

    def _seal_reply(self, seal: Seal, fields: Json, said: str | Json, nonce: str) -> str:
        content = {"MsgType": "text", "Content": said} if isinstance(said, str) else said
        reply = to_xml(
            {
                "ToUserName": fields["FromUserName"],
                "FromUserName": fields["ToUserName"],
                "CreateTime": 1_800_000_000,
                **content,
            }
        )
        sealed = seal.close(reply.encode())
        stamp = "1800000000"
        return to_xml(
            {
                "Encrypt": sealed,
                "MsgSignature": seal.sign(stamp, nonce, sealed),
                "TimeStamp": int(stamp),
                "Nonce": nonce,
            }
        )

    def _app(self, app: App) -> Response:
        seal, args = Seal(app.token, app.aes_key, app.corpid), request.args
        if request.method == "GET":
            seal.check(args["msg_signature"], args["timestamp"], args["nonce"], args["echostr"])
            return Response(seal.open(args["echostr"]))
        envelope = from_xml(request.get_data())
        self.envelopes.append(envelope)
        seal.check(args["msg_signature"], args["timestamp"], args["nonce"], envelope["Encrypt"])
        fields = from_xml(seal.open(envelope["Encrypt"]))
        self.heard.append(fields)
        raw, said = self.raw(), self.tell(fields)
        if raw:
            return Response(raw[1], status=raw[0])
        if said is None:
            return Response("")
        return Response(self._seal_reply(seal, fields, said, self.own_nonce or args["nonce"]))

    def _wecom(self, name: str) -> Response:
        bot, app = self.town.bot(name), self.town.app(name)
        if app:
            return self._app(app)
        assert bot
        seal, args = Seal(bot.token, bot.aes_key, ""), request.args
        if request.method == "GET":
            seal.check(args["msg_signature"], args["timestamp"], args["nonce"], args["echostr"])
            return Response(seal.open(args["echostr"]))
        encrypted = json.loads(request.get_data())["encrypt"]
        seal.check(args["msg_signature"], args["timestamp"], args["nonce"], encrypted)
        body = json.loads(seal.open(encrypted))
        self.heard.append(body)
        raw, said = self.raw(), self.answer(body)
        if raw:
            return Response(raw[1], status=raw[0])
        if said is None:
            return Response("")
        sealed = seal.close(json.dumps(said, ensure_ascii=False).encode())
        envelope = {
            "encrypt": sealed,
            "msgsignature": seal.sign("1800000000", args["nonce"], sealed),
            "timestamp": 1800000000,
            "nonce": args["nonce"],
        }
        return Response(json.dumps(envelope))

    def _clock(self) -> Response:
        self.offsets.append((request.get_json()["offset_seconds"], request.headers["X-Ops-Secret"]))
        return Response("")

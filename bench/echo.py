"""The least that Flask and wechatpy can do: open a message, say the same, seal it. Nothing is kept."""

from __future__ import annotations

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

from bench.account import APPID, KEY, TOKEN


def create_echo() -> Flask:
    """The application, as gunicorn starts it."""
    app = Flask("echo")
    crypto = WeChatCrypto(TOKEN, KEY, APPID)

    @app.post("/callback/wechat")
    def echo() -> str:
        asked = request.args
        xml = crypto.decrypt_message(
            request.get_data(), asked["msg_signature"], asked["timestamp"], asked["nonce"]
        )
        heard = parse_message(xml)
        reply = create_reply(heard.content, heard).render()
        return str(crypto.encrypt_message(reply, asked["nonce"], asked["timestamp"]))

    return app

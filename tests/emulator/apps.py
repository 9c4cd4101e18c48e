"""What tests of self-built apps share: a card with a button, a small picture, and how both are sent."""

import io
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.emulator.stage import Stage

Json = dict[str, Any]
JPEG = b"\xff\xd8\xff" + bytes(20)


def card(task_id: str = "j1", **more: Any) -> Json:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "工单 1024"},
        "button_list": [{"text": "接单", "style": 1, "key": "take"}],
        "task_id": task_id,
        **more,
    }


def send_card(stage: Stage, one: Json, touser: str = "lihua|wangwei") -> Json:
    return stage.app_api("message/send", touser=touser, msgtype="template_card", template_card=one)


def upload(stage: Stage, body: bytes, kind: str, name: str = "a.jpg") -> Json:
    boundary, form = encode_multipart({"media": FileStorage(io.BytesIO(body), name)})
    answer = stage.app.test_client().post(
        "/qyapi.weixin.qq.com/cgi-bin/media/upload",
        query_string={"access_token": stage.app_token(), "type": kind},
        data=form,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    got: Json = answer.get_json()
    return got

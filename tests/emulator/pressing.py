"""Cards of a self-built app in the hands of its members."""

from typing import Any

from tests.emulator.stage import Stage

Json = dict[str, Any]
PRESS = [{"text": "接单", "key": "take"}, {"text": "转给别人", "key": "pass"}]


def press(stage: Stage, userid: str = "lihua", key: str = "take", **data: Any) -> Json:
    shown = stage.app_phone(userid)[-1]
    return stage.emu(f"cards/{shown.id}/click", userid=userid, key=key, **data)


def shown_card(stage: Stage, userid: str = "lihua") -> Json:
    body: Json = stage.app_phone(userid)[-1].body
    one: Json = body["card"]
    return one


def update(stage: Stage, code: str, **data: Any) -> Json:
    return stage.app_api("message/update_template_card", response_code=code, **data)

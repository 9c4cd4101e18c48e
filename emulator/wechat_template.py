"""Template messages (message/template/send) with category templates (类目模板).

Sources: WeChat docs "模板消息" (api_sendtemplatemessage); the value limits are those
published for subscription messages, which staff answers say hold here too.
"""

import re

from emulator.chats import ACCOUNT, resident_chat
from emulator.errors import Refused
from emulator.store import Json
from emulator.town import Template
from emulator.wechat_push import event
from emulator.wechat_send import reachable
from emulator.world import World

REPEAT_SECONDS = 600

LIMITS: dict[str, str] = {
    "thing": r".{1,20}",
    "short_thing": r".{1,5}",
    "number": r"-?[\d.]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r".{1,5}",
    "character_string": r"[^\u4e00-\u9fff]{1,32}",
    "time": r"((\d{4}年\d{1,2}月\d{1,2}日 ?)?\d{1,2}:\d{2}(:\d{2})?|\d{4}年\d{1,2}月\d{1,2}日)"
    r"(~((\d{4}年\d{1,2}月\d{1,2}日 ?)?\d{1,2}:\d{2}(:\d{2})?|\d{4}年\d{1,2}月\d{1,2}日))?",
    "date": r"\d{4}(年|-)\d{1,2}(月|-)\d{1,2}日?( ?\d{1,2}:\d{2}(:\d{2})?)?",
    "amount": r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"([\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20})",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "const": r".{1,20}",
    "enum": r".{1,20}",
}


def template_send(world: World, data: Json) -> Json:
    """Send a template message; the outcome follows as TEMPLATESENDJOBFINISH.

    Raises Refused: 40003, 43004, 40037 for another template's id, 47003 naming the field.
    """
    openid = str(data.get("touser", ""))
    resident = reachable(world, openid)
    template = world.town.template(str(data.get("template_id", "")))
    if not template:
        raise Refused(40037)
    fields = _fields(template, data.get("data"))
    repeat = f"{openid}/{data['client_msg_id']}" if data.get("client_msg_id") else ""
    with world.store.lock:
        earlier = world.store.get("template_job", repeat) if repeat else None
        if earlier and world.clock.now() - earlier["at"] < REPEAT_SECONDS:
            return {"errcode": 0, "errmsg": "ok", "msgid": earlier["msgid"]}
        job = 3_000_000_000_000_000_000 + world.store.count("template_job")
        if repeat:
            world.store.put("template_job", repeat, {"msgid": job, "at": world.clock.now()})
    status = "failed:user block" if resident["refuses"] else "success"
    if status == "success":
        url = str(data.get("url") or "")
        body = {"title": template.title, "fields": fields, "url": url}
        world.chats.add(resident_chat(openid), ACCOUNT, "template", body, via="template")
    world.send_later([event(world, openid, "TEMPLATESENDJOBFINISH", {"MsgID": job, "Status": status})])
    return {"errcode": 0, "errmsg": "ok", "msgid": job}


def _fields(template: Template, data: object) -> list[Json]:
    if not isinstance(data, dict):
        raise Refused(47003, "data is missing")
    return [{"label": label, "value": _value(key, data.get(key))} for key, label in template.fields.items()]


def _value(key: str, given: object) -> str:
    value = str(given.get("value") or "") if isinstance(given, dict) else ""
    if not value.strip():
        raise Refused(47003, f"data.{key}.value is empty")
    pattern = LIMITS.get(key.rstrip("0123456789"))
    if pattern and not re.fullmatch(pattern, value, re.DOTALL):
        raise Refused(47003, f"data.{key}.value invalid")
    return value

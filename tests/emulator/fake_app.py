"""The other side of a self-built app, as small as the document allows: a card to all, the first press wins."""

from dataclasses import dataclass, field
from typing import Any

import requests

from emulator.town import App

Json = dict[str, Any]
TIMEOUT = 5
CARD: Json = {
    "card_type": "button_interaction",
    "source": {"desc": "幸福社区", "desc_color": 0},
    "main_title": {"title": "工单 1024 · 电梯故障", "desc": "幸福小区 3 号楼"},
    "horizontal_content_list": [
        {"keyname": "紧急", "value": "特急，有老人"},
        {"keyname": "时间", "value": "今天 14:05"},
    ],
    "button_list": [
        {"text": "接单", "style": 1, "key": "take"},
        {"text": "转给别人", "style": 2, "key": "pass"},
        {"text": "看详情", "style": 4, "type": 1, "url": "https://example.com/w/1024"},
    ],
}
MINE: Json = {
    "CardType": "button_interaction",
    "MainTitle": {"Title": "工单 1024 · 电梯故障", "Desc": "您已接单"},
    "HorizontalContentList": [{"KeyName": "地点", "Value": "幸福小区 3 号楼 2 单元"}],
    "ButtonList": [
        {"Text": "到场", "Style": 1, "Key": "arrive"},
        {"Text": "退回", "Style": 2, "Key": "return"},
    ],
}


@dataclass
class FakeApp:
    """Speaks for an app through session; base is where the platform is. names: who is who."""

    app: App
    base: str
    names: dict[str, str]
    session: requests.Session = field(default_factory=requests.Session)
    tasks: int = 0
    taken_by: str = ""

    def call(self, name: str, **data: Any) -> Json:
        """POST to the app's API with a fresh token; returns the answer."""
        url = f"{self.base}/qyapi.weixin.qq.com/cgi-bin"
        query = {"corpid": self.app.corpid, "corpsecret": self.app.secret}
        token = self.session.get(f"{url}/gettoken", params=query, timeout=TIMEOUT).json()["access_token"]
        answer = self.session.post(
            f"{url}/{name}",
            params={"access_token": token},
            json={"agentid": self.app.agentid, **data},
            timeout=TIMEOUT,
        )
        found: Json = answer.json()
        return found

    def offer(self) -> Json:
        """Send the card to everybody."""
        self.tasks, self.taken_by = self.tasks + 1, ""
        card = {**CARD, "task_id": f"job-{self.tasks}"}
        users = "|".join(self.app.users)
        return self.call("message/send", touser=users, msgtype="template_card", template_card=card)

    def tell(self, fields: Json) -> str | Json | None:
        """The passive reply to a message, an entry or a click."""
        if fields.get("Event") == "template_card_event":
            return self._pressed(fields)
        if "派单" in fields.get("Content", ""):
            self.offer()
            return "已经发给全组，谁先点“接单”就是谁的。"
        if fields["MsgType"] in ("text", "image"):
            return "收到，已经记在工单 1024 上。"
        return f"{self.names[fields['FromUserName']]}，您好。写“派单”试试。" if fields.get("Event") else None

    def _pressed(self, fields: Json) -> Json:
        me = fields["FromUserName"]
        if fields["EventKey"] != "take":
            return {"MsgType": "update_button", "Button": {"ReplaceName": "已记下，等待核实"}}
        if self.taken_by not in ("", me):
            who = self.names[self.taken_by]
            return {"MsgType": "update_button", "Button": {"ReplaceName": f"已由{who}接单"}}
        self.taken_by = me
        others = [one for one in self.app.users if one != me]
        replaced = {"replace_name": f"已由{self.names[me]}接单"}
        code = fields["ResponseCode"]
        self.call("message/update_template_card", userids=others, response_code=code, button=replaced)
        return {"MsgType": "update_template_card", "TemplateCard": MINE}

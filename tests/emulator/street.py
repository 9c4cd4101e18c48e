"""A talkative fake bot and its emulator on two ports, to look at the page.

`python -m tests.emulator.street 8001 8000`
"""

import sys
import threading
from typing import Any

from werkzeug.serving import make_server

from emulator.server import create_app
from emulator.town import read_town
from tests.emulator.fake_app import FakeApp
from tests.emulator.fake_bot import FakeBot
from tests.emulator.stage import KEY, TOWN

Json = dict[str, Any]
MORE: Json = {
    "bots": [
        *TOWN["bots"],
        {
            "name": "street",
            "display": "小邻",
            "aibotid": "AIB2",
            "token": "t3",
            "aes_key": KEY,
            "corp": "幸福街道",
        },
    ],
    "members": [*TOWN["members"], {"userid": "chen", "name": "陈社工", "bot": "street"}],
    "groups": [
        *TOWN["groups"],
        {"chatid": "G2", "name": "幸福社区工作群", "bot": "street", "robot_key": "K2", "members": ["chen"]},
    ],
    "residents": [*TOWN["residents"], {"openid": "oLi", "name": "李大爷"}],
    "scenes": [*TOWN["scenes"], {"scene": "canteen:1", "label": "社区食堂大门"}],
}
JOB: Json = {
    "card_type": "button_interaction",
    "main_title": {"title": "工单 1024 · 电梯故障", "desc": "幸福小区 3 号楼"},
    "horizontal_content_list": [
        {"keyname": "紧急", "value": "特急，有老人"},
        {"keyname": "时间", "value": "今天 14:05"},
    ],
    "button_list": [
        {"text": "接单", "style": 1, "key": "take"},
        {"text": "转给别人", "style": 2, "key": "pass"},
    ],
}


def say(fields: Json) -> str | Json | None:
    """What the account answers."""
    if fields.get("Event") == "subscribe":
        return "您好，我是幸福里的小助手。\n说“电梯坏了”就能报修，说“订餐”就能订午饭。\n有急事请打 12345。"
    if fields["MsgType"] == "text":
        choice = '<a href="weixin://bizmsgmenu?msgmenucontent=是的&msgmenuid=1">是的</a>'
        link = "在这里看进度：https://example.com/w/1024"
        return f"收到：{fields['Content']}\n已经记下，编号 1024。{link}\n是 3 号楼吗？{choice}"
    return None


def answerer() -> Any:
    """What the AIBot answers: cards with fresh task ids."""
    numbers = iter(range(1, 10_000))

    def answer(body: Json) -> Json | None:
        event = body.get("event", {}).get("template_card_event")
        if event:
            taken = [{"text": "已由李华接单", "style": 2, "key": "none"}]
            return {
                "response_type": "update_template_card",
                "template_card": {**JOB, "task_id": event["task_id"], "button_list": taken},
            }
        if "待办" in str(body.get("text", "")):
            return {"msgtype": "template_card", "template_card": {**JOB, "task_id": f"j{next(numbers)}"}}
        text = '**【工单 1024】** 已记下\n> 3 号楼电梯故障\n状态：<font color="warning">处理中</font>'
        return {"msgtype": "stream", "stream": {"id": "s", "finish": True, "content": text}}

    return answer


def main(emulator_port: int, bot_port: int) -> None:
    """Serve both until interrupted."""
    town = read_town({**TOWN, **MORE, "callback_base": f"http://127.0.0.1:{bot_port}"})
    names = {one.userid: one.name for one in town.members}
    fake = FakeApp(town.apps[0], f"http://127.0.0.1:{emulator_port}", names)
    bot = FakeBot(town, say=say, answer=answerer(), tell=fake.tell)
    bot_server = make_server("127.0.0.1", bot_port, bot.app(), threaded=True)
    threading.Thread(target=bot_server.serve_forever, daemon=True).start()
    app = create_app(town)
    make_server("127.0.0.1", emulator_port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

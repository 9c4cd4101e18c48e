"""住户: 敬老卡怎么办
机器人: 【敬老卡申领与补办】 材料：身份证 来源： 有用吗
住户: 有用
机器人: 谢谢
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.talk import Choice, Do, Look, Part, Say, Script, World, dialog
from models import views
from models.actions.questions import FileQuestion, NoteAnswer

STEPS = 3  # that a card shows
LINES = (
    ("whom", "谁能办"), ("materials", "材料"), ("place", "地点"), ("hours", "时间"), ("phone", "电话"),
    ("fee", "费用"), ("link", "网上办"), ("kiosk", "自助机"),
)  # fmt: skip
ASKS = "有用吗？1 有用，2 没用"


@dialog("faq", about="问办事", opens=("faq",), aside=True)
def faq(world: World) -> Script:
    """A question that one service item surely answers; said in the midst of any talk, which then goes on."""
    words = world.opening.text
    match = yield from Look("match", match_of, world.faq, words)
    if not match["items"]:
        yield from unknown(world, words, "none")
    else:
        yield from answered(world, match["items"][0], words, "sure")
    return None


def match_of(_work: Any, read: Callable[[str], Any], words: str) -> Any:
    """What is known on the words, as a look that is remembered."""
    return read(words)


def answered(world: World, item_id: int, words: str, verdict: str) -> Part[None]:
    """The card of one item; where estates differ and none is known, the estate is asked."""
    items = yield from Look("told", views.items_like, world.who.person_id, item_id)
    if not items:
        yield from unknown(world, words, verdict)
        return
    item = items[0]
    if len(items) > 1:
        picked = yield from Choice("scope", *asked_where(items), choices=scopes(items))
        item = next(one for one in items if str(one["id"]) == picked)
    yield from shown(world, item, words, verdict)


def scopes(items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The places to choose from, by item; more than can be listed are chosen by their names."""
    return {str(one["id"]): one["scope"] for one in items}


def asked_where(items: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """How it is asked which place is meant, and asked once more."""
    if len(items) <= Choice.most:
        return "这件事各处不一样。您问的是哪里？", "请回复前面的数字，比如 1。"
    first = items[0]["scope"]
    return (
        f"这件事各处不一样。您问的是哪里？请写小区或社区的名字，比如“{first}”；不知道的，请回复 人工。",
        f"没有对上。请只写小区或社区的名字，比如“{first}”；不在其中的，请回复 人工。",
    )


def shown(world: World, item: Mapping[str, Any], words: str, verdict: str) -> Part[None]:
    """The card, and whether it was of use, unless another talk goes on."""
    yield from Do("note", NoteAnswer(world.who.account_id, words, verdict, item["id"], world.alone))
    yield Say("\n".join([card(item), *([ASKS] if world.alone else [])]))


def unknown(world: World, words: str, verdict: str) -> Part[None]:
    """Nothing is known: it is said so, and staff get the question; what they answered before is told with its day."""
    filed = yield from Do("file", FileQuestion(world.who.account_id, words, verdict))
    if filed.get("answer"):
        yield Say(
            f"有人问过同样的问题，答复是：\n“{filed['answer']}”\n来源：{filed['by']}，{filed['answered_on']}"
        )
        yield Say("还不清楚，请回复 人工。")
    else:
        yield Say(
            f"这个我还不知道，不敢乱说。已经记下来（问题 Q{filed['number']}），社区工作人员答复以后，我马上告诉您。"
            "着急的话，请回复 人工。"
        )


def card(item: Mapping[str, Any]) -> str:
    """One item as a short card: what must be known to go there; every line is from this one record."""
    scope = f"（{item['scope']}）" if item["scope"] else ""
    steps = [f"{step.rstrip('。')}。" for step in item["steps"]]
    more = len(steps) - STEPS
    lines = [
        f"【{item['title']}】{scope}",
        f"这里不办，请到：{item['elsewhere']}。" if item["elsewhere"] else "",
        *steps[:STEPS],
        f"还有 {more} 步，回复 步骤 接着看。" if more > 0 else "",
        *(f"{name}：{item[key]}" for key, name in LINES if item[key]),
        source(item),
    ]
    return "\n".join(line for line in lines if line)


def source(item: Mapping[str, Any]) -> str:
    """Where it is from, and of which day."""
    until = f"，有效到 {item['ends_on']}" if item["ends_on"] else ""
    return f"来源：{item['source']}，{item['source_on']}{until}"

"""Five questions on a phone; the one that nobody knows is answered once in the group, and known from then on."""

from __future__ import annotations

from tests.browser import steps
from tests.browser.street import HEPING, Street

KNOWN = {
    "敬老卡丢了去哪补": "敬老卡申领与补办",
    "受理中心几点下班": "社区事务受理服务中心地址与时间",
    "老年助餐补贴怎么领": "老年助餐补贴",
    "护照怎么办": "这里不办，请到：区出入境办证大厅",
}
ASKED, ANSWER = "哪里有理发的", "东门外便民点，周三上午"


def test_a_question_nobody_knows_is_answered_in_the_group_and_then_known(street: Street) -> None:
    street.page.bring_to_front()
    group = street.group(HEPING)
    steps.bind(street, "沈奶奶", "bld:3", "幸福小区 3 号楼", "2 单元 502")
    for asked, title in KNOWN.items():
        street.resident.say(asked)
        street.resident.ends_with(title, "来源：", "有用吗")
    street.resident.say(ASKED)
    street.resident.ends_with("我还不知道", "问题 Q1")
    group.ends_with("【Q1】", ASKED)
    group.say(f"答 Q1 {ANSWER}")
    group.ends_with("Q1 已答复，发给了 1 位居民")
    street.resident.ends_with("社区工作人员答复", ANSWER)
    street.resident.say(ASKED)
    street.resident.ends_with("有人问过同样的问题", ANSWER, "来源：")

"""What a sentence surely wants to open, and what only may be a report."""

from __future__ import annotations

import pytest

from bot.language.commands import control, drops, withdraws
from bot.language.intents import intents, report_content
from bot.language.phones import without_phone
from bot.language.reports import maybe_report, opens_report
from bot.language.tables import read_table

THINGS = [word for words in read_table("objects").values() for word in words]
REPORTS = [
    "幸福小区3号楼电梯坏了，我电话13800138000", "厨房漏水，我手机138 0013 8000", "下水道堵了，请打我电话",
    "暖气不热", "小区大门开不了", "网络断了", "下水道堵了", "水管冻住了", "门禁刷不开", "声控灯不灵",
    "墙皮掉了", "暖气片漏水", "地暖不热", "家里没暖气", "暖气冰凉", "单元门锁不上", "门锁打不开",
    "铁门关不上", "门铃不响", "对讲没声音", "可视对讲黑屏", "摄像头坏了", "监控黑屏了", "有线电视没信号",
    "网线断了", "断网了", "路灯常亮", "楼道灯一直亮不灭", "灯不亮了", "楼梯灯坏", "楼道没灯", "走廊漏水",
    "天台积水", "屋面漏雨", "窗户关不上", "玻璃碎了", "窗户玻璃裂了", "纱窗破了", "阳台漏水", "卫生间返味",
    "厕所堵了", "马桶冲不下去", "马桶冲不了水", "洗手池下水慢", "地漏返臭", "水压太小", "水小得很",
    "水龙头拧不紧", "水龙头关不掉", "热水器打不着火", "没热水", "水表转得飞快", "电表不走字", "插座没电了",
    "空气开关老跳", "跳闸了", "电线耷拉下来了", "配电箱响", "电梯停在5楼不动", "电梯按键失灵",
    "电梯晃得厉害", "电梯里有异味", "电梯灯坏了", "电梯门打不开", "电梯老是卡", "货梯坏了", "车库门打不开",
    "道闸抬不起来", "道闸不识别车牌", "充电桩充不了电", "充电口没电", "地锁坏了", "车库漏水", "车库灯不亮",
    "井盖松了", "井盖响", "路面塌陷", "路面有个大坑", "地砖松动", "台阶破损", "扶手松了", "栏杆断了",
    "滑梯坏了", "秋千断了", "健身器材生锈", "长椅坏了", "信箱锁坏了", "快递柜打不开", "宣传栏玻璃碎了",
    "喷泉坏了", "垃圾桶满了", "垃圾没人收", "垃圾站太臭", "化粪池满了", "污水井冒水", "下水井堵了",
    "雨水管脱落", "落水管断了", "外墙渗水", "外墙瓷砖掉了", "墙面发霉", "墙上有裂缝", "天花板漏水",
    "屋顶漏", "楼上漏水", "楼上漏水漏到我家了", "防火门关不上", "消防栓漏水", "灭火器过期了", "应急灯不亮",
    "烟感一直响", "消防通道堵了", "树倒了", "树枝断了", "草太长了", "绿篱没人剪", "有马蜂窝", "有白蚁",
    "有老鼠", "蟑螂太多", "楼上太吵", "装修太吵", "狗叫个不停", "狗没牵绳", "车位被占", "煤气灶点不着",
    "燃气表没电了", "壁挂炉不热", "燃气管生锈", "空调外机滴水", "空调外机太响", "自来水发黄", "水有怪味",
    "停水了", "停电了", "没水了", "半夜停电", "单元门坏了两天", "电子锁没电了", "闭门器坏了", "岗亭没人",
    "楼道堆满杂物", "楼道太脏", "走廊灯一闪一闪", "电瓶车推进电梯", "水泵坏了", "水箱漏", "排水沟堵了",
    "雨棚要掉了", "遮阳棚破了", "门把手掉了", "锁芯坏了", "门坏了", "灯坏了", "水管爆了", "水管裂了",
    "请问电梯坏了能来修吗", "水管漏水，地址3号楼602", "漏水了，打我手机13800138000",
    "我家暖气不热，请打我电话13800138000联系", "对讲电话坏了", "能派人来修一下水管吗",
    "厨房水龙头一直滴水，方便的话明天上午来", "电梯坏了怎么办", "不是报修，是投诉楼上太吵",
]  # fmt: skip
NO_REPORTS = [
    "不报修了", "不用报修", "先不报修", "电梯没坏", "电梯坏了吗", "如果电梯坏了找谁", "要是漏水怎么办",
    "水管不漏了", "我的报修", "报修进度", "催一下报修", "撤回报修", "那个申请能撤回吗", "没修好的话怎么办",
    "13800138000", "我的电话是13800138000", "我手机换号了，13900139000", "打我电话", "你好", "谢谢师傅",
    "几点下班", "物业费怎么交", "今天停电吗", "明天停水吗", "什么时候来电", "停电恢复了", "来电了",
    "我想咨询一下", "报修电话是多少", "电梯什么时候年检", "门口的快递是谁的", "停车费多少", "家里有事",
    "我要订餐", "菜太咸了", "体温36.5", "1001", "没有坏", "暂时不报修", "以后再报修", "老人证怎么办理",
    "我在家", "师傅很好", "电梯修好了", "明天有空", "你们能修手机吗", "小区叫什么", "人很多", "楼很高",
]  # fmt: skip
PERHAPS = [
    "暖气", "电梯", "我家那个灯", "电梯坏了吗", "水龙头的事", "楼道", "要是漏水怎么办", "门口", "厨房",
    "打不开了", "坏了", "又坏", "用不了", "空调", "电梯怎么回事", "那个门", "车位的问题", "你们管不管路灯",
    "电梯什么时候年检", "网络", "报修电话是多少", "下水道", "灯泡", "能修空调吗", "物业能换锁吗",
    "外墙什么时候修", "路灯能不能多装几个", "树能不能剪一剪", "对讲", "坏掉了",
]  # fmt: skip
CHAT = [
    "你好", "谢谢", "在吗", "今天天气真好", "几点下班", "物业费怎么交", "体温36.5", "我要订餐", "菜单",
    "好的", "知道了", "1001", "我的报修", "催一下", "不报修了", "撤回 1001", "13800138000",
    "我的电话13800138000", "居委会在哪", "老年卡怎么办理", "疫苗哪里打", "明天有活动吗", "你是机器人吗",
    "吃饭了吗", "哈哈", "生日快乐", "帮我订两份红烧肉", "孩子上学怎么报名", "居住证怎么办", "我想找书记",
    "社保怎么查", "户口迁移要什么材料", "谁值班", "周末上班吗", "师傅很好，五星", "很满意", "选举什么时候",
    "退休金怎么领", "有没有志愿者活动", "我要绑定", "换手机号了", "快递代收点在哪",
]  # fmt: skip


@pytest.mark.parametrize("text", REPORTS)
def test_a_report_comes_first(text: str) -> None:
    assert intents(text)[:1] == ["report"]


@pytest.mark.parametrize("text", NO_REPORTS)
def test_what_is_denied_asked_or_supposed_opens_no_report(text: str) -> None:
    assert "report" not in intents(text)


@pytest.mark.parametrize("fault", ["坏了", "有问题", "用不了", "出故障了"])
def test_every_thing_with_a_plain_fault_opens_a_report(fault: str) -> None:
    assert [thing for thing in THINGS if not opens_report(thing + fault)] == []


@pytest.mark.parametrize("key", ["faults", "weak_faults"])
def test_every_fault_of_a_lamp_opens_a_report(key: str) -> None:
    faults = read_table("openings")[key]
    assert [fault for fault in faults if not opens_report("小区的路灯" + fault)] == []


def test_a_thing_whose_fault_is_asked_or_supposed_opens_none_but_may_be_one() -> None:
    for thing in THINGS:
        for sentence in (f"{thing}坏了吗？", f"如果{thing}坏了怎么办"):
            assert not opens_report(sentence)
            assert maybe_report(sentence)


def test_the_name_of_a_thing_is_no_fault() -> None:
    names = ["大门", "地漏", "灭火器", "长椅", "大树", "报警器", "落水管", "喷泉", "污水管", "大堂"]
    assert [name for name in names if opens_report(name)] == []


def test_most_of_what_may_be_a_report_is_offered_and_chit_chat_is_not() -> None:
    """Figures: all 30 unsure sentences are offered, none of the 42 others."""
    offered = [text for text in PERHAPS if intents(text)[-1:] == ["maybe_report"]]
    assert len(offered) / len(PERHAPS) >= 0.95
    assert [text for text in CHAT if maybe_report(text)] == []


def test_what_surely_opens_is_not_asked_about() -> None:
    assert [text for text in REPORTS if maybe_report(text)] == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我的报修", "my_orders"), ("报修进度", "my_orders"), ("我的报修进度怎么样", "my_orders"),
        ("催一下报修", "urge"),
        ("催报修", "urge"), ("撤回报修", "withdraw"), ("撤回 1001", "withdraw"),
        ("13800138000", "phone_number"),
        ("我电话 138 0013 8000", "phone_number"), ("没修好", "not_fixed"), ("谢谢师傅", "thanks"),
        ("我要绑定", "bind_home"),
    ],
)  # fmt: skip
def test_what_comes_first(text: str, first: str) -> None:
    assert intents(text)[0] == first
    assert "report" not in intents(text)


@pytest.mark.parametrize(
    "text",
    [
        "那个申请能撤回吗",
        "没修好的话怎么办",
        "如果没修好找谁",
        "怎么撤回报修",
        "不撤回了",
        "修好了吗",
        "好了的话就不用来了",
    ],
)
def test_questions_do_nothing(text: str) -> None:
    assert not {"withdraw", "not_fixed", "report", "urge"} & set(intents(text))


@pytest.mark.parametrize("text", ["不报修了", "不用报修", "先不报修", "不用报修了，谢谢", "取消报修"])
def test_a_report_no_longer_wanted_is_a_word_of_control(text: str) -> None:
    assert control(text) == "cancel"
    assert not opens_report(text)


@pytest.mark.parametrize(
    "text",
    [
        "撤回 1001", "撤回1001", "1001 撤回", "把1001撤回吧", "我要撤回", "撤单", "撤回！", "撤回我的报修",
        "不用修了",
        "灯亮了，不用修了", "自己好了不用来了", "取消1001", "取消工单1001", "请帮我撤回刚才的报修，谢谢",
        "师傅不用来了",
    ],
)  # fmt: skip
def test_a_clear_wish_to_withdraw(text: str) -> None:
    assert withdraws(text)
    assert drops(text) is ("1001" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "那个申请能撤回吗", "怎么撤回", "撤回要多久", "能不能撤回", "不是不用修了", "好了的话就不用来了",
        "撤回的话会怎么样",
        "不想撤回", "不撤回", "别撤回", "撤销了吗", "可以撤回么", "微信撤回了一条消息", "取消明天的饭",
        "取消", "", "1001",
    ],
)  # fmt: skip
def test_no_clear_wish_to_withdraw(text: str) -> None:
    assert not withdraws(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("厨房漏水，我手机138 0013 8000", "厨房漏水"), ("13800138000", ""),
        ("我的电话是１３８００１３８０００。", ""),
        ("下水道堵了，请打我电话", "下水道堵了"), ("对讲电话坏了", "对讲电话坏了"),
        ("漏水，021-65432100 联系", "漏水"),
        ("漏水 138.0013.8000", "漏水"), ("我家停电，联系电话：13800138000，谢谢", "我家停电"),
        ("工单 1001", "工单 1001"),
        ("手机没电了", "手机没电了"), ("", ""),
    ],
)  # fmt: skip
def test_how_to_call_is_left_out(text: str, left: str) -> None:
    assert without_phone(text) == left


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("我要报修，我电话13800138000", None), ("报修 13800138000", None), ("报修", None),
        ("厨房漏水，我手机138 0013 8000", "厨房漏水，我手机138 0013 8000"), ("我要报修，电梯坏了", "电梯坏了"),
    ],
)  # fmt: skip
def test_the_content_of_a_report_keeps_its_words(text: str, content: str | None) -> None:
    assert report_content(text) == content

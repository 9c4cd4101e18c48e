"""The grammar of staff groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.staff import Command, number_in, read_command, talk_in


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("接1024", ("claim", 1024, "")), ("接单1024", ("claim", 1024, "")), ("1024接了", ("claim", 1024, "")),
        ("1024 接", ("claim", 1024, "")), ("＃１０２４ 接", ("claim", 1024, "")), ("接 #1024", ("claim", 1024, "")),
        ("@小邻 接 1024", ("claim", 1024, "")), ("@小邻\u2005接1024", ("claim", 1024, "")),
        ("【1024】接单", ("claim", 1024, "")),
        ("我接1024", ("claim", 1024, "")), ("1024 我来", ("claim", 1024, "")), ("抢 1024", ("claim", 1024, "")),
        ("接 1024。", ("claim", 1024, "")), ("接 1024 我下午去", ("claim", 1024, "我下午去")),
        ("接", ("claim", None, "")),
        ("接了", ("claim", None, "")), ("接\u200b1024", ("claim", 1024, "")), ("接 12", ("claim", 12, "")),
        ("到场", ("arrive", None, "")), ("到场 1024", ("arrive", 1024, "")), ("1024到场", ("arrive", 1024, "")),
        ("1024 到了", ("arrive", 1024, "")), ("我到了", ("arrive", None, "")),
        ("进度 1024：配件下午到，请等", ("progress", 1024, "配件下午到，请等")),
        ("1024处理中", ("progress", 1024, "")),
        ("进度 配件下午到", ("progress", None, "配件下午到")),
        ("退 1024 不是我们的", ("return", 1024, "不是我们的")),
        ("退单1024：地址不清楚", ("return", 1024, "地址不清楚")),
        ("问1024几楼？", ("ask", 1024, "几楼？")), ("问 1024 几楼?", ("ask", 1024, "几楼?")),
        ("问", ("ask", None, "")),
        ("回复1024：已联系", ("reply", 1024, "已联系")), ("回 1024 好的", ("reply", 1024, "好的")),
        ("查1024", ("show", 1024, "")), ("1024详情", ("show", 1024, "")), ("1024", ("show", 1024, "")),
        ("【1024】", ("show", 1024, "")),
        ("工单 1024", ("show", 1024, "")), ("1024 换了2个灯", ("show", 1024, "换了2个灯")),
        ("1024接不了", ("show", 1024, "接不了")),
        ("1024修好了吗？", ("show", 1024, "修好了吗？")), ("完成1024了吗？", ("show", 1024, "了吗？")),
        ("1024还没完成", ("show", 1024, "还没完成")),
        ("待接", ("waiting", None, "")), ("没人接的", ("waiting", None, "")),
        ("叫 1024 王强 来抬一下", ("add_helper", 1024, "王强 来抬一下")),
        ("不用叫 1024 王强", ("dismiss", 1024, "王强")),
        ("合并 1025 到 1024", ("merge", 1025, "到 1024")),
        ("待办", ("todo", None, "")), ("我的待办", ("todo", None, "")), ("帮助", ("help", None, "")),
        ("？", ("help", None, "")),
        ("转 1024 电梯", ("transfer", 1024, "电梯")), ("1024转给李师傅", ("transfer", 1024, "李师傅")),
        ("把1024派给李师傅", ("transfer", 1024, "李师傅")), ("派单 1024 给小张", ("transfer", 1024, "小张")),
        ("暂停 1024 等配件 到周五", ("pause", 1024, "等配件 到周五")),
        ("1024暂停，等配件3天", ("pause", 1024, "等配件3天")),
        ("恢复 1024", ("resume", 1024, "")), ("1024 恢复处理", ("resume", 1024, "")),
        ("约 1024 明天下午3点", ("appoint", 1024, "明天下午3点")),
        ("1024约了周五上午", ("appoint", 1024, "周五上午")),
        ("约 明天下午3点", ("appoint", None, "明天下午3点")),
        ("绑定 ABC123", ("bind", None, "ABC123")), ("绑定 1024", ("bind", None, "1024")),
        ("绑定ABC123", ("bind", None, "ABC123")),
        ("绑定本群 XF88", ("bind_group", None, "XF88")), ("绑定本群：幸福小区", ("bind_group", None, "幸福小区")),
    ],
)  # fmt: skip
def test_command(text: str, command: tuple[str, int | None, str]) -> None:
    found = read_command(text)
    assert found is not None
    assert (found.verb, found.number, found.rest, found.end) == (*command, None)


@pytest.mark.parametrize(
    ("text", "number", "rest", "end"),
    [
        ("完成", None, "", "resolved"), ("修好了", None, "", "resolved"), ("完成1024", 1024, "", "resolved"),
        ("完成1024已换水管", 1024, "已换水管", "resolved"),
        ("完成 1024，已换水管。共 2 个", 1024, "已换水管。共 2 个", "resolved"),
        ("1024完成换了2个灯", 1024, "换了2个灯", "resolved"), ("已完成1024", 1024, "", "resolved"),
        ("修好了 1024", 1024, "", "resolved"),
        ("工单1128已修好，换了个阀门", 1128, "换了个阀门", "resolved"), ("办结 1024", 1024, "", "resolved"),
        ("完成 2026年检修", None, "2026年检修", "resolved"), ("1024 已处理", 1024, "", "resolved"),
        ("完成 1024 ＡＢ型阀门", 1024, "ＡＢ型阀门", "resolved"),
        ("完成 1024 解释：住户自己关了总闸", 1024, "住户自己关了总闸", "explained"),
        ("完成 1024 解释", 1024, "", "explained"),
        ("完成 1024 非本单位", 1024, "", "not_responsible"),
        ("完成1024不归我们 找电力公司", 1024, "找电力公司", "not_responsible"),
        ("完成 1024 重复", 1024, "", "duplicate"), ("完成 1024 重复 1020", 1024, "1020", "duplicate"),
        ("完成 1024 重复的螺丝换了", 1024, "重复的螺丝换了", "resolved"),
    ],
)  # fmt: skip
def test_finish(text: str, number: int | None, rest: str, end: str) -> None:
    found = read_command(text)
    assert found is not None
    assert (found.verb, found.number, found.rest, found.end) == ("finish", number, rest, end)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "@小邻", "大家好", "接孩子去了", "到了没?", "下班了", "回家了", "问题不大", "转发一下", "好的",
        "收到", "查不到", "退休了", "0999",
     "12", "接待中", "完成不了", "1000", "3号楼电梯坏了", "谢谢", "修好了吗", "13812345678"],
)  # fmt: skip
def test_no_command(text: str) -> None:
    assert read_command(text) is None


@pytest.mark.parametrize(
    ("text", "verb", "number", "rest"),
    [
        ("完成 10240000001 修好了", "finish", 10240000001, "修好了"),
        ("完成 0999 修好了", "finish", 999, "修好了"),
        ("完成 102 修好了", "finish", 102, "修好了"),
        ("接 10240000001", "claim", 10240000001, ""),
        ("接 0999", "claim", 999, ""),
        ("接 000", "claim", 1, ""),
        ("退 ＃９９９ 不是我们的", "return", 999, "不是我们的"),
        ("完成 【0012】好了", "finish", 12, "好了"),
        ("进度：13800138000 打不通", "progress", 13800138000, "打不通"),
        ("接 " + "9" * 40, "claim", 10**18 - 1, ""),
    ],
)
def test_a_mistyped_number_is_never_left_out(text: str, verb: str, number: int, rest: str) -> None:
    found = read_command(text)
    assert found is not None
    assert (found.verb, found.number, found.rest) == (verb, number, rest)


@pytest.mark.parametrize(
    "rest",
    [
        "300 元配件", "1200元", "100 米水管", "220V 电压正常", "180 度弯头", "100个灯泡", "602 室换了龙头",
        "100% 好了", "12 号楼的灯", "100.5 元", "2026-11-22 换好了", "换了 100 个灯",
    ],
)  # fmt: skip
def test_a_quantity_is_no_number_of_an_order(rest: str) -> None:
    assert read_command(f"完成 {rest}") == Command("finish", None, rest, "resolved")


@given(
    st.from_regex(r"[0-9]{3,14}", fullmatch=True), st.sampled_from(["接", "完成", "退", "到场", "进度", "问"])
)
def test_a_number_after_a_verb_is_always_kept(digits: str, verb: str) -> None:
    found = read_command(f"{verb} {digits} 好")
    assert found is not None
    assert found.number == max(int(digits), 1)


@pytest.mark.parametrize("order", ["1001", "1024", "99999", "123456789"])
@pytest.mark.parametrize(
    "form", ["接{}", "接 {}", "{}接", "{} 接了", "接单：{}", "接#{}", "接【{}】", "接 {} 号单"]
)
def test_an_order_is_claimed_however_it_is_written(form: str, order: str) -> None:
    assert read_command(form.format(order)) == Command("claim", int(order))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("【1024】3号楼电梯", 1024), ("工单 1024 已派", 1024), ("工单号：1024", 1024), ("工单编号 1024", 1024),
        ("收到#1030", 1030),
        ("新工单【1024】\n3号楼602 水管漏水", 1024), ("【１０２４】", 1024), ("【12】工单：２０２４", 2024),
        ("【1024】与【1025】重复", 1024),
        ("工单1024：配件 2000 元", 1024), ("【新单】【1024】", 1024),
        ("", None), ("没有", None), ("1024", None), ("【12】", None), ("【1000】", None),
        ("电话 13812345678", None),
        ("#12345678901", None), ("工单13812345678", None),
        ("【加急 1003】电梯 · 幸福小区 3 号楼", 1003),
        ("【紧急 1004】消防 · 地点还没说清楚", 1004),
        ("1003 由您接单。门牌和电话请在单聊里发：详情 1003。", 1003),
        ("1003 进展已转给住户。", 1003),
        ("1003", None),
    ],
)  # fmt: skip
def test_number_in(text: str, number: int | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("回复 T12 您好，明天上门", ("reply", 12, "您好，明天上门")), ("回复T12您好", ("reply", 12, "您好")),
        ("@小邻 回复 t12：您好", ("reply", 12, "您好")), ("回 Ｔ１２ 您好", ("reply", 12, "您好")),
        ("T12 回复 1024 已经修好", ("reply", 12, "1024 已经修好")), ("【T12】回复您好", ("reply", 12, "您好")),
        ("回复 对话T12 您好", ("reply", 12, "您好")), ("回复 T12", ("reply", 12, "")),
        ("结束 T12", ("end_talk", 12, "")), ("结束T12。", ("end_talk", 12, "")), ("T12 结束", ("end_talk", 12, "")),
        ("T12结束了", ("end_talk", 12, "")), ("结束对话 T12", ("end_talk", 12, "")),
        ("查 T12", ("show", 12, "")), ("T12", ("show", 12, "")), ("T12 您好", ("show", 12, "您好")),
        ("T12 结束了吗", ("show", 12, "结束了吗")),
    ],
)  # fmt: skip
def test_a_talk_is_named_by_t_and_its_number(text: str, command: tuple[str, int, str]) -> None:
    found = read_command(text)
    assert found is not None
    assert (found.verb, found.talk, found.rest.rstrip("。"), found.number) == (*command, None)


@pytest.mark.parametrize(
    ("text", "verb", "number"),
    [
        ("完成 1024 T8 灯管已换", "finish", 1024), ("回复 T8灯管已订货", "reply", None),
        ("回复 T8 灯管明天到", "reply", None), ("完成 T5 支架换好", "finish", None),
        ("回复 1024 T12 说过了", "reply", 1024),
        ("结束", "end_talk", None), ("回复 您好", "reply", None),
    ],
)  # fmt: skip
def test_lamps_and_orders_are_no_talks(text: str, verb: str, number: int | None) -> None:
    found = read_command(text)
    assert found is not None
    assert (found.verb, found.number, found.talk) == (verb, number, None)


@pytest.mark.parametrize(
    ("quote", "talk"),
    [
        ("【T12】居民对话 · 幸福小区 3 号楼\n住户说：“工单 1024 呢”", 12), ("小邻：【t3】居民对话", 3),
        ("【1024】电梯 · 幸福小区\n住户补充：“【T12】”", None), ("T12 已发给住户", None), ("", None),
    ],
)  # fmt: skip
def test_the_talk_of_a_quoted_message(quote: str, talk: int | None) -> None:
    assert talk_in(quote) == talk

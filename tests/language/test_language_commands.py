"""Control words, numbers of orders, asking after an order, complaining of one."""

import pytest

from bot.language.commands import control, ends_talk, is_order, my_orders, not_fixed, order_number, urges


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("0", "back"), ("０", "back"), ("0.", "back"), ("返回", "back"), ("返回吧", "back"), ("上一步", "back"),
        ("退回", "back"),
        ("取消", "cancel"), ("取消了", "cancel"), ("取消！谢谢", "cancel"), ("退出", "cancel"),
        ("不弄了", "cancel"),
        ("算了不办了", "cancel"), ("算了", "cancel"), ("算了吧", "cancel"), ("算了不要了", "cancel"),
        ("重来", "restart"), ("重新开始", "restart"), ("人工", "person"), ("转人工", "person"),
        ("请转人工，谢谢", "person"),
        ("找人", "person"), ("人工客服", "person"), ("帮助", "help"), ("菜单", "help"), ("?", "help"),
        ("？", "help"),
        ("HELP", "help"), ("更多", "more"), ("更多吧", "more"),
        ("", None), ("00", None), ("1", None), ("我要取消明天的饭", None), ("取消订餐", None),
        ("今天的菜单", None), ("电梯坏了", None),
        ("返回小区的路上", None), ("人工湖漏水", None), ("更多人来修", None), ("好", None), ("10", None),
    ],
)  # fmt: skip
def test_control(text: str, verb: str | None) -> None:
    assert control(text) == verb


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1024", 1024), ("１０２４", 1024), ("查 1024", 1024), ("查1024", 1024), ("工单1024", 1024),
        ("工单 1024", 1024),
        ("工单号：1024", 1024), ("1024 怎么样了", 1024), ("1024怎么样了？", 1024), ("我的1024呢", 1024),
        ("【1024】", 1024),
        ("#1024", 1024), ("＃1024", 1024), ("1024号", 1024), ("1024号工单", 1024), ("1024 修好了吗?", 1024),
        ("请问1024进度", 1024),
        ("查一下1024", 1024), ("1024。", 1024), ("1001", 1001), ("123456789", 123456789),
        ("帮我查一下 1024 到哪了", 1024),
        ("1000", None), ("999", None), ("123", None), ("0123", None), ("1234567890", None),
        ("13812345678", None), ("", None),
        ("1024几楼", None), ("体温366", None), ("2026年", None), ("1024 1025", None), ("接 1024", None),
        ("1024 还是漏", None),
        ("3号楼1024", None), ("20号", None), ("查", None), ("一千零二十四", 1024),
    ],
)  # fmt: skip
def test_order_number(text: str, number: int | None) -> None:
    assert order_number(text) == number


@pytest.mark.parametrize(
    ("number", "expected"), [(0, False), (1000, False), (1001, True), (10**9 - 1, True), (10**9, False)]
)
def test_is_order(number: int, expected: bool) -> None:
    assert is_order(number) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我的报修", True), ("我的报修呢", True), ("我的工单", True), ("查报修", True), ("报修进度", True),
        ("请问报修进度", True),
        ("查一下我的报修", True), ("我的单子", True), ("进度", True), ("查进度", True), ("报修记录", True),
        ("我的诉求", True),
        ("查工单", True), ("我的订单", True), ("我报的修", True), ("我报的修到哪了", True),
        ("报修查询！", True), ("查询报修", True),
        ("我要报修", False), ("报修", False), ("电梯坏了", False), ("", False), ("我的", False),
        ("1024", False), ("查", False),
        ("我的报修还是漏", False), ("你好", False), ("我的体温", False), ("工单", False), ("订餐", False),
    ],
)  # fmt: skip
def test_my_orders(text: str, expected: bool) -> None:
    assert my_orders(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("催", True), ("催一下", True), ("催单", True), ("怎么还没来", True), ("怎么还不来", True),
        ("我报的修怎么还没人来", True), ("快点", True),
        ("快点吧", True), ("师傅到哪了", True), ("还要等多久", True), ("昨天报的电梯几时来修", True),
        ("什么时候来修", True), ("等了好几天了", True),
        ("怎么这么慢", True), ("没人来修", True), ("到底来不来", True), ("为什么没人联系我", True),
        ("急！", True), ("赶紧", True),
        ("不催", False), ("不用催", False), ("不着急", False), ("外婆催眠", False), ("饭怎么还没来", False),
        ("快递什么时候来", False),
        ("电梯坏了", False), ("谢谢", False), ("", False), ("我要报修", False), ("快乐", False), ("好", False),
        ("很快", False),
    ],
)  # fmt: skip
def test_urges(text: str, expected: bool) -> None:
    assert urges(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没修好", True), ("没有修好", True), ("又坏了", True), ("还是漏", True), ("还是漏水", True),
        ("没解决", True), ("还在漏", True),
        ("又不亮了", True), ("还是不行", True), ("还是堵", True), ("问题还在", True), ("修完又坏了", True),
        ("没弄好", True), ("还是老样子", True),
        ("还没好", True), ("没好啊", True), ("修不好", True), ("还是没水", True), ("电梯又坏了，真是的", True),
        ("1024 还是漏", True),
        ("修好了", False), ("没修好吗", False), ("修好了没有", False), ("谢谢", False), ("", False),
        ("没问题了", False), ("已解决", False),
        ("很满意", False), ("电梯坏了", False), ("我要报修", False), ("可以了", False), ("不漏了", False),
    ],
)  # fmt: skip
def test_not_fixed(text: str, expected: bool) -> None:
    assert not_fixed(text) is expected


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("结束", True), ("结束，谢谢", True), ("结束对话", True), ("不聊了", True), ("退出吧", True),
        ("取消", False), ("0", False), ("算了", False), ("会议结束了吗", False), ("好的谢谢", False),
    ],
)  # fmt: skip
def test_words_that_end_a_talk_with_a_person(text: str, ends: bool) -> None:
    assert ends_talk(text) is ends

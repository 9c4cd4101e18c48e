"""What stops or sends a report that is ready, and chit-chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.replies import refuses, small_talk, submits

REFUSES = [
    "不对", "不对！", "不是", "不是的", "错了", "地址错了", "不提交", "先别", "先别提交", "等一下", "等等啊",
    "不对，先别提交", "谢谢，等一下", "不", "NO", "还没发完", "不行吧", "搞错了",
]  # fmt: skip
SUBMITS = [
    "提交", "提交吧", "提交！谢谢", "好", "好的", "好了", "发好了", "发好了，提交", "就这些", "没有照片",
    "没有照片，提交吧",
    "没了", "没有", "行", "可以", "对", "对的", "是的", "OK", "ｏｋ", "可以了，谢谢师傅", "就这样", "嗯，好的",
]  # fmt: skip
NEITHER = [
    "", " ", "。", "不对，是 5 号楼", "不是，改成 5 号楼", "提交？", "提交吗", "好的，改成 5 号楼",
    "电梯坏了", "没有照片怎么办", "不漏了", "不亮", "可以修吗",
    "是 5 号楼", "等一下师傅来吗", "1001", "好看", "对面", "没水", "不用修了", "不要", "谢谢", "什么意思",
]  # fmt: skip
SMALL = [
    "你好", "您好！", "在吗？", "知道了", "好的", "好的谢谢", "嗯", "嗯嗯嗯", "收到", "收到，谢谢师傅",
    "哦", "ok", "OK！", "123",
    "哈哈", "哈哈哈哈", "谢谢", "谢谢你们", "辛苦了", "[微笑]", "好的[微笑]", "👍", "。。。", "？",
    "早上好", "在吗，有人吗",
    "ＯＫ", "再见", "新年快乐", "测试一下", "太好了", "您辛苦了", "没事，谢谢", "哎呀",
]  # fmt: skip
NOT_SMALL = [
    "", "下午三点来", "好的，下午三点来", "在家", "谢谢，钥匙在门卫", "还在漏", "漏水", "602", "1001",
    "13800138000", "不用了",
    "没人", "一楼", "你们什么时候来", "好冷", "可以", "对", "哦，是厨房", "ok 明天", "了", "的", "你", "水",
    "早点来", "好臭",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSES)
def test_it_is_stopped(text: str) -> None:
    assert refuses(text)
    assert not submits(text)


@pytest.mark.parametrize("text", SUBMITS)
def test_it_is_sent(text: str) -> None:
    assert submits(text)
    assert not refuses(text)


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert not refuses(text)
    assert not submits(text)


@given(st.text() | st.text("不对是提交等一下先别好了没有照片就这些吗？，。 "))
def test_nothing_is_both_stopped_and_sent(text: str) -> None:
    assert not (refuses(text) and submits(text))


@pytest.mark.parametrize("text", SMALL)
def test_small_talk(text: str) -> None:
    assert small_talk(text)


@pytest.mark.parametrize("text", NOT_SMALL)
def test_no_small_talk(text: str) -> None:
    assert not small_talk(text)

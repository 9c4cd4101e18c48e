"""What lines that no rule and no training line knows are understood as."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.classifier import guess, the_classifier
from bot.language.understanding import (
    calm_category,
    calm_urgency,
    emergency,
    surely_danger,
    understand,
    wants_person,
)

UNSEEN = [
    ("厨房水管那里一直在滴水，拿脸盆接着", "report"),
    ("楼道里的灯坏了半个月，老人摸黑走", "report"),
    ("给我留两客带鱼，明朝中浪", "order"),
    ("后天晚饭帮我爸订一份清淡点的", "order"),
    ("刚给我妈量好，三十六度四", "temp"),
    ("长护险是不是要先评估，去哪里评", "faq"),
    ("失业金要去哪个窗口领", "faq"),
    ("小师傅做事蛮仔细，给五颗星", "rate"),
    ("明天那顿饭不要送了", "cancel"),
    ("我跟你讲不清，帮我叫个真人", "help"),
    ("前天报的水管，师傅啥辰光来", "status"),
    ("对的，就按这个来", "confirm"),
    ("不对，是五号楼不是三号楼", "deny"),
    ("活着真没意思，不想活了", "safety"),
    ("我心脏很不舒服", "safety"),
    ("今天老战友聚会，喝了点黄酒", "oos"),
    ("孙女钢琴考过八级了", "oos"),
    ("外面风大，多穿点", "oos"),
    ("SELECT name FROM staff", "oos"),
    ("", "oos"),
    ("\u200b\ud800", "oos"),
    ("😀😀😀", "oos"),
]


@pytest.mark.parametrize(("text", "intent"), UNSEEN)
def test_unseen_lines(text: str, intent: str) -> None:
    assert understand(text).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        *(
            "找个人跟我说话",
            "我想跟人说话",
            "能不能叫个人打电话给我",
            "我要找居委会的人",
            "有没有真人",
            "转仁工",
        ),
        *("我要真人", "我跟你讲不清，帮我叫个真人"),
    ],
)
def test_a_person_is_asked_for_in_ones_own_words(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        *("不用找人工了", "不要打电话给我", "工作人员会来吗", "我在等工作人员", "有工作人员来过了"),
        *(
            "不会弄",
            "叫人来修电梯",
            "社区工作人员电话",
            "修一次人工费多少",
            "找个人陪我去医院",
            "居委会的人什么时候上班",
            "下午打电话给我",
            "打电话给我",
            "回个电话",
            "值班人员",
            "师傅给我回个电话",
            "能不能叫工作人员下午过来",
            "让工作人员到了打电话给我",
            "我不在家，你找值班人员",
            "叫工作人员来修灯",
            "叫工作人员来看一下",
        ),
    ],
)
def test_who_only_speaks_of_a_person_asks_for_none(text: str) -> None:
    assert not wants_person(text)


@pytest.mark.parametrize("text", ["接单 1024", "完成 1024 已换水管", "今日报表", "导出订餐名单"])
def test_only_staff_can_command(text: str) -> None:
    assert understand(text, "staff").intent == "staff"
    assert understand(text).intent != "staff"


@pytest.mark.parametrize(
    ("text", "category", "urgency"),
    [
        ("店梯停在六楼不动了", "电梯", "urgent"),
        ("媒气味道重得要命", "燃气", "emergency"),
        ("招火了招火了", "消防", "emergency"),
        ("电梯里厢关牢一个阿婆", "电梯", "emergency"),
        ("单元门的门禁卡刷不出", "治安", "normal"),
        ("楼上半夜还在打电钻", "噪音", "normal"),
        ("水斗下水老慢额", "水电", "normal"),
    ],
)
def test_category_and_urgency(text: str, category: str, urgency: str) -> None:
    found = understand(text)
    assert (found.intent, found.category, found.urgency) == ("report", category, urgency)


def test_where_words_and_classifier_agree_nobody_is_asked() -> None:
    assert emergency("有人被困在电梯里了") == ("emergency", False)
    assert emergency("楼道灯不亮") == ("normal", False)


@pytest.mark.parametrize(
    "text",
    [
        "楼上小囡骑在窗台外头 大人不在家", "客厅里有人在翻抽屉 屋里就我一个人", "厨房的水没过拖线板了 脚麻麻的",
        "楼道里全是呛人的黑气", "对门阿婆洗澡洗到现在 喊她没声音", "我们几个人关在电梯里 按铃没人睬",
    ],
)  # fmt: skip
def test_danger_told_in_a_roundabout_way_is_an_emergency(text: str) -> None:
    assert understand(text).urgency == "emergency"


@pytest.mark.parametrize("text", ["插座松了 没火花", "软管到期了 没漏 想换根新的", "打麻将吵得睡不着"])
def test_danger_that_is_denied_is_none(text: str) -> None:
    assert understand(text).urgency != "emergency"


def test_nobody_learns_at_run_time() -> None:
    code = (
        "import sys, bot.language.understanding as u; u.understand('电梯坏了');"
        "print([name for name in ('sklearn', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_line_takes_less_than_five_milliseconds() -> None:
    the_classifier()
    lines = [f"{text}{number}" for number in range(10) for text, _ in UNSEEN]
    began = time.perf_counter()
    for line in lines:
        understand(line)
    assert (time.perf_counter() - began) / len(lines) < 0.005


def test_probabilities_add_up() -> None:
    found = guess("电梯坏了")
    for odds in (found.intent, found.category, found.urgency):
        assert sum(odds.values()) == pytest.approx(1, abs=1e-4)
        assert list(odds.values()) == sorted(odds.values(), reverse=True)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_understood_somehow(text: str) -> None:
    for role in ("resident", "staff"):
        found = understand(text, role)  # type: ignore[arg-type]
        assert 0 <= found.score <= 1
        assert (found.category is None) == (found.urgency is None)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("着火了", True),
        ("煤气泄漏", True),
        ("有人晕倒", True),
        ("树倒了压住一个人", True),
        ("再拍皮球我要炸了", False),
        ("外墙的瓷砖掉了一块，要砸死人的", False),
        ("楼道灯坏了", False),
    ],
)
def test_danger_is_sure_where_it_is_plain_or_both_hear_it(text: str, sure: bool) -> None:
    assert surely_danger(text) is sure


@pytest.mark.parametrize(
    ("text", "category", "level"),
    [
        ("楼上再拍皮球我要炸了", "noise", "normal"),
        ("垃圾桶冒烟了", "cleaning", "normal"),
        ("电梯里有焦味", "lift", "normal"),
        ("楼下在打架吵死了", "noise", "normal"),
        ("水管爆炸一样喷水", "utilities", "normal"),
        ("热水器漏电", "utilities", "urgent"),
        ("厨房嘶嘶响像漏气", "gas", "normal"),
        ("楼道灯不亮", "public_facilities", "normal"),
    ],
)
def test_who_denies_the_danger_has_the_category_of_the_other_words(
    text: str, category: str, level: str
) -> None:
    suggested = calm_category(text)
    assert suggested is not None
    assert (suggested.category, suggested.sure) == (category, True)
    assert calm_urgency(text, category) == level


def test_where_nothing_else_is_said_no_category_is_guessed() -> None:
    assert calm_category("有人掉下去了") is None

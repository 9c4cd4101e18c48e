"""Every kind of pushed message, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.message import Reply
from bot.ports import Flags
from bot.wording import Unworded, word
from handlers.staff_words import HELP
from models.rules import alarms
from tests.wording.samples import (
    AT,
    GROUP,
    GROUP_KINDS,
    KITCHEN_KINDS,
    NAMES,
    QUESTION_KINDS,
    RESIDENT,
    RESIDENT_KINDS,
    TALK_KINDS,
    said,
    sample,
)
from tests.words import faults
from workers import ladders


def test_every_kind_has_a_ladder_and_a_text() -> None:
    assert wording.kinds() == set(ladders.KINDS)


@pytest.mark.parametrize("kind", sorted(ladders.KINDS))
@pytest.mark.parametrize("urgency", ["normal", "urgent", "emergency"])
@pytest.mark.parametrize("worker", ["李华", ""])
def test_every_kind_reads_well(kind: str, urgency: str, worker: str) -> None:
    words = said(kind, urgency=urgency, worker=worker)
    assert words
    assert faults(words) == []


@pytest.mark.parametrize("end", ["resolved", "explained", "not_responsible", "duplicate", "withdrawn"])
@pytest.mark.parametrize("words", ["已换主板", ""])
def test_every_end_is_told_honestly(end: str, words: str) -> None:
    text = said("order_finished", end=end, words=words, rate=False, photos=0)
    assert faults(text) == []
    assert "1024" in text
    assert ("处理好了" in text) == (end == "resolved")


@pytest.mark.parametrize("kind", TALK_KINDS)
def test_a_group_is_told_how_to_answer_a_resident(kind: str) -> None:
    first, *rest = said(kind, place="幸福小区 3 号楼").splitlines()
    assert first == "【T12】居民对话 · 幸福小区 3 号楼"
    assert "「@小邻 回复 T12 内容」" in rest[-1]
    assert said(kind, place="").splitlines()[0] == "【T12】居民对话 · 住址没有登记"


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("talk_opened", ("asked", "not_understood", "defect")),
        ("talk_ended", ("resident", "console", "silence", "unanswered")),
        ("talk_reply", ("open", "ended")),
        ("talk_over", ("staff", "silence", "unanswered")),
    ],
)
@pytest.mark.parametrize("words", ["在吗", ""])
def test_every_form_of_a_talks_message_reads_well(kind: str, ends: tuple[str, ...], words: str) -> None:
    told = [
        said(kind, end=end, words=words, away="2026-11-23T00:30:00+00:00", from_unit="某居委会")
        for end in ends
    ]
    assert [fault for one in told for fault in faults(one)] == []
    assert len(set(told)) == len(ends)


def test_a_group_reads_when_the_resident_was_told_that_staff_are_back() -> None:
    assert "明天 8:30 上班" in said("talk_opened", away="2026-11-23T00:30:00+00:00")


@pytest.mark.parametrize(
    "kind", sorted(set(GROUP_KINDS) - set(TALK_KINDS) - QUESTION_KINDS - KITCHEN_KINDS - {"alarm"})
)
def test_a_group_is_told_what_to_send_back(kind: str) -> None:
    first, *rest = said(kind).splitlines()
    assert first == "【1024】电梯 · 幸福小区 3 号楼 电梯"
    assert "「@小邻 " in rest[-1]
    assert " 1024" in rest[-1]


@pytest.mark.parametrize("kind", sorted(KITCHEN_KINDS))
@pytest.mark.parametrize("pickup", [0, 5])
@pytest.mark.parametrize("missed", [0, 2])
@pytest.mark.parametrize("console", ["", "工作台"])
def test_a_kitchen_reads_which_meal_it_is_about(kind: str, pickup: int, missed: int, console: str) -> None:
    words = said(kind, pickup=pickup, missed=missed, console=console)
    assert words.startswith("【备餐】和平长者食堂 11 月 23 日（周一）午餐\n")
    assert faults(words) == []
    if "correction" in kind:
        assert ("请到工作台“备餐”点“收到了”。" in words) == bool(console)


def test_each_dish_of_a_count_has_its_line() -> None:
    lines = said("kitchen_count").splitlines()
    assert lines[1:4] == ["订餐截止，一共 9 份，7 单：", "红烧肉 6 份", "豆腐 3 份"]
    assert "没有人订，不用备餐。" in said(
        "kitchen_count", orders=0, portions=0, dishes=[], pickup=0, delivery=0
    )


def test_a_long_list_of_dishes_is_cut_to_what_a_group_can_read() -> None:
    dishes = [f"很长的名字的第 {number} 道菜 {number} 份" for number in range(1, 100)]
    words = said("kitchen_count", dishes=dishes)
    assert len(words.encode()) <= GROUP.text_bytes
    assert words.endswith("打印。")


LINK = "https://linli.example.cn/p/12.3.1772413200.0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "kind",
    sorted({*GROUP_KINDS} - {*TALK_KINDS} - QUESTION_KINDS - KITCHEN_KINDS - {"order_picture", "alarm"}),
)
@pytest.mark.parametrize("worker", ["李华", ""])
@pytest.mark.parametrize("urgency", ["normal", "emergency"])
def test_a_group_that_can_only_be_written_to_is_told_where_to_tap(
    kind: str, worker: str, urgency: str
) -> None:
    words = said(kind, page=LINK, bot="", worker=worker, urgency=urgency)
    first, *rest = words.splitlines()
    assert faults(words) == []
    assert "1024" in first
    assert "@" not in words
    # Nothing behind it: a phone would take it for a part of the address.
    assert rest[-1].endswith(f"：{LINK}")
    assert words.count(LINK) == 1


@pytest.mark.parametrize("name", alarms.NAMES)
def test_every_alarm_says_what_is_wrong_and_what_to_do(name: str) -> None:
    first, *rest = said("alarm", end=name).splitlines()
    assert first.startswith("【系统提醒】")
    assert rest[-1].startswith("请") or "，请" in rest[-1]
    assert faults(said("alarm", end=name)) == []


def test_an_emergency_is_put_first() -> None:
    words = said("new_order", urgency="emergency", worker="")
    assert words.startswith("【紧急 1024】")
    assert "情况紧急" in words


@pytest.mark.parametrize(("waited", "words"), [({"hours": 24}, "24 小时"), ({"minutes": 10}, "10 分钟")])
def test_who_was_given_an_order_and_did_not_come_is_named(waited: dict[str, int], words: str) -> None:
    more = {"from_unit": "安居物业", "held_by": "李华", "minutes": 0, **waited}
    assert f"安居物业 李华 接手后 {words}没有到场" in said("order_escalated", **more)
    told = said("order_escalated_resident", **more)
    assert "李华 还没有到场" in told
    assert faults(told) == []


@pytest.mark.parametrize("kind", ["order_photo_refused", "order_photo_lost"])
def test_a_photo_may_be_sent_again_while_the_order_is_open(kind: str) -> None:
    assert "「@小邻 进度 1024」" in said(kind, again=1024)
    assert "已经办结" in said(kind, again=0)


def test_what_nobody_knows_is_left_out() -> None:
    words = said("new_order", tail="", photos=0, people=1, worker="", place="")
    assert "尾号" not in words
    assert "照片" not in words
    assert "户反映" not in words
    assert "地点还没说清楚" in words


def test_one_line_for_the_holder_another_for_nobody() -> None:
    assert "接单请回复" in said("order_urged", worker="")
    assert "李华，请回复「@小邻 进度 1024 情况」" in said("order_urged")


def test_finish_and_rating_are_one_message_best_first() -> None:
    told = word("order_finished", sample("order_finished"), channel=RESIDENT, names=NAMES, at=AT)
    assert [(one.mark, one.label, one.say) for one in told.options] == [
        ("5", "很满意", "5"),
        ("4", "满意", "4"),
        ("3", "一般", "3"),
        ("2", "不满意", "2"),
        ("1", "很不满意", "1"),
    ]
    assert told.words.endswith("：")


def test_a_late_answer_keeps_its_options() -> None:
    reply = Reply("要几份？", wording.RATING)
    told = word("said", {"reply": reply.to_json()}, channel=RESIDENT, names=NAMES, at=AT)
    assert (told.words, told.options) == ("要几份？", wording.RATING)


@pytest.mark.parametrize("kind", RESIDENT_KINDS)
def test_a_doorbell_fits_the_template(kind: str) -> None:
    told = word(kind, sample(kind, place="幸福" * 30), channel=RESIDENT, names=NAMES, at=AT)
    if "template" not in ladders.KINDS[kind].rungs:
        assert told.doorbell is None
        return
    assert told.doorbell is not None
    fields = told.doorbell.fields
    assert 0 < len(fields["thing1"]) <= 20
    assert fields["character_string2"] == {"talk_reply": "T12", "question_answered": "Q12"}.get(kind, "1024")
    assert 0 < len(fields["phrase3"]) <= 5
    assert fields["time4"] == "2026年11月22日 10:08"


def test_mentions_go_by_the_side() -> None:
    told = word("order_urged", sample("order_urged"), channel=GROUP, names=NAMES, at=AT)
    assert told.mention == ("lihua",)


@pytest.mark.parametrize("kind", sorted(set(ladders.KINDS) - {"said"}))
def test_long_words_are_cut_but_never_what_to_do_next(kind: str) -> None:
    short = said(kind)
    long = said(kind, summary_group="坏" * 3000, words="坏" * 3000, question="坏" * 3000)
    assert len(long.encode()) <= 2048
    assert long.splitlines()[-1] == short.splitlines()[-1]


@given(st.text(max_size=300))
def test_nobody_in_a_group_is_called_by_a_residents_words(words: str) -> None:
    text = said("order_message", words=f"<@all>{words}<@lihua>")
    assert "<@" not in text
    assert len(text.encode()) <= 2048
    assert text.splitlines()[-1].endswith("「@小邻 回复 1024 内容」。")


@given(st.text(max_size=200), st.integers(200, 400))
def test_any_words_fit_any_length(words: str, limit: int) -> None:
    flags = Flags(hears=False, speaks_first=True, text_bytes=limit)
    assert len(said("order_message", flags, words=words).encode()) <= limit


@pytest.mark.parametrize("kind", ["order_answer", "order_visit_answer"])
def test_the_group_reads_that_an_answer_takes_the_place_of_an_earlier_one(kind: str) -> None:
    assert "更正刚才的" in said(kind, mended="更正")
    assert "更正" not in said(kind)


def test_missing_facts_and_unknown_kinds_are_refused() -> None:
    facts = sample("order_answer")
    del facts["question"]
    with pytest.raises(Unworded, match="order_answer needs the fact question"):
        word("order_answer", facts, channel=GROUP, names=NAMES, at=AT)
    with pytest.raises(Unworded, match="no text for birthday"):
        word("birthday", {}, channel=GROUP, names=NAMES, at=AT)
    with pytest.raises(Unworded, match="no text for the end lost"):
        said("order_finished", end="lost")
    with pytest.raises(Unworded, match="bytes too long"):
        said("order_message", Flags(hears=False, speaks_first=True, text_bytes=60))


def test_the_checker_finds_what_it_is_for() -> None:
    for wrong in (
        "工单1024",
        "1024号",
        "您好,请稍等",
        "您好 !",
        "{number}",
        "你 ，好",
        "好  吗",
        '"好"',
        "甲\n\n乙",
    ):
        assert faults(wrong), wrong
    assert faults("工单 1024，回复「@小邻 接 1024」。") == []


@pytest.mark.parametrize("fact", ["turn_of", "charge_of", "minutes", "instead_of"])
def test_the_group_reads_whose_it_is_and_why(fact: str) -> None:
    known = {"minutes": 0, "words": "", fact: 30 if fact == "minutes" else "李华"}
    words = said("order_assigned", **known)
    assert faults(words) == []
    assert "李华" in words


def test_what_ships_for_residents_and_staff_keeps_its_spaces() -> None:
    items = json.loads(Path("models/data/sample_items.json").read_text(encoding="utf-8"))["items"]
    told = [text for item in items for text in (item["title"], *item["steps"])]
    assert [fault for text in [*told, HELP] for fault in faults(text)] == []

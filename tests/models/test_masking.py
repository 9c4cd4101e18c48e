"""What never reaches a group, and what must stay readable there."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.rules.masking import DOOR, PHONE, mask, mask_phone
from tests.town import TestTown

HAN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
DOORS = [
    "602厨房水管漏水", "602漏水", "楼上602漏水", "楼下 602 说漏水", "隔壁602吵", "对门602太吵", "我家602",
    "我602的",
    "厨房漏水 602", "602", "302家漏到602了", "从602漏到502", "602、603都漏", "老王602家", "房号：602",
    "门牌602",
    "房间号602", "漏水，602", "六零二漏水", "六〇二漏水", "6楼602", "2单元602", "3号楼602", "3-602", "3-2-602",
    "６０２漏水", "（602）漏水", "住602", "602家没水",
]  # fmt: skip
PHONES = [
    "13800138000", "138 0013 8000", "138-0013-8000", "138.0013.8000", "１３８００１３８０００",
    "１３８．００１３．８０００",
    "1 3 8 0 0 1 3 8 0 0 0", "138  0013  8000", "一三八零零一三八零零零", "幺三八〇〇幺三八〇〇〇",
    "一三八 零零一三 八零零零",
    "+86 138 0013 8000", "8613800138000", "138—0013—8000", "13800 138000", "一3八0零1三8零0零",
]  # fmt: skip
ORDINARY = [
    "路灯坏了 3 天", "1 楼到 6 楼", "温度 36.5 度", "工单 1024", "工单1024 什么时候好", "催 1001",
    "2024年的灯", "300户停电",
    "100米", "上午8-10点，2026-11-22", "打110了", "110来过了", "119 和 120 都打了", "220V没电",
    "一共 500 元", "三四五楼都没水",
    "电梯停在 12 楼", "换了 3 个灯", "3号楼电梯坏了两次", "晚上 10:30", "水压 0.35", "电表 1234 度",
    "公交 123 路", "一二三楼",
    "花了200块", "十一点", "三天两头坏", "等了 120 分钟", "停了 100 多天", "排水量 150 升", "编号 1203",
    "密码 1234", "12345 打过了",
    "1号楼 12层", "5 台电梯", "两三个人", "十二楼灯坏", "第 102 次", "共 345 张", "230 公斤", "【1024】还是漏",
]  # fmt: skip


@pytest.mark.parametrize("words", DOORS)
def test_a_door_is_hidden(words: str) -> None:
    masked = mask(words)
    assert "602" not in masked.translate(str.maketrans("０６２", "062"))
    assert not {"六零二", "六〇二"} & {masked[i : i + 3] for i in range(len(masked))}


@pytest.mark.parametrize(
    "words", ["12B03漏水", "B1203漏水", "我家12B03", "1203A漏水", "3号楼12B03", "12ｂ03室"]
)
def test_a_door_with_a_letter_is_hidden(words: str) -> None:
    assert not {"B03", "b03", "1203"} & {mask(words)[i : i + n] for n in (3, 4) for i in range(len(words))}


@pytest.mark.parametrize("words", ["6楼02漏水", "六楼02室", "6 楼 02 漏水", "302家漏到202了", "楼上1203漏水"])
def test_every_door_of_a_sentence_is_hidden(words: str) -> None:
    assert not {"02", "1203"} & {mask(words)[i : i + n] for n in (2, 4) for i in range(len(words))}


@pytest.mark.parametrize(
    "words",
    ["602张阿婆家漏水", "我家602张桂芳奶奶摔了", "402平先生报的", "楼上1203万师傅家", "3号楼602包老师"],
)
def test_a_door_before_a_name_that_is_a_counter_too_is_hidden(words: str) -> None:
    assert not re.search(r"\d{3}", mask(words))


@pytest.mark.parametrize("words", ["602张椅子", "102平方", "买了150张票", "120万元", "602安装"])
def test_a_counter_before_a_thing_is_none(words: str) -> None:
    assert mask(words) == words


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("around", ["{}", "我电话{}，谢谢", "漏水{}", "请打 {} 联系"])
def test_a_phone_is_hidden_however_it_is_written(around: str, phone: str) -> None:
    assert mask(around.format(phone)) == around.format(PHONE)


@pytest.mark.parametrize("words", ["电话6543-2100", "0731-8888 8888", "02165432100", "座机是 6543 2100"])
def test_a_fixed_line_is_hidden(words: str) -> None:
    assert PHONE in mask(words)
    assert "2100" not in mask(words)
    assert "8888" not in mask(words)


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_words_are_kept(words: str) -> None:
    assert mask(words) == words


QUANTITIES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["路灯坏了", "等了", "换了", "一共", "电梯停在", "大概", "楼道里有", "漏了", "在"]),
    st.sampled_from(["", " "]),
    st.integers(0, 9999),
    st.sampled_from(
        [
            " 天",
            "天",
            " 个",
            "个灯",
            " 米",
            "元",
            " 块",
            " 次",
            "度",
            " 分钟",
            "年",
            " 楼",
            "层",
            "%",
            " 号楼",
        ]
    ),
)


@given(QUANTITIES)
def test_a_quantity_is_kept(words: str) -> None:
    assert mask(words) == words


@given(
    st.integers(1, 33),
    st.integers(1, 12),
    st.sampled_from(["", "楼上", "隔壁", "我家", "漏水，", "对门 ", "住"]),
    st.sampled_from(["漏水", "的厨房", "没电", "，很急", "室", "太吵"]),
)
def test_any_door_is_hidden_in_digits_and_in_words(floor: int, number: int, before: str, after: str) -> None:
    room = f"{floor}{number:02}"
    if room not in {"110", "119", "120", "122"} or after == "室":
        assert mask(before + room + after) == before + DOOR + after.removeprefix("室")
    spoken = "".join(HAN[digit] for digit in room)
    assert spoken not in mask(before + spoken + after)


@pytest.mark.parametrize(
    "words",
    [
        "602", "六零二", "六〇二", "六0二", "6零2", "６０２", "6 0 2", "六百零二", "陆零贰",
        "6楼02", "六楼02室", "六层2室",
        "6 楼 2", "602室", "602家",
    ],
)  # fmt: skip
def test_an_order_hides_its_own_door_in_every_spelling(words: str) -> None:
    assert mask(f"厨房{words}漏水", rooms=("602",)) == f"厨房{DOOR}漏水"


@pytest.mark.parametrize(
    "words", ["1203", "一二〇三", "幺二零三", "一千二百零三", "12楼03", "十二楼03", "一十二楼三"]
)
def test_a_longer_door_too(words: str) -> None:
    assert mask(f"厨房{words}漏水", rooms=("1203",)) == f"厨房{DOOR}漏水"


def test_what_only_looks_like_the_own_door_is_kept() -> None:
    words = "花了 602 元，等了 02 天，共 1602 个，16020"
    assert mask(words, rooms=("602", "02")) == words
    assert mask("02 室漏水", rooms=("02",)) == f"{DOOR}漏水"
    assert mask("厨房12b03漏水", rooms=("12B03",)) == f"厨房{DOOR}漏水"
    assert mask("漏水", rooms=("",)) == "漏水"


@example("001 001")
@given(st.text("0123456789 号楼室单元-我住电话，六零二〇幺三家上米年.B", max_size=40))
def test_masking_again_changes_nothing(words: str) -> None:
    masked = mask(words, rooms=("602",))
    assert mask(masked, rooms=("602",)) == masked


@pytest.mark.parametrize("said", ["水表在六0二那边", "水从6楼02流出来", "是六百零二漏的", "厨房602那根管子"])
def test_the_groups_of_an_order_never_read_its_door(town: TestTown, said: str) -> None:
    home_id = town.home("幸福小区", "3", "2", "602")
    town.order(summary=said, home_id=home_id, public_part=None, category="utilities")
    told = [row.facts["summary_group"] for row in town.told() if row.kind == "new_order"]
    assert told
    assert all(DOOR in words for words in told)


def test_an_order_about_no_home_keeps_its_words(town: TestTown) -> None:
    town.order(summary="电梯停在6楼，等了 20 分钟")
    assert town.told()[0].facts["summary_group"] == "电梯停在6楼，等了 20 分钟"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800138000", "138****8000"), ("02162221234", "021****1234"), ("02162221234-801", "021****1234-801"),
     ("021-62221234-8", "021****1234-8"), ("12345", "****"), ("", "")],
)  # fmt: skip
def test_a_masked_phone_keeps_its_extension_whole(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked

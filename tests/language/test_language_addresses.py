"""Homes as people write them, and what else the sentence says."""

import pytest

from bot.language.addresses import HomeRef, read_home, strip_home

Home = tuple[str | None, str | None, str | None, str | None]


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("幸福小区3号楼2单元602", ("幸福小区", "3", "2", "602")),
        ("3幢2单元602室", (None, "3", "2", "602")),
        ("3-2-602", (None, "3", "2", "602")),
        ("3—2—602", (None, "3", "2", "602")),
        ("３－２－６０２", (None, "3", "2", "602")),
        ("3号602", (None, "3", None, "602")),
        ("3栋602", (None, "3", None, "602")),
        ("3-602", (None, "3", None, "602")),
        ("3 2 602", (None, "3", "2", "602")),
        ("3 602", (None, "3", None, "602")),
        ("三号楼二单元六零二", (None, "3", "2", "602")),
        ("一号楼一单元一零一", (None, "1", "1", "101")),
        ("二十号楼三零二室", (None, "20", None, "302")),
        ("15弄3号602室", (None, "15弄3号", None, "602")),
        ("十五弄三号602", (None, "15弄3号", None, "602")),
        ("12弄8号", (None, "12弄8号", None, None)),
        ("12弄8号6楼602", (None, "12弄8号", None, "602")),
        ("15-3-2-602", (None, "15弄3号", "2", "602")),
        ("120-15-602", (None, "120弄15号", None, "602")),
        ("A座902", (None, "A", None, "902")),
        ("Ａ座９０２", (None, "A", None, "902")),
        ("a座902", (None, "A", None, "902")),
        ("A栋8楼", (None, "A", None, None)),
        ("B楼301", (None, "B", None, "301")),
        ("３号楼６０２", (None, "3", None, "602")),
        ("8#602", (None, "8", None, "602")),
        ("九号甲102", (None, "9甲", None, "102")),
        ("住在爱博三村5号201", ("爱博三村", "5", None, "201")),
        ("我住在幸福小区的3号楼2单元602", ("幸福小区", "3", "2", "602")),
        ("幸福花园小区8栋1单元0301", ("幸福花园小区", "8", "1", "301")),
        ("爱博五村二十号三零二，热水器不出水", ("爱博五村", "20", None, "302")),
        ("阿拉屋里是8号楼1单元1202室", (None, "8", "1", "1202")),
        ("16号楼电梯", (None, "16", None, None)),
        ("7号楼2楼走廊", (None, "7", None, None)),
        ("602室", (None, None, None, "602")),
        ("二单元", (None, None, "2", None)),
        ("2单元502室", (None, None, "2", "502")),
        ("不是3号楼是5号楼", (None, "5", None, None)),
        ("3号楼1101的张阿姨", (None, "3", None, "1101")),
        ("3楼2单元602", (None, "3", "2", "602")),
        ("夜饭要两份菜饭，送到12弄8号602", (None, "12弄8号", None, "602")),
        ("3号楼2个灯坏了", (None, "3", None, None)),
        ("03号楼0602室", (None, "3", None, "602")),
        ("3号楼12a", (None, "3", None, "12A")),
        ("小区里3号楼", (None, "3", None, None)),
    ],
)
def test_one_reading(text: str, home: Home) -> None:
    assert read_home(text) == [HomeRef(*home)]


@pytest.mark.parametrize(
    ("text", "unit_reading", "lane_reading"),
    [
        ("12-8-602", ("12", "8"), "12弄8号"),
        ("20-1-302", ("20", "1"), "20弄1号"),
        ("3-12-602", ("3", "12"), "3弄12号"),
    ],
)
def test_two_readings_when_the_middle_may_be_unit_or_building(
    text: str, unit_reading: tuple[str, str], lane_reading: str
) -> None:
    room = text.rsplit("-", 1)[1]
    building, unit = unit_reading
    assert read_home(text) == [HomeRef(None, building, unit, room), HomeRef(None, lane_reading, None, room)]


@pytest.mark.parametrize(
    "text",
    [
        "", "602", "5楼", "三楼", "8号", "25号中午", "12月3号", "20号到22号", "20号10份红烧肉", "6号1200元",
        "2026-11-18", "11-25",
     "11.25", "021-6222", "138-1234-5678", "13812345678", "400-820-8820", "工单1024", "1024号", "体温36.5",
     "36-37度", "12号门口",
     "车牌沪A12345", "B12", "两份", "我们楼", "36 . 9", "366", "一号难求", "不是3号楼", "0号楼", "万号楼"],
)  # fmt: skip
def test_no_home(text: str) -> None:
    assert read_home(text) == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("12弄8号602室厨房下水道堵了", "厨房下水道堵了"),
        ("16号楼电梯", "电梯"),
        ("7号楼2楼走廊灯坏了", "2楼走廊灯坏了"),
        ("我是3号楼1101的张阿姨，电梯坏了", "张阿姨,电梯坏了"),
        ("给我妈订个饭，她住5号楼301，明天中午", "给我妈订个饭，明天中午"),
        ("送到12弄8号602", ""),
        ("我住在幸福小区的3号楼2单元602", ""),
        ("A座1106漏水", "漏水"),
        ("电梯坏了，3号楼", "电梯坏了"),
        ("3-2-602 水管爆了", "水管爆了"),
        ("没有地址", "没有地址"),
        ("5号602楼上漏水到我家", "楼上漏水到我家"),
        ("爱博五村二十号三零二，热水器不出水", "热水器不出水"),
    ],
)
def test_strip_home(text: str, rest: str) -> None:
    assert strip_home(text) == rest

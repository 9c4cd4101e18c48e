"""Numbers, options and yes or no, as people write them."""

import pytest

from bot.language.numbers import bare_number, read_number, read_numeral, read_option, read_yes_no


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2), ("２", 2), ("二", 2), ("两", 2), ("俩", 2), ("两份", 2), ("第二个", 2), ("十二", 12),
        ("二十", 20), ("一百零二", 102), ("一百二", 120), ("一百一十二", 112), ("两百五", 250), ("十", 10),
        ("三份", 3), ("仨", 3), ("双份", 2), ("单份", 1), ("二十五客", 25), ("统共二十一份", 21),
        ("要三客", 3), ("一零二四", 1024), ("一千零一", 1001), ("两千零二十六", 2026), ("廿五", 25),
        ("给我来五份吧", 5), ("0", 0), ("零", 0), ("007", 7), ("一万", 10000), ("3 份", 3), ("①", 1),
        ("周三两份", 2), ("一共三份", 3), ("帮我看一下，两份", 2),
        ("", None), ("几份", None), ("两三份", None), ("十几个", None), ("半份", None), ("1.5", None),
        ("四到五份", None), ("一人一份，三个人", None), ("1+1", None), ("帮我看一下", None), ("万一", None),
        ("星期一", None), ("十分满意", None), ("三十六度八", None), ("12-8-602", None), ("-3", None),
        ("百", None), ("十百", None), ("1" * 5000, None), ("九" * 50, None), ("２份３份", None),
    ],
)  # fmt: skip
def test_read_number(text: str, expected: int | None) -> None:
    assert read_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1), ("１", 1), ("一", 1), ("2.", 2), ("2。", 2), (" 2 ", 2), ("第二个", 2), ("2号", 2),
        ("第3项", 3), ("两份", 2), ("2份", 2), ("2个吧", 2), ("五，谢谢", 5), ("十二", 12), ("第 2 个", 2),
        ("【2】", 2), ("2!", 2), ("0", 0), ("两位", 2), ("一百零二", 102), ("双份", 2), ("3条", 3),
        ("2号楼", None), ("2楼", None), ("我家有2个人", None), ("2份红烧肉", None), ("", None), ("好", None),
        ("1 2", None), ("1.5", None), ("两三份", None), ("2026年", None), ("体温36", None), ("2元", None),
        ("第二个菜", None), ("36.5", None),
    ],
)  # fmt: skip
def test_bare_number(text: str, expected: int | None) -> None:
    assert bare_number(text) == expected


@pytest.mark.parametrize("value", [*range(0, 130), 200, 305, 350, 999, 1001, 1024, 2026, 9999])
def test_every_numeral_we_can_write_is_read_back(value: int) -> None:
    assert read_numeral(_in_chinese(value)) == value


def _in_chinese(value: int) -> str:
    names = "零一二三四五六七八九"
    written, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            written += ("零" if gap else "") + names[digit] + unit
            gap = False
        elif written and value % power:
            gap = True
    return written or "零"


PLACES = ("家里", "公共部位", "电梯")


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("2", PLACES, 1), ("２", PLACES, 1), ("二", PLACES, 1), ("两份", PLACES, 1), ("第二个", PLACES, 1),
        ("2号", PLACES, 1), ("选2", PLACES, 1), ("我选第三个", PLACES, 2), ("2.", PLACES, 1), ("3、", PLACES, 2),
        ("第三个吧谢谢", PLACES, 2), ("公共部位", PLACES, 1), ("公共", PLACES, 1), ("我要公共部位", PLACES, 1),
        ("就要电梯吧", PLACES, 2), ("是电梯", PLACES, 2), ("2 公共部位", PLACES, 1), ("2.公共部位", PLACES, 1),
        ("不要电梯，要公共部位", PLACES, 1), ("家里的", PLACES, 0),
        ("2号", ("2号楼", "3号楼"), 0), ("3号", ("2号楼", "3号楼"), 1), ("2份", ("两份", "三份"), 0),
        ("两份", ("一份", "2份"), 1), ("1", ("1号楼", "2号楼"), 0), ("满意", ("不满意", "满意"), 1),
        ("我不满意", ("满意", "不满意"), 1), ("不满意", ("非常不满意", "不满意"), 1),
        ("4", ("2", "4"), 1), ("红烧肉套餐", ("红烧肉", "红烧肉套餐"), 1),
        ("楼道", ("公共部位（楼道、大门）", "家里"), 0),
        ("5", PLACES, None), ("0", PLACES, None), ("", PLACES, None), ("明天", PLACES, None),
        ("我家有2个人", PLACES, None), ("昨天2点钟开始的", PLACES, None), ("不要电梯", PLACES, None),
        ("不是电梯", PLACES, None), ("不是很满意", ("满意", "不满意"), None), ("不满意", ("满意", "一般"), None),
        ("2、电梯", PLACES, None), ("电梯还是家里", PLACES, None), ("要2份", PLACES, None),
        ("12份", ("2份", "3份"), None), ("2", (), None), ("家", PLACES, None),
        ("我家里的灯坏了两天了电梯也坏了真是没办法", PLACES, None), ("楼", ("2号楼", "3号楼"), None),
    ],
)  # fmt: skip
def test_read_option(text: str, labels: tuple[str, ...], expected: int | None) -> None:
    assert read_option(text, labels) == expected


@pytest.mark.parametrize(
    "label", ["家里", "3号楼", "第二个", "不要", "一份", "满意", "中午 11:30", "A", "👍 赞"]
)
def test_an_option_can_always_be_chosen_by_its_label(label: str) -> None:
    assert read_option(label, ["别的", label, "再别的"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "是", "是的", "对", "对的", "好", "好的", "好好好", "嗯", "嗯嗯好的", "行", "可以", "可以，就这样",
        "没错", "没问题",
     "要", "OK", "确认", "確認", "好额", "好的谢谢", "对，没错", "是的是的", "嗯，对", "好嘞！", "就这样",
     "Yes", "同意", "好吧",
     "可以的，谢谢你", "对对对"],
)  # fmt: skip
def test_yes(text: str) -> None:
    assert read_yes_no(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "不", "不是", "不对", "不要", "没有", "算了", "不用", "不用了谢谢", "不不不", "嗯，不用了",
        "不对，是8号不是6号", "勿是额", "勿要了",
     "没有了", "不行", "no", "否", "不可以", "错了", "嗯不要", "哦，不是", "不用，谢谢", "不是的", "不需要",
     "不是，我要三份", "算了吧",
     "没", "不必了", "搞错了", "别了"],
)  # fmt: skip
def test_no(text: str) -> None:
    assert read_yes_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "2", "二", "好的，我想改成三份", "好不好", "行不行", "是不是", "好吗", "可以吗", "不错",
        "不要紧", "不好意思",
     "好，不要了", "电梯坏了", "对面", "好吃", "明天", "不满意", "要吗", "是谁", "行李", "没电了", "不对吗",
     "好像是", "可以便宜点吗",
     "要两份", "对了，几点送", "不锈钢", "👌👌👌吗", "不，对"],
)  # fmt: skip
def test_neither_yes_nor_no(text: str) -> None:
    assert read_yes_no(text) is None

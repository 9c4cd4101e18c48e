"""The word tables hold together, and nothing that anyone may write breaks a reader of them."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.language import (
    addresses,
    asking,
    commands,
    danger,
    intents,
    moments,
    numbers,
    ordering,
    phones,
    portions,
    quantities,
    ratings,
    replies,
    reports,
    staff,
    staff_proxy,
    standing,
    text,
)
from bot.language.homophones import as_meant
from bot.language.tables import any_of, read_table

CATEGORY_NAMES = [
    "水电",
    "电梯",
    "环卫",
    "噪音",
    "停车",
    "消防",
    "燃气",
    "房屋",
    "公共设施",
    "治安",
    "绿化",
    "宠物",
    "求助",
    "其他",
]
READERS: list[Callable[[str], object]] = [
    text.clean, text.bare, numbers.read_number, numbers.bare_number, numbers.read_yes_no,
    addresses.read_home, addresses.strip_home, reports.suggest_category, reports.urgency, reports.fault_object,
    reports.public_part, reports.opens_report, danger.danger, commands.control, commands.order_number,
    commands.my_orders, commands.urges, commands.not_fixed, ratings.read_score, staff.read_command, staff.number_in,
    commands.withdraws, phones.without_phone, reports.maybe_report, intents.intents, intents.report_content,
    replies.submits, replies.refuses, replies.small_talk,
    lambda words: numbers.read_option(words, ["家里", "公共部位", "2号楼", ""]),
    lambda words: numbers.read_option("2", [words]),
]  # fmt: skip
ANYTHING = st.text(st.characters(exclude_categories=()))
TALK = st.text(
    "0129十二百两半几第号楼幢弄单元室座-#【】 ,，。?？分星满不意很没了吗接完成转到退工单着火怕电梯困Ａ２İ\n@",
    max_size=30,
)


@settings(deadline=None)
@given(ANYTHING | TALK)
@example("İ接1024")
@example("9" * 700)
@example("十" * 700)
@example("不" * 700)
@example("吧" * 700)
@example("." * 700 + "x")
@example("对" * 700 + "x")
@example("我要" * 350 + "x")
@example("我的报修" * 175 + "x")
@example("好的" * 350 + "x")
@example("请打我" * 233 + "x")
@example("\ud800")
def test_no_text_breaks_a_reader(words: str) -> None:
    for reader in READERS:
        assert reader(words) == reader(words), "a reader is a function of the words alone"


def _words(table: object) -> set[str]:
    """Every word of a table, however deep it stands."""
    if isinstance(table, str):
        return {table}
    parts = [*table, *table.values()] if isinstance(table, dict) else table if isinstance(table, list) else []
    return {word for part in parts for word in _words(part)}


PATIENCE = 20  # seconds of the processor: either it takes thousandths, or it doubles with each word


@contextmanager
def not_for_ever(said: str) -> Iterator[None]:
    """Fail instead of standing still for ever."""

    def stop(_number: int, _frame: object) -> None:
        pytest.fail(f"no end of reading {said[:30]!r}")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize(
    "name",
    [
        *("commands", "dining", "dishes", "standing", "ordering", "privacy", "replies"),
        *("meals", "meal_plans", "staff_proxy", "quantities", "diet_words"),
    ],
)
def test_a_word_said_hundreds_of_times_is_read_at_once(name: str) -> None:
    """Where a reader takes words that can be cut in several ways, each more of them must not double its work."""
    for word in sorted(_words(read_table(name))):
        said = word * (400 // len(word)) + "x" if word else "x"
        with not_for_ever(said):
            intents.intents(said)
            portions.read_picks(said)
            portions.find_portions(said, ["红烧肉"])
            asking.asks_bare(said)
            ordering.meal_wishes(said)
            staff_proxy.read_for_diner(f"代订 {said}", date(2026, 3, 2))


@pytest.mark.parametrize(
    "said", ["每天" + "要送" * 13 + "x", "每天" + "订饭" * 13 + "x", "停" + "订饭" * 14 + "x"]
)
def test_words_that_can_be_cut_in_several_ways_are_read_at_once(said: str) -> None:
    """Short enough to be read as a standing order: were each word tried in every way, this would take minutes."""
    with not_for_ever(said):
        assert not standing.wants_standing(said)


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (addresses.read_home, "不是三号楼是" * 20_000),
        (addresses.find_address, "不是三号楼是" * 20_000),
        (quantities.no_count, "1024" * 50_000),
        (lambda said: moments.read_span(said, datetime(2026, 3, 2, tzinfo=UTC)), "明天" * 50_000),
    ],
)
def test_the_same_again_and_again_is_read_once(reader: Callable[[str], object], said: str) -> None:
    """Were all that stands before it read again each time, this would take many minutes."""
    assert not reader(said) or "明天" in said


@pytest.mark.parametrize(
    ("said", "no_count"),
    [("12345份", True), ("1.5份", True), ("1.2.3份", True), ("1234份", False), ("12.份", False)],
)
def test_what_is_no_count_of_servings(said: str, no_count: bool) -> None:
    assert quantities.no_count(f"红烧肉{said}") is no_count


@pytest.mark.parametrize(
    ("said", "dishes"),
    [
        ("周一到周五午饭都要红烧肉", "红烧肉"),
        ("工作日午饭都要清炒时蔬", "清炒时蔬"),
        ("每个工作日中午给我来一份红烧肉", "红烧肉"),
        ("每天中午两份红烧肉", "两份红烧肉"),
        ("每周一三五午饭红烧肉和一碗米饭，送到家", "红烧肉和一碗米饭"),
        ("给我妈每天午饭订番茄炒蛋", "番茄炒蛋"),
        ("每天晚饭都给我来一份扬州炒饭", "扬州炒饭"),
        ("每天中饭都给我来一份", ""),
        ("工作日午饭都要", ""),
        ("每个工作日中午订餐", ""),
    ],
)
def test_a_meal_for_good_may_name_dishes(said: str, dishes: str) -> None:
    assert standing.standing_wish(said, date(2026, 3, 2)) == "new"
    assert standing.standing_dishes(said) == dishes


@pytest.mark.parametrize(
    "said",
    [
        *("明天午饭要红烧肉", "周三午饭红烧肉", "今天的午饭要红烧肉", "中午红烧肉，晚上番茄炒蛋", "老样子"),
        *(
            "每天中午楼下烧烤油烟味很大",
            "每天晚上烧烤",
            "每天早饭后遛狗的",
            "每天午饭时厨房漏水",
            "每天中午送餐太晚",
        ),
        *(
            "每天午饭菜太咸",
            "天天吃鱼都吃腻了",
            "每天午饭都是红烧肉",
            "工作日午饭有红烧肉吗",
            "每天晚上要打针",
        ),
        *(
            "每天中午要吃药",
            "平时午饭吃什么",
            "每天中午电梯都停",
            "每天晚饭炒菜油烟大",
            "每天早上卖包子的很吵",
        ),
    ],
)
def test_one_meal_and_a_complaint_are_no_standing_order(said: str) -> None:
    assert not standing.wants_standing(said)


@given(TALK)
def test_a_home_taken_out_leaves_only_what_was_there(words: str) -> None:
    left = addresses.strip_home(words)
    assert all(char in text.clean(words) + "，" for char in left)


def test_every_category_has_a_name_and_words() -> None:
    rows = read_table("categories")["categories"]
    assert [row["name"] for row in rows] == CATEGORY_NAMES
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(row["objects"] and row["faults"] for row in rows if row["id"] != "other")


def test_every_danger_has_numbers_to_call_and_a_category() -> None:
    rows = read_table("danger")["kinds"]
    for row in rows:
        assert row["call"], row["kind"]
        assert set(row["call"]) <= {"110", "119", "120"}
        assert row["category"] in reports.CATEGORIES
        assert row["words"]
    assert len({(row["kind"], row["category"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("kind", [row["kind"] for row in read_table("danger")["kinds"]])
def test_every_word_of_danger_is_heard_alone(kind: str) -> None:
    for row in read_table("danger")["kinds"]:
        if row["kind"] == kind:
            deaf = [word for word in row["words"] if danger.danger(word) is None]
            assert not deaf


def test_no_harmless_word_is_heard_as_danger() -> None:
    assert [word for word in read_table("danger")["harmless"] if danger.danger(word)] == []


def test_every_control_word_does_one_thing() -> None:
    table = read_table("commands")["control"]
    words = [word for verb in table.values() for word in verb]
    assert len(words) == len(set(words))
    assert all(commands.control(word) == verb for verb, words in table.items() for word in words)


def test_every_staff_verb_is_one_command() -> None:
    verbs = read_table("staff")["verbs"]
    words = [word for forms in verbs.values() for word in forms]
    assert len(words) == len(set(words))
    for verb, forms in verbs.items():
        for word in forms:
            found = staff.read_command(word if verb in ("todo", "help") else f"{word} 1024")
            assert found is not None
            assert found.verb == verb


def test_every_word_of_a_rating_gives_its_score() -> None:
    table = read_table("ratings")
    for group in ("direct", "indirect"):
        for score, words in table[group].items():
            wrong = [word for word in words if ratings.read_score(word) != int(score)]
            assert not wrong


def test_yes_and_no_share_no_word() -> None:
    table = read_table("yes_no")
    assert not set(table["yes"]) & set(table["no"])
    assert all(numbers.read_yes_no(word) is True for word in table["yes"])
    assert all(numbers.read_yes_no(word) is False for word in table["no"])


@pytest.mark.parametrize("name", ["objects", "public_parts"])
def test_every_thing_and_place_is_found_by_each_of_its_words(name: str) -> None:
    find = reports.fault_object if name == "objects" else reports.public_part
    for usual, words in read_table(name).items():
        assert [word for word in words if find(word) != usual] == []


@pytest.mark.parametrize("name", ["openings", "urgency"])
def test_no_table_names_a_word_twice(name: str) -> None:
    for words in read_table(name).values():
        assert len(words) == len(set(words))


def test_homophones_settle_at_once() -> None:
    table = read_table("homophones")
    assert [word for word in table["sounds"] if as_meant(word) != word] == []
    assert [
        new for new in table["words"].values() if as_meant(new) not in (new, table["words"].get(new))
    ] == []


def test_words_that_begin_alike_share_their_beginning() -> None:
    assert any_of(["灯", "路灯", "路", "楼道灯", "路牌"]) == "(?:楼道灯|灯|路(?:灯|牌|))"


@given(words=st.sets(st.text("门灯.(", max_size=3), min_size=1), said=st.text("门灯.(x", max_size=8))
def test_the_longest_word_that_fits_is_taken(words: set[str], said: str) -> None:
    flat = "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
    assert re.findall(any_of(words), said) == re.findall(f"(?:{flat})", said)


@given(words=st.sets(st.text("门灯", min_size=1, max_size=3), min_size=1), said=st.text("门灯x", max_size=8))
def test_shorter_words_are_tried_when_the_longest_leaves_nothing(words: set[str], said: str) -> None:
    flat = "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
    assert re.findall(f"{any_of(words)}{any_of(words)}x", said) == re.findall(f"(?:{flat})(?:{flat})x", said)


def test_a_missing_table_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        read_table("nothing")

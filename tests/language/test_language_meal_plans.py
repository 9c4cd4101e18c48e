"""Which sentences order several meals at once, and what is said of each."""

from __future__ import annotations

from datetime import date

import pytest

from bot.language.meal_plans import names_several, several_meals
from bot.language.ordering import meal_wishes

TODAY = date(2026, 11, 18)
TOMORROW = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("明天中午红烧肉，晚上番茄炒蛋", [(TOMORROW, "lunch", "红烧肉"), (TOMORROW, "dinner", "番茄炒蛋")]),
        ("早饭粥，午饭豆腐两份", [(None, "breakfast", "粥"), (None, "lunch", "豆腐两份")]),
        ("明早粥，明晚面条", [(TOMORROW, "breakfast", "粥"), (TOMORROW, "dinner", "面条")]),
        ("周三中午红烧肉，周四晚上面", [(TODAY, "lunch", "红烧肉"), (TOMORROW, "dinner", "面")]),
        ("夜饭面，明朝中浪红烧肉", [(None, "dinner", "面"), (TOMORROW, "lunch", "红烧肉")]),
        ("给我妈订明天中午红烧肉，晚上鱼", [(TOMORROW, "lunch", "红烧肉"), (TOMORROW, "dinner", "鱼")]),
        ("帮我订明天午饭和晚饭", [(TOMORROW, "lunch", "和"), (TOMORROW, "dinner", "")]),
        ("早餐豆浆油条午餐炒饭", [(None, "breakfast", "豆浆油条"), (None, "lunch", "炒饭")]),
    ],
)
def test_each_meal_has_its_day_and_its_words(said: str, parts: list[tuple[date | None, str, str]]) -> None:
    assert [(one.day, one.meal, one.words) for one in several_meals(said, TODAY)] == parts
    assert meal_wishes(said)[:1] == ("order",)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "明天中午两份红烧肉",
            "今天中午订晚饭",
            "不是晚饭，是中饭",
            "早上好，中午吃什么",
            "中午的午饭红烧肉",
        ),
        *(
            "明天中午不要了，晚上也不要",
            "每天早饭粥，午饭豆腐",
            "昨天晚上的面条中午还有吗",
            "午饭红烧肉，午饭豆腐",
        ),
        *("早饭到晚饭都没水", "晚上楼上吵，早上也吵", "早上说了中午来修电梯", "早上油烟中午油烟"),
        *("中午停车位被占晚上也是", "早上买菜中午倒垃圾", "早上和晚上都听到楼上炒菜的声音", "早上晚上"),
    ],
)
def test_one_meal_and_a_story_are_not_several(said: str) -> None:
    assert not names_several(said)

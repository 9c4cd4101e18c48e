"""What is said to a worker who comes, and what is another matter."""

from __future__ import annotations

import pytest

from bot.language.visits import about_visit, suits


@pytest.mark.parametrize(
    "text",
    [
        *("三点以后都可以，我住602", "左手那一家", "门口有狗", "钥匙在门卫那里", "我妈在家"),
        *("下午打电话给我", "漏得更厉害了", "门锁卡住了"),
    ],
)
def test_words_that_a_worker_needs(text: str) -> None:
    assert about_visit(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "我老伴得了癌症",
            "我老伴今天得了癌症",
            "我在家发烧了",
            "我腿脚不方便",
            "今天喘不上气",
            "我心里难受",
        ),
        *("医保卡丢了", "老人补贴", "电费太贵了", "我想吃面", "今天中午想吃面"),
    ],
)
def test_health_and_other_matters_are_no_business_of_a_worker(text: str) -> None:
    assert not about_visit(text)


@pytest.mark.parametrize("text", ["下午行吗", "那明天上午可以吗？", "三点以后呢"])
def test_a_time_that_is_asked_for(text: str) -> None:
    assert suits(text)


@pytest.mark.parametrize("text", ["下午去哪里办居住证", "行吗", "明天食堂开门吗"])
def test_a_question_with_a_time_in_it(text: str) -> None:
    assert not suits(text)

"""What of a message is looked for among the service items."""

import pytest

from bot.language.asking import searched


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("敬老卡掉了", "敬老卡掉了"),
        ("电梯坏了怎么办？", "电梯坏了怎么办?"),
        ("那个灯不太亮", "那个灯不太亮"),
        ("今天天气真好啊", "今天天气真好啊"),
        ("厨房水管漏水", ""),
        ("撤回 1001", ""),
        ("我要绑定", ""),
        ("2", ""),
        ("好的，谢谢", ""),
    ],
)
def test_what_the_rules_surely_read_as_something_else_is_not_searched(text: str, said: str) -> None:
    assert searched(text) == said

"""Phone numbers as people write them."""

from __future__ import annotations

import pytest

from bot.language.phones import read_phone


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("打我手机１３９１２３４５６７８", "13912345678"),
        ("电话13912345678，谢谢", "13912345678"),
        ("13912345678 还是 13912345678", "13912345678"),
        ("13912345678 或 13912345679", None),
        ("1391234567", None),
        ("139123456789", None),
        ("12345678901", None),
        ("工单 1024", None),
        ("没有电话", None),
        ("", None),
    ],
)
def test_a_phone_is_read(text: str, phone: str | None) -> None:
    assert read_phone(text) == phone

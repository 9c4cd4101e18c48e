"""Cleaning: what stays of a text, and what the barest spelling of a command is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.text import bare, clean, fold, spellings, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  你好  ", "你好"),
        ("２份", "2份"),
        ("ＡＢＣ", "ABC"),
        ("Ａ座９０２", "A座902"),
        ("好，谢谢！", "好,谢谢!"),
        ("接\u200b1024", "接1024"),
        ("\ufeff报修", "报修"),
        ("a\x00b", "ab"),
        ("a\x07b", "ab"),
        ("水\ud800管", "水管"),
        ("\udfff", ""),
        ("第一行\n第二行", "第一行\n第二行"),
        ("\n\n", ""),
        ("①", "1"),
        ("38.5℃", "38.5°C"),
        ("（急）", "(急)"),
        ("＃１０２４", "#1024"),
        ("３－２－６０２", "3-2-602"),
        ("句号。留着", "句号。留着"),
        ("\u202e反向", "反向"),
        ("㎡", "m2"),
        ("ﾊﾝｶｸ", "ハンカク"),
        ("\u3000全角空格\u3000", "全角空格"),
        ("👍", "👍"),
        ("Café", "Café"),
        ("Cafe\u0301", "Café"),
        ("多 个  空格", "多 个  空格"),
        ("你好\t世界", "你好\t世界"),
        ("著火了", "着火了"),
        ("電梯壞了，訂兩份", "电梯坏了,订两份"),
        ("好好好好好好", "好好好"),
        ("13800000000", "13800000000"),
        ("零零零零零", "零零零零零"),
        ("好的[微笑]", "好的"),
        ("好的/::)谢谢", "好的 谢谢"),
        ("[急]停电", "[急]停电"),
        ("[微笑]", "[微笑]"),
        ("水管爆了😭😭", "水管爆了"),
        ("⭐⭐⭐⭐⭐", "⭐⭐⭐⭐⭐"),
        ("\x7f删除", "删除"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("取消", "取消"),
        ("取消吧", "取消"),
        ("取消吧！！", "取消"),
        ("取消啊，谢谢", "取消"),
        ("“取消”", "取消"),
        ("请取消", "取消"),
        ("麻烦转人工", "转人工"),
        ("你好，转人工谢谢啊", "转人工"),
        ("返回了", "返回"),
        ("帮助呀", "帮助"),
        ("HELP", "help"),
        ("2.", "2"),
        ("２。", "2"),
        ("【1024】", "1024"),
        ("好哦", "好"),
        ("行嘛", "行"),
        ("谢谢", "谢谢"),
        ("吧", "吧"),
        ("??", "??"),
        ("？", "?"),
        ("。。。", "。。。"),
        ("……", "..."),
        ("我要报修，麻烦你了", "我要报修"),
        ("不要了啦", "不要"),
        ("~好的~", "好的"),
        ("请问食堂几点开", "食堂几点开"),
        ("师傅辛苦了", "师傅"),
        ("了解", "了解"),
        ("啊对", "啊对"),
    ],
)
def test_bare(text: str, expected: str) -> None:
    assert bare(text) == expected


def test_spellings_keep_every_step_so_that_exact_words_ending_in_a_polite_one_are_found() -> None:
    assert spellings("算了吧！") == ("算了吧!", "算了吧", "算了", "算")


@given(ANY_TEXT)
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_sent(text: str) -> None:
    clean(text).encode("utf-8")
    visible(text).encode("utf-8")
    assert "\x00" not in clean(text)


@given(ANY_TEXT)
def test_fold_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(ANY_TEXT)
def test_bare_is_a_part_of_what_was_cleaned(text: str) -> None:
    assert bare(text) in clean(text).lower()

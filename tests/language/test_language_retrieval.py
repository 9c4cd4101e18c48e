"""Which service item answers: order, sureness, stored vectors, and nothing that anyone writes breaks it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.language import embedding
from bot.language.calibration import SKIP_MODEL_FROM, weights
from bot.language.likeness import MODEL, WORDS
from bot.language.questions import read, standard
from bot.language.retrieval import Finder, FloatArray, Item, Verdict, digest, model, passages

CARD = Item(
    "elder_card",
    "敬老卡申领与补办",
    ("老人卡怎么办", "敬老卡丢了补办"),
    "年满 65 周岁可申领敬老卡。材料：身份证。补卡需先挂失。",
)
DOG = Item("dog", "养犬登记与狂犬疫苗", ("狗证怎么办", "养狗登记"), "犬只办证、免疫、年检。材料：身份证。")
GAS = Item("gas", "燃气安全检查与软管更换", ("煤气安检", "煤气软管换新"), "每两年一次免费入户安检。")
MOVE = Item("hukou", "户口迁移入户", ("户口怎么迁过来", "迁户口"), "投靠落户、购房迁移。派出所户籍窗口。")
ITEMS = (CARD, DOG, GAS, MOVE)
DIMENSIONS = 64


class ByLetters:
    """An embedder for tests: a text is the sum of its characters. It counts what it was given."""

    def __init__(self) -> None:
        self.passages: list[str] = []
        self.queries: list[str] = []

    def embed(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        (self.queries if query else self.passages).extend(texts)
        rows = np.full((len(texts), DIMENSIONS), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % DIMENSIONS] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("敬老卡掉了怎么补", "elder_card"),
        ("敬老证落脱哪能办", "elder_card"),
        ("经老卡补办", "elder_card"),
        ("敬老卡遺失了", "elder_card"),
        ("小狗要不要登记办证", "dog"),
        ("煤气皮管老化了，给换吗", "gas"),
        ("迁户口要什么材料", "hukou"),
    ],
)
def test_the_right_item_comes_first(asked: str, answer: str) -> None:
    assert Finder(ITEMS).find(asked).items[0] == answer


@pytest.mark.parametrize("asked", ["敬老卡补办", "养狗登记", "煤气软管换新", "户口怎么迁过来"])
def test_the_words_of_an_item_are_sure(asked: str) -> None:
    assert Finder(ITEMS).find(asked).kind == "sure"


@pytest.mark.parametrize(
    "asked", ["护照怎么办", "早上好", "给我讲个笑话", "哪里可以钓鱼", "火车票老人有优惠吗"]
)
def test_what_no_item_is_about_is_not_answered(asked: str) -> None:
    assert Finder(ITEMS).find(asked).kind != "sure"


@pytest.mark.parametrize(
    "asked",
    ["", "  ", "。。。", "😀😀", "\x00", "\ud83d", "hello, where is my card?", "'; DROP TABLE items;--"],
)
def test_nothing_chinese_is_nothing_found(asked: str) -> None:
    assert Finder(ITEMS).find(asked) == Verdict("none")


def test_an_empty_catalogue_answers_nothing() -> None:
    empty = Finder((), embedder=ByLetters())
    assert empty.find("敬老卡") == Verdict("none")
    assert empty.vectors == {}


def test_a_catalogue_of_one_item_works() -> None:
    assert Finder((CARD,), embedder=ByLetters()).find("敬老卡掉了").items == ("elder_card",)


def test_only_changed_items_are_embedded_again() -> None:
    first = ByLetters()
    stored = Finder(ITEMS, embedder=first).vectors
    assert sorted(first.passages) == sorted(text for item in ITEMS for text in passages(item))
    changed = Item("dog", "养犬登记", DOG.aliases, DOG.body)
    again = ByLetters()
    finder = Finder((CARD, changed, GAS, MOVE), embedder=again, vectors=stored)
    assert again.passages == passages(changed)
    assert set(finder.vectors) == {digest(item) for item in (CARD, changed, GAS, MOVE)}
    assert np.array_equal(finder.vectors[digest(CARD)], stored[digest(CARD)])


def test_an_item_without_vectors_goes_by_words_and_the_others_by_the_model() -> None:
    letters = ByLetters()
    stored = Finder((CARD, DOG, GAS), embedder=ByLetters()).vectors
    finder = Finder(ITEMS, embedder=letters, vectors=stored, makes=False)
    finder.find("老人家坐车的那个")
    assert (letters.passages, letters.queries) == ([], ["老人家坐车的那个"])
    for asked in ("迁户口要什么材料", "户口的事", "迁入要去哪个窗口"):
        assert finder.find(asked) == Finder(ITEMS).find(asked), "as by words alone"


def test_no_vectors_at_all_go_by_words() -> None:
    letters = ByLetters()
    finder = Finder(ITEMS, embedder=letters, vectors={}, makes=False)
    assert finder.find("老人家坐车的那个") == Finder(ITEMS).find("老人家坐车的那个")
    assert letters.queries == []


def test_items_with_the_same_words_share_their_vectors() -> None:
    twin = Item("twin", CARD.title, CARD.aliases, CARD.body)
    assert digest(twin) == digest(CARD)
    assert set(Finder((CARD, twin), embedder=ByLetters()).find("敬老卡").items) == {"elder_card", "twin"}


def test_the_model_is_left_out_where_words_are_sure_and_asked_once() -> None:
    letters = ByLetters()
    finder = Finder(ITEMS, embedder=letters)
    assert finder.find("敬老卡丢了补办").kind == "sure"
    assert letters.queries == []
    finder.find("老人家坐车的那个")
    finder.find("老人家坐车的那个 ")
    assert letters.queries == ["老人家坐车的那个"]


def test_threads_get_the_same_verdicts() -> None:
    finder = Finder(ITEMS, embedder=ByLetters())
    asked = [f"{words}{number}" for number in range(20) for words in ("敬老卡", "小狗", "煤气", "你好")]
    alone = [Finder(ITEMS, embedder=ByLetters()).find(words) for words in asked]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(finder.find, asked)) == alone


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
TALK = st.text("敬老卡掉了狗证煤气户口怎么办护照0１ \n。?😀\ud800\x00a", max_size=40)
FINDER = Finder(ITEMS, embedder=ByLetters())


@settings(deadline=None)
@given(ANYTHING | TALK)
@example("敬老卡" * 2000)
@example("\ud800敬老卡\x00")
@example("床前明月光，疑是地上霜。举头望明月，低头思故乡。" * 30)
def test_whatever_is_written_gets_a_verdict(text: str) -> None:
    for finder in (Finder(ITEMS), FINDER):
        verdict = finder.find(text)
        assert verdict.kind in ("sure", "suggest", "none")
        assert 0 <= verdict.score <= 1
        assert set(verdict.items) <= {item.id for item in ITEMS}


def test_the_model_that_ships_ranks_by_meaning() -> None:
    embedder = model()
    if embedder is None:
        pytest.skip("this processor or system cannot run the model")
    finder = Finder((CARD, DOG, GAS), embedder=embedder)
    assert [len(rows) for rows in finder.vectors.values()] == [5, 5, 5]
    assert np.allclose(np.linalg.norm(np.vstack(list(finder.vectors.values())), axis=1), 1, atol=1e-3)
    assert finder.find("我家那只金毛要不要去登个记").items[0] == "dog"
    assert embedder.embed(["\ud800\x00", ""], query=True).shape[0] == 2


def test_every_weight_has_its_evidence() -> None:
    ways = {"words": len(WORDS), "model": len(WORDS) + len(MODEL)}
    for name, count in ways.items():
        by = weights(name)
        assert by.order.shape == (count,)
        assert by.sure.shape == (1 + 5 + 2 * count + 7 + 6 + 1,)
        assert 0 < by.suggest_from < by.answer_from < SKIP_MODEL_FROM < 1


def test_a_service_of_someone_else_counts_only_where_no_item_is_about_it() -> None:
    passport = Item("passport", "护照申领与换发", ("护照怎么办",), "公安分局出入境窗口。")
    question = read(standard("护照怎么办"))
    outside = 2
    assert Finder(ITEMS).known(question, 0, 1)[outside] == 1
    assert Finder((passport, *ITEMS)).known(question, 0, 1)[outside] == 0
    assert Finder((passport, *ITEMS)).find("护照怎么办").kind == "sure"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("敬老证落脱哪能办", "敬老卡丢了怎么办"),
        ("阿拉老公房想加梯", "我们老房想加装电梯"),
        ("啥辰光开伐", "什么时候开吗"),
    ],
)
def test_words_of_the_street_become_those_of_the_offices(said: str, heard: str) -> None:
    assert standard(said) == heard


def test_without_a_fit_processor_the_model_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(embedding.np, "show_config", lambda mode: {"SIMD Extensions": {"found": ["SSE42"]}})
    embedding._loaded.cache_clear()
    assert model() is None
    embedding._loaded.cache_clear()


def test_the_model_can_be_left_out() -> None:
    assert model(wanted=False) is None

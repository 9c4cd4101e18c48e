"""What tells near variants apart: what only one of them has of a question, and what of its title is not said."""

from __future__ import annotations

import numpy as np
import pytest

from bot.language.calibration import MOST_NEAR, evidence, leading
from bot.language.likeness import ByWords
from bot.language.questions import read
from bot.language.retrieval import Finder
from bot.language.rivals import Rivals
from bot.language.service_items import Item

PERMIT = Item("permit", "居住证办理", ("办居住证",), "来沪人员申领居住证。")
RENEW = Item("renew", "居住证签注", ("居住证到期签注",), "每年签注一次。")
DOG = Item("dog", "养犬登记", ("养狗要登记吗",), "带犬只办理。")
ITEMS = (PERMIT, RENEW, DOG)
RIVALS = Rivals(ITEMS, ByWords(ITEMS).characters)
OWN, RIVAL, UNSAID, FULLY, LEAD, ALIKE = range(6)


def test_what_only_one_of_two_has_speaks_for_it() -> None:
    renewing = RIVALS.evidence(read("居住证签注怎么弄"), 1, 0)
    assert renewing[OWN] > renewing[RIVAL] == 0
    other = RIVALS.evidence(read("居住证签注怎么弄"), 0, 1)
    assert (other[OWN], other[RIVAL]) == (renewing[RIVAL], renewing[OWN])
    assert renewing[LEAD] > 0 > other[LEAD]


def test_what_sets_a_title_apart_and_is_not_said_speaks_against_it() -> None:
    assert RIVALS.evidence(read("居住证在哪里"), 1, 0)[UNSAID] == 1
    assert RIVALS.evidence(read("居住证签注在哪里"), 1, 0)[UNSAID] == 0


def test_variants_are_alike_and_others_are_not() -> None:
    question = read("居住证")
    assert RIVALS.evidence(question, 0, 1)[ALIKE] > 0.3 > RIVALS.evidence(question, 0, 2)[ALIKE]


@pytest.mark.parametrize("best", [0, 1, 2])
@pytest.mark.parametrize("second", [-1, 0, 1, 2])
@pytest.mark.parametrize("words", ["居住证签注", "天气真好", "abc"])
def test_every_piece_is_about_nought_to_one(best: int, second: int, words: str) -> None:
    assert all(-1 <= piece <= 1 for piece in RIVALS.evidence(read(words), best, second))


def test_a_catalogue_of_one_item_answers() -> None:
    assert Finder((DOG,)).find("养犬登记怎么办").items == ("dog",)


def test_the_two_that_lead_and_how_many_stand_near() -> None:
    ranked = np.array([1.0, 9.0, 8.0, 8.5, 9.0, 8.9])
    assert leading(ranked) == (1, 4)
    assert leading(np.array([3.0])) == (0, -1)
    components = ranked[:, None]
    near, alone = (evidence(components, heights, (0.5,)) for heights in (ranked, ranked * [1, 9, 1, 1, 1, 1]))
    assert (near[4], alone[4]) == (MOST_NEAR, 0)
    assert (near[3], near[-1]) == (0, 0.5)
    assert 0 < alone[-1] < 0.1

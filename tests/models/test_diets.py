"""What somebody may not eat: sealed, with a consent of its own, and for nobody else."""

from __future__ import annotations

import json

import pytest

from bot.language.diets import read_diet, wants_diet
from bot.language.tables import read_table
from models import tables as t
from models import views
from models.actions.carers import AskCarer, DecideCarer
from models.actions.consent import WithdrawConsent
from models.actions.desk import SaveUser
from models.actions.diets import ForgetDiet, SaveDiet
from models.actions.people import BindHome, SetPhone
from models.rules.diets import ALLERGENS, MARKS, NO_DIET, Diet
from tests.town import TestTown


def save(town: TestTown, who: views.Resident, **more: object) -> dict[str, object]:
    diet = {"marks": ("low_sugar",), "allergens": ("peanut",), "note": " 香菜\n葱 "}
    return town.do(SaveDiet(who.person_id, **{**diet, "account_id": who.account_id, **more}))  # type: ignore[arg-type]


def test_it_is_sealed_and_read_again(town: TestTown) -> None:
    who = town.resident()
    assert save(town, who) == {"ok": True, "words": "不能吃花生、香菜 葱；要低糖"}
    (row,) = town.rows(t.dietary_restriction)
    assert "peanut" not in row.facts_sealed
    assert town.see(views.diet_of, who.person_id) == Diet(("low_sugar",), ("peanut",), "香菜 葱")
    assert "peanut" not in repr(SaveDiet(1, allergens=("peanut",), note="香菜"))
    assert "香菜" not in repr(SaveDiet(1, allergens=("peanut",), note="香菜"))


def test_the_agreement_is_a_row_and_ends_with_it(town: TestTown) -> None:
    who = town.resident()
    save(town, who)
    save(town, who, allergens=("egg",))
    (row,) = town.rows(t.consent, purpose="health")
    assert (row.version, row.withdrawn_at) == ("1", None)
    assert town.see(views.diet_shown, who.person_id, who.account_id)["agreed"] is True
    assert town.do(ForgetDiet(who.person_id, account_id=who.account_id)) == {"ok": True, "gone": True}
    assert town.see(views.diet_of, who.person_id) == NO_DIET
    assert town.see(views.diet_shown, who.person_id, who.account_id)["agreed"] is False
    assert [one.what for one in town.rows(t.erasure)] == ["dietary_restriction"]


def test_it_goes_with_the_consent_to_everything(town: TestTown) -> None:
    who = town.resident()
    town.order(who)
    save(town, who)
    assert town.do(WithdrawConsent(who.account_id))["open"] == 1
    assert town.rows(t.dietary_restriction) == []


def test_nobody_else_may_say_it_but_an_agreed_carer(town: TestTown) -> None:
    elder, carer = town.resident("o-elder"), town.resident("o-carer")
    save(town, elder)
    assert save(town, elder, account_id=carer.account_id)["why"] == "unknown"
    assert town.do(ForgetDiet(elder.person_id, account_id=carer.account_id))["why"] == "unknown"
    town.do(SetPhone(elder.person_id, "13900000009"))
    town.do(AskCarer(carer.account_id, carer.person_id, "妈妈", "13900000009"))
    town.do(DecideCarer(town.rows(t.carer)[0].id, True, account_id=elder.account_id))
    assert save(town, elder, account_id=carer.account_id, marks=("soft",))["ok"]
    assert town.see(views.diet_of, elder.person_id).marks == ("soft",)


def test_a_clerk_who_sees_the_person_writes_it_down(town: TestTown) -> None:
    who = town.resident()
    town.do(BindHome(who.person_id, town.home("幸福小区", "3", "2", "602")))
    user = town.do(SaveUser("admin", "admin", "hash"))["user_id"]
    firm = town.do(SaveUser("firm", "firm", "hash", unit_id=town.planted.units["安居物业"]))["user_id"]
    assert save(town, who, account_id=None, user_id=user)["ok"]
    assert save(town, who, account_id=None, user_id=firm)["why"] == "unknown"
    assert [one.what for one in town.rows(t.audit)] == ["diet_saved"]
    assert town.rows(t.consent, purpose="health") == []


@pytest.mark.parametrize("wrong", [{"marks": ("spicy",)}, {"allergens": ("dust",)}])
def test_what_no_list_has_is_refused(town: TestTown, wrong: dict[str, tuple[str, ...]]) -> None:
    assert save(town, town.resident(), **wrong)["why"] == "unknown"
    nothing = {"marks": (), "allergens": (), "note": " "}
    assert save(town, town.resident("o-2"), **nothing)["why"] == "needs_words"


def test_the_words_know_every_mark_and_allergen() -> None:
    table = read_table("diet_words")
    assert set(table["marks"]) == set(MARKS)
    assert set(table["allergens"]) == set(ALLERGENS)


@pytest.mark.parametrize(
    ("said", "marks", "allergens", "note"),
    [
        ("我妈不能吃鱼和虾", (), ("fish", "shrimp"), ""),
        ("我对花生过敏", (), ("peanut",), ""),
        ("不吃海鲜", (), ("fish", "shrimp", "shellfish"), ""),
        ("要低糖、软食", ("low_sugar", "soft"), (), ""),
        ("我有糖尿病", ("low_sugar",), (), ""),
        ("我咬不动", ("soft",), (), ""),
        ("不吃猪肉", ("halal",), (), ""),
        ("我不能吃鸡蛋、折耳根", (), ("egg",), "折耳根"),
        ("牛奶过敏", (), ("milk",), ""),
        ("忌口花生", (), ("peanut",), ""),
    ],
)
def test_it_is_read_from_a_sentence(said: str, marks: tuple[str, ...], allergens: object, note: str) -> None:
    found = read_diet(said)
    assert found is not None
    assert (found.marks, found.allergens, found.note) == (marks, allergens, note)


@pytest.mark.parametrize(
    "said",
    [
        "要两份红烧肉", "明天中午不要鱼", "水管漏水", "我家没有水", "吃饭", "不吃饭了", "孩子过敏了怎么办",
        "电梯坏了", "要鱼", "糖尿病能办什么卡", "有鱼", "我要", "1",
    ],
)  # fmt: skip
def test_a_sentence_about_something_else_is_none(said: str) -> None:
    assert not wants_diet(said)


def test_what_is_kept_is_json(town: TestTown) -> None:
    who = town.resident()
    save(town, who)
    with town.store.work(town.clock.now()) as work:
        sealed = town.rows(t.dietary_restriction)[0].facts_sealed
        assert json.loads(work.unseal(sealed)).keys() == {"marks", "allergens", "note"}

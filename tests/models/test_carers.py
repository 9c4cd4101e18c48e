"""Who may order for an elder: asked, agreed, refused, ended; and nobody learns whom we know."""

from __future__ import annotations

import pytest

from models import tables as t
from models import views
from models.actions.carers import AskCarer, DecideCarer, EndCarer
from models.actions.desk import SaveUser
from models.actions.people import BindHome, SetPhone, Unfollow
from models.actions.residents import set_name
from models.store import Store
from tests.town import TestTown

PHONE = "13900000009"


@pytest.fixture
def mother(town: TestTown) -> views.Resident:
    """An elder with WeChat and a phone."""
    elder = town.resident("o-mother")
    town.do(SetPhone(elder.person_id, PHONE))
    return elder


@pytest.fixture
def daughter(town: TestTown) -> views.Resident:
    """Who wants to order for her."""
    return town.resident("o-daughter")


def ask(town: TestTown, who: views.Resident, phone: str = PHONE, **more: object) -> dict[str, object]:
    return town.do(AskCarer(who.account_id, who.person_id, "妈妈", phone, name="张丽", **more))  # type: ignore[arg-type]


def test_the_elder_is_asked_and_their_yes_opens_the_door(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
) -> None:
    assert ask(town, daughter) == {"ok": True, "agreed": False}
    (told,) = town.told("carer_asked")
    assert (told.account_id, told.facts["name"]) == (mother.account_id, "张丽")
    assert town.see(views.served_people, daughter.person_id) == []
    (row,) = town.rows(t.carer)
    stranger = town.resident("o-stranger")
    assert not town.do(DecideCarer(row.id, True, account_id=stranger.account_id))["ok"]
    assert not town.do(DecideCarer(row.id, True, account_id=daughter.account_id))["ok"]
    assert town.do(DecideCarer(row.id, True, account_id=mother.account_id))["ok"]
    assert town.do(DecideCarer(row.id, False, account_id=mother.account_id))["why"] == "already"
    served = [{"person_id": mother.person_id, "word": "妈妈"}]
    assert town.see(views.served_people, daughter.person_id) == served
    assert [row.account_id for row in town.told("carer_agreed")] == [daughter.account_id]
    assert all(row.answered_at for row in town.rows(t.open_question, kind="carer"))


def test_a_no_is_not_told_and_holds_for_weeks(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
) -> None:
    answers = [ask(town, daughter)]
    (row,) = town.rows(t.carer)
    town.do(DecideCarer(row.id, False, account_id=mother.account_id))
    answers.append(ask(town, daughter))
    assert [one.kind for one in town.told()] == ["carer_asked"]
    town.clock.forward(days=31)
    answers.append(ask(town, daughter))
    assert len(town.told("carer_asked")) == 2
    assert answers == [{"ok": True, "agreed": False}] * 3


def test_an_unknown_phone_gets_the_same_answer_and_staff_have_it_on_paper(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
) -> None:
    known = ask(town, daughter)
    assert ask(town, daughter, "13911112222") == known
    (item,) = town.rows(t.desk_item)
    assert (item.kind, item.account_id, item.words) == ("carer_paper", daughter.account_id, "妈妈")
    elder = next(one for one in town.rows(t.person) if one.id == item.person_id)
    assert elder.phone_sealed
    assert "1391111" not in elder.phone_sealed
    user = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    seen = town.see(views.desk_items, views.User("admin"))[0]
    carer_id = town.see(views.carer_of_item, views.User("admin"), seen)
    assert town.see(views.carer_of_item, views.User("firm", 1), seen) is None
    assert town.do(DecideCarer(carer_id, True, user_id=user))["ok"]
    assert [one.state for one in town.rows(t.desk_item)] == ["done"]
    assert town.see(views.served_people, daughter.person_id) == [{"person_id": elder.id, "word": "妈妈"}]


def test_a_clerk_of_another_area_decides_nothing(town: TestTown, daughter: views.Resident) -> None:
    ask(town, daughter)
    far = town.do(SaveUser("far", "firm", "hash", unit_id=town.planted.units["安居物业"]))["user_id"]
    (row,) = town.rows(t.carer)
    assert town.do(DecideCarer(row.id, True, user_id=far))["why"] == "unknown"


def test_two_people_with_one_phone_are_asked_on_paper(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
) -> None:
    father = town.resident("o-father")
    town.do(SetPhone(father.person_id, PHONE))
    ask(town, daughter)
    assert (town.told(), [one.kind for one in town.rows(t.desk_item)]) == ([], ["carer_paper"])


def test_ones_own_phone_is_nobody_else(town: TestTown, daughter: views.Resident) -> None:
    town.do(SetPhone(daughter.person_id, PHONE))
    ask(town, daughter)
    (row,) = town.rows(t.carer)
    assert row.elder_id != daughter.person_id


@pytest.mark.parametrize(
    ("said", "asked"), [("王桂芳", True), ("王阿婆", True), ("李桂芳", False), ("", False)]
)
def test_by_home_and_name(
    town: TestTown,
    store: Store,
    mother: views.Resident,
    daughter: views.Resident,
    said: str,
    asked: bool,
) -> None:
    home = town.home("幸福小区", "3", "2", "602")
    town.do(BindHome(mother.person_id, home))
    with store.work(town.clock.now()) as work:
        set_name(work, mother.person_id, "王桂芳")
    ask(town, daughter, "", home_id=home, elder_name=said)
    assert bool(town.told("carer_asked")) is asked
    assert bool(town.rows(t.desk_item)) is not asked


def test_three_a_day(town: TestTown, daughter: views.Resident) -> None:
    answers = [ask(town, daughter, f"1391111222{n}") for n in range(4)]
    assert [one["ok"] for one in answers] == [True, True, True, False]
    town.clock.forward(days=1, minutes=1)
    assert ask(town, daughter, "13911112229")["ok"]


@pytest.mark.parametrize("by_elder", [True, False])
def test_either_may_end_it_and_the_other_is_told(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
    by_elder: bool,
) -> None:
    ask(town, daughter)
    (row,) = town.rows(t.carer)
    town.do(DecideCarer(row.id, True, account_id=mother.account_id))
    stranger = town.resident("o-stranger")
    assert town.do(EndCarer(row.id, stranger.person_id))["why"] == "unknown"
    who, other = (mother, daughter) if by_elder else (daughter, mother)
    assert town.do(EndCarer(row.id, who.person_id))["ok"]
    assert town.see(views.served_people, daughter.person_id) == []
    (told,) = town.told("carer_ended")
    assert (told.account_id, told.facts["end"]) == (
        other.account_id,
        "by_elder" if by_elder else "by_carer",
    )
    assert ask(town, daughter)["ok"]
    assert len(town.told("carer_asked")) == 2


def test_who_has_left_is_called_on_paper(
    town: TestTown,
    mother: views.Resident,
    daughter: views.Resident,
) -> None:
    town.do(Unfollow(mother.account_id))
    ask(town, daughter)
    assert town.told() == []
    (item,) = town.rows(t.desk_item)
    assert item.person_id == mother.person_id

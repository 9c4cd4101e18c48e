"""Lines of people into the register: who is who, whose phone it is, and what people have ended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from models import tables as t
from models import views
from models.actions.import_runs import (
    look_at,
)
from models.actions.people import BindHome, SetPhone
from models.rules.shared_phones import SHARED
from tests.models.test_imports import EXAMPLES, HOME, ZHANG, as_lines, bring, register
from tests.town import TestTown


def people(town: TestTown) -> list[tuple[str, str]]:
    """Everybody's name and phone."""
    with town.store.look(town.clock.now()) as work:
        rows = work.conn.execute(select(t.person).order_by(t.person.c.id))
        return [(work.unseal(row.name_sealed), work.unseal(row.phone_sealed)) for row in rows]


def test_a_person_is_bound_to_their_homes_as_verified(town: TestTown) -> None:
    bring(town, "people", *EXAMPLES["people"])
    assert people(town) == [("张三", "13812345678"), ("李四", "")]
    bound = [(one.person_id, one.state, one.part, one.decided_by) for one in town.rows(t.binding)]
    assert bound == [
        (1, "verified", "owner", None),
        (1, "verified", "owner", None),
        (2, "verified", "", None),
    ]


def test_names_and_phones_are_kept_sealed(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    (row,) = town.rows(t.person)
    assert "张三" not in repr(row)
    assert "13812345678" not in repr(row)


def test_a_changed_phone_or_part_is_changed(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    moved = {**ZHANG, "phone": "13900000000"}
    assert bring(town, "people", moved).counts == {"changed": 1}
    assert people(town) == [("张三", "13900000000")]
    assert bring(town, "people", {**moved, "part": "tenant"}).counts == {"changed": 1}
    assert [one.part for one in town.rows(t.binding)] == ["tenant"]


def test_another_name_with_the_same_phone_and_home_waits_for_a_word(town: TestTown) -> None:
    """Whether a name was corrected or the wife is meant, no table says: nobody is renamed, nobody is made."""
    files = [ZHANG, {**ZHANG, "name": "李四"}]
    for number, file in enumerate(files * 2):
        looked = town.see(look_at, "people", as_lines(file))
        brought = bring(town, "people", file)
        assert looked.faults == brought.faults == ([(2, "姓名", "other_name")] if number % 2 else [])
        assert people(town) == [("张三", ZHANG["phone"])]
    assert bring(town, "people", *FAMILY).counts == {"unchanged": 1, "new": 1}
    for file in files * 2:
        assert bring(town, "people", file).counts == {"unchanged": 1}


def test_two_people_with_one_phone_in_two_files_stay_apart(town: TestTown) -> None:
    files = [ZHANG, {**ZHANG, "name": "李四", "room": "601"}]
    assert bring(town, "people", files[0]).notes == []
    looked = town.see(look_at, "people", as_lines(files[1]))
    brought = bring(town, "people", files[1])
    assert looked.notes == brought.notes == [(2, "手机号", "other_home")]
    assert looked.counts == brought.counts == {"new": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]
    after = register(town)
    for file in files * 2:
        again = bring(town, "people", file)
        assert (again.counts, again.notes) == ({"unchanged": 1}, [])
    assert register(town) == after


def test_who_moved_out_is_not_whoever_moves_in_with_their_phone(town: TestTown) -> None:
    bring(town, "people", ZHANG)
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(ended_at=town.clock.now()))
    assert bring(town, "people", {**ZHANG, "name": "李四"}).counts == {"new": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]


def test_namesakes_without_a_phone_in_two_homes_are_two_people(town: TestTown) -> None:
    one, other = {"name": "王芳", **HOME}, {"name": "王芳", **HOME, "room": "601"}
    bring(town, "people", one, other)
    assert bring(town, "people", one, other).counts == {"unchanged": 2}
    assert sorted(binding.person_id for binding in town.rows(t.binding)) == [1, 2]


def test_who_claimed_the_home_in_a_chat_with_that_phone_is_verified(town: TestTown) -> None:
    who = town.resident("o-zhang", ("幸福小区", "3", "2", "602"))
    town.do(SetPhone(who.person_id, ZHANG["phone"]))
    assert bring(town, "people", ZHANG).counts == {"changed": 1}
    (binding,) = town.rows(t.binding)
    assert (binding.person_id, binding.state, binding.decided_at) == (
        who.person_id,
        "verified",
        town.clock.now(),
    )
    assert people(town) == [("张三", "13812345678")]


def test_a_phone_typed_in_a_chat_alone_gives_nobody_anothers_home(town: TestTown) -> None:
    thief = town.resident("o-thief")
    town.do(SetPhone(thief.person_id, ZHANG["phone"]))
    for _ in range(2):
        bring(town, "people", ZHANG)
        assert town.see(views.homes_of, thief.person_id) == ()
    assert people(town) == [("", "13812345678"), ("张三", "13812345678")]
    town.do(BindHome(thief.person_id, town.home("幸福小区", "3", "1", "101")))
    assert bring(town, "people", ZHANG).counts == {"unchanged": 1}


FAMILY = [
    {**ZHANG, SHARED: True},
    {**ZHANG, "name": "李四", SHARED: True},
]  # 李四 is registered with 张三's phone


@pytest.mark.parametrize("before", [[], [0], [1]], ids=["nobody", "one", "other"])
@pytest.mark.parametrize("lines", [FAMILY, FAMILY[::-1]], ids=["", "turned"])
def test_a_family_that_shares_a_phone_stays_apart(town: TestTown, before: list[int], lines: Any) -> None:
    for place in before:
        bring(town, "people", {**FAMILY[place], SHARED: False})
    counts = {"new": 2 - len(before)} | ({"unchanged": 1} if before else {})
    assert town.see(look_at, "people", as_lines(*lines)).counts == counts
    assert bring(town, "people", *lines).counts == counts
    assert sorted(people(town)) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]
    after = register(town)
    for again in (lines, lines[::-1], *([{**one, SHARED: False}] for one in lines)):
        assert bring(town, "people", *again).counts == {"unchanged": len(again)}
    assert register(town) == after


def test_of_a_family_with_one_phone_who_chats_is_who_lives_there(town: TestTown) -> None:
    who = town.resident("o-li", ("幸福小区", "3", "2", "602"))
    town.do(SetPhone(who.person_id, ZHANG["phone"]))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(state="verified"))
    lines = {**FAMILY[0], "room": "601"}, FAMILY[1], {**FAMILY[1], "room": "601"}
    assert bring(town, "people", *lines).counts == {"new": 2, "changed": 1}
    assert people(town) == [("李四", ZHANG["phone"]), ("张三", ZHANG["phone"])]
    after = register(town)
    assert bring(town, "people", *lines).counts == {"unchanged": 3}
    assert register(town) == after


def test_who_gets_the_phone_of_another_in_their_home_takes_nothing_from_them(town: TestTown) -> None:
    bring(town, "people", ZHANG, {"name": "李四", **HOME})
    assert bring(town, "people", {**ZHANG, "name": "李四", "part": "household"}).counts == {"changed": 1}
    assert people(town) == [("张三", ZHANG["phone"]), ("李四", ZHANG["phone"])]


@pytest.mark.parametrize("ended", [{"state": "refused"}, {"ended": True}])
def test_what_people_have_ended_stays_ended(town: TestTown, ended: dict[str, Any]) -> None:
    bring(town, "people", ZHANG)
    values = {"ended_at": town.clock.now()} if "ended" in ended else ended
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(values))
    after = register(town)
    assert bring(town, "people", {**ZHANG, "part": "tenant"}).faults == [(2, "姓名", "ended")]
    assert register(town) == after

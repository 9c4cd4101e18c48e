"""Lines of what subsidies go by: of whom, which group for how long; checked, repeated, and told to nobody else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models.actions.desk import SaveUser
from models.actions.entitlements import SaveEntitlement
from models.actions.import_lines import Brought
from models.actions.import_runs import BRING, look_at
from models.rules.entitlements import groups_on
from models.views.meal_desk import papers_of
from models.views.my_meals import my_meals
from tests.models.test_imports import HOME, ZHANG, as_lines, bring
from tests.town import TestTown

WHO = {"name": "张三", **HOME}
LOW = {**WHO, "group": "low_income", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}


@pytest.fixture
def zhang(town: TestTown) -> TestTown:
    """张三 lives at 3-2-602, verified; so does 李四."""
    bring(town, "people", ZHANG, {"name": "李四", **HOME})
    return town


def kept(town: TestTown) -> dict[int, dict[str, Any]]:
    with town.store.look(town.clock.now()) as work:
        return {row.person_id: json.loads(work.unseal(row.facts_sealed)) for row in town.rows(t.entitlement)}


def test_a_group_and_its_time_are_kept_sealed_and_checked(zhang: TestTown) -> None:
    looked = zhang.see(look_at, "entitlements", as_lines(LOW))
    assert (looked.counts, kept(zhang)) == ({"new": 1}, {})  # who looks first writes nothing
    assert bring(zhang, "entitlements", LOW).counts == {"new": 1}
    period = {"low_income": ["2026-01-01", "2026-12-31"]}
    assert kept(zhang) == {1: {"born": None, "groups": ["low_income"], "periods": period}}
    (row,) = zhang.rows(t.entitlement)
    assert row.verified_at == zhang.clock.now()
    assert "low_income" not in row.facts_sealed


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)],
)
def test_a_group_holds_from_its_first_day_to_its_last(day: str, holds: bool) -> None:
    facts = {"groups": ["low_income", "alone"], "periods": {"low_income": ["2026-01-01", "2026-12-31"]}}
    assert groups_on(facts, date.fromisoformat(day)) == {"alone", *(["low_income"] if holds else [])}
    assert groups_on({"groups": ["alone"]}, date(2026, 1, 1)) == {
        "alone"
    }  # as it was kept before there were times


def test_the_same_table_again_changes_nothing(zhang: TestTown) -> None:
    lines = (
        LOW,
        {**WHO, "group": "alone"},
        {**WHO, "born": "1940-05-01"},
        {"name": "李四", **HOME, "group": "care"},
    )
    assert bring(zhang, "entitlements", *lines).counts == {"new": 3, "changed": 1}
    before = zhang.rows(t.entitlement)
    for _ in range(2):
        assert bring(zhang, "entitlements", *lines).counts == {"unchanged": 4}
    assert zhang.rows(t.entitlement) == before


def test_a_line_changes_what_it_says_and_nothing_else(zhang: TestTown) -> None:
    bring(zhang, "entitlements", LOW, {**WHO, "group": "alone", "born": "1940-05-01"})
    longer = {**WHO, "group": "low_income", "ends_on": "2027-12-31"}
    assert bring(zhang, "entitlements", longer).counts == {"changed": 1}
    assert kept(zhang)[1] == {
        "born": "1940-05-01",
        "groups": ["alone", "low_income"],
        "periods": {"low_income": ["2026-01-01", "2027-12-31"]},
    }
    assert bring(zhang, "entitlements", {**WHO, "group": "low_income"}).counts == {"unchanged": 1}


def test_what_was_not_checked_is_checked_by_the_table(zhang: TestTown) -> None:
    bring(zhang, "entitlements", LOW)
    with zhang.store.work(zhang.clock.now()) as work:
        work.conn.execute(update(t.entitlement).values(verified_at=None))
    assert bring(zhang, "entitlements", LOW).counts == {"changed": 1}
    assert zhang.rows(t.entitlement)[0].verified_at is not None


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({**LOW, "name": "王五"}, ("姓名", "unknown_person")),
        ({**LOW, "room": "9909"}, ("室号", "unknown_home")),
        ({**LOW, "building": "99"}, ("楼号", "unknown_building")),
        ({**LOW, "estate": "没有"}, ("小区", "unknown_estate")),
        (WHO, ("待遇", "nothing_said")),
        ({**WHO, "born": "1940-05-01", "starts_on": "2026-01-01"}, ("待遇", "no_group")),
        ({**WHO, "born": "2099-01-01"}, ("出生日期", "birthday")),
    ],
)
def test_a_line_that_cannot_be_taken_says_why_and_the_others_are(
    zhang: TestTown, line: dict[str, Any], fault: tuple[str, str]
) -> None:
    good = {"name": "李四", **HOME, "group": "alone"}
    brought = bring(zhang, "entitlements", line, good)
    assert brought.faults == [(2, *fault)]
    assert brought.counts == {"wrong": 1, "new": 1}
    assert list(kept(zhang)) == [2]


def test_an_end_before_the_beginning_that_is_kept_is_wrong(zhang: TestTown) -> None:
    bring(zhang, "entitlements", LOW)
    brought = bring(zhang, "entitlements", {**WHO, "group": "low_income", "ends_on": "2025-12-31"})
    assert brought.faults == [(2, "截止日期", "period_order")]
    assert kept(zhang)[1]["periods"] == {"low_income": ["2026-01-01", "2026-12-31"]}


def test_who_only_says_that_they_live_there_learns_nothing(zhang: TestTown) -> None:
    """Else anybody could read in 我的信息 what the office has decided of a namesake."""
    with zhang.store.work(zhang.clock.now()) as work:
        work.conn.execute(update(t.binding).where(t.binding.c.person_id == 1).values(state="pending"))
    assert bring(zhang, "entitlements", LOW).faults == [(2, "姓名", "not_verified")]
    with zhang.store.work(zhang.clock.now()) as work:
        work.conn.execute(update(t.binding).values(state="verified", ended_at=work.now))
    assert bring(zhang, "entitlements", LOW).faults == [(2, "姓名", "unknown_person")]
    assert kept(zhang) == {}


def test_namesakes_of_one_home_are_told_apart_by_their_phones(zhang: TestTown) -> None:
    with zhang.store.work(zhang.clock.now()) as work:
        first = zhang.rows(t.person, id=1)[0]
        row = {"name_sealed": first.name_sealed, "name_index": first.name_index, "made_at": work.now}
        made = insert(t.person).values(**row, phone_sealed=work.seal("x"), phone_index=work.index("x"))
        other = work.conn.execute(made.returning(t.person.c.id)).scalar_one()
        home = zhang.rows(t.binding, person_id=1)[0].home_id
        lives = {"person_id": other, "home_id": home, "state": "verified", "made_at": work.now}
        work.conn.execute(insert(t.binding).values(lives))
    assert bring(zhang, "entitlements", LOW).faults == [(2, "姓名", "several_people")]
    assert bring(zhang, "entitlements", {**LOW, "phone": ZHANG["phone"]}).counts == {"new": 1}
    assert list(kept(zhang)) == [1]


def test_who_imported_is_written_down_for_each_person_once(zhang: TestTown) -> None:
    user = int(zhang.do(SaveUser("admin", "admin", "hash"))["user_id"])
    lines = as_lines(LOW, {**WHO, "group": "alone"}, {"name": "李四", **HOME, "group": "care"})
    for _ in range(2):
        with zhang.store.work(zhang.clock.now()) as work:
            BRING["entitlements"](work, lines, Brought("entitlements", writes=True, user_id=user))
    audits = [(row.what, row.subject, row.console_user_id) for row in zhang.rows(t.audit)]
    assert audits == [("entitlement_saved", "1", user), ("entitlement_saved", "2", user)]
    assert zhang.see(papers_of, 1).verified_by == "admin"


def test_the_person_and_the_desk_read_it_in_words(zhang: TestTown) -> None:
    bring(zhang, "entitlements", LOW)
    said = "低保、低收入（2026-01-01 到 2026-12-31）"
    assert zhang.see(my_meals, 1)["补贴资格"][0]["享受的待遇"] == said
    assert zhang.see(papers_of, 1).worded == (said,)


def test_who_ticks_it_again_in_the_console_keeps_the_time(zhang: TestTown) -> None:
    bring(zhang, "entitlements", LOW)
    user = int(zhang.do(SaveUser("admin", "admin", "hash"))["user_id"])
    assert zhang.do(SaveEntitlement(user, 1, date(1940, 5, 1), ("low_income", "alone")))["ok"]
    assert kept(zhang)[1]["periods"] == {"low_income": ["2026-01-01", "2026-12-31"]}
    assert zhang.do(SaveEntitlement(user, 1, date(1940, 5, 1), ("alone",)))["ok"]
    assert kept(zhang)[1]["periods"] == {}

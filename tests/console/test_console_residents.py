"""The page 住户: claimed homes are verified, people are corrected, and the phone is shown only when asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models import tables as t
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]


def audited(console: Console) -> list[tuple[str, str]]:
    return [(row.what, row.subject) for row in console.rows(t.audit)]


def test_a_phone_is_shown_only_when_asked_for(apart: Console) -> None:
    visitor = apart.signed_in("she1")
    page = visitor.open("/console/residents/1")
    assert "13812345678" not in page.text
    assert "602" in page.text
    assert "13812345678" in visitor.post("/console/residents/1/phone").text
    assert audited(apart) == [("person", "1"), ("person_phone", "1")]


@pytest.mark.parametrize(("state", "kind"), [("verified", "home_verified"), ("refused", "home_refused")])
def test_claims_are_decided_and_the_people_told(apart: Console, state: str, kind: str) -> None:
    visitor = apart.signed_in("she1")
    page = visitor.open("/console/residents")
    assert "3 号楼" in page.text
    assert "远方小区" not in page.text
    page = visitor.send("/console/residents/claims", claim="1", state=state)
    assert "1 处住址" in page.text
    (claim, other) = apart.rows(t.binding)
    assert (claim.state, claim.decided_at, claim.decided_by is not None) == (state, NOW, True)
    assert (claim.ended_at is not None) is (state == "refused")
    assert other.state == "claimed"
    (told,) = apart.rows(t.outbox, t.outbox.c.kind == kind)
    assert told.account_id == 1
    assert "602" not in str(told.facts)
    assert "已经办过" in visitor.send("/console/residents/claims", claim="1", state=state).text
    assert len(apart.rows(t.outbox, t.outbox.c.kind == kind)) == 1


def test_how_many_wait_stands_in_the_menu(apart: Console) -> None:
    assert "住户 1 人员" in apart.signed_in("she1").open("/console/").text
    assert "住户 2 人员" in apart.signed_in("admin").open("/console/").text
    assert "住户" not in apart.signed_in("anju").open("/console/").text


@pytest.mark.parametrize("form", [{"claim": "2"}, {"claim": "x"}, {}, {"claim": "1", "state": "burnt"}])
def test_what_is_not_ones_own_is_not_decided(apart: Console, form: dict[str, str]) -> None:
    visitor = apart.signed_in("she1")
    visitor.open("/console/residents")
    before = apart.rows(t.binding)
    visitor.send("/console/residents/claims", **{"state": "verified", **form})
    assert apart.rows(t.binding) == before


def test_name_and_phone_are_corrected_and_can_be_looked_up(apart: Console) -> None:
    visitor = apart.signed_in("she1")
    visitor.open("/console/residents/1")
    assert "已经改好" in visitor.send("/console/residents/1", name="李 奶奶", phone="139 0000 0001").text
    (person,) = apart.rows(t.person, t.person.c.id == 1)
    assert "李" not in f"{person.name_sealed}{person.name_index}"
    for q in ("李奶奶", "13900000001"):
        assert "尾号 0001" in visitor.post("/console/search", q=q).text


@pytest.mark.parametrize(("form", "words"), [({"phone": "123"}, "手机号不对"), ({}, "请写几个字")])
def test_a_wrong_correction_changes_nothing(apart: Console, form: dict[str, str], words: str) -> None:
    visitor = apart.signed_in("she1")
    visitor.open("/console/residents/1")
    before = apart.rows(t.person)
    assert words in visitor.send("/console/residents/1", **form).text
    assert apart.rows(t.person) == before


def test_a_home_is_added_and_ended(apart: Console) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(t.home.insert().values(building_id=2, unit="", room="101"))
    visitor = apart.signed_in("she1")
    visitor.open("/console/residents/1")
    assert "已经加上" in visitor.send("/console/residents/1/homes", home="4号楼101").text
    added = apart.rows(t.binding)[-1]
    assert (added.person_id, added.state, added.decided_at) == (1, "verified", NOW)
    assert "不住" in visitor.open("/console/residents/1").text
    assert "已经结束" in visitor.send(f"/console/residents/claims/{added.id}/end").text
    assert apart.rows(t.binding)[-1].ended_at == NOW


@pytest.mark.parametrize("home", ["远方小区3号楼2单元602", "没有小区3号楼2单元602", "9号楼909", "", "我家"])
def test_a_home_of_another_area_is_not_added(apart: Console, home: str) -> None:
    visitor = apart.signed_in("she1")
    visitor.open("/console/residents/1")
    assert "没有找到这个住址" in visitor.send("/console/residents/1/homes", home=home).text
    assert len(apart.rows(t.binding)) == 2


def test_who_moved_away_is_not_found_any_more(apart: Console) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.binding).values(ended_at=NOW))
        work.conn.execute(update(t.work_order).values(reporter_id=None))
    visitor = apart.signed_in("she1")
    assert visitor.open("/console/residents/1").status == 404
    assert apart.signed_in("admin").open("/console/residents/1").status == 200

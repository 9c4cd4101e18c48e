"""An elder's consent on paper, and debts: for those who keep the person's record, of no other area."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions.carers import PAPER, DecideCarer
from models.actions.desk import OpenDeskItem
from models.actions.people import SetPhone
from models.views.meal_desk import debtors
from models.views.users import asker_of
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]


def user_id(console: Console, login: str) -> int:
    return next(int(row.id) for row in console.rows(t.console_user) if row.login == login)


def items(console: Console, login: str) -> list[int]:
    """The consents that are open for this user, by the id of the elder's person, none for whom is hidden."""
    with console.store.look(NOW) as work:
        asker = asker_of(work, user_id(console, login))
        assert asker is not None
        return [
            one.id
            for one in views.desk_items(work, asker)
            if one.kind == PAPER and views.carer_of_item(work, asker, one)
        ]


def decide(console: Console, login: str) -> bool:
    link = console.rows(t.carer)[-1]
    with console.store.work(NOW) as work:
        return bool(DecideCarer(link.id, True, user_id=user_id(console, login)).run(work)["ok"])


def asked_for(console: Console, elder_id: int) -> None:
    """Somebody of the second district wants to order for that elder; staff have the consent on paper."""
    far = next(row for row in console.rows(t.account) if row.address == "oFAR")
    with console.store.work(NOW) as work:
        link = {"elder_id": elder_id, "carer_id": far.person_id, "word": "妈妈", "state": "asked"}
        work.conn.execute(insert(t.carer).values(**link, made_at=NOW))
        OpenDeskItem(PAPER, "妈妈", account_id=far.id, person_id=elder_id).run(work)


def test_the_consent_is_for_those_who_keep_the_elders_record(apart: Console) -> None:
    asked_for(apart, 1)
    assert [len(items(apart, login)) for login in ("admin", "she1", "she2", "qu2", "anju")] == [1, 1, 0, 0, 0]
    assert not any(decide(apart, login) for login in ("she2", "qu2", "anju"))
    assert decide(apart, "she1")


def test_whoever_saw_a_report_of_the_elder_has_no_consent_of_theirs(apart: Console) -> None:
    asked_for(apart, 1)
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.id == 2).values(reporter_id=1))
    assert items(apart, "she2") == []
    assert not decide(apart, "she2")


def test_who_has_the_consent_reads_how_to_call_the_carer_and_no_more(apart: Console) -> None:
    asked_for(apart, 1)
    far = next(row for row in apart.rows(t.account) if row.address == "oFAR")
    with apart.store.work(NOW) as work:
        SetPhone(far.person_id, "13700001111").run(work)
    item = next(row.id for row in apart.rows(t.desk_item) if row.kind == PAPER)
    clerk = apart.signed_in("she1")
    page = clerk.open("/console/items").text
    assert "居民要求删除" not in page.split("家人想替老人订饭")[1].split("</article>")[0]
    page = clerk.post(f"/console/items/{item}/contact").text
    assert "13700001111" in page
    assert "别的片区，这里不显示" in page
    looked = [row.subject for row in apart.rows(t.audit, t.audit.c.what == "contact")]
    assert looked == [str(far.id)]
    for what in ("answer", "forget"):
        assert clerk.post(f"/console/items/{item}/{what}", words="您好", sure="yes").status == 404
    for login in ("qu2", "anju"):
        assert apart.signed_in(login).post(f"/console/items/{item}/contact").status in (403, 404)
    assert decide(apart, "she1")
    assert clerk.post(f"/console/items/{item}/contact").status == 404


def test_of_an_elder_whom_nobody_knows_yet_the_carers_clerk_has_it(apart: Console) -> None:
    with apart.store.work(NOW) as work:
        made = insert(t.person).values(made_at=NOW).returning(t.person.c.id)
        elder_id = int(work.conn.execute(made).scalar_one())
    asked_for(apart, elder_id)
    assert [len(items(apart, login)) for login in ("she1", "she2")] == [0, 1]
    assert not decide(apart, "she1")
    assert decide(apart, "she2")


@pytest.mark.parametrize(("login", "shown"), [("admin", 1), ("she2", 1), ("she1", 0), ("anju", 0)])
def test_a_debt_is_for_those_who_keep_the_record(apart: Console, login: str, shown: int) -> None:
    """They live in the second district, and have reported something in the first."""
    far = next(row for row in apart.rows(t.account) if row.address == "oFAR").person_id
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.id == 1).values(reporter_id=far))
        work.conn.execute(update(t.meal_account).values(balance_cents=0))
        owes = {"person_id": far, "pays": "bill", "balance_cents": -500, "changed_at": NOW}
        work.conn.execute(insert(t.meal_account).values(**owes))
        asker = asker_of(work, user_id(apart, login))
        assert asker is not None
        assert [one.person_id for one in debtors(work, asker)] == [far] * shown

"""Asking for erasure: the account at once, the person once no order is open, orders without anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from models import tables as t
from models import views
from models.actions.answers import AddSentence, Rate
from models.actions.consent import Consent, ShowNotice, WithdrawConsent
from models.actions.desk import SaveUser
from models.actions.erasure import ErasePerson, ForgetErased
from models.actions.orders import AddWords, OpenOrder
from models.actions.people import KeepPhotos, SetPhone, Unfollow
from models.actions.staff import Claim, Finish
from tests.town import TestTown
from workers.timers import OURS

HOME = ("幸福小区", "3", "2", "602")
PHONE = "13812345678"


@pytest.fixture
def who(town: TestTown) -> views.Resident:
    """Somebody of whom everything is kept that can be."""
    made = town.resident("o-zhang", HOME)
    town.do(SetPhone(made.person_id, PHONE))
    town.do(ShowNotice(made.account_id, "2"))
    town.do(Consent(made.account_id, "2"))
    return made


def opened(town: TestTown, who: views.Resident) -> int:
    about = {"home_id": town.home(*HOME), "media": ("m-order",)}
    action = OpenOrder(who.account_id, who.person_id, "utilities", "normal", f"602漏水，打{PHONE}", **about)
    order_id = int(town.do(action)["order_id"])
    town.do(AddWords(order_id, who.account_id, "我在六〇二等着"))
    return order_id


def closed(town: TestTown, who: views.Resident) -> int:
    order_id = opened(town, who)
    worker = town.staff().worker_id
    town.do(Claim(order_id, worker))
    town.do(Finish(order_id, worker, "602 的阀门换了"))
    town.do(Rate(who.account_id, order_id, 1, 5))
    town.do(AddSentence(who.account_id, order_id, 1, "谢谢李师傅"))
    return order_id


def everything(town: TestTown, *besides: str) -> str:
    """Every row of the town but of these tables, as text, personal columns unsealed."""
    with town.store.look(town.clock.now()) as work:
        rows: list[Any] = []
        for table in t.metadata.sorted_tables:
            if table.name in ("home", "worker", "bot", "work_group", *besides):
                continue
            for row in work.conn.execute(select(table)).mappings():
                sealed = [work.unseal(v) for k, v in row.items() if k.endswith("_sealed") and v]
                rows += [table.name, dict(row), sealed]
        return json.dumps(rows, ensure_ascii=False, default=str)


def log(town: TestTown) -> set[tuple[str, str]]:
    return {(row.why, row.what) for row in town.rows(t.erasure)}


def test_nothing_personal_is_left_of_who_has_no_open_order(town: TestTown, who: views.Resident) -> None:
    order_id = closed(town, who)
    town.do(KeepPhotos(who.account_id, ("m-loose",)))
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.photo.update().values(file="a.jpg"))
    before = everything(town)
    assert all(word in before for word in (PHONE, "o-zhang", "六〇二", "谢谢李师傅", "m-order"))
    done = town.do(ErasePerson(who.person_id))
    assert (done["erased"], done["open"], done["files"]) == (True, 0, ["a.jpg"])
    after = everything(town)
    assert [
        word for word in (PHONE, "o-zhang", "六〇二", "602", "谢谢李师傅", "m-order") if word in after
    ] == []
    row = town.row(order_id)
    assert (row.state, row.category, row.reporter_id, row.home_id) == ("closed", "utilities", None, None)
    assert [one.score for one in town.rows(t.rating)] == [5]
    assert {("asked", "account"), ("asked", "person"), ("asked", "binding"), ("asked", "photo")} <= log(town)
    assert [one.account_id for one in town.rows(t.consent)] == [None, None]


def test_an_open_order_keeps_door_and_phone_until_it_is_closed(town: TestTown, who: views.Resident) -> None:
    order_id = opened(town, who)
    worker = town.staff()
    town.do(Claim(order_id, worker.worker_id))
    assert town.do(ErasePerson(who.person_id))["open"] == 1
    assert town.see(views.account_of, who.account_id).left_at is not None
    assert town.see(views.door_of, worker, order_id).phone == PHONE
    for _ in range(2):
        ring(town)
        assert town.see(views.door_of, worker, order_id).phone == PHONE
    town.do(Finish(order_id, worker.worker_id, "好了"))
    ring(town)
    assert PHONE not in everything(town)
    assert town.row(order_id).home_id is None
    assert not [row for row in town.rows(t.timer, kind="forget_person") if row.due_at > town.clock.now()]


def ring(town: TestTown) -> None:
    """A day later, the timer."""
    town.clock.forward(days=1, minutes=1)
    due = [row for row in town.rows(t.timer, kind="forget_person") if row.due_at <= town.clock.now()][-1]
    with town.store.work(town.clock.now()) as work:
        OURS["forget_person"](work, due.subject, due.stamp)


def test_the_console_erases_for_a_caller_and_it_is_written_down(town: TestTown, who: views.Resident) -> None:
    user = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    assert town.do(ErasePerson(who.person_id, "console", user))["ok"]
    [row] = town.rows(t.audit)
    assert (row.what, row.subject, row.console_user_id) == ("erase_person", str(who.person_id), user)
    assert {why for why, _ in log(town)} == {"console"}
    assert town.do(ErasePerson(99999))["why"] == "unknown"


def test_unfollowing_logs_its_erasure_and_keeps_the_person(town: TestTown, who: views.Resident) -> None:
    town.do(Unfollow(who.account_id))
    assert {why for why, _ in log(town)} == {"unfollow"}
    assert PHONE in everything(town)
    assert {(one.account_id, one.withdrawn_at) for one in town.rows(t.consent)} == {(None, town.clock.now())}


def test_the_log_says_nothing_of_whom() -> None:
    assert {column.name for column in t.erasure.columns} == {
        "id",
        "at",
        "why",
        "rule",
        "days",
        "what",
        "rows",
    }


def test_consent_taken_back_takes_phone_and_homes_and_leaves_the_account(
    town: TestTown, who: views.Resident
) -> None:
    assert town.do(WithdrawConsent(who.account_id)) == {"ok": True, "ends": True, "open": 0, "files": []}
    account = town.see(views.account_of, who.account_id)
    assert (account.left_at, account.consent_version, account.has_phone) == (None, "", False)
    assert town.see(views.homes_of, who.person_id) == ()
    assert {one.withdrawn_at for one in town.rows(t.consent)} == {town.clock.now()}
    assert town.do(ShowNotice(who.account_id, "2"))["new"] is True


def test_who_agrees_anew_while_an_order_is_open_keeps_the_new_phone(
    town: TestTown, who: views.Resident
) -> None:
    order_id = opened(town, who)
    assert town.do(WithdrawConsent(who.account_id))["open"] == 1
    town.clock.forward(hours=1)
    town.do(Consent(who.account_id, "2"))
    town.do(SetPhone(who.person_id, "13900139000"))
    town.do(Claim(order_id, town.staff().worker_id))
    town.do(Finish(order_id, town.staff().worker_id, "好了"))
    assert town.do(ForgetErased(who.person_id))["why"] == "already"
    assert "13900139000" in everything(town)


def test_each_version_agreed_to_is_a_row(town: TestTown) -> None:
    who = town.resident()
    for version in ("1", "1", "2"):
        town.do(Consent(who.account_id, version))
    assert [(one.purpose, one.version) for one in town.rows(t.consent)] == [("notice", "1"), ("notice", "2")]

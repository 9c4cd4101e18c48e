"""One box finds orders and people, only where the asker looks after, and every person shown is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from models import tables as t
from models.actions.residents import SavePerson
from models.rules.lookup import name_key
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]


@pytest.fixture
def known(apart: Console) -> Console:
    """Both people can be looked up by phone and name; their orders have homes."""
    with apart.store.work(NOW) as work:
        admin = next(row.id for row in apart.rows(t.console_user) if row.login == "admin")
        for person_id, name, phone in ((1, "张大妈", "13812345678"), (2, "阿依·古丽", "13987654321")):
            assert SavePerson(admin, person_id, name, phone).run(work)["ok"]
        work.conn.execute(update(t.audit).values(what="before"))
    return apart


def looks(console: Console) -> list[str]:
    return [row.subject for row in console.rows(t.audit, t.audit.c.what == "found_person")]


@pytest.mark.parametrize(
    "q",
    [
        "138 1234 5678",
        "１３８１２３４５６７８",
        "张大妈",
        " 张 大妈 ",
        "3号楼602",
        "幸福小区3-2-602",
        "三号楼2单元602",
    ],
)
def test_a_person_is_found_and_that_is_written_down(known: Console, q: str) -> None:
    visitor = known.signed_in("she1")
    page = visitor.post("/console/search", q=q)
    assert "张大妈" in page.text
    assert "尾号 5678" in page.text
    assert "13812345678" not in page.text.partition("住户 张大妈")[2]
    assert "1001" in page.text
    assert "1002" not in page.text
    assert looks(known) == ["1"]


@pytest.mark.parametrize("q", ["13987654321", "阿依古丽", "阿依·古丽", "远方小区3号楼602"])
def test_nobody_of_another_area_is_found(known: Console, q: str) -> None:
    for login, told in (("she1", False), ("jie1", False), ("qu1", False), ("she2", True), ("admin", True)):
        text = known.signed_in(login).post("/console/search", q=q).text
        assert ("尾号 4321" in text) is told, login
        assert ("1002" in text) is told, login
    assert looks(known) == ["2", "2"]


@pytest.mark.parametrize("q", ["13812345678", "张大妈", "3号楼602"])
def test_a_firm_finds_orders_and_nobody(known: Console, q: str) -> None:
    page = known.signed_in("anju").post("/console/search", q=q)
    assert "5678" not in page.text.replace(q, "")
    assert "住户" not in page.text
    assert ("1001" in page.text) is (q == "3号楼602")
    assert "1002" not in page.text
    assert looks(known) == []


def test_a_number_opens_the_order_at_once(known: Console) -> None:
    visitor = known.signed_in("she1")
    answer = visitor.post("/console/search", q="１００１")
    assert (answer.status, answer.headers["Location"]) == (302, "/console/orders/1001")
    assert "没有找到" in visitor.post("/console/search", q="1002").text


@pytest.mark.parametrize(
    "q", ["", "   ", "😀", "0", "99999999999999999999", "<script>", "'; drop table person", "%", "·"]
)
def test_whatever_is_typed_is_no_error(known: Console, q: str) -> None:
    page = known.signed_in("admin").post("/console/search", q=q)
    assert page.status == 200
    assert "可以写工单号" in page.text


def test_a_search_never_stands_in_the_address(known: Console) -> None:
    visitor = known.signed_in("admin")
    assert "张大妈" not in visitor.open("/console/search?q=张大妈").text
    assert 'method="post" action="/console/search"' in visitor.page.html


def test_names_are_found_however_they_were_typed() -> None:
    assert {name_key(name) for name in ("阿依·古丽", "阿依古丽", " 阿依 古丽", "阿依•古丽")} == {
        "name:阿依古丽"
    }
    assert name_key("ＬｉＨｕａ") == name_key("lihua") == "name:LIHUA"
    assert name_key(" · ") == ""


def test_the_last_four_digits_find_nobody_and_the_page_says_so(known: Console) -> None:
    visitor = known.signed_in("admin")
    assert "只写后四位" in visitor.open("/console/search").text
    assert "请写完整的电话" in visitor.post("/console/search", q="5678").text
    assert "请写完整的电话" not in visitor.post("/console/search", q="没有这个人").text


# --- the work list -----------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_its_address(known: Console) -> None:
    visitor = known.signed_in("admin")
    for query, shown in (
        ("estate=1", {"1001"}),
        ("urgency=emergency", {"1002"}),
        ("unit=2", {"1002"}),
        ("from=2026-11-18&to=2026-11-18", {"1001", "1002"}),
        ("from=2026-11-19", set()),
        ("to=2026-11-17", set()),
        ("mine=1", set()),
        ("state=paused", set()),
        ("number=1002&state=closed", {"1002"}),
        ("from=x&to=2026-99-99&late=", {"1001", "1002"}),
    ):
        text = visitor.open(f"/console/?{query}").html
        assert {number for number in ("1001", "1002") if f'data-number="{number}"' in text} == shown, query


def test_what_waits_too_long_and_what_one_did_can_be_listed(known: Console) -> None:
    visitor = known.signed_in("she1")
    assert 'data-number="1001"' not in visitor.open("/console/?late=1").html
    known.clock.forward(minutes=31)
    assert 'data-number="1001"' in visitor.open("/console/?late=1").html
    visitor.send("/console/orders/1001/note", words="问过了")
    assert 'data-number="1001"' in visitor.open("/console/?mine=1").html
    assert 'data-number="1001"' not in known.signed_in("jie1").open("/console/?mine=1").html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("late=1", "没有超时的工单，都在时限之内"),
        ("late=1&estate=1", "没有超时的工单。"),
        ("from=2026-11-19", "没有符合条件的工单"),
        ("mine=1", "没有您办过的工单"),
        ("state=paused", "这里没有工单"),
    ],
)
def test_an_empty_list_says_what_it_means(known: Console, query: str, words: str) -> None:
    visitor = known.signed_in("admin")
    for path in ("", "orders/list"):
        assert words in visitor.open(f"/console/{path}?{query}").text


def test_the_address_stays_in_the_form_and_in_the_pages(known: Console) -> None:
    page = known.signed_in("admin").open("/console/?estate=1&late=1&from=2026-11-01")
    assert 'value="2026-11-01"' in page.html
    assert 'name="late" value="1" checked' in page.html
    refresh = next(dict(attrs)["data-refresh"] for tag, attrs in page.tags if "data-refresh" in attrs)
    assert refresh is not None
    assert {"estate=1", "late=1", "from=2026-11-01"} <= set(refresh.partition("?")[2].split("&"))


def test_a_list_without_news_is_not_sent_again(known: Console) -> None:
    visitor = known.signed_in("admin")
    first = visitor.client.get("/console/orders/list")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = visitor.client.get("/console/orders/list", headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    with known.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.number == 1001).values(stage=9))
    assert visitor.client.get("/console/orders/list", headers=tag).status_code == 200
    known.clock.forward(minutes=1)
    assert visitor.client.get("/console/orders/list", headers=tag).status_code == 200
    assert timedelta(0) == known.wall.now() - NOW

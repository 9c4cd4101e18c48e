"""What the page refuses: links and cookies that are not ours, other firms, what came too late, what is no photo."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from handlers.page import ROUTES, orders, uploads
from handlers.page.verbs import VERBS
from models import tables as t
from models.actions.console_orders import CloseOrder
from models.actions.desk import SaveUser
from models.actions.merge import Merge
from models.actions.page import EndPhone
from models.actions.register import SaveGroup, SaveRoute, SaveUnit, SaveWorker
from tests.page.conftest import CALL, Phone, Site, picture


def test_a_link_ends_after_some_days(site: Site) -> None:
    number = site.order()
    link = site.link(number)
    site.town.clock.forward(days=7)
    assert site.phone().open(link).status == 200
    site.town.clock.forward(seconds=1)
    answer = site.phone().open(link)
    assert answer.status == 404
    assert str(number) not in answer.text
    assert "请到工作群里" in answer.text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: re.sub(r"/p/(\d+)", lambda found: f"/p/{int(found[1]) + 1}", link),
        lambda link: re.sub(r"(/p/\d+)\.(\d+)", r"\1.1", link),
        lambda link: re.sub(r"\.(\d{10})\.", lambda found: f".{int(found[1]) + 9}.", link),
        lambda link: link[:-8],
        lambda link: "/p/x",
        lambda link: "/p/1.2.3.é",
        lambda link: "/p/",
    ],
)
def test_a_link_that_is_not_ours_shows_and_binds_nothing(site: Site, spoil: Callable[[str], str]) -> None:
    number = site.order()
    site.order(summary="另一件")
    link, word, phone = site.link(number), site.word(), site.phone()
    phone.open(link)
    assert phone.post(f"{spoil(link)}/bind", word=word).status in (404, 405)
    assert phone.open(spoil(link)).status == 404
    assert site.town.rows(t.worker_phone) == []


def test_the_link_alone_opens_nothing(site: Site) -> None:
    number = site.order()
    phone = site.phone()
    phone.open(site.link(number))
    before = [site.town.rows(table) for table in t.metadata.sorted_tables]
    for route in ROUTES:
        if not route.anybody:
            path = re.sub(r"<int[^>]*:number>", str(number), route.rule)
            path = path.replace("<name>", "claim")
            path = "/p" + re.sub(r"<int[^>]*>", "1", path)
            answer = phone.post(path) if route.method == "POST" else phone.open(path)
            assert answer.status == 403, route.rule
            assert "房屋" not in answer.text
    assert [site.town.rows(table) for table in t.metadata.sorted_tables] == before


def test_every_form_wants_the_token_of_its_own_page(site: Site) -> None:
    number = site.order()
    phone, other = site.bound(number), site.bound(number, "冯刚")
    stolen = other.page.token
    before = [site.town.rows(table) for table in (t.outbox, t.order_entry, t.audit, t.worker_phone)]
    paths = [f"/p/orders/{number}/{name}" for name in (*VERBS, "contact")]
    for path in (*paths, "/p/end", f"{site.link(number)}/bind"):
        for token in ("", "x", stolen, phone.page.token[:-1]):
            answer = phone.post(path, words="话", word=site.word(), csrf_token=token)
            assert answer.status == 400, path
            assert "刷新" in answer.text
    assert [site.town.rows(table) for table in (t.outbox, t.order_entry, t.audit, t.worker_phone)] == before


def other_firm(site: Site) -> tuple[int, Phone]:
    """A second firm of the same kind with an order of its own; its number, and a bound phone of its worker."""
    unit = site.town.do(SaveUnit("firm", "快修家电", site.town.planted.units["和平社区居委会"]))["id"]
    site.workers["钱师傅"] = site.town.do(SaveWorker(unit, "钱师傅", 5))["id"]
    site.town.do(SaveGroup("快修群", None, "robot-of-kuaixiu", unit_id=unit))
    starts = site.town.clock.now().date()
    site.town.do(SaveRoute(unit, starts, site.town.planted.estates["幸福小区"], "greening"))
    number = site.order(category="greening", summary="树倒了")
    return number, site.bound(number, "钱师傅")


def test_another_firms_order_is_not_found_by_link_or_number(site: Site) -> None:
    number = site.order()
    holder = site.bound(number)
    holder.send(f"/p/orders/{number}/progress", words="x")
    holder.send(f"/p/orders/{number}/claim")
    holder.send(f"/p/orders/{number}/progress", (picture(),))
    theirs, stranger = other_firm(site)
    token = stranger.page.token
    before = [site.town.rows(table) for table in (t.outbox, t.order_entry, t.audit, t.photo)]
    photo = site.town.rows(t.photo)[0].id
    for path in (
        f"/p/orders/{number}",
        site.link(number),
        f"/p/orders/{number}/photos/{photo}.jpg",
        f"/p/orders/{theirs}/photos/{photo}.jpg",
        f"/p/orders/{theirs}/photos/{photo}/small.jpg",
        "/p/orders/999999",
        "/p/orders/99999999999999999999",
    ):
        answer = stranger.open(path)
        assert answer.status == 404, path
        assert "房屋" not in answer.text
        assert CALL not in answer.text
    for name in (*VERBS, "contact"):
        answer = stranger.post(f"/p/orders/{number}/{name}", words="话", csrf_token=token)
        assert answer.status == 404, name
    assert [site.town.rows(table) for table in (t.outbox, t.order_entry, t.audit, t.photo)] == before


def test_a_word_of_another_firm_binds_nothing_and_is_not_spent(site: Site) -> None:
    number = site.order()
    theirs, _ = other_firm(site)
    word = site.word()
    phone = site.phone()
    phone.open(site.link(theirs))
    wrong = phone.post(f"{site.link(theirs)}/bind", word=word)
    assert wrong.status == 422
    assert "口令不对" in wrong.text
    phone.open(site.link(number))
    assert phone.post(f"{site.link(number)}/bind", word=word).status == 303


def test_guessing_words_is_stopped_by_address_and_by_unit(site: Site) -> None:
    number = site.order()
    path = f"{site.link(number)}/bind"
    guesser, neighbour = site.phone(), site.phone()
    guesser.open(site.link(number))
    for _ in range(5):
        assert "口令不对" in guesser.post(path, word="ABCD2345").text
    # A fresh cookie helps nobody: it is the address that is counted.
    again = Phone(site.app.test_client(), guesser.agent, guesser.address)
    again.open(site.link(number))
    word = site.word()
    locked = again.post(path, word=word)
    assert "10 分钟" in locked.text
    neighbour.open(site.link(number))
    assert neighbour.post(path, word=word).status == 303
    for _ in range(4):
        crowd = site.phone()
        crowd.open(site.link(number))
        for _ in range(5):
            crowd.post(path, word="ABCD2345")
    late, word = site.phone(), site.word()
    late.open(site.link(number))
    assert "10 分钟" in late.post(path, word=word).text
    assert guesser.address not in str(site.town.rows(t.binding_try))
    site.wall.forward(minutes=10)
    assert late.post(path, word=word).status == 303


def test_behind_a_proxy_of_our_own_callers_are_told_apart(site: Site) -> None:
    number = site.order()
    path = f"{site.link(number)}/bind"
    one = Phone(site.app.test_client(), "", "127.0.0.1")
    one.open(site.link(number))

    def guess(forwarded: str) -> str:
        data = {"csrf_token": one.page.token, "word": "ABCD2345"}
        return one._asks("POST", path, data=data, headers={"X-Forwarded-For": forwarded}).text

    for spoofed in range(5):
        assert "口令不对" in guess(f"198.51.100.{spoofed}, 2001:db8::{spoofed}")
    assert "10 分钟" in guess("198.51.100.99, 2001:db8::99")
    assert "口令不对" in guess("8.8.8.8")
    assert "口令不对" in guess("nonsense")


def test_a_revoked_phone_opens_and_does_nothing_any_more(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    token = phone.page.token
    site.town.do(EndPhone(site.town.rows(t.worker_phone)[0].id))
    answer = phone.post(f"/p/orders/{number}/claim", csrf_token=token)
    assert answer.status == 403
    assert site.row(number).state == "waiting"
    assert phone.open(f"/p/orders/{number}").status == 403
    assert phone.open("/p/mine").status == 403
    assert "请输入管理员给您的口令" in phone.open(site.link(number)).text
    assert phone.send(f"{site.link(number)}/bind", word=site.word()).status == 200


def test_a_worker_who_was_switched_off_does_nothing_any_more(site: Site) -> None:
    number = site.order()
    phone, word = site.bound(number), site.word("冯刚")
    site.switch("郑军", active=False)
    assert phone.post(f"/p/orders/{number}/claim").status == 403
    assert site.row(number).state == "waiting"
    site.switch("郑军", active=True)
    assert phone.send(f"/p/orders/{number}/claim").status == 200
    site.switch("冯刚", active=False)
    late = site.phone()
    late.open(site.link(number))
    assert late.post(f"{site.link(number)}/bind", word=word).status == 422


def test_an_order_that_went_to_another_unit_meanwhile_is_not_found(site: Site) -> None:
    number = site.order()
    phone, colleague, stranger = site.bound(number), site.bound(number, "冯刚"), site.phone()
    stranger.open(site.link(number))
    link = site.link(number)
    phone.send(f"/p/orders/{number}/claim")
    phone.send(f"/p/orders/{number}/return", words="不归我们")
    before = site.town.rows(t.order_entry)
    for name in VERBS:
        assert colleague.post(f"/p/orders/{number}/{name}", words="话").status == 404
    assert site.town.rows(t.order_entry) == before
    mine = colleague.open(link)
    assert str(number) not in mine.text, "the link leads on to one's own orders"
    assert "我的工单" in mine.text
    assert stranger.open(link).status == 404
    assert stranger.post(f"{link}/bind", word=site.word()).status in (400, 404)


def test_an_order_that_was_closed_meanwhile_can_only_be_answered(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    user = site.town.do(SaveUser("admin", "admin", "hash"))["user_id"]
    site.town.do(CloseOrder(site.orders[0]["order_id"], user, "电话里解决了", "explained"))
    for name in ("progress", "finish", "ask", "return", "arrive"):
        answer = phone.post(f"/p/orders/{number}/{name}", words="我的话还在")
        assert answer.status == 422
        assert "已经办结" in answer.text
    assert phone.send(f"/p/orders/{number}/reply", words="谢谢").status == 200


def test_a_colleague_who_was_quicker_is_named(site: Site) -> None:
    number = site.order()
    first, second = site.bound(number), site.bound(number, "冯刚")
    first.send(f"/p/orders/{number}/claim")
    late = second.post(f"/p/orders/{number}/claim")
    assert late.status == 422
    assert "已经由郑军接单" in late.text
    held = second.post(f"/p/orders/{number}/progress", words="我来了")
    assert "在郑军手上" in held.text


def test_a_full_hand_takes_no_more(site: Site) -> None:
    site.town.do(SaveWorker(site.unit, "冯刚", 2, worker_id=site.workers["冯刚"]))
    numbers = [site.order(summary=f"第 {n} 件") for n in range(3)]
    phone = site.bound(numbers[0], "冯刚")
    answers = [phone.send(f"/p/orders/{number}/claim") for number in numbers]
    assert "（2 个）" in answers[-1].text
    assert site.row(numbers[-1]).state == "waiting"


@pytest.mark.parametrize("name", ["progress", "finish", "ask", "reply", "return"])
def test_empty_words_are_asked_for_and_typed_ones_stay(site: Site, name: str) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    answer = phone.post(f"/p/orders/{number}/{name}", words="  ")
    assert answer.status == 422
    assert "请写一句话" in answer.text
    if name in ("progress", "finish"):
        kept = phone.post(f"/p/orders/{number}/{name}", (b"no photo",), words="写了很久的话")
        assert "写了很久的话</textarea>" in kept.html


def test_an_unknown_verb_or_end_is_refused(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    assert phone.post(f"/p/orders/{number}/assign", words="话").status == 404
    assert phone.post(f"/p/orders/{number}/finish", words="话", end="lost").status == 422
    assert site.row(number).state == "claimed"


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has 400 million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (bomb(), "打不开"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "打不开"),
        (b"%PDF-1.7 something", "打不开"),
        (b"", "打不开"),
        (picture()[:200], "打不开"),
        (picture() + b"\0" * uploads.MOST_BYTES, "超过 10 MB"),
    ],
    ids=["bomb", "svg", "pdf", "empty", "cut", "large"],
)
def test_what_is_no_photo_is_not_kept_and_nothing_is_done(site: Site, photo: bytes, words: str) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    before = len(site.town.rows(t.order_entry))
    for name in ("progress", "finish"):
        answer = phone.post(f"/p/orders/{number}/{name}", (picture(), photo), words="看照片")
        assert answer.status == 422
        assert words in answer.text
    assert len(site.town.rows(t.order_entry)) == before
    assert site.town.rows(t.photo) == []
    assert list(site.photo_dir.glob("*")) == []


def test_too_many_photos_and_too_much_of_anything_are_refused(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    assert "最多传 9 张" in phone.post(f"/p/orders/{number}/progress", (picture(),) * 10).text
    site.town.store.limits = {**site.town.store.limits, "page_photos": 0}
    huge = phone.post(f"/p/orders/{number}/progress", (picture() + b"0" * uploads.FIELDS_BYTES,))
    assert huge.status == 413
    assert "照片太大" in huge.text
    stranger = site.phone()
    stranger.open(site.link(number))
    assert stranger.post(f"{site.link(number)}/bind", word="A" * 100_000).status == 413


def test_photos_are_drawn_anew_kept_at_once_and_shown_to_the_unit_alone(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    secret = picture() + b"SecretTrailer"
    shown = phone.send(f"/p/orders/{number}/progress", (secret, picture("navy", "PNG"), secret))
    rows = site.town.rows(t.photo)
    assert [(row.state, row.channel, row.width, row.height) for row in rows] == [("kept", "page", 64, 48)] * 2
    assert {path.name for path in site.photo_dir.glob("*")} == {row.file for row in rows}
    for row in rows:
        kept = (site.photo_dir / row.file).read_bytes()
        assert b"SecretTrailer" not in kept
        path = f"/p/orders/{number}/photos/{row.id}"
        assert f"{path}/small.jpg" in shown.html
        assert phone.open(f"{path}.jpg").body == kept
        assert phone.open(f"{path}/small.jpg").headers["Content-Type"] == "image/jpeg"
        assert phone.page.headers["Cache-Control"] == "no-store"
    (told,) = site.town.told("order_progress")
    assert told.facts["photos"] == 2
    (site.photo_dir / rows[0].file).unlink()
    assert phone.open(f"/p/orders/{number}/photos/{rows[0].id}/small.jpg").status == 404
    assert phone.open(f"/p/orders/{number}/photos/{rows[0].id}.jpg").status == 404


def test_photos_of_what_became_part_of_an_order_open_on_its_page(site: Site) -> None:
    part, whole = site.order(), site.order(summary="厨房又漏水")
    phone = site.bound(whole)
    for number in (part, whole):
        phone.send(f"/p/orders/{number}/claim")
    phone.send(f"/p/orders/{part}/progress", (picture(),))
    site.town.do(Merge(site.row(part).id, whole, "worker", site.workers["郑军"]))
    path = f"/p/orders/{whole}/photos/{site.town.rows(t.photo)[0].id}"
    assert f"{path}/small.jpg" in phone.open(f"/p/orders/{whole}").html
    assert [phone.open(f"{path}{end}").status for end in (".jpg", "/small.jpg")] == [200, 200]


def test_a_photo_of_what_was_refused_leaves_no_file(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    answer = phone.post(f"/p/orders/{number}/progress", (picture(),), words="还没接单")
    assert "请先点“接单”" in answer.text
    assert list(site.photo_dir.glob("*")) == []


def test_a_database_that_is_away_is_said_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    number = site.order()
    link = site.link(number)

    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("locked"))

    monkeypatch.setattr(orders.views, "page_of", away)
    answer = site.phone().open(link)
    assert answer.status == 503
    assert "系统正忙" in answer.text

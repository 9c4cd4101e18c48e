"""What the pages say and do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.refusals import Busy, NotAllowed
from handlers.console.sections import SECTIONS
from handlers.console.words import age
from models import tables as t
from models.actions.register import SaveApp
from models.store import To
from tests.console.conftest import EVIL, NOW, Console

PAGES = (
    "/console/sign-in",
    "/console/",
    "/console/orders/list",
    "/console/orders/1001",
    "/console/items",
    "/console/people",
    "/console/codes",
    "/console/codes/1",
    "/console/codes/estates/1",
    "/console/trouble",
    "/console/accounts",
    *(f"/console/settings/{key}" for key in SECTIONS),
    *(
        f"/console/settings/{key}/1"
        for key, section in SECTIONS.items()
        if section.id_name and key != "routes"
    ),
    "/console/orders/7",
    "/console/nowhere",
)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_somebody_wrote_is_run(console: Console, path: str) -> None:
    page = console.signed_in("admin").open(path)
    assert "onerror" not in {name for _, attributes in page.tags for name in attributes}
    assert all(attributes.get("src") for tag, attributes in page.tags if tag == "script")
    assert "<script>alert" not in page.html
    assert "49" not in re.findall(r"<img src=x onerror=alert\(1\)>(\d+)", page.html)


@pytest.mark.parametrize("path", PAGES)
def test_no_script_or_style_is_in_the_page_itself(console: Console, path: str) -> None:
    for tag, attributes in console.signed_in("admin").open(path).tags:
        assert tag != "style"
        assert not {name for name in attributes if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("path", [*PAGES, "/console/orders/1001/photos/1.jpg", "/console/static/console.css"])
def test_every_answer_bears_the_headers(console: Console, path: str) -> None:
    headers = console.signed_in("admin").open(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == ("no-cache" if "/static/" in path else "no-store")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_whoever_listens_to_a_page_finds_their_way(console: Console, path: str) -> None:
    visitor = console.visitor() if path == "/console/sign-in" else console.signed_in("admin")
    page = visitor.open(path)
    if path == "/console/orders/list":
        return
    labels = {attributes.get("for") for tag, attributes in page.tags if tag == "label"}
    for tag, attributes in page.tags:
        if tag in ("select", "textarea") or (
            tag == "input" and attributes.get("type") not in ("hidden", "radio")
        ):
            assert attributes.get("id") in labels, attributes
        if tag == "img":
            assert attributes.get("alt")
    assert ("html", {"lang": "zh-CN"}) in page.tags
    assert sum(tag == "h1" for tag, _ in page.tags) == 1


@pytest.mark.parametrize("path", PAGES)
def test_personal_data_is_on_no_page_by_itself(console: Console, path: str) -> None:
    html = console.signed_in("admin").open(path).html
    for secret in ("13812345678", "张大妈", "602", "oSECRETOPENID", "私人的话", "$argon2"):
        assert secret not in html


def test_the_queue_shows_emergencies_first(console: Console) -> None:
    page = console.signed_in("admin").page
    assert page.text.index("1002") < page.text.index("1001")
    assert "紧急" in page.text


def test_the_queue_can_be_narrowed(console: Console) -> None:
    visitor = console.signed_in("admin")
    with console.store.work(NOW) as work:
        closed = {"state": "closed", "close": "resolved", "closed_at": NOW}
        work.conn.execute(update(t.work_order).where(t.work_order.c.number == 1002).values(closed))
    assert "1002" not in visitor.open("/console/").text
    assert "1001" not in visitor.open("/console/?state=closed").text
    assert "1002" in visitor.open("/console/?number=1002").text
    assert "1002" in visitor.open("/console/?state=all").text
    assert "1001" not in visitor.open("/console/?category=water").text
    assert "1001" in visitor.open("/console/?unit=1").text
    assert "1001" not in visitor.open("/console/?unit=2").text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "刚刚"),
        (59, "刚刚"),
        (60, "1 分钟前"),
        (3599, "59 分钟前"),
        (3600, "1 小时前"),
        (86400, "1 天前"),
        (86400 * 400, "400 天前"),
    ],
)
def test_ages_are_plain_words(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_door_name_and_phone_are_shown_on_request_and_that_is_written_down(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    shown = visitor.post("/console/orders/1001/contact")
    assert "13812345678" in shown.text
    assert "602" in shown.text
    (row,) = [row for row in console.rows(t.audit) if row.subject == "1001"]
    assert (row.what, row.at) == ("door", NOW)
    assert row.console_user_id == next(u.id for u in console.rows(t.console_user) if u.login == "anju")
    assert "13812345678" not in visitor.open("/console/orders/1001").text


def test_a_photo_is_a_jpeg_that_nobody_keeps(console: Console) -> None:
    visitor = console.signed_in("anju")
    large = visitor.open("/console/orders/1001/photos/1.jpg")
    small = visitor.open("/console/orders/1001/photos/1/small.jpg")
    for photo in (large, small):
        assert photo.headers["Content-Type"] == "image/jpeg"
        assert photo.headers["Cache-Control"] == "no-store"
        assert photo.body.startswith(b"\xff\xd8")
    assert len(small.body) < len(large.body)


def test_a_photo_of_what_became_part_of_an_order_opens_there_alone(console: Console) -> None:
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).values(home_id=None))
        whole = work.conn.execute(select(t.work_order.c.id).where(t.work_order.c.number == 1002)).scalar()
        part = update(t.work_order).where(t.work_order.c.number == 1001)
        work.conn.execute(part.values(state="closed", close="duplicate", merged_into_id=whole))
    visitor = console.signed_in("admin")
    assert "/console/orders/1002/photos/1/small.jpg" in visitor.open("/console/orders/1002").html
    assert visitor.open("/console/orders/1002/photos/1.jpg").status == 200
    assert visitor.open("/console/orders/1003/photos/1.jpg").status == 404


@pytest.mark.parametrize("file", ["../linli.db", "x.jpg", None])
def test_a_photo_that_is_not_there_is_not_found(console: Console, file: str | None) -> None:
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.photo).values(file=file))
    visitor = console.signed_in("anju")
    assert visitor.open("/console/orders/1001/photos/1.jpg").status == 404


def test_an_order_is_given_to_a_worker(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    page = visitor.send("/console/orders/1001/assign", worker="2")
    assert "已经指派" in page.text
    assert "王伟1" in page.text
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert (order.state, order.holder_id) == ("claimed", 2)


@pytest.mark.parametrize("worker", ["", "x", "3", "999"])
def test_an_order_is_not_given_to_a_stranger(console: Console, worker: str) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    visitor.send("/console/orders/1001/assign", worker=worker)
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert (order.state, order.holder_id) == ("waiting", None)


def test_an_order_is_closed_with_an_honest_end_and_the_resident_is_told(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    page = visitor.send("/console/orders/1001/close", end="explained", words="电梯在年检，下午恢复")
    assert "已经办结" in page.text
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert (order.state, order.close) == ("closed", "explained")
    told = [
        row.kind
        for row in console.rows(t.outbox, t.outbox.c.work_order_id == order.id, t.outbox.c.state == "queued")
    ]
    assert told == ["order_finished"]


@pytest.mark.parametrize(
    ("end", "words"), [("", "话"), ("unheard_of", "话"), ("resolved", ""), ("withdrawn", "话")]
)
def test_an_order_is_not_closed_without_end_and_words(console: Console, end: str, words: str) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    visitor.send("/console/orders/1001/close", end=end, words=words)
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert order.state == "waiting"


def test_a_reply_goes_to_the_resident_and_a_note_does_not(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    visitor.send("/console/orders/1001/reply", words="师傅在路上")
    page = visitor.send("/console/orders/1001/note", words="备件没有了")
    assert "师傅在路上" in page.text
    assert "备件没有了" in page.text
    told = [row.facts["words"] for row in console.rows(t.outbox, t.outbox.c.state == "queued")]
    assert told == ["师傅在路上"]


def test_what_became_of_a_message_is_in_plain_words(console: Console) -> None:
    text = console.signed_in("anju").open("/console/orders/1001").text
    assert "不确定有没有送到" in text
    assert "发送时网络断了" in text


def test_an_item_is_marked_as_done(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/items")
    assert "没有待办" in visitor.send("/console/items/1/done").text
    (item,) = console.rows(t.desk_item, t.desk_item.c.id == 1)
    assert item.state == "done"


@pytest.mark.parametrize(("path", "begins"), [("workers/1", "@小邻 绑定 "), ("groups/1", "@小邻 绑定本群 ")])
def test_a_binding_word_is_shown_once(console: Console, path: str, begins: str) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/people")
    shown = visitor.post(f"/console/people/{path}/word")
    found = re.search(re.escape(begins) + r"([A-Z0-9]{8})\b", shown.text)
    assert found, shown.text
    assert "24 小时" in shown.text
    assert found.group(1) not in visitor.open("/console/people").html
    (row,) = console.rows(t.binding_word)
    assert found.group(1) not in row.digest
    assert row.ends_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("robot", "where"),
    [
        (True, "请李华1在工作群或企业微信的应用“小邻”里原样发送"),
        (False, "请李华1在企业微信的应用“小邻”里原样发送"),
    ],
)
def test_a_firm_with_an_app_types_the_word_there(console: Console, robot: bool, where: str) -> None:
    with console.store.work(NOW) as work:
        SaveApp("app", 1, "小邻", "ww1", "1", "secret", "token", "k" * 43).run(work)
        work.conn.execute(update(t.bot).where(t.bot.c.name == "anju").values(active=robot))
    visitor = console.signed_in("anju")
    visitor.open("/console/people")
    shown = visitor.post("/console/people/workers/1/word").text
    assert where in shown.replace(EVIL, "")
    assert ("@小邻 绑定 " in shown) is robot


def test_a_message_that_did_not_reach_a_worker_is_said_to_be_one(console: Console) -> None:
    with console.store.work(NOW) as work:
        told = work.tell(To(worker_account_id=1), "new_order", {}, order_id=1)
        gone = {"state": "failed", "reason": "NoSuchPerson"}
        work.conn.execute(update(t.outbox).where(t.outbox.c.id == told).values(gone))
    shown = console.signed_in("admin").open("/console/trouble").text
    assert "师傅已经解绑，或者不在应用的可见范围里" in shown


def test_a_worker_is_put_on_duty_and_off_it(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/people")
    assert "开始值班" in visitor.send("/console/people/workers/2/duty").text
    assert "不再值班" in visitor.send("/console/people/workers/2/duty").text
    assert not console.rows(t.worker, t.worker.c.id == 2)[0].on_duty


def test_an_admin_gives_an_order_to_another_unit(console: Console) -> None:
    visitor = console.signed_in("admin")
    assert "王伟2" in visitor.open("/console/orders/1001").text
    visitor.send("/console/orders/1001/assign", worker="4")
    (order,) = console.rows(t.work_order, t.work_order.c.number == 1001)
    assert (order.unit_id, order.holder_id) == (2, 4)


def test_a_binding_is_ended(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/people")
    assert "已经解绑" in visitor.send("/console/people/bindings/1/end").text
    assert [row.ended_at for row in console.rows(t.worker_account)] == [NOW, None]


def test_a_sheet_bears_the_code_of_its_building(console: Console) -> None:
    page = console.signed_in("admin").open("/console/codes/1")
    assert console.scenes == ["bld:1"]
    assert sum(tag == "svg" for tag, _ in page.tags) == 1
    assert "扫一扫" in page.text


@pytest.mark.parametrize(
    ("refusal", "words"), [(NotAllowed("48001"), "没有生成二维码的权限"), (Busy("-1"), "过几分钟")]
)
def test_an_account_that_makes_no_codes_is_explained(
    console: Console, refusal: Exception, words: str
) -> None:
    console.scene_answer = refusal
    page = console.signed_in("admin").open("/console/codes/1")
    assert page.status == 200
    assert words in page.text
    assert not any(tag == "svg" for tag, _ in page.tags)


def test_an_estate_is_printed_at_once_and_what_is_missing_is_named(console: Console) -> None:
    page = console.signed_in("admin").open("/console/codes/estates/1")
    assert sum(tag == "svg" for tag, _ in page.tags) == 1
    assert "4 号楼还没有二维码编号" in page.text


def test_a_building_without_a_scene_is_explained(console: Console) -> None:
    assert "没有二维码编号" in console.signed_in("admin").open("/console/codes/2").text
    assert console.scenes == []


def test_a_stuck_message_is_heard_again(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/trouble")
    visitor.send("/console/trouble/heard/1/again")
    (row,) = console.rows(t.inbox)
    assert (row.state, row.attempts, row.next_at) == ("new", 0, NOW)


def test_a_message_is_sent_again(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/trouble")
    visitor.send("/console/trouble/told/1/again")
    (row,) = console.rows(t.outbox, t.outbox.c.id == 1)
    assert (row.state, row.attempts, row.next_at) == ("queued", 0, NOW)


def test_a_database_that_does_not_answer_is_a_plain_page(console: Console) -> None:
    visitor = console.signed_in("anju")
    t.metadata.drop_all(console.store.engine)
    answer = visitor.open("/console/")
    assert answer.status == 503
    assert "过一分钟再试" in answer.text


def test_what_was_typed_is_shown_as_it_was_typed(console: Console) -> None:
    assert EVIL in " ".join(console.signed_in("admin").open("/console/items").text.split())

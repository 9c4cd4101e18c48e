"""The conversation about an order: who said what, in full words, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from handlers.console.talk import ALBUM, Bubble, conversation
from models import tables as t
from models import views
from models.actions.console_orders import ReplyFromDesk
from models.actions.desk import SaveUser
from models.actions.orders import AddPhotos, AddWords, JoinOrder
from models.actions.staff import Arrive, Claim, Finish, Progress
from tests.console.conftest import NOW, Console
from tests.town import TestTown, clock, database_url, migrated, store, town  # noqa: F401

ADMIN = views.User("admin")
NAMES = {"lift": "电梯"}


def talk(town: TestTown, order_id: int, asker: views.User = ADMIN) -> list[Bubble]:  # noqa: F811
    """The conversation as the asker sees it."""
    entries = town.see(views.timeline, asker, order_id)
    return conversation(entries, town.see(views.messages_of_order, asker, order_id), NAMES)


def shared(town: TestTown) -> tuple[int, int, views.Resident]:  # noqa: F811
    """An order that two residents follow, its holder, and who reported it."""
    zhang, li = town.resident(), town.resident("o-li")
    order_id = int(town.order(zhang)["order_id"])
    town.clock.forward(minutes=1)
    town.do(JoinOrder(order_id, li.account_id, li.person_id))
    worker = town.planted.workers["李华"]
    town.do(Claim(order_id, worker))
    return order_id, worker, zhang


def mark(town: TestTown, **values: Any) -> None:  # noqa: F811
    """Let the newest message to a resident have come to this."""
    o = t.outbox
    newest = max(row.id for row in town.told() if row.account_id)
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(o).where(o.c.id == newest).values(values))


def test_what_was_said_is_in_order_and_in_full_words(town: TestTown) -> None:  # noqa: F811
    order_id, _, zhang = shared(town)
    town.clock.forward(minutes=1)
    town.do(AddWords(order_id, zhang.account_id, "里面有人"))
    said = talk(town, order_id)
    assert [(bubble.ours, bubble.words.split("\n")[0]) for bubble in said] == [
        (False, "电梯坏了"),
        (True, "您反映的电梯问题（工单 1001）已由安居物业 李华 接单，会尽快联系您。"),
        (False, "里面有人"),
    ]


def test_a_firm_reads_neither_door_nor_name_nor_phone_in_what_its_own_people_wrote(town: TestTown) -> None:  # noqa: F811
    """Only whoever holds the order does, and the community; neighbours and groups are told no more than the firm."""
    home = ("幸福小区", "3", "2", "602")
    who, words = town.resident("o-zhang", home), "六百零二的张 秀英说打13812345678，尾号5678"
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.person).values(name_sealed=work.seal("张秀英")))
    order_id = int(town.order(who, summary="我是张秀英，漏水", home_id=town.home(*home))["order_id"])
    holder = town.staff("李华")
    town.do(Claim(order_id, holder.worker_id))
    town.do(Progress(order_id, holder.worker_id, words))
    town.do(ReplyFromDesk(order_id, town.do(SaveUser("she", "admin", "hash"))["user_id"], words))
    hidden = "〔门牌已隐去〕的〔姓名已隐去〕说打〔电话已隐去〕，尾号5678"
    firm, colleague = views.User("firm", holder.unit_id), town.staff("陈静")
    for asker, read in ((firm, hidden), (colleague, hidden), (holder, words), (ADMIN, words)):
        lines = town.see(views.timeline, asker, order_id)
        assert [one.words for one in lines if one.step in ("progress", "reply")] == [read] * 2
        summary = town.see(views.order_by_id, asker, order_id).summary
        assert ("张秀英" in summary) == (read == words)
    told = "".join(bubble.words for bubble in talk(town, order_id, firm))
    assert (told.count(hidden), "张秀英" in told, "138" in told) == (2, False, False)
    assert words in "".join(bubble.words for bubble in talk(town, order_id))
    groups = [row.facts for row in town.told() if row.work_group_id]
    assert groups
    assert "张秀英" not in str(groups)


def test_one_message_to_several_is_told_once_with_their_number(town: TestTown) -> None:  # noqa: F811
    order_id, worker, _ = shared(town)
    mark(town, state="held", reason="WindowClosed")
    (bubble,) = (bubble for bubble in talk(town, order_id) if bubble.ours)
    assert bubble.people == 2
    assert [(fate.state, fate.reason, fate.people) for fate in bubble.fates] == [
        ("queued", "", 1),
        ("held", "WindowClosed", 1),
    ]
    town.clock.forward(minutes=1)
    town.do(Arrive(order_id, worker))
    assert sum(bubble.ours for bubble in talk(town, order_id)) == 2


def test_words_of_staff_are_those_the_reporter_read(town: TestTown) -> None:  # noqa: F811
    order_id, worker, _ = shared(town)
    town.do(Finish(order_id, worker, "换了主板，电话 13812345678"))
    bubble = talk(town, order_id)[-1]
    assert bubble.people == 2
    assert "处理结果：换了主板，电话 13812345678" in bubble.words
    assert "您对这次处理满意吗" in bubble.words


def test_an_album_opens_to_no_clerk(town: TestTown) -> None:  # noqa: F811
    order_id, _, _ = shared(town)
    told = next(row for row in town.told() if row.account_id)
    mark(
        town, kind="order_progress", facts={**told.facts, "words": "在修", "album": "https://x/album/SECRET"}
    )
    words = next(bubble.words for bubble in talk(town, order_id) if bubble.kind == "order_progress")
    assert f"照片：{ALBUM}" in words
    assert "SECRET" not in words


def test_photos_without_words_are_part_of_it(town: TestTown) -> None:  # noqa: F811
    order_id, _, zhang = shared(town)
    town.clock.forward(minutes=1)
    town.do(AddPhotos(order_id, zhang.account_id, ("m1", "m2")))
    bubble = talk(town, order_id)[-1]
    assert (bubble.step, bubble.words, bubble.facts) == ("photo", "", {"photos": 2})


def test_a_firm_reads_what_residents_said_as_masked_as_elsewhere(town: TestTown) -> None:  # noqa: F811
    order_id, _, zhang = shared(town)
    town.clock.forward(minutes=1)
    town.do(AddWords(order_id, zhang.account_id, "我电话 13812345678，住 2 单元 602 室"))
    firm = views.User("firm", town.planted.units["安居物业"])
    words = talk(town, order_id, firm)[-1].words
    assert "13812345678" not in words
    assert "602" not in words
    assert "13812345678" in talk(town, order_id)[-1].words
    assert talk(town, order_id, views.User("firm", town.planted.units["阳光物业"])) == []


def test_the_page_shows_both_sides_and_what_became_of_each(console: Console) -> None:
    with console.store.work(NOW) as work:
        facts = {
            "number": 1001,
            "category": "lift",
            "unit": "安居物业",
            "worker": "李华",
            "words": "下午修好",
        }
        row = {
            "kind": "order_reply",
            "account_id": 1,
            "work_order_id": 1,
            "next_at": NOW,
            "made_at": NOW + timedelta(minutes=5),
        }
        for state, reason in (("accepted", ""), ("held", ""), ("failed", "NoSuchPerson")):
            work.conn.execute(insert(t.outbox).values(**row, facts=facts, state=state, reason=reason))
    page = console.signed_in("anju").open("/console/orders/1001")
    assert page.html.count("“下午修好”") == 1
    assert "发给 3 位居民" in page.text
    for words in ("已发出 1 位", "等居民来看 1 位", "没发出：居民已经不再关注公众号 1 位", "李华 回复您"):
        assert words in page.text, words

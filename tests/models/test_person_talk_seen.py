"""Talks with a person as the console and the group read them."""

from __future__ import annotations

from sqlalchemy import update

from models import tables as t
from models import views
from tests.models.test_person_talk import HOME, answered, opened, said, spoken, zhang
from tests.town import TestTown

__all__ = ["zhang"]


def test_who_waits_comes_first_then_who_waits_longest(town: TestTown, zhang: views.Resident) -> None:
    others = [town.resident(f"o-{n}", HOME) for n in range(2)]
    talks = []
    for who in (zhang, *others):
        talks.append(opened(town, who)["talk_id"])
        town.clock.forward(minutes=1)
    answered(town, talks[0], "您好")
    asker = town.staff("孙丽")
    assert [one.number for one in town.see(views.person_talks, asker)] == [2, 3, 1]
    assert town.see(views.waiting_talks, asker) == 2
    said(town, zhang, "还有")
    assert [one.number for one in town.see(views.person_talks, asker)] == [2, 3, 1]
    assert town.see(views.waiting_talks, asker) == 3


def test_another_unit_sees_nothing(town: TestTown, zhang: views.Resident) -> None:
    spoken(town, zhang)
    firm = views.User("firm", town.planted.units["安居物业"])
    for asker in (town.staff("李华"), firm, views.User("firm")):
        assert town.see(views.person_talks, asker) == ()
        assert town.see(views.person_talk, asker, 1) is None
        assert town.see(views.talk_lines, asker, 1) == ()
        assert town.see(views.talk_photos, asker, 1) == ()
        assert town.see(views.waiting_talks, asker) == 0
        assert town.see(views.latest_talks, asker, [zhang.account_id]) == {}
    assert town.see(views.contact_of_talk, firm, 1) is None


def test_the_group_reads_masked_what_the_console_reads_whole(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    said(town, zhang, "我住六〇二")
    admin = views.User("admin")
    assert [one.words for one in town.see(views.talk_lines, admin, 1)][-1] == "我住六〇二"
    assert "六〇二" not in [one.words for one in town.see(views.talk_lines, town.staff("孙丽"), 1)][-1]
    assert town.see(views.contact_of_talk, admin, 1).doors == ("幸福小区 3 号楼 2 单元 602 室",)


def test_an_answer_shows_what_became_of_its_message(town: TestTown, zhang: views.Resident) -> None:
    talk = opened(town, zhang)["talk_id"]
    answered(town, talk, "您好")
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.outbox).where(t.outbox.c.kind == "talk_reply").values(state="held"))
    line = town.see(views.talk_lines, views.User("admin"), 1)[-1]
    assert (line.by, line.name, line.sent) == ("worker", "孙丽", "held")

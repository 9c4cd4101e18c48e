"""A talk with a person: to whom it goes, what each side is told, when it ends, what is left of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.orders import OpenOrder
from models.actions.people import KeepPhotos, SetPhone, Unfollow
from models.actions.person_talk import AnswerTalk, EndTalk, OpenTalk, SayInTalk, Silent, StartTalk
from models.limits import load_limits
from tests.town import TestTown

HOME = ("幸福小区", "3", "2", "602")
EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # Monday, 20:00 in Shanghai
TUESDAY = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)  # 8:30 in Shanghai


@pytest.fixture
def zhang(town: TestTown) -> views.Resident:
    return town.resident(home=HOME)


def opened(town: TestTown, who: views.Resident, words: str = "在吗") -> dict[str, Any]:
    return town.do(OpenTalk(who.account_id, "asked", f"住户：{words}", words))


def said(town: TestTown, who: views.Resident, words: str, *media: str) -> dict[str, Any]:
    return town.do(SayInTalk(who.account_id, words, media))


def answered(town: TestTown, talk_id: int, words: str, name: str = "孙丽") -> dict[str, Any]:
    return town.do(AnswerTalk(talk_id, "worker", town.planted.workers[name], words, "wecom_aibot:heping"))


def row(town: TestTown) -> Any:
    return town.rows(t.person_talk)[-1]


def spoken(town: TestTown, who: views.Resident) -> int:
    """A talk with words and a photo on both sides; the words are 我的秘密 and 别的秘密."""
    talk = int(opened(town, who, "我的秘密")["talk_id"])
    town.clock.forward(minutes=1)
    said(town, who, "我的秘密", "m1")
    answered(town, talk, "别的秘密")
    return talk


def rung(town: TestTown) -> list[dict[str, Any]]:
    """Every timer of a talk that is due by now."""
    now = town.clock.now()
    timers = [one for one in town.rows(t.timer, kind="person_talk") if one.due_at <= now]
    return [town.do(Silent(one.subject, one.stamp)) for one in timers]


# --- to whom -----------------------------------------------------------------------------------------------


def test_the_community_of_the_first_home_answers(town: TestTown, zhang: views.Resident) -> None:
    done = opened(town, zhang)
    assert (done["unit"], done["duty"], done["reached"], done["new"]) == ("和平社区居委会", "now", True, True)
    (told,) = town.told("talk_opened")
    assert told.work_group_id == next(one.id for one in town.planted.groups if one.bot == "heping")
    assert told.facts["place"] == "幸福小区 3 号楼"
    again = opened(town, zhang)
    assert (again["talk_id"], again["new"]) == (done["talk_id"], False)
    assert len(town.told("talk_opened")) == 1


def test_without_a_home_the_estate_of_the_last_order_counts(town: TestTown) -> None:
    li = town.resident("o-li")
    town.order(li)
    assert opened(town, li)["unit"] == "和平社区居委会"
    assert town.told("talk_opened")[0].facts["place"] == "幸福小区 3 号楼 电梯"


def test_of_whom_nothing_is_known_the_street_takes_care_and_without_a_group_the_desk(town: TestTown) -> None:
    done = opened(town, town.resident("o-li"))
    assert (done["unit"], done["reached"]) == ("幸福街道办事处", False)
    (item,) = town.rows(t.desk_item)
    assert (item.kind, item.account_id) == ("wants_person", row(town).account_id)
    assert "T1" in item.words
    assert town.told() == []


def test_a_group_that_cannot_be_reached_is_passed_over(town: TestTown, zhang: views.Resident) -> None:
    heping, street = town.planted.units["和平社区居委会"], town.planted.units["幸福街道办事处"]
    with town.store.work(town.clock.now()) as work:
        g = t.work_group.c
        work.conn.execute(update(t.work_group).where(g.unit_id == heping).values(silent_since=work.now))
        anju = next(one for one in town.planted.groups if one.bot == "anju")
        work.conn.execute(update(t.work_group).where(g.id == anju.id).values(unit_id=street))
    done = opened(town, zhang)
    assert (done["unit"], done["reached"]) == ("幸福街道办事处", True)
    (told,) = town.told("talk_opened")
    assert (told.work_group_id, told.facts["from_unit"]) == (anju.id, "和平社区居委会")
    assert town.rows(t.desk_item) == []


def test_who_has_left_can_open_none(town: TestTown, zhang: views.Resident) -> None:
    town.do(Unfollow(zhang.account_id))
    assert opened(town, zhang)["why"] == "unknown"


def test_a_group_that_only_reads_and_people_in_an_app_are_told_to_answer_in_the_console(
    town: TestTown, zhang: views.Resident
) -> None:
    heping, firm = town.planted.units["和平社区居委会"], town.planted.units["绿荫园林"]
    town.store.limits = load_limits(public_url="http://linli.example")
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.work_group).where(t.work_group.c.unit_id == heping).values(bot_id=None))
        app = t.bot.c.unit_id == firm
        work.conn.execute(update(t.bot).where(app).values(unit_id=heping))
        work.conn.execute(
            update(t.worker).where(t.worker.c.unit_id == firm).values(unit_id=heping, on_duty=True)
        )
    assert not opened(town, zhang)["reached"]
    told = town.told("talk_opened")
    assert {(one.work_group_id is None, one.facts["console"]) for one in told} == {
        (False, "工作台"),
        (True, "工作台"),
    }
    assert [row.kind for row in town.rows(t.desk_item)] == ["wants_person"]


def test_photos_of_staff_reach_the_resident_by_an_address(town: TestTown, zhang: views.Resident) -> None:
    talk_id = opened(town, zhang)["talk_id"]
    answer = AnswerTalk(
        talk_id, "worker", town.planted.workers["孙丽"], "", "wecom_aibot:heping", ("m-1", "m-2")
    )
    assert town.do(answer)["why"] == "needs_words"  # there is no address
    town.store.limits = load_limits(public_url="http://linli.example")
    assert town.do(answer)["photos"] == 2
    assert town.do(answer)["photos"] == 0  # the same again
    (told,) = town.told("talk_reply")
    assert told.facts["photos"] == 2
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.photo).values(state="kept", file="a.jpg", width=4, height=3))
    token = told.facts["album"].removeprefix("http://linli.example/album/")
    assert [(one.by_staff, one.file) for one in town.see(views.album_of, token)] == [(True, "a.jpg")] * 2
    assert town.see(views.album_of, token.replace(".", "9.", 1)) is None
    town.do(Unfollow(zhang.account_id))
    assert town.see(views.album_of, token) is None
    assert town.rows(t.photo) == []


# --- passing on --------------------------------------------------------------------------------------------


def test_a_group_reads_no_door_and_no_phone(town: TestTown, zhang: views.Resident) -> None:
    town.do(SetPhone(zhang.person_id, "13812345678"))
    opened(town, zhang, "我住602，电话13812345678")
    town.clock.forward(minutes=1)
    said(town, zhang, "六〇二的灯坏了，打13812345678")
    facts = json.dumps([one.facts for one in town.told()], ensure_ascii=False)
    assert "602" not in facts
    assert "六〇二" not in facts
    assert "1381234" not in facts
    assert town.told("talk_opened")[0].facts["tail"] == "5678"


def test_what_comes_in_a_burst_joins_in_one_message(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    for words in ("我家没水了", "楼上也没有", "什么时候来水"):
        said(town, zhang, words)
        town.clock.forward(seconds=1)
    said(town, zhang, "", "m1", "m2")
    (told,) = town.told("talk_message")
    assert told.facts["words"] == "我家没水了” “楼上也没有” “什么时候来水"
    assert told.facts["photos"] == 2
    assert told.next_at > told.made_at
    town.clock.forward(seconds=60)
    said(town, zhang, "在吗")
    assert town.told("talk_message")[-1].next_at == town.clock.now()


def test_twenty_messages_a_second_apart_are_few_for_the_group(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    for number in range(20):
        town.clock.forward(seconds=1)
        said(town, zhang, f"第 {number} 句")
        with town.store.work(town.clock.now()) as work:  # as the worker does with what is due
            due = (t.outbox.c.state == "queued") & (t.outbox.c.next_at <= work.now)
            work.conn.execute(update(t.outbox).where(due).values(state="accepted"))
    told = town.told("talk_message")
    assert len(told) <= 4
    assert [
        f"第 {n} 句" for n in range(20) if not any(f"第 {n} 句" in one.facts["words"] for one in told)
    ] == []


def test_words_and_photos_are_kept_sealed(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang, "我的秘密")
    said(town, zhang, "我的秘密", "m1")
    said(town, zhang, "我的秘密", "m1")  # twice in a row is once
    entries = town.rows(t.talk_entry)
    assert [(one.by, one.by_id, one.photos) for one in entries] == [
        ("system", None, 0),
        ("resident", None, 1),
    ]
    assert all("秘密" not in one.words_sealed for one in entries)
    assert [one.person_talk_id for one in town.rows(t.photo)] == [row(town).id]


def test_a_photo_that_was_kept_before_goes_along_once(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    town.do(KeepPhotos(zhang.account_id, ("m1",)))
    said(town, zhang, "", "m1")
    assert town.told("talk_message")[0].facts["photos"] == 1
    assert len(town.rows(t.photo)) == 1


def test_without_a_talk_nothing_is_passed_on(town: TestTown, zhang: views.Resident) -> None:
    assert said(town, zhang, "在吗")["why"] == "unknown"


# --- answers -----------------------------------------------------------------------------------------------


def test_an_answer_reaches_the_resident_once(town: TestTown, zhang: views.Resident) -> None:
    talk = opened(town, zhang)["talk_id"]
    assert answered(town, talk, "您好")["open"] is True
    answered(town, talk, "您好")
    (told,) = town.told("talk_reply")
    assert (told.account_id, told.facts["worker"], told.facts["end"]) == (zhang.account_id, "孙丽", "open")
    assert row(town).answered_at == town.clock.now()
    assert town.told("talk_answered") == []


def test_the_console_tells_the_group_that_it_has_answered(town: TestTown, zhang: views.Resident) -> None:
    talk = opened(town, zhang)["talk_id"]
    admin = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    assert town.do(AnswerTalk(talk, "console", admin, "您住602吧"))["ok"]
    assert "602" not in town.told("talk_answered")[0].facts["words"]
    assert town.told("talk_reply")[0].facts["words"] == "您住602吧"


def test_only_those_of_the_unit_answer_and_end(town: TestTown, zhang: views.Resident) -> None:
    talk = opened(town, zhang)["talk_id"]
    firm = town.planted.units["安居物业"]
    user = int(town.do(SaveUser("anju", "firm", "hash", firm))["user_id"])
    assert answered(town, talk, "您好", "李华")["why"] == "not_your_unit"
    assert town.do(AnswerTalk(talk, "console", user, "您好"))["why"] == "not_your_unit"
    assert town.do(EndTalk(talk, "worker", town.planted.workers["李华"]))["why"] == "unknown"
    assert town.do(EndTalk(talk, "console", user))["why"] == "unknown"
    assert town.do(EndTalk(talk, "resident", town.resident("o-li").account_id))["why"] == "unknown"
    assert town.do(StartTalk(zhang.account_id, user, "您好"))["why"] == "not_your_unit"
    assert town.told("talk_reply") == []
    assert answered(town, talk, "  ")["why"] == "needs_words"
    assert answered(town, 99, "您好")["why"] == "unknown"


def test_a_late_answer_opens_it_again_unless_the_resident_was_done(
    town: TestTown, zhang: views.Resident
) -> None:
    talk = opened(town, zhang)["talk_id"]
    town.do(EndTalk(talk, "worker", town.planted.workers["孙丽"]))
    assert answered(town, talk, "还有一句")["open"] is True
    assert row(town).state == "open"
    town.do(EndTalk(talk, "resident", zhang.account_id))
    assert answered(town, talk, "再见")["open"] is False
    assert row(town).state == "ended"
    assert [one.facts["end"] for one in town.told("talk_reply")] == ["open", "ended"]


def test_a_late_answer_leaves_a_newer_talk_alone(town: TestTown, zhang: views.Resident) -> None:
    first = opened(town, zhang)["talk_id"]
    town.do(EndTalk(first, "worker", town.planted.workers["孙丽"]))
    second = opened(town, zhang)
    assert (second["number"], second["new"]) == (2, True)
    assert answered(town, first, "还有一句")["open"] is False
    assert [one.state for one in town.rows(t.person_talk)] == ["ended", "open"]


def test_the_console_speaks_first(town: TestTown, zhang: views.Resident) -> None:
    admin = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    town.do(StartTalk(zhang.account_id, admin, "刚才机器人出错了"))
    town.do(StartTalk(zhang.account_id, admin, "您要办什么？"))
    assert (row(town).why, row(town).number) == ("defect", 1)
    assert [one.facts["words"] for one in town.told("talk_reply")] == ["刚才机器人出错了", "您要办什么？"]
    assert [one.what for one in town.rows(t.audit)] == ["start_talk"]
    assert town.do(StartTalk(zhang.account_id, admin, " "))["why"] == "needs_words"


# --- the end -----------------------------------------------------------------------------------------------


def test_half_an_hour_after_the_last_answer_it_ends(town: TestTown, zhang: views.Resident) -> None:
    talk = opened(town, zhang)["talk_id"]
    town.clock.forward(minutes=20)
    answered(town, talk, "您好")
    town.clock.forward(minutes=29)
    assert {one["did"] for one in rung(town)} <= {"nothing"}
    town.clock.forward(minutes=1)
    assert [one["did"] for one in rung(town)] == ["nothing", "ended"]
    assert (row(town).ended_by, town.told("talk_over")[0].facts["end"]) == ("system", "silence")
    assert town.rows(t.desk_item) == []
    assert {one["did"] for one in rung(town)} == {"nothing"}


def test_who_got_no_answer_is_told_so_and_the_desk_is_called(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    said(town, zhang, "我的秘密")
    town.clock.forward(minutes=31)
    assert [one["did"] for one in rung(town)] == ["nothing", "called"]
    assert town.told("talk_over")[0].facts["end"] == "unanswered"
    (item,) = town.rows(t.desk_item)
    assert item.kind == "wants_person"
    assert "秘密" not in item.words


def test_at_night_nobody_is_silent(town: TestTown, zhang: views.Resident) -> None:
    town.clock.forward(seconds=(EVENING - town.clock.now()).total_seconds())
    done = opened(town, zhang)
    assert datetime.fromisoformat(done["duty"]) == TUESDAY
    first, second = said(town, zhang, "楼上太吵"), said(town, zhang, "睡不着")
    assert (first["first"], first["away"], second["first"], second["away"]) == (True, False, False, False)
    timers = town.rows(t.timer, kind="person_talk")
    assert {one.due_at for one in timers} == {TUESDAY + timedelta(minutes=30)}


def test_who_writes_after_hours_is_told_once_that_staff_have_gone(
    town: TestTown, zhang: views.Resident
) -> None:
    talk = opened(town, zhang)["talk_id"]
    said(town, zhang, "在吗")
    answered(town, talk, "在的")
    town.clock.forward(seconds=(EVENING - town.clock.now()).total_seconds())
    assert [said(town, zhang, words)["away"] for words in ("还有件事", "明天说也行")] == [True, False]


def test_a_unit_may_have_hours_of_its_own(town: TestTown, zhang: views.Resident) -> None:
    always = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}]
    with town.store.work(town.clock.now()) as work:
        heping = t.handling_unit.c.name == "和平社区居委会"
        work.conn.execute(update(t.handling_unit).where(heping).values(hours=always))
    town.clock.forward(hours=12)
    assert opened(town, zhang)["duty"] == "now"
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.handling_unit).where(heping).values(hours=[]))
    assert opened(town, zhang)["duty"] is None


def test_words_that_nobody_has_answered_outlive_the_residents_end(
    town: TestTown, zhang: views.Resident
) -> None:
    talk = opened(town, zhang)["talk_id"]
    said(town, zhang, "我家没水了")
    assert town.do(EndTalk(talk, "resident", zhang.account_id))["unanswered"] is True
    assert [one.kind for one in town.rows(t.desk_item)] == ["wants_person"]
    second = opened(town, zhang)["talk_id"]
    assert town.do(EndTalk(second, "resident", zhang.account_id))["unanswered"] is False
    assert town.told("talk_over") == []
    assert [one.facts["end"] for one in town.told("talk_ended")] == ["resident", "resident"]


# --- what is left ------------------------------------------------------------------------------------------


def test_an_order_in_the_same_town_has_numbers_of_its_own(town: TestTown, zhang: views.Resident) -> None:
    opened(town, zhang)
    order = town.do(OpenOrder(zhang.account_id, zhang.person_id, "lift", "normal", "电梯坏了"))
    assert (row(town).number, order["number"]) == (1, 1001)


def test_a_group_that_only_reads_answers_nobody_and_is_passed_over(
    town: TestTown, zhang: views.Resident
) -> None:
    heping, street = town.planted.units["和平社区居委会"], town.planted.units["幸福街道办事处"]
    with town.store.work(town.clock.now()) as work:
        g = t.work_group.c
        work.conn.execute(update(t.work_group).where(g.unit_id == heping).values(bot_id=None, chat=None))
        anju = next(one for one in town.planted.groups if one.bot == "anju")
        work.conn.execute(update(t.work_group).where(g.id == anju.id).values(unit_id=street))
    town.store.limits = load_limits(public_url="https://linli.example")
    assert (opened(town, zhang)["unit"], town.rows(t.desk_item)) == ("幸福街道办事处", [])

"""Questions of residents: masked, grouped by likeness, answered once for all who asked, made items after review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.catalogue import SaveItem
from models.actions.desk import SaveUser
from models.actions.people import Unfollow
from models.actions.questions import (
    AnswerUnanswered,
    FileQuestion,
    MakeAlias,
    MakeItem,
    NoteAnswer,
    RateAnswer,
    masked,
)
from models.rules.benefits import Situation, fits, wrong_rules
from models.rules.catalogue import likeness, unnamed
from tests.town import TestTown
from workers import weekly


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，想问敬老卡", "我叫〔姓名已隐去〕，想问敬老卡"),
        ("我是王芳，要办居住证", "我是〔姓名已隐去〕，要办居住证"),
        ("我叫欧阳小红想办残疾证", "我叫〔姓名已隐去〕想办残疾证"),
        ("我叫阿依古丽，办证", "我叫〔姓名已隐去〕，办证"),
        ("我是欧阳小红。怎么办", "我是〔姓名已隐去〕。怎么办"),
        ("本人张建国，身份证丢了", "本人〔姓名已隐去〕，身份证丢了"),
        ("本人是李四 想问低保", "本人是〔姓名已隐去〕 想问低保"),
        ("姓名：王小明，问居住证", "姓名：〔姓名已隐去〕，问居住证"),
        ("姓名王小明电话要留吗", "姓名〔姓名已隐去〕电话要留吗"),
        ("名字是古丽 怎么改", "名字是〔姓名已隐去〕 怎么改"),
        ("姓名变更要什么材料", "姓名变更要什么材料"),
        ("本人户口在外地怎么办", "本人户口在外地怎么办"),
        ("我是张江的居民", "我是张江的居民"),
        ("我是高血压，怎么配药", "我是高血压，怎么配药"),
        ("我叫不到车", "我叫不到车"),
        ("我是来问社保的", "我是来问社保的"),
        ("我叫了出租车", "我叫了出租车"),
    ],
)
def test_a_name_is_hidden(said: str, kept: str) -> None:
    assert unnamed(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("310101195001011234 能办吗", "〔证件号已隐去〕 能办吗"),
        ("31010119500101123X能办吗", "〔证件号已隐去〕能办吗"),
        ("310101 19500101 123x 能办吗", "〔证件号已隐去〕 能办吗"),
        ("身份证310101500101123", "身份证〔证件号已隐去〕"),
        ("电话138 0013 8000", "电话〔电话已隐去〕"),
        ("电话幺三八 零零幺三 八零零零", "电话〔电话已隐去〕"),
        ("座机 0512 1234567", "座机 〔电话已隐去〕"),
        ("卡号 6222 0210 0112 3456 789", "卡号 〔号码已隐去〕"),
        ("卡号6222021001123456789", "卡号〔号码已隐去〕"),
        ("卡号6222-0210-0112-3456", "卡号〔号码已隐去〕"),
        ("2026-11-22 到 2026-11-30 能办吗", "2026-11-22 到 2026-11-30 能办吗"),
        ("补贴 1500 元，60 到 79 岁", "补贴 1500 元，60 到 79 岁"),
    ],
)
def test_a_question_is_kept_without_numbers_of_persons(town: TestTown, said: str, kept: str) -> None:
    with town.store.work(town.clock.now()) as work:
        assert masked(work, said, None) == kept


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("哪里有理发的", "请问哪里有理发的？", True),
        ("我叫〔姓名已隐去〕，电话〔电话已隐去〕，哪里有理发的", "哪里有理发的", True),
        ("宠物寄养在哪里", "哪里有宠物寄养", True),
        ("哪里有理发的", "哪里有修鞋的", False),
        ("", "哪里有修鞋的", False),
    ],
)
def test_likeness(one: str, other: str, alike: bool) -> None:
    assert (likeness(one, other) >= 0.5) is alike


RULES: dict[str, Any] = {"age_from": 60, "age_to": 79, "districts": ["甲区"], "households": ["alone"]}


@pytest.mark.parametrize(
    ("age", "households", "areas", "fit"),
    [
        (59, {"alone"}, {"甲区"}, "no"),
        (60, {"alone"}, {"甲区"}, "yes"),
        (70, (), {"甲区"}, "perhaps"),
        (79, {"disabled"}, (), "perhaps"),
        (80, {"alone"}, {"甲区"}, "no"),
        (70, {"alone"}, {"乙区"}, "no"),
        (None, {"alone"}, {"甲区"}, "no"),
    ],
)
def test_who_may_have_what(age: int | None, households: Any, areas: Any, fit: str) -> None:
    assert fits(RULES, Situation(age, frozenset(households), frozenset(areas))) == fit
    assert fits({}, Situation(age)) == "no"


def test_a_slip_in_rules_is_named() -> None:
    assert wrong_rules(RULES) == []
    assert wrong_rules({"age": 60, "households": ["aloen"]}) == ["age", "aloen"]


def item(town: TestTown, **more: Any) -> int:
    """A service item."""
    user = int(town.do(SaveUser(f"clerk{len(town.rows(t.console_user))}", "admin", "hash"))["user_id"])
    values = {
        "title": "养犬登记",
        "class_key": "convenience",
        "field_key": "support",
        "steps": ["到宠物医院办"],
    }
    values |= {"source": "办事指南", "source_on": town.clock.now().date(), **more}
    return int(town.do(SaveItem(user, values, ("狗证怎么办",)))["id"])


def test_one_answer_reaches_all_who_asked_and_whoever_asks_again(town: TestTown) -> None:
    one, two = town.resident(), town.resident("o-two")
    first = town.do(FileQuestion(one.account_id, "哪里有理发的"))
    again = town.do(FileQuestion(two.account_id, "请问哪里有理发的？"))
    other = town.do(FileQuestion(two.account_id, "哪里有修鞋的"))
    assert (first["number"], again["number"], other["number"]) == (1, 1, 2)
    assert [row.asked for row in town.rows(t.unanswered)] == [2, 1]
    answered = AnswerUnanswered(
        town.rows(t.unanswered)[0].id, "worker", town.planted.workers["孙丽"], "东门外。"
    )
    assert town.do(answered)["told"] == 2
    told = [row for row in town.rows(t.outbox) if row.kind == "question_answered"]
    assert {row.account_id for row in told} == {one.account_id, two.account_id}
    assert town.do(FileQuestion(town.resident("o-3").account_id, "哪里有理发的"))["answer"] == "东门外。"


def test_the_office_and_its_phone_stay_in_an_answer(town: TestTown) -> None:
    town.do(FileQuestion(town.resident().account_id, "哪里有理发的"))
    words = "到居委会二楼 203 室，电话 021-62001234。"
    town.do(AnswerUnanswered(town.rows(t.unanswered)[0].id, "worker", town.planted.workers["孙丽"], words))
    assert [row.facts["words"] for row in town.told("question_answered")] == [words]


def test_who_has_left_is_not_told_and_their_question_is_nobodys(town: TestTown) -> None:
    one = town.resident()
    town.do(FileQuestion(one.account_id, "哪里有理发的"))
    town.do(Unfollow(one.account_id))
    assert [row.account_id for row in town.rows(t.question_asked)] == [None]
    answered = AnswerUnanswered(
        town.rows(t.unanswered)[0].id, "worker", town.planted.workers["孙丽"], "东门外。"
    )
    assert town.do(answered)["told"] == 0


def test_an_answer_becomes_an_item_or_another_way_to_ask(town: TestTown) -> None:
    known = item(town)
    user = town.rows(t.console_user)[0].id
    for words in ("哪里有理发的", "小狗去哪里上牌照"):
        town.do(FileQuestion(town.resident().account_id, words))
    one, two = (row.id for row in town.rows(t.unanswered))
    assert not town.do(MakeItem(one, "理发", "convenience", "support", user))["ok"]
    for unanswered_id in (one, two):
        town.do(AnswerUnanswered(unanswered_id, "console", user, "东门外。"))
    version = town.see(views.catalogue_version)
    made = town.do(MakeItem(one, "理发", "convenience", "support", user))["id"]
    assert town.do(MakeAlias(two, known, user))["ok"]
    assert town.see(views.catalogue_version) == version + 2
    found = {entry.id: entry for entry in town.see(views.entries)}
    assert found[made].aliases == ("哪里有理发的",)
    assert "小狗去哪里上牌照" in found[known].aliases
    assert town.see(views.item_named, made).source == "社区工作人员在工作台的答复"


def test_the_same_question_has_two_answers_in_two_estates(town: TestTown) -> None:
    estates = town.planted.estates
    item(town, title="垃圾投放", steps=["东门。"], estate_id=estates["幸福小区"])
    item(town, title="垃圾投放", steps=["西门。"], estate_id=estates["阳光花园"])
    (entry,) = town.see(views.entries)
    stranger = town.resident("o-nobody")
    assert [one.scope for one in town.see(views.items_like, stranger.person_id, entry.id)] == [
        "幸福小区",
        "阳光花园",
    ]
    item(town, title="垃圾投放", steps=["随时。"])
    assert town.see(views.items_like, stranger.person_id, entry.id)[0].steps == ("随时。",)


def test_an_item_ends_on_its_last_day(town: TestTown) -> None:
    today = town.clock.now().date()
    item(town, ends_on=today)
    assert len(town.see(views.entries)) == 1
    town.clock.forward(days=1)
    assert town.see(views.entries) == []
    assert town.see(views.asked_week).expired == ("养犬登记",)


def test_the_week_counts_what_was_asked_and_of_no_use(town: TestTown) -> None:
    one, who = item(town), town.resident()
    item(town, title="理发")
    question = town.do(NoteAnswer(who.account_id, "狗证怎么办", "sure", one))["question_id"]
    town.do(RateAnswer(who.account_id, question, False))
    week = town.see(views.asked_week)
    assert (week.most, week.least, week.never) == ((("养犬登记", 1),), (("养犬登记", 1),), ("理发",))
    assert not town.do(RateAnswer(town.resident("o-2").account_id, question, True))["ok"]


def test_the_community_is_told_how_the_week_went(town: TestTown) -> None:
    one, who = item(town), town.resident()
    town.do(NoteAnswer(who.account_id, "狗证怎么办", "sure", one))
    town.do(FileQuestion(who.account_id, "哪里有理发的"))
    with town.store.work(town.clock.now()) as work:
        weekly.tell_week(work)
    (told,) = [row for row in town.rows(t.outbox) if row.kind == "question_week"]
    assert (told.facts["count"], told.facts["open"]) == (2, 1)
    assert told.facts["most"] == "养犬登记（1 次）"


def test_an_answer_that_is_too_long_is_refused_and_told_to_nobody(town: TestTown) -> None:
    who = town.resident()
    town.do(FileQuestion(who.account_id, "哪里有理发的"))
    (row,) = town.rows(t.unanswered)
    refused = town.do(AnswerUnanswered(row.id, "worker", town.planted.workers["孙丽"], "长" * 501))
    assert (refused["why"], refused["about"], refused["count"]) == ("needs_words", "long", 501)
    assert town.told("question_answered") == []
    assert town.do(AnswerUnanswered(row.id, "worker", town.planted.workers["孙丽"], "长" * 500))["ok"]


def test_an_item_that_is_over_gets_no_other_way_to_ask(town: TestTown) -> None:
    today = town.clock.now().date()
    ended, past = item(town, state="ended"), item(town, title="理发", ends_on=today - timedelta(days=1))
    live = item(town, title="配钥匙")
    town.do(FileQuestion(town.resident().account_id, "小狗去哪里上牌照"))
    (row,) = town.rows(t.unanswered)
    town.do(AnswerUnanswered(row.id, "worker", town.planted.workers["孙丽"], "东门"))
    assert [town.do(MakeAlias(row.id, one, 1))["why"] for one in (ended, past)] == ["closed", "closed"]
    assert [one.id for one in town.see(views.items_choosable)] == [live]


def test_one_item_is_read_without_the_others(town: TestTown) -> None:
    one = [item(town, title=f"事项{n}") for n in range(5)][2]
    admin = views.User("admin")
    kept = town.see(views.item_kept, admin, one)
    assert kept == next(k for k in town.see(views.items_kept, admin) if k.item.id == one)
    assert town.see(views.item_kept, admin, 99) is None
    assert town.see(views.item_kept, views.User("community"), one) is None

"""What residents do with orders."""

from __future__ import annotations

from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.answers import AddSentence, AnswerStaff, CorrectAnswer, QuestionShown, Rate
from models.actions.endings import NotFixed, Withdraw
from models.actions.orders import AddPhotos, AddWords, GivePlace, JoinOrder, OpenOrder, Urge
from models.actions.people import KeepPhotos
from models.actions.staff import Arrive, AskResident, Claim, Finish
from tests.town import TestTown

HOME = ("幸福小区", "3", "2", "602")


def _finished(town: TestTown, who: views.Resident, **more: Any) -> int:
    order_id = town.order(who, **more)["order_id"]
    staff = town.staff()
    town.do(Claim(order_id, staff.worker_id))
    town.do(Finish(order_id, staff.worker_id, "换了钢丝绳"))
    return int(order_id)


def test_opening_tells_the_group_in_charge(town: TestTown) -> None:
    done = town.order(summary="我家3号楼602室门口电梯坏了，电话13812345678")
    assert done["ok"]
    assert done | {"order_id": 0} == {
        "ok": True, "order_id": 0, "number": 1001, "unit": "安居物业", "place": "幸福小区 3 号楼 电梯", "new": True,
        "reached": True,
    }  # fmt: skip
    (row,) = town.told()
    assert (row.kind, row.work_group_id) == ("new_order", town.planted.groups[0].id)
    assert row.facts["summary_group"] == "我家3 号楼门口电梯坏了，电话〔电话已隐去〕"
    assert row.facts["people"] == 1
    (timer,) = town.rows(t.timer)
    assert (timer.kind, timer.subject, timer.stamp) == ("unclaimed", done["order_id"], 0)
    assert (timer.due_at - town.clock.now()).total_seconds() == 30 * 60


@pytest.mark.parametrize(("urgency", "minutes"), [("emergency", 5), ("urgent", 15), ("normal", 30)])
def test_the_more_urgent_the_shorter_the_wait(town: TestTown, urgency: str, minutes: int) -> None:
    town.order(urgency=urgency)
    assert (town.rows(t.timer)[0].due_at - town.clock.now()).total_seconds() == minutes * 60


def test_the_same_report_within_minutes_is_one_order(town: TestTown) -> None:
    first, again = town.order(), town.order()
    assert (again["order_id"], again["new"]) == (first["order_id"], False)
    town.clock.forward(minutes=11)
    assert town.order()["number"] == 1002


def test_the_same_report_brings_its_photos_to_the_order(town: TestTown) -> None:
    who = town.resident()
    kept = town.do(KeepPhotos(who.account_id, ("m1",)))["photo_ids"]
    order_id = town.order(who)["order_id"]
    town.order(who, photo_ids=tuple(kept), media=("m2",))
    town.order(who, media=("m2",))
    assert [row.work_order_id for row in town.rows(t.photo)] == [order_id, order_id]
    assert [row.facts["photos"] for row in town.told("order_photo")] == [2]


def test_a_burst_of_photos_is_told_once(town: TestTown) -> None:
    who = town.resident()
    order_id = town.order(who)["order_id"]
    for media in ("m1", "m2"):
        assert town.do(AddPhotos(order_id, who.account_id, media=(media,)))["photos"] == 1
        town.clock.forward(seconds=10)
    assert [row.facts["photos"] for row in town.told("order_photo")] == [2]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.outbox.update().values(state="accepted"))
    town.do(AddPhotos(order_id, who.account_id, media=("m3",)))
    assert [row.facts["photos"] for row in town.told("order_photo")] == [2]
    town.clock.forward(seconds=31)
    town.do(AddPhotos(order_id, who.account_id, media=("m4",)))
    assert [row.facts["photos"] for row in town.told("order_photo")] == [2, 1]


def test_numbers_run(town: TestTown) -> None:
    assert [town.order(summary=f"第 {n} 件")["number"] for n in range(3)] == [1001, 1002, 1003]


def test_a_home_is_never_named_to_a_group(town: TestTown) -> None:
    who = town.resident(home=HOME)
    done = town.order(who, category="utilities", home_id=town.home(*HOME), public_part=None)
    assert done["place"] == "幸福小区 3 号楼 住户家中"
    assert "602" not in str([row.facts for row in town.told()])


def test_category_routes_past_the_firm(town: TestTown) -> None:
    assert town.order(category="noise")["unit"] == "和平社区居委会"


def test_a_unit_without_a_group_is_passed_over(town: TestTown) -> None:
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(
            t.work_group.update().where(t.work_group.c.chat == "wrLinliAnju").values(bound_at=None)
        )
    done = town.order()
    assert done["unit"] == "和平社区居委会"
    assert town.row(done["order_id"]).level == 1


def test_nobody_to_be_reached_calls_the_desk(town: TestTown) -> None:
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.work_group.update().values(silent_since=town.clock.now()))
    done = town.order()
    (item,) = town.see(views.desk_items, views.User("admin"))
    assert (item.kind, item.order_id) == ("unrouted", done["order_id"])


def test_an_emergency_without_a_place_goes_on_when_it_is_known(town: TestTown) -> None:
    who = town.resident()
    done = town.order(who, urgency="emergency", building_id=None, public_part=None, summary="着火了")
    assert (done["place"], done["unit"]) == ("", "和平社区居委会")
    sunny = town.planted.buildings["阳光花园", "6"]
    placed = town.do(GivePlace(done["order_id"], who.account_id, building_id=sunny, public_part="楼道"))
    assert (placed["unit"], placed["place"]) == ("阳光物业", "阳光花园 6 号楼 楼道")
    heping, sunny_group = town.planted.groups[2].id, town.planted.groups[1].id
    assert [row.work_group_id for row in town.told("new_order")] == [heping, sunny_group]
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["unit"]) == (heping, "阳光物业")
    again = town.do(GivePlace(done["order_id"], who.account_id, building_id=sunny, public_part="楼道"))
    assert (again["new"], len(town.told())) == (False, 3)


def test_a_more_exact_place_in_the_same_hands_is_told(town: TestTown) -> None:
    who = town.resident()
    order = town.order(who, public_part=None)
    town.do(Claim(order["order_id"], town.staff().worker_id))
    town.do(GivePlace(order["order_id"], who.account_id, public_part="屋顶"))
    (row,) = town.told("order_place_known")
    assert (row.facts["place"], row.facts["mention"]) == ("幸福小区 3 号楼 屋顶", ["LiHua"])


def test_neighbours_join_and_are_told_too(town: TestTown) -> None:
    order, neighbour = town.order(), town.resident("o-neighbour")
    joined = town.do(JoinOrder(order["order_id"], neighbour.account_id, neighbour.person_id))
    assert (joined["people"], joined["new"]) == (2, True)
    assert town.do(JoinOrder(order["order_id"], neighbour.account_id, neighbour.person_id))["new"] is False
    assert town.told("order_joined")[0].facts["people"] == 2
    town.do(Claim(order["order_id"], town.staff().worker_id))
    assert len(town.told("order_claimed")) == 2


def test_an_order_about_a_home_cannot_be_joined(town: TestTown) -> None:
    order = town.order(home_id=town.home(*HOME))
    stranger = town.resident("o-stranger")
    refusal = town.do(JoinOrder(order["order_id"], stranger.account_id, stranger.person_id))
    assert refusal["why"] == "not_yours"


def test_strangers_cannot_touch_an_order(town: TestTown) -> None:
    order_id, stranger = town.order()["order_id"], town.resident("o-stranger")
    account_id = stranger.account_id
    for action in (
        GivePlace(order_id, account_id, public_part="屋顶"),
        AddPhotos(order_id, account_id, ("m1",)),
        AddWords(order_id, account_id, "还没来"),
        Urge(order_id, account_id),
        NotFixed(order_id, account_id),
        Withdraw(order_id, account_id),
        Rate(account_id, order_id, 1, 5),
        AddSentence(account_id, order_id, 1, "好"),
    ):
        assert town.do(action) == {"ok": False, "why": "not_yours"}
    assert town.see(views.order_by_id, stranger, order_id) is None


def test_photos_sent_before_and_with_the_report(town: TestTown) -> None:
    who = town.resident()
    kept = town.do(KeepPhotos(who.account_id, ("m1", "m2")))["photo_ids"]
    assert town.do(KeepPhotos(who.account_id, ("m1", "m2")))["photo_ids"] == kept
    order = town.order(who, media=("m3",), photo_ids=tuple(kept))
    assert town.told("new_order")[0].facts["photos"] == 3
    assert town.do(AddPhotos(order["order_id"], who.account_id, ("m3", "m4")))["photos"] == 1
    assert town.do(AddPhotos(order["order_id"], who.account_id, ("m4",)))["photos"] == 0
    assert [row.facts["photos"] for row in town.told("order_photo")] == [1]
    assert len(town.see(views.photos, who, order["order_id"])) == 4


def test_somebody_elses_photos_are_not_taken(town: TestTown) -> None:
    other = town.resident("o-other")
    kept = town.do(KeepPhotos(other.account_id, ("m1",)))["photo_ids"]
    town.order(photo_ids=tuple(kept))
    assert town.rows(t.photo)[0].work_order_id is None


def test_added_words_reach_the_group_masked_and_once(town: TestTown) -> None:
    who = town.resident()
    order_id = town.order(who)["order_id"]
    for _ in range(2):
        town.do(AddWords(order_id, who.account_id, "我住602，电话13812345678"))
    (row,) = town.told("order_message")
    assert row.facts["words"] == "我住〔门牌已隐去〕，电话〔电话已隐去〕"
    assert town.do(AddWords(order_id, who.account_id, " "))["why"] == "needs_words"


def test_urging_once_an_hour(town: TestTown) -> None:
    who = town.resident()
    order_id = town.order(who)["order_id"]
    assert town.do(Urge(order_id, who.account_id))["times"] == 1
    town.clock.forward(minutes=20)
    refusal = town.do(Urge(order_id, who.account_id))
    assert (refusal["why"], refusal["minutes"]) == ("too_soon", 40)
    town.clock.forward(minutes=40)
    assert town.do(Urge(order_id, who.account_id))["times"] == 2
    assert len(town.told("order_urged")) == 2


def test_a_rating_counts_once_and_a_low_one_calls_a_person(town: TestTown) -> None:
    who = town.resident()
    order_id = _finished(town, who)
    (question,) = town.see(views.open_questions, who.account_id)
    assert (question.kind, question.subject, question.stamp) == ("rating", order_id, 1)
    assert town.told("order_finished")[0].facts["question_id"] == question.id
    town.do(QuestionShown(question.id))
    assert town.see(views.open_questions, who.account_id)[0].shown_at == town.clock.now()
    rated = town.do(Rate(who.account_id, order_id, 1, 2))
    assert (rated["score"], rated["word"], rated["low"], rated["new"]) == (2, "dissatisfied", True, True)
    assert town.do(Rate(who.account_id, order_id, 1, 5)) == rated | {"new": False}
    assert town.see(views.open_questions, who.account_id) == ()
    town.do(AddSentence(who.account_id, order_id, 1, "来得太慢"))
    (item,) = town.see(views.desk_items, views.User("admin"))
    assert (item.kind, item.words) == ("return_visit", "来得太慢")
    assert town.see(views.rating_of, who, order_id).sentence == "来得太慢"


@pytest.mark.parametrize(
    ("closure", "score", "days", "why"),
    [(2, 5, 0, "unknown"), (0, 5, 0, "unknown"), (1, 6, 0, "unknown"), (1, 5, 8, "too_late")],
)
def test_ratings_that_are_refused(town: TestTown, closure: int, score: int, days: int, why: str) -> None:
    who = town.resident()
    order_id = _finished(town, who)
    town.clock.forward(days=days)
    assert town.do(Rate(who.account_id, order_id, closure, score))["why"] == why


def test_not_fixed_goes_back_into_the_same_hands(town: TestTown) -> None:
    who = town.resident()
    order_id = _finished(town, who)
    done = town.do(NotFixed(order_id, who.account_id, "602还在响"))
    assert (done["state"], done["holder"]) == ("claimed", "李华")
    assert town.told("order_reopened")[0].facts["mention"] == ["LiHua"]
    assert town.see(views.open_questions, who.account_id) == ()
    assert town.do(NotFixed(order_id, who.account_id, "还在响"))["why"] == "not_closed"
    assert town.do(Rate(who.account_id, order_id, 1, 5))["why"] == "not_closed"


def test_not_fixed_waits_again_when_the_worker_has_gone(town: TestTown) -> None:
    who = town.resident()
    order_id = _finished(town, who)
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.worker.update().values(active=False))
    assert town.do(NotFixed(order_id, who.account_id))["state"] == "waiting"
    assert town.rows(t.timer)[-1].stamp == town.row(order_id).stage


def test_not_fixed_comes_too_late(town: TestTown) -> None:
    who = town.resident()
    order_id = _finished(town, who)
    town.clock.forward(days=14, seconds=1)
    assert town.do(NotFixed(order_id, who.account_id))["why"] == "too_late"


def test_withdrawing_ends_the_order(town: TestTown) -> None:
    who = town.resident()
    order_id = town.order(who)["order_id"]
    assert town.do(Withdraw(order_id, who.account_id))["closed"] is True
    assert (town.row(order_id).state, town.row(order_id).close) == ("closed", "withdrawn")
    assert len(town.told("order_withdrawn")) == 1
    assert town.do(Withdraw(order_id, who.account_id))["why"] == "closed"


def test_withdrawing_leaves_it_to_the_neighbours(town: TestTown) -> None:
    who, neighbour = town.resident(), town.resident("o-neighbour")
    order_id = town.order(who)["order_id"]
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    assert town.do(Withdraw(order_id, who.account_id))["closed"] is False
    assert town.row(order_id).state == "waiting"
    assert town.see(views.order_by_id, who, order_id) is None


def test_a_workers_question_is_answered_once(town: TestTown) -> None:
    who, worker = town.resident(), town.staff().worker_id
    order_id = town.order(who)["order_id"]
    town.do(Claim(order_id, worker))
    town.do(AskResident(order_id, worker, "几楼？"))
    (question,) = town.see(views.open_questions, who.account_id)
    assert (question.kind, question.words) == ("staff_question", "几楼？")
    assert town.do(AnswerStaff(who.account_id, question.id, "六楼，602室"))["ok"]
    (row,) = town.told("order_answer")
    assert (row.facts["words"], row.facts["question"]) == ("六楼，〔门牌已隐去〕", "几楼？")
    assert row.facts["mention"] == ["LiHua"]
    assert town.do(AnswerStaff(who.account_id, question.id, "七楼"))["why"] == "already"
    stranger = town.resident("o-stranger")
    assert town.do(AnswerStaff(stranger.account_id, question.id, "七楼"))["why"] == "unknown"


def test_a_wrong_answer_is_corrected_while_somebody_works_on_it(town: TestTown) -> None:
    who, worker = town.resident(), town.staff().worker_id
    order_id = town.order(who)["order_id"]
    town.do(Claim(order_id, worker))
    town.do(AskResident(order_id, worker, "几楼？"))
    (question,) = town.see(views.open_questions, who.account_id)
    right = CorrectAnswer(who.account_id, question.id, "七楼，702室")
    assert town.do(right)["why"] == "unknown"  # nothing was answered yet
    town.do(AnswerStaff(who.account_id, question.id, "六楼"))
    assert town.do(right)["ok"]
    assert town.do(right)["ok"]  # the very same words are one
    answered, corrected = town.told("order_answer")
    assert "mended" not in answered.facts
    assert (corrected.facts["words"], corrected.facts["mended"]) == ("七楼，〔门牌已隐去〕", "更正")
    assert corrected.facts["mention"] == ["LiHua"]
    stranger = town.resident("o-stranger")
    assert town.do(CorrectAnswer(stranger.account_id, question.id, "八楼"))["why"] == "unknown"
    town.do(Finish(order_id, worker, "换了皮带"))
    late = town.do(CorrectAnswer(who.account_id, question.id, "八楼"))
    assert (late["why"], late["number"]) == ("closed", town.row(order_id).number)


def test_similar_orders_are_found_masked_and_never_about_homes(town: TestTown) -> None:
    building_id = town.planted.buildings["幸福小区", "3"]
    place = {"estate_id": town.planted.estates["幸福小区"], "building_id": building_id}
    town.order(category="utilities", home_id=town.home(*HOME), thing="电")
    town.order(
        town.resident("o-2"), category="utilities", public_part=None, thing="水管"
    )  # no home known yet
    assert town.see(views.similar_order, **place, category="utilities", thing="电") is None
    assert town.see(views.similar_order, **place, category="utilities", thing="水管") is None
    assert (
        town.see(views.similar_order, **place, category="utilities", thing="水管", public_part="楼道") is None
    )
    town.order(town.resident("o-3"), summary="602室门口电梯坏了")
    same = town.see(views.similar_order, **place, category="lift", public_part="电梯")
    assert "602" not in same.summary


def test_a_duplicate_is_looked_for_among_open_orders_of_the_last_days(town: TestTown) -> None:
    asked = {
        "estate_id": town.planted.estates["幸福小区"],
        "building_id": town.planted.buildings["幸福小区", "2"],
        "category": "public_facilities",
        "thing": "路灯",
    }
    assert town.see(views.similar_order, **asked) is None
    town.order(public_part="道路", thing="路灯")  # in front of building 3
    assert town.see(views.similar_order, **asked) is not None
    town.clock.forward(days=15)
    assert town.see(views.similar_order, **asked) is None


def test_staff_are_told_which_order_it_may_be_the_same_as(town: TestTown) -> None:
    town.order(summary="电梯坏了", thing="电梯")
    town.order(town.resident("o-2"), summary="电梯不动", thing="电梯")
    town.order(town.resident("o-3"), summary="大门关不上", thing="门禁")
    assert [row.facts.get("like") for row in town.told("new_order")] == [None, 1001, None]


def test_one_s_own_open_report_of_the_same_home_is_found(town: TestTown) -> None:
    who, home_id = town.resident(), town.home(*HOME)
    town.order(who, category="utilities", home_id=home_id, public_part=None, thing="水管")
    at = {"home_id": home_id, "category": "utilities"}
    assert town.see(views.own_order_at, who, **at, thing="水管").number == 1001
    assert town.see(views.own_order_at, who, **at, thing="马桶") is None
    assert town.see(views.own_order_at, town.resident("o-2"), **at) is None


def test_what_does_not_exist_is_left_out(town: TestTown) -> None:
    who = town.resident()
    done = town.do(
        OpenOrder(who.account_id, who.person_id, "other", "normal", "？", building_id=99999, home_id=99999)
    )
    assert (done["ok"], done["place"]) == (True, "")
    assert town.do(Urge(99, who.account_id))["why"] == "unknown"
    assert town.do(Arrive(99, 99))["why"] == "unknown"

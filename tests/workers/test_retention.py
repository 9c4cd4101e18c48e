"""Retention: what is old goes, what is young or open stays, in batches, once, and the log says how much."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models import tables as t
from models.actions.order_in_hand import OrderInHand
from models.limits import load_limits
from models.notices import newest
from tests.workers.stage import NOW, Stage
from workers import duties, retention
from workers.relay import Relay

LIMITS = load_limits()


def step(stage: Stage, name: str) -> bool:
    with stage.store.work(stage.clock.now()) as work:
        return retention.RULES[name].step(work)


def logged(stage: Stage) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in stage.rows(t.erasure):
        assert row.why == "retention"
        found[row.what] += row.rows
    return found


def days(limit: str, more: int) -> Any:
    return NOW - timedelta(days=LIMITS[limit] + more)


def heard(stage: Stage, key: str, at: Any, state: str = "done") -> int:
    row = {"channel": "wechat_oa", "sender": "o", "payload": "{}", "reply": "{}", "next_at": at}
    return stage.insert(t.inbox, key=key, received_at=at, state=state, **row)


def order(stage: Stage, closed: Any = None, **more: Any) -> int:
    end = {"state": "closed", "close": "resolved", "closed_at": closed} if closed else {}
    row = {"number": 2000 + len(stage.rows(t.work_order)), "category": "lift", "opened_at": NOW}
    return stage.insert(t.work_order, **{**row, "summary": "602室漏水，电话13812345678", **end, **more})


def told(stage: Stage, at: Any, **more: Any) -> int:
    row = {"kind": "order_claimed", "facts": {"words": "私事"}, "next_at": at, "made_at": at}
    return stage.insert(t.outbox, **{**row, "state": "accepted", **more})


def test_every_limit_of_a_rule_is_there_and_logs_are_kept_for_half_a_year() -> None:
    assert {rule.limit for rule in retention.RULES.values()} <= set(LIMITS)
    assert LIMITS["audit_days"] >= 183, "网络安全法 art. 21: logs are kept for at least six months"


def test_the_notice_says_how_long_as_it_is() -> None:
    words = dict(newest().parts)["留多久"]
    said = [int(number) for number in re.findall(r"\d+", words)]
    names = ("talk_days", "order_photo_days", "order_personal_days", "meal_days")
    assert said == [LIMITS[name] for name in names]


def test_the_notice_in_force_is_the_one_that_the_limits_name() -> None:
    assert LIMITS["consent_version"] == newest().version


def test_old_words_are_emptied_and_much_older_rows_removed(stage: Stage) -> None:
    old = heard(stage, "old", days("talk_days", 1))
    young = heard(stage, "young", days("talk_days", -1))
    undone = heard(stage, "undone", days("inbox_days", 1), "new")
    heard(stage, "ancient", days("inbox_days", 1))
    for name in ("talk_heard", "heard"):
        assert step(stage, name) is False
    assert {row.id: row.payload for row in stage.rows(t.inbox)} == {old: None, young: "{}", undone: "{}"}
    assert logged(stage) == {"inbox": 3}


def test_a_night_goes_in_batches_and_the_tick_is_done_with_the_last(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        heard(stage, f"k{number}", days("talk_days", 1))
    monkeypatch.setattr(
        duties, "DUTIES", (duties.Duty("forget_talk_heard", 3, _small("talk_heard", 3).step),)
    )
    relay = Relay(stage.hands)
    for left in (4, 1, 0, 0):
        relay._seldom(stage.clock.now())
        assert len([row for row in stage.rows(t.inbox) if row.payload]) == left
    [tick] = stage.rows(t.duty_tick)
    assert tick.done_at == NOW
    rule = ("retention", "talk_heard", LIMITS["talk_days"])
    assert [(row.rows, row.why, row.rule, row.days) for row in stage.rows(t.erasure)] == [
        (rows, *rule) for rows in (3, 3, 1)
    ]


def _small(name: str, batch: int) -> retention.Rule:
    return replace(retention.RULES[name], batch=batch)


def test_what_was_cut_off_is_gone_on_with_and_nothing_is_logged_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        heard(stage, f"k{number}", days("talk_days", 1))
    duty = duties.Duty("forget_talk_heard", 3, _small("talk_heard", 3).step)
    with stage.store.work(NOW) as work:
        assert duties.do_duty(work, duty)
    with pytest.raises(RuntimeError), stage.store.work(NOW) as work:  # noqa: PT012 - the transaction must end
        duties.do_duty(work, duty)
        raise RuntimeError("killed before the commit")
    while duty_done(stage, duty):
        pass
    assert logged(stage) == {"inbox": 5}


def duty_done(stage: Stage, duty: duties.Duty) -> bool:
    with stage.store.work(NOW) as work:
        return duties.do_duty(work, duty)


def test_an_old_closed_order_keeps_nobody(stage: Stage) -> None:
    person = stage.insert(t.person, made_at=NOW)
    account = stage.account(person_id=person)
    firm = stage.insert(t.estate, name="幸福小区")
    building = stage.insert(t.building, estate_id=firm, key="3", name="3 号楼")
    home = stage.insert(t.home, building_id=building, unit="2", room="602")
    about = {"reporter_id": person, "home_id": home, "latitude": "31.1", "longitude": "121.3"}
    old = order(stage, days("order_personal_days", 1), **about)
    young = order(stage, days("order_personal_days", -1), **about)
    opened = order(stage, opened_at=days("order_personal_days", 1), **about)
    for order_id in (old, young):
        said = {"at": NOW, "step": "message", "by": "resident", "by_id": person}
        stage.insert(t.order_entry, work_order_id=order_id, words="我家六〇二，打13812345678", **said)
        rated = {"closure": 1, "score": 5, "word": "very_satisfied", "at": NOW}
        stage.insert(t.rating, work_order_id=order_id, person_id=person, sentence="王阿姨谢谢", **rated)
        follows = {"account_id": account, "person_id": person, "made_at": NOW}
        stage.insert(t.order_follower, work_order_id=order_id, **follows)
    assert step(stage, "orders") is False
    row = stage.row(t.work_order, old)
    assert (row.reporter_id, row.home_id, row.latitude, row.longitude) == (None, None, None, None)
    assert "602" not in row.summary
    assert "138" not in row.summary
    gone, kept = sorted(stage.rows(t.order_entry), key=lambda one: one.id)
    assert "六〇二" not in gone.words
    assert "138" not in gone.words
    assert (gone.by_id, kept.words) == (None, "我家六〇二，打13812345678")
    assert {one.work_order_id: one.sentence for one in stage.rows(t.rating)} == {old: "", young: "王阿姨谢谢"}
    assert [one.work_order_id for one in stage.rows(t.order_follower)] == [young]
    assert [stage.row(t.work_order, one).reporter_id for one in (young, opened)] == [person, person]
    assert step(stage, "orders") is False
    assert logged(stage)["work_order"] == 1


def test_words_of_somebody_who_only_called_lose_phone_and_door_once(stage: Stage) -> None:
    said = "王女士13812345678，2单元602漏水"
    closed = days("order_personal_days", 1)
    old = order(stage, closed, summary=said, origin="phone")
    young = order(stage, days("order_personal_days", -1), summary=said, origin="phone")
    for order_id in (old, young):
        line = {"at": NOW, "step": "open", "by": "console", "words": said}
        stage.insert(t.order_entry, work_order_id=order_id, **line)
    for _ in range(2):
        assert step(stage, "orders") is False
    gone, kept = (stage.row(t.work_order, one) for one in (old, young))
    assert (gone.summary, gone.stripped_at) == ("王女士〔电话已隐去〕，〔门牌已隐去〕漏水", NOW)
    assert (kept.summary, kept.stripped_at) == (said, None)
    assert {one.work_order_id: one.words for one in stage.rows(t.order_entry)} == {
        old: gone.summary, young: said,
    }  # fmt: skip
    assert logged(stage)["work_order"] == 1


def test_what_is_written_after_an_order_was_stripped_goes_the_next_night(stage: Stage) -> None:
    old = order(stage, days("order_personal_days", 1))
    step(stage, "orders")
    with stage.store.work(stage.clock.now()) as work:
        late = OrderInHand.take(work, old)
        assert late is not None
        late.write("note", "console", None, words="她的新号是13987654321")
    assert stage.row(t.work_order, old).stripped_at is None
    step(stage, "orders")
    assert "139" not in stage.rows(t.order_entry)[0].words
    assert stage.row(t.work_order, old).stripped_at == NOW


def test_photos_go_with_their_age_and_their_files_with_the_next_sweep(stage: Stage) -> None:
    photo = {"channel": "c", "media": "m", "made_at": days("order_photo_days", 2), "next_at": NOW}
    closed = order(stage, days("order_photo_days", 1))
    stage.insert(t.photo, work_order_id=closed, state="kept", file="old.jpg", **photo)
    kept = stage.insert(t.photo, work_order_id=order(stage), state="kept", file="open.jpg", **photo)
    stage.insert(t.photo, **photo)
    assert step(stage, "photos") is False
    assert [row.id for row in stage.rows(t.photo)] == [kept]
    assert logged(stage) == {"photo": 2}


def test_messages_lose_their_facts_and_one_that_nobody_came_for_is_given_up(stage: Stage) -> None:
    account = stage.account()
    old = told(stage, days("told_days", 1), account_id=account)
    held = told(stage, days("told_days", 1), account_id=account, state="held")
    said = told(stage, days("talk_days", 1), account_id=account, state="held", kind="said")
    queued = told(stage, days("told_days", 1), account_id=account, state="queued")
    young = told(stage, days("told_days", -1), account_id=account)
    for name in ("talk_unseen", "talk_said", "told_unseen", "told_facts", "told"):
        step(stage, name)
    rows = {row.id: (row.state, bool(row.facts)) for row in stage.rows(t.outbox)}
    assert rows == {
        old: ("accepted", False), held: ("failed", False), said: ("failed", False),
        queued: ("queued", True), young: ("accepted", True),
    }  # fmt: skip
    step(stage, "told_facts")
    assert logged(stage) == {"outbox": 3}


def test_who_left_long_ago_is_forgotten_and_whom_the_register_knows_is_not(stage: Stage) -> None:
    def person(left: Any) -> int:
        made = stage.insert(t.person, made_at=NOW, phone_sealed="x", phone_index="y")
        if left is not None:
            stage.account(f"left:{made}", person_id=made, left_at=left or None)
        return made

    gone = person(days("person_days", 1))
    others = [person(days("person_days", -1)), person(""), person(None)]
    busy = person(days("person_days", 1))
    order(stage, reporter_id=busy)
    assert step(stage, "people") is False
    empty = [
        row.id for row in stage.rows(t.person) if row.phone_sealed is None and row.id in (gone, busy, *others)
    ]
    assert empty == [gone]
    assert logged(stage) == {"person": 1}


def test_who_only_called_long_ago_is_forgotten(stage: Stage) -> None:
    estate = stage.insert(t.estate, name="幸福小区")
    building = stage.insert(t.building, estate_id=estate, key="3", name="3 号楼")
    home = stage.insert(t.home, building_id=building, unit="2", room="602")
    old, young = days("person_days", 1), days("person_days", -1)

    def caller(made: Any = old) -> int:
        return stage.insert(t.person, made_at=made, phone_sealed="x", phone_index="y")

    def lives(ended: Any) -> int:
        person = caller()
        stage.insert(t.binding, person_id=person, home_id=home, made_at=old, ended_at=ended)
        return person

    def asked(closed: Any) -> int:
        person = caller()
        order(stage, closed, reporter_id=person)
        return person

    def joined(closed: Any) -> int:
        person = caller()
        stage.insert(t.order_follower, work_order_id=order(stage, closed), person_id=person, made_at=old)
        return person

    gone = [caller(), lives(old), asked(old), joined(old)]
    here = caller()
    stage.account("o-here", person_id=here)
    kept = [caller(young), lives(None), lives(young), here]
    kept += [asked(None), asked(young), joined(None), joined(young)]
    for _ in range(2):
        step(stage, "orders")
        assert step(stage, "people") is False
    full = {row.id: row.phone_sealed is not None for row in stage.rows(t.person)}
    assert [full[one] for one in gone + kept] == [False] * len(gone) + [True] * len(kept)
    assert logged(stage)["person"] == len(gone)


def test_whoever_left_is_kept_with_a_neighbours_order_that_they_joined(stage: Stage) -> None:
    person = stage.insert(t.person, made_at=NOW, phone_sealed="x", phone_index="y")
    account = stage.account("left:1", person_id=person, left_at=days("person_days", 1))
    follows = {"account_id": account, "person_id": person, "made_at": NOW}
    joined = order(stage, days("order_personal_days", -1), reporter_id=stage.insert(t.person, made_at=NOW))
    stage.insert(t.order_follower, work_order_id=joined, **follows)
    step(stage, "people")
    assert stage.row(t.person, person).phone_sealed == "x"
    stage.clock.forward(days=2)
    for name in ("orders", "people"):
        step(stage, name)
    assert stage.row(t.person, person).phone_sealed is None


def test_words_of_a_talk_with_a_person_go_some_time_after_its_end(stage: Stage) -> None:
    def talk(number: int, ended: Any) -> int:
        end = {"state": "ended", "ended_at": ended} if ended else {}
        row = {"number": number, "why": "asked", "opened_at": NOW, "last_at": NOW, **end}
        made = stage.insert(t.person_talk, **row)
        said = {"at": NOW, "by": "resident", "words_sealed": "sealed"}
        return stage.insert(t.talk_entry, person_talk_id=made, **said)

    old = talk(1, days("talk_days", 1))
    young, open_ = talk(2, days("talk_days", -1)), talk(3, None)
    assert step(stage, "person_talks") is False
    words = {row.id: row.words_sealed for row in stage.rows(t.talk_entry)}
    assert words == {old: "", young: "sealed", open_: "sealed"}


@pytest.mark.parametrize("name", retention.RULES)
def test_a_rule_that_finds_nothing_does_nothing(stage: Stage, name: str) -> None:
    assert step(stage, name) is False
    assert stage.rows(t.erasure) == []


def test_the_rest_by_age(stage: Stage) -> None:
    account, user = stage.account(), None
    for more in (1, -1):
        stage.insert(t.audit, at=days("audit_days", more), console_user_id=user, what="door")
        ended = {"purpose": "notice", "version": "1", "at": NOW}
        stage.insert(t.consent, withdrawn_at=days("consent_days", more), **ended)
        stage.insert(t.binding_try, userid="LiHua", at=days("binding_try_days", more))
        words = {"digest": f"d{more}", "made_at": NOW}
        stage.insert(t.binding_word, ends_at=days("binding_try_days", more), **words)
        run = {"kind": "people", "state": "done", "file": "x", "made_at": NOW, "next_at": NOW}
        stage.insert(t.import_run, ended_at=days("import_days", more), **run)
        asked = {"account_id": account, "kind": "rating", "subject": more + 2}
        stage.insert(t.open_question, ends_at=days("inbox_days", more), **asked)
        timer = {"kind": "talk", "subject": more + 2, "stamp": 0, "due_at": NOW, "next_at": NOW}
        stage.insert(t.timer, done_at=days("inbox_days", more), **timer)
    stage.insert(t.consent, account_id=account, purpose="notice", version="2", at=days("consent_days", 9))
    for name in ("audit", "consents", "binding_tries", "binding_words", "imports", "questions", "timers"):
        step(stage, name)
    tables = (t.audit, t.binding_try, t.binding_word, t.import_run, t.open_question, t.timer)
    assert [len(stage.rows(table)) for table in tables] == [1] * 6
    assert len(stage.rows(t.consent)) == 2

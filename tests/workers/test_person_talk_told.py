"""A talk with a person in the workers' hands: its timer, its messages, and what is kept of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.refusals import BadMessage, NoSuchGroup, NotTold
from models import tables as t
from models.actions.person_talk import AnswerTalk, OpenTalk, SayInTalk
from tests.words import faults
from tests.workers.stage import NOW, Stage
from workers import retention, timers
from workers.outbox import deliver


def opened(stage: Stage, account: int) -> int:
    """A talk of the account, and what was said in it."""
    with stage.store.work(stage.clock.now()) as work:
        talk = OpenTalk(account, "asked", "住户：我的秘密", "我的秘密").run(work)
        SayInTalk(account, "我的秘密").run(work)
    return int(talk["talk_id"])


def fire(stage: Stage) -> None:
    """Whatever timer is due goes off."""
    with stage.store.look(stage.clock.now()) as work:
        timer = t.timer.c
        found = select(timer.id).where(timer.due_at <= work.now, timer.done_at.is_(None)).order_by(timer.id)
        ids = list(work.conn.execute(found).scalars())
    for timer_id in ids:
        timers.fire(timer_id)


def test_the_timer_of_silence_ends_the_talk_once(stage: Stage) -> None:
    talk = opened(stage, stage.account(talk=5))
    stage.clock.forward(minutes=30)
    fire(stage)
    assert stage.row(t.person_talk, talk).state == "ended"
    fire(stage)
    assert [one.kind for one in stage.rows(t.outbox)] == ["talk_over"]
    assert [one.kind for one in stage.rows(t.desk_item)] == ["wants_person"]


def test_an_answer_goes_out_and_rings_the_template_when_the_window_is_shut(stage: Stage) -> None:
    account = stage.account(talk=1)
    talk = opened(stage, account)
    admin = stage.insert(t.console_user, login="admin", password="x", role="admin", made_at=NOW)
    for words in ("您好", "还有一句"):
        with stage.store.work(stage.clock.now()) as work:
            AnswerTalk(talk, "console", admin, words).run(work)
    deliver([one.id for one in stage.rows(t.outbox)])
    assert [one.rung for one in stage.oa.told] == ["customer_service", "template"]
    assert stage.oa.told[0].words.startswith("社区的工作人员回复您：\n“您好”\n")
    doorbell = stage.oa.told[1].doorbell
    assert doorbell is not None
    assert (doorbell.fields["thing1"], doorbell.fields["character_string2"]) == ("工作人员回复您", "T1")
    assert [one.state for one in stage.rows(t.outbox)] == ["accepted", "held"]


@pytest.mark.parametrize("refusal", [NoSuchGroup("93000"), BadMessage("x")])
def test_a_group_that_does_not_hear_of_a_talk_puts_it_on_the_desk(stage: Stage, refusal: NotTold) -> None:
    group = stage.group()
    stage.robot.always = refusal
    facts = {"talk": 12, "place": "", "tail": "", "words": "", "end": "asked", "bot": "小邻"}
    first, again, other = (
        stage.tell("talk_opened", {**facts, "talk": number}, group=group) for number in (12, 12, 1)
    )
    for message in (first, again, other):
        deliver([message])
        stage.change(t.outbox, message, state="failed")
    items = stage.rows(t.desk_item)
    assert [one.words[:7] for one in items] == ["对话 T12 ", "对话 T1 的"]
    assert [fault for one in items for fault in faults(one.words)] == []


def test_the_nightly_duty_empties_talks_that_ended_long_ago(stage: Stage) -> None:
    talk = opened(stage, stage.account(talk=5))
    stage.clock.forward(minutes=30)
    fire(stage)
    for days, words in ((29, True), (2, False)):
        stage.clock.forward(days=days)
        with stage.store.work(stage.clock.now()) as work:
            retention.RULES["person_talks"].step(work)
        kept = [one.words_sealed for one in stage.rows(t.talk_entry) if one.person_talk_id == talk]
        assert any(kept) is words

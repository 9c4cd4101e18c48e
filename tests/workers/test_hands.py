"""Inbox, timers, photos, health: the smaller jobs."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image

from bot.refusals import KeyRefused, NoMedia, NotAllowed
from models import tables as t
from models.health import health
from models.store import To, Work
from tests.workers.stage import NOW, ORDER, Stage
from workers import duties, hands, inbox, outbox, photo_files, photos, timers


def test_a_process_without_hands_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands._Process, "hands", None)
    with pytest.raises(RuntimeError, match=r"app\.py"):
        hands.here()


# --- inbox ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "drained"), [("new", True), ("done", False), ("dead", False), ("poison", False)]
)
def test_only_what_is_undone_is_played(stage: Stage, state: str, drained: bool) -> None:
    base = {"key": "k", "channel": "wechat_oa", "sender": "o-1", "payload": "{}"}
    inbox.drain([stage.insert(t.inbox, **base, state=state, received_at=NOW, next_at=NOW)])
    assert stage.drained == ([("wechat_oa", "o-1")] if drained else [])


def test_a_message_on_its_second_try_does_not_wait_for_the_end_of_the_lease(stage: Stage) -> None:
    lease = NOW + timedelta(seconds=30)
    base = {"channel": "wechat_oa", "sender": "o-1", "payload": "{}", "received_at": NOW, "next_at": lease}
    again, fresh = (stage.insert(t.inbox, **base, key=str(tries), attempts=tries) for tries in (1, 0))
    inbox.drain([again, fresh])
    assert [stage.row(t.inbox, one).next_at for one in (again, fresh)] == [NOW, lease]
    assert stage.drained == [("wechat_oa", "o-1")]


# --- timers ---------------------------------------------------------------------------------------------


def timer(stage: Stage, kind: str, after: timedelta = timedelta(0)) -> int:
    at = NOW + after
    return stage.insert(t.timer, kind=kind, subject=7, stamp=3, due_at=at, next_at=at)


def test_a_timer_fires_once(stage: Stage) -> None:
    fired: list[tuple[int, int]] = []

    def remind(work: Work, subject: int, stamp: int) -> None:
        fired.append((subject, stamp))

    object.__setattr__(stage.hands, "timers", {"talk": remind})
    early, due = (
        timer(stage, "talk", timedelta(hours=1)),
        stage.insert(t.timer, kind="talk", subject=7, stamp=4, due_at=NOW, next_at=NOW),
    )
    for one in (early, due, due):
        timers.fire(one)
    assert fired == [(7, 4)]
    assert stage.row(t.timer, due).done_at == NOW
    assert stage.row(t.timer, early).done_at is None


def test_a_timer_of_an_order_that_is_gone_is_done(stage: Stage) -> None:
    one = timer(stage, "unclaimed")
    timers.fire(one)
    assert stage.row(t.timer, one).done_at == NOW


def test_a_timer_that_fails_leaves_nothing_behind_and_comes_again(stage: Stage) -> None:
    account = stage.account()

    def fail(work: Work, subject: int, stamp: int) -> None:
        work.tell(To(account_id=account), "order_claimed", ORDER)
        raise LookupError("no such thing")

    object.__setattr__(stage.hands, "timers", {"talk": fail})
    one = timer(stage, "talk")
    for wait in (1, 5):
        with pytest.raises(LookupError):
            timers.fire(one)
        assert stage.row(t.timer, one).next_at == stage.clock.now() + timedelta(seconds=wait)
    assert stage.rows(t.outbox) == []


def test_a_timer_of_an_unknown_kind_waits_for_a_release_that_knows_it(stage: Stage) -> None:
    one = timer(stage, "fireworks")
    timers.fire(one)
    row = stage.row(t.timer, one)
    assert (row.done_at, row.next_at) == (None, NOW + timedelta(hours=1))


# --- photos ---------------------------------------------------------------------------------------------


def jpeg() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    return raw.getvalue()


def wanted(stage: Stage, **more: object) -> int:
    return stage.insert(t.photo, channel="wechat_oa", media="m", made_at=NOW, next_at=NOW, **more)


def test_a_photo_is_kept_under_its_digest(stage: Stage) -> None:
    stage.oa.media["m"] = jpeg()
    one = wanted(stage)
    photos.fetch(one)
    row = stage.row(t.photo, one)
    assert (row.state, row.width, row.height) == ("kept", 40, 30)
    file = stage.hands.data_dir / "photos" / row.file
    with Image.open(file) as picture:
        assert picture.size == (40, 30)
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
    stage.oa.media.clear()
    photos.fetch(one)
    assert [path.name for path in file.parent.iterdir()] == [row.file]


@pytest.mark.parametrize(
    ("sent", "state", "kind"),
    [
        (b"no picture", "refused", "photo_refused"),
        (NoMedia("too large", not_photo=True), "refused", "photo_refused"),
        (NoMedia("40007"), "lost", "photo_lost"),
    ],
)
def test_a_photo_that_cannot_be_had_is_told_to_its_sender_once(
    stage: Stage, sent: object, state: str, kind: str
) -> None:
    stage.oa.media["m"] = sent
    one = wanted(stage, account_id=stage.account(), work_order_id=stage.order())
    for _ in range(2):
        photos.fetch(one)
    assert stage.row(t.photo, one).state == state
    [message] = stage.rows(t.outbox)
    assert (message.kind, message.facts) == (kind, {"number": 1024})


@pytest.mark.parametrize(("sent", "state"), [(NoMedia("expired"), "lost"), (b"a film", "refused")])
def test_a_workers_group_hears_that_a_photo_was_not_kept(stage: Stage, sent: object, state: str) -> None:
    stage.oa.media["m"] = sent
    group, order = stage.group(), stage.order()
    unit = stage.row(t.work_group, group).unit_id
    worker = stage.insert(t.worker, unit_id=unit, name="李华")
    one = wanted(stage, worker_id=worker, work_order_id=order)
    for _ in range(2):
        photos.fetch(one)
    assert stage.row(t.photo, one).state == state
    [message] = stage.rows(t.outbox)
    assert (message.kind, message.work_group_id) == (f"order_photo_{state}", group)
    outbox.deliver([message.id])
    [told] = stage.robot.told
    assert "李华 刚才发的 1 张图片" in told.words


def test_nobody_is_told_of_a_photo_that_nobody_sent(stage: Stage) -> None:
    stage.oa.media["m"] = NoMedia("expired")
    photos.fetch(wanted(stage))
    assert stage.rows(t.outbox) == []


def test_whoever_leaves_while_a_photo_is_fetched_leaves_no_file(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = wanted(stage)

    def leaves(media: str) -> bytes:
        with stage.store.work(NOW) as work:
            work.conn.execute(t.photo.delete().where(t.photo.c.id == one))
        return jpeg()

    monkeypatch.setattr(stage.oa, "fetch", leaves)
    photos.fetch(one)
    assert list((stage.hands.data_dir / photo_files.FOLDER).iterdir()) == []


def test_a_file_that_another_row_names_stays(stage: Stage) -> None:
    folder = stage.hands.data_dir / photo_files.FOLDER
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).touch()
    stage.insert(t.photo, channel="c", media="m", made_at=NOW, next_at=NOW, state="kept", file="a.jpg")
    photo_files.forget(stage.store, NOW, folder, ["a.jpg", "b.jpg", "gone.jpg"])
    assert [path.name for path in folder.iterdir()] == ["a.jpg"]


def test_old_files_that_no_row_names_are_swept_at_night(stage: Stage) -> None:
    folder = stage.hands.data_dir / photo_files.FOLDER
    duty = next(one for one in duties.DUTIES if one.name == "forget_files")
    with stage.store.work(NOW) as work:
        duty.run(work)
    folder.mkdir()
    stage.insert(t.photo, channel="c", media="m", made_at=NOW, next_at=NOW, state="kept", file="named.jpg")
    for name in ("named.jpg", "orphan.jpg", ".new-cut-off", "young.jpg"):
        (folder / name).touch()
        if name != "young.jpg":
            os.utime(folder / name, (0, 0))
    with stage.store.work(NOW) as work:
        duty.run(work)
    assert {path.name for path in folder.iterdir()} == {"named.jpg", "young.jpg"}


def test_a_busy_platform_is_asked_again_for_a_photo(stage: Stage) -> None:
    stage.oa.media["m"] = NoMedia("time-out", retry=True)
    one = wanted(stage)
    for wait in (1, 5, 30, 300):
        photos.fetch(one)
        assert stage.row(t.photo, one).next_at == stage.clock.now() + timedelta(seconds=wait)
    photos.fetch(one)
    assert stage.row(t.photo, one).state == "lost"


def test_a_photo_of_a_channel_that_is_gone_is_lost(stage: Stage) -> None:
    one = stage.insert(t.photo, channel="wecom_aibot:gone", media="m", made_at=NOW, next_at=NOW)
    photos.fetch(one)
    assert stage.row(t.photo, one).state == "lost"


# --- health ---------------------------------------------------------------------------------------------


def test_health_in_numbers(stage: Stage) -> None:
    account = stage.account(talk=5)
    stage.oa.script = [KeyRefused("40001"), NotAllowed("48001")]
    outbox.deliver([stage.tell("order_claimed", account=account)])
    outbox.deliver([stage.tell("order_claimed", account=stage.account("o-2", talk=5))])
    base = {"channel": "wechat_oa", "sender": "o-1", "received_at": NOW, "next_at": NOW}
    stage.insert(t.inbox, key="a", **base)
    stage.insert(t.inbox, key="b", state="dead", **base)
    with stage.store.work(NOW) as work:
        work.conn.execute(t.beat.insert().values(name="relay", at=NOW))
    stage.insert(t.desk_item, kind="not_told", words="-", made_at=NOW)
    stage.clock.forward(seconds=90)
    found = health(stage.store, stage.clock.now(), NOW + timedelta(seconds=4))
    assert found["inbox"] == {"new": 1, "dead": 1}
    assert found["outbox"] == {("queued", "wechat_oa"): 1, ("held", "wechat_oa"): 1}
    assert found["oldest"] == {"inbox": 90.0, "outbox": 90.0, "timer": 0.0, "photo": 0.0}
    assert found["refusals"] == {"KeyRefused": 1, "NotAllowed": 1}
    assert (found["beats"], found["desk"]) == ({"relay": 4.0}, {"not_told": 1})

"""A command of staff with a defect, a database at fault, a message that nobody can read, two who would answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DataError, OperationalError

from bot.message import Heard, Reply, Told
from handlers import staff_words, trying
from handlers.late import LateWords
from handlers.players import Players
from models import tables as t
from models.actions.staff import Claim
from models.store import Work
from tests.chat import Community, Worker, found
from tests.words import faults

ORDER = "幸福小区3号楼电梯坏了"


class Post:
    """A switchboard whose only channel notes what is told late."""

    def __init__(self) -> None:
        self.late: list[str] = []

    def get(self, name: str) -> Post:
        return self

    def tell(self, told: Told) -> None:
        self.late.append(told.words)


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """The neighbourhood with one order, 1001."""
    made = found(tmp_path)
    resident = made.resident()
    for words in (ORDER, "1", "1"):
        resident.says(words)
    assert [row.number for row in made.rows(t.work_order)] == [1001]
    return made


@pytest.fixture
def worker(community: Community) -> Worker:
    return community.worker("LiHua")


def late(community: Community, switchboard: Any = None) -> LateWords:
    return LateWords(community.store, community.clock, switchboard)


def players(community: Community) -> tuple[Players, Post]:
    post = Post()
    return Players(community.residents, community.staff, late(community, post)), post


def left(worker: Worker, text: str, **more: Any) -> Heard:
    """A message that its callback has kept and not played."""
    community, channel = worker.community, f"wecom_aibot:{worker.bot}"
    facts = {"text": text, "chat": worker.chat, "reply_to": "https://late.test/", **more}
    heard = Heard(channel, community.key(), worker.userid, "text", community.clock.now(), **facts)
    community.keep(heard)
    return heard


def breaks(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int = 99) -> list[int]:
    """Claim.run raises the first `times` times, after it has done its work."""
    real, tried = Claim.run, [0]

    def run(action: Claim, work: Work) -> dict[str, Any]:
        tried[0] += 1
        done = real(action, work)
        if tried[0] <= times:
            raise error
        return done

    monkeypatch.setattr(Claim, "run", run)
    return tried


def last(community: Community) -> Any:
    return community.rows(t.inbox)[-1]


def test_a_defect_is_tried_once_more(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = breaks(monkeypatch, RuntimeError("a defect"), 1)
    assert worker.says("接 1001").startswith("1001 由您接单")
    assert tried == [2]
    assert worker.community.rows(t.desk_item) == []


@pytest.mark.parametrize(
    "error", [RuntimeError("李华"), DataError("UPDATE", {"words": "李华"}, Exception("NUL"))]
)
def test_a_lasting_defect_is_apologised_for_and_the_desk_is_called(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    community, tried = worker.community, breaks(monkeypatch, error)
    assert worker.says("接 1001") == staff_words.SORRY
    assert tried == [2]
    (item,) = community.rows(t.desk_item)
    assert (item.kind, "“接 1001”" in item.words, faults(item.words)) == ("defect", True, [])
    assert last(community).state == "done"
    assert community.rows(t.work_order)[0].state == "waiting"
    assert "李华" not in caplog.text


def test_a_database_at_fault_is_tried_again_and_then_given_up(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    community, (drains, post) = worker.community, players(worker.community)
    tried = breaks(monkeypatch, OperationalError("UPDATE", {}, Exception("disk I/O error")))
    heard = left(worker, "接 1001")
    for pause in trying.BACK_OFF:
        drains.drain(heard.channel, heard.sender)
        drains.drain(heard.channel, heard.sender)
        assert (last(community).next_at - community.clock.now()).total_seconds() == pause
        community.clock.forward(seconds=pause)
    assert last(community).state == "new"
    drains.drain(heard.channel, heard.sender)
    assert (last(community).state, tried) == ("dead", [5])
    assert [item.kind for item in community.rows(t.desk_item)] == ["dead"]
    assert post.late == []


def test_what_cannot_be_read_is_poison_again(worker: Worker) -> None:
    community, (drains, post) = worker.community, players(worker.community)
    left(worker, "接 1001")
    broken = left(worker, "待办")
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(update(t.inbox).where(t.inbox.c.key == broken.key).values(payload="<xml>"))
        unread = {"channel": broken.channel, "sender": "", "payload": "?", "received_at": work.now}
        work.conn.execute(t.inbox.insert().values(**unread, key="unread", next_at=work.now))
    for sender in (broken.sender, ""):
        drains.drain(broken.channel, sender)
    assert [row.state for row in community.rows(t.inbox)][-3:] == ["done", "poison", "poison"]
    assert [words.startswith("1001 由您接单") for words in post.late] == [True]


def test_a_drain_that_fails_in_an_unknown_way_ends(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    community, (drains, _) = worker.community, players(worker.community)
    heard = left(worker, "接 1001")

    def fail(*_: Any) -> None:
        raise LookupError("nobody knows")

    monkeypatch.setattr(type(community.staff), "left_over", fail)
    for _ in range(5):
        drains.drain(heard.channel, heard.sender)
    assert last(community).state == "dead"


def test_workers_send_only_what_they_have_played_themselves(worker: Worker) -> None:
    community, (drains, post) = worker.community, players(worker.community)
    heard = left(worker, "待办")
    waiting = community.staff.left_over(heard.channel, heard.sender)
    assert community.staff.answer(heard, 1.0).words
    assert [reply for _, reply in waiting] == []
    drains.drain(heard.channel, heard.sender)
    assert post.late == []
    assert community.staff.answer(heard, None) == Reply()


def test_one_of_two_deliveries_answers(worker: Worker) -> None:
    staff, heard, given_up = worker.community.staff, left(worker, "待办"), late(worker.community)
    first = staff.answer(heard, 1.0)
    assert staff.answer(heard, 2.0) == staff.answer(heard, 3.0) == first
    assert given_up.of_staff(heard.key) == Reply(), "the second delivery has said it"
    other = left(worker, "帮助")
    assert given_up.of_staff(other.key) == Reply(), "not played yet"
    said = staff.answer(other, 1.0)
    assert given_up.of_staff(other.key) == said
    assert staff.answer(other, 2.0) == given_up.of_staff(other.key) == Reply()


@pytest.mark.parametrize("kind", ["video", "file", "voice"])
def test_only_pictures_are_photos(worker: Worker, kind: str) -> None:
    worker.says("接 1001")
    assert worker.does(kind, media=("https://media/1",)).words == staff_words.ONLY_PICTURES
    assert worker.community.rows(t.photo) == []
    stranger = Worker(worker.community, worker.bot, "Nobody", "")
    assert stranger.does(kind, media=("https://media/1",)).words == staff_words.STRANGER

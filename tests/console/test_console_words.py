"""Every word that the pages may need is there, and is written as it should be."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.refusals import NotTold
from bot.wording import AUDIENCES
from handlers.console import PROBLEMS, Desk, codes, session
from handlers.console.sections import SECTIONS
from handlers.console.words import WORDS, details
from models import tables as t
from models import views
from models.actions.desk import OpenDeskItem, SaveUser
from models.actions.entitlements import SaveTier
from models.actions.person_talk import AnswerTalk, EndTalk, OpenTalk, SayInTalk
from models.actions.staff import Arrive, Claim, Finish
from models.rules.orders import ENDS, STEPS, Why
from models.rules.ratings import WORDS as RATINGS
from models.rules.routing import MODES
from tests.console.conftest import HASH, Visitor
from tests.console.site import URL, console_app
from tests.models.kitchen import kitchen
from tests.town import TestTown, clock, database_url, migrated, store, town  # noqa: F401
from tests.words import faults

TEXTS = json.loads((Path(__file__).parents[2] / "bot" / "data" / "texts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("step", set(STEPS)),
        ("end", set(ENDS)),
        ("mode", set(MODES)),
        ("mode_short", set(MODES)),
        ("refusal", {why.value for why in Why}),
        ("rating", set(RATINGS.values())),
        ("state", {"waiting", "claimed", "arrived", "closed"}),
        ("sent", {"queued", "sending", "accepted", "delivered", "held", "unknown", "failed"}),
        ("talk", {"waits", "answered", "ended"}),
        ("talk_why", {"asked", "not_understood", "defect"}),
        ("ended_by", {"resident", "worker", "console", "system"}),
        ("item", {"return_visit", "defect", "wants_person", "unrouted", "not_told", "dead", "alarm"}),
        ("todo", {"return_visit", "defect", "wants_person", "unrouted", "not_told", "dead", "alarm"}),
    ],
)
def test_no_page_shows_a_code_name(table: str, keys: set[str]) -> None:
    assert keys <= set(WORDS[table])


@pytest.mark.parametrize("table", sorted(WORDS))
def test_words_are_written_as_they_should_be(table: str) -> None:
    assert [fault for text in WORDS[table].values() for fault in faults(re.sub(r"\{\w*\}", "三", text))] == []


@pytest.fixture
def visitor(town: TestTown, tmp_path: Path) -> Visitor:  # noqa: F811
    """An admin's browser in the sample neighbourhood, where an order was opened, worked on and closed."""
    zhang, wang = town.resident(), town.resident("o-wang")
    number = town.order(zhang)["order_id"]
    worker = town.planted.workers["李华"]
    for action in (Claim(number, worker), Arrive(number, worker), Finish(number, worker, "换了主板")):
        assert town.do(action)["ok"]
    town.order(town.resident("o-li"), category="gas", urgency="emergency", summary="闻到煤气味")
    kitchen(town)
    town.do(SaveTier("高龄", "区民政", 300, town.see(views.today), lowest_age=80, weekly_most=5))
    with town.store.work(town.clock.now()) as work:
        SaveUser("admin", "admin", HASH).run(work)
        OpenDeskItem("defect", "居民：找人", account_id=wang.account_id).run(work)
        OpenTalk(zhang.account_id, "asked", "住户：在吗", "在吗").run(work)
        SayInTalk(zhang.account_id, "养老卡在哪里办").run(work)
        AnswerTalk(1, "worker", town.planted.workers["孙丽"], "在一楼").run(work)
        EndTalk(
            OpenTalk(wang.account_id, "not_understood").run(work)["talk_id"], "resident", wang.account_id
        ).run(work)
        work.conn.execute(update(t.outbox).where(t.outbox.c.id <= 3).values(state="failed", reason="Busy"))
    categories = {"lift": "电梯", "gas": "燃气"}
    scene_url = "http://weixin.qq.com/q/{}".format
    desk = Desk(town.store, town.clock, URL, tmp_path, categories, scene_url, wall=town.clock)
    signed_in = Visitor(console_app(desk).test_client())
    assert signed_in.sign_in("admin").status == 302
    return signed_in


PAGES = (
    "/console/",
    "/console/?state=closed",
    "/console/?category=none",
    "/console/orders/1001",
    "/console/orders/1002",
    "/console/talks",
    "/console/talks/1",
    "/console/talks/2",
    "/console/items",
    "/console/people",
    "/console/roster",
    "/console/roster?unit=3",
    "/console/roster/try",
    "/console/roster/try?estate=1&category=lift",
    "/console/people/workers/1",
    "/console/codes",
    "/console/codes/1",
    "/console/codes/estates/1",
    "/console/trouble",
    "/console/caller",
    "/console/search",
    "/console/residents",
    "/console/residents/1",
    "/console/audit",
    "/console/accounts",
    *(f"/console/settings/{key}" for key in SECTIONS),
    *(f"/console/settings/{key}/1" for key, section in SECTIONS.items() if section.id_name),
    "/console/orders/7",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_written_as_they_should_be(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    assert [fault for piece in page.pieces for fault in faults(piece)] == []


@pytest.mark.parametrize(
    "path", ["people/workers/1/word", "people/groups/1/word", "orders/1001/contact", "talks/1/contact"]
)
def test_answers_are_written_as_they_should_be(visitor: Visitor, path: str) -> None:
    page = visitor.post(f"/console/{path}")
    assert page.status == 200
    assert [fault for piece in page.pieces for fault in faults(piece)] == []


def test_every_kind_of_message_and_every_refusal_has_a_name() -> None:
    kinds = {kind for audience in AUDIENCES for kind in TEXTS[audience]["kinds"]}
    assert kinds <= set(WORDS["told"])
    assert {refusal.__name__ for refusal in NotTold.__subclasses__()} <= set(WORDS["reason"])


def test_messages_are_written_as_they_should_be() -> None:
    said = [session.REFUSED, codes.CANNOT, codes.LATER, codes.NO_SCENE.format("3 号楼")]
    said += [text for pair in PROBLEMS.values() for text in pair]
    assert [fault for text in said for fault in faults(text)] == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"photos": 0}, ""),
        ({"worker": "李华", "why": "unclaimed", "worker_id": 7}, "派给李华"),
        ({"end": "resolved", "photos": 2}, "结果：已解决，照片 2 张"),
        ({"score": 2, "closure": 1}, "2 分"),
        ({"question": "{0.__class__}"}, "问的是：{0.__class__}"),
    ],
)
def test_what_a_ledger_entry_adds_to_its_words(facts: dict[str, object], said: str) -> None:
    assert details(facts) == said


def test_times_in_the_ledger_are_read_as_people_here_read_them() -> None:
    visit = ["2026-11-24T01:00:00+00:00", "2026-11-24T03:00:00+00:00"]
    assert details({"visit": visit}) == "约在 11 月 24 日（周二）09:00 到 11:00"
    assert details({"until": visit[0], "end": "resolved"}) == "暂停到 11 月 24 日 09:00，结果：已解决"

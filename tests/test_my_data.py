"""What a resident may see of themselves: all of it, for a day, so many times, and nothing of anybody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.message import HeardKind
from handlers import my_data, privacy
from models import tables as t
from models.actions.desk import Audit, OpenDeskItem, SaveUser
from models.limits import load_limits
from models.notices import NOTICES, newest
from models.rules.heard import KINDS
from tests.chat import Community, Resident, found

BASE = "http://linli.example"
PHONE = "13800138000"


@pytest.fixture
def community(tmp_path: Path) -> Community:
    made = found(tmp_path)
    made.store.limits = load_limits(public_url=BASE)
    return made


@pytest.fixture
def phone(community: Community) -> Resident:
    """Somebody with a home, a phone number, an order, photos and a rating to come; and a neighbour."""
    one = community.resident()
    for words in ("[关注]", "幸福小区3号楼2单元602", PHONE, "厨房水管漏水，我住602室", "1", "[照片]", "1"):
        one.says(words)
    other = community.resident("wang")
    for words in ("13900139000", "幸福小区5号楼楼道灯不亮，我是王大爷", "1", "1"):
        other.says(words)
    return one


@pytest.fixture
def client(community: Community) -> FlaskClient:
    app = Flask("pages")
    app.register_blueprint(my_data.make_blueprint(community.store, community.clock))
    app.register_blueprint(privacy.make_blueprint())
    return app.test_client()


def link(phone: Resident) -> str:
    """The path in what the bot answers."""
    said = phone.says("我的信息")
    return said[said.index("/my-data/") :].split("\n")[0]


def test_it_shows_what_is_kept_and_nothing_of_the_neighbour(phone: Resident, client: FlaskClient) -> None:
    path = link(phone)
    page = client.get(path)
    assert page.status_code == 200
    for words in (PHONE, "602", "厨房水管漏水", "openid-zhang", "1001", "第 2 版", "登记好了"):
        assert words in page.text, words
    for words in ("13900139000", "王大爷", "openid-wang", "1002"):
        assert words not in page.text, words
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_the_file_says_the_same(phone: Resident, client: FlaskClient) -> None:
    answer = client.get(f"{link(phone)}.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.data)
    assert data["姓名和电话"] == [{"姓名": "", "电话": PHONE}]
    assert data["住址"] == [{"住址": "幸福小区 3 号楼 2 单元 602 室", "核实": "您自己填的"}]
    assert [one["工单"] for one in data["工单"]] == [1001]
    assert len(data["照片"]) == 1
    assert [one["什么"] for one in data["同意"]] == ["看到隐私说明 第 2 版", "同意隐私说明 第 2 版"]


def test_talks_with_staff_are_in_it_unsealed(
    community: Community, phone: Resident, client: FlaskClient
) -> None:
    with community.store.work(community.clock.now()) as work:
        over = {"opened_at": work.now, "last_at": work.now, "ended_at": work.now, "state": "ended"}
        talk = t.person_talk.insert().values(number=1, account_id=1, why="asked", **over)
        work.conn.execute(talk)
        said = {"at": work.now, "by": "resident", "words_sealed": work.seal("我想找书记")}
        work.conn.execute(t.talk_entry.insert().values(person_talk_id=1, **said))
    assert "我想找书记" in client.get(link(phone)).text


def test_who_looked_at_the_door_is_told(community: Community, phone: Resident, client: FlaskClient) -> None:
    with community.store.work(community.clock.now()) as work:
        Audit(None, "door", "1001").run(work)
        Audit(None, "door", "1002").run(work)
    data = json.loads(client.get(f"{link(phone)}.json").data)
    assert len(data["谁看过您的门牌和电话"]) == 1


def test_a_look_is_told_with_the_level_of_who_looked(
    community: Community, phone: Resident, client: FlaskClient
) -> None:
    alone = community.worker("LiHua", chat="")
    alone.says("接 1001")
    assert "602" in alone.says("详情 1001")
    units = {row.kind: row.id for row in community.rows(t.handling_unit)}
    with community.store.work(community.clock.now()) as work:
        for level in ("community", "street"):
            worker = t.worker.insert().values(unit_id=units[level], name="小孙").returning(t.worker.c.id)
            Audit(None, "door", "1001", work.conn.execute(worker).scalar_one()).run(work)
        for user in (SaveUser("li", "firm", "hash", units["firm"]), SaveUser("wu", "admin", "hash")):
            Audit(user.run(work)["user_id"], "door", "1001").run(work)
    data = json.loads(client.get(f"{link(phone)}.json").data)
    looked = [one["谁"] for one in data["谁看过您的门牌和电话"]]
    assert looked == ["物业", "社区", "街道", "物业", "社区"]


def test_each_opening_is_written_down(community: Community, phone: Resident, client: FlaskClient) -> None:
    path = link(phone)
    client.get(path)
    client.get(f"{path}.json")
    rows = [(row.what, row.subject, row.console_user_id) for row in community.rows(t.audit)]
    assert rows == [("my_data_link", "1", None), ("my_data", "1", None), ("my_data", "1", None)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path[:-1] + ("0" if path[-1] != "0" else "1"),
        lambda path: path.replace("/1.", "/2.", 1),
        lambda path: "/my-data/x",
        lambda path: "/my-data/..",
    ],
)
def test_a_token_that_is_not_ours_shows_nothing(phone: Resident, client: FlaskClient, spoil: object) -> None:
    path = spoil(link(phone))  # type: ignore[operator]
    for one in (path, f"{path}.json"):
        answer = client.get(one)
        assert answer.status_code == 404
        assert PHONE not in answer.text


def test_the_album_s_signature_opens_no_data(
    community: Community, phone: Resident, client: FlaskClient
) -> None:
    told = link(phone).rpartition("/")[2].rpartition(".")[0]
    with community.store.look(community.clock.now()) as work:
        forged = f"/my-data/{told}.{work.index(f'album:{told}')[:32]}"
    assert client.get(forged).status_code == 404


def test_it_ends_after_a_day(community: Community, phone: Resident, client: FlaskClient) -> None:
    path = link(phone)
    community.clock.forward(hours=23)
    assert client.get(path).status_code == 200
    community.clock.forward(hours=2)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("goes", [("[取消关注]",), ("删除我的信息", "1")])
def test_it_ends_when_the_account_is_erased(
    phone: Resident, client: FlaskClient, goes: tuple[str, ...]
) -> None:
    path = link(phone)
    for words in goes:
        phone.says(words)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "打不开了" in answer.text


def test_so_many_links_and_openings_a_day(community: Community, phone: Resident, client: FlaskClient) -> None:
    paths = [link(phone) for _ in range(3)]
    assert "明天再来" in phone.says("我的信息")
    for _ in range(20):
        assert client.get(paths[0]).status_code == 200
    answer = client.get(paths[1])
    assert (answer.status_code, "明天再来" in answer.text) == (404, True)
    community.clock.forward(hours=25)
    assert client.get(link(phone)).status_code == 200


def test_the_notice_is_public_with_every_version(community: Community, client: FlaskClient) -> None:
    assert f"{BASE}/privacy" in community.resident().says("隐私")
    page = client.get("/privacy")
    assert page.status_code == 200
    for notice in NOTICES:
        assert all(words in page.text for _, words in notice.parts)
    assert page.text.index(newest().parts[0][1]) < page.text.index(NOTICES[0].parts[0][1])


def test_notices_are_told_whole_with_what_they_were_and_when(
    community: Community, phone: Resident, client: FlaskClient
) -> None:
    alone = community.worker("LiHua", chat="")
    alone.says("接 1001")
    facts = {"number": 1001, "category": "lift", "unit": "安居物业", "words": "配件下午到"}
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(t.outbox.delete())
        row = {"account_id": 1, "next_at": work.now, "made_at": work.now}
        for kind, state, more in (
            ("order_progress", "accepted", facts),
            ("order_asked", "unknown", {**facts, "words": "几楼？"}),
            ("home_verified", "held", {"place": "3 号楼"}),
            ("order_claimed", "failed", {"words": "旧版本"}),
        ):
            work.conn.execute(t.outbox.insert().values(**row, kind=kind, state=state, facts=more))
    data = json.loads(client.get(f"{link(phone)}.json").data)["发给您的通知"]
    told = [(one["什么"], one["送到"], one["话"].splitlines()[0]) for one in data]
    assert told == [
        ("工单的进展", "已发出", "您反映的电梯问题（工单 1001）有新进展：配件下午到"),
        ("师傅问您的话", "不确定有没有送到", "关于您反映的电梯问题（工单 1001），安居物业想问您："),
        ("住址的核实", "已送到", "您登记的住址（3 号楼）已经核实。"),
        ("工单的进展", "没有送到", "旧版本"),
    ]


def test_a_transcript_calls_the_resident_you_and_names_what_had_no_words(
    community: Community, phone: Resident, client: FlaskClient
) -> None:
    before = "住户：[follow]\n机器人：您好，住户：好\n住户：厨房漏水"
    with community.store.work(community.clock.now()) as work:
        over = {"opened_at": work.now, "last_at": work.now, "ended_at": work.now, "state": "ended"}
        work.conn.execute(t.person_talk.insert().values(number=1, account_id=1, why="asked", **over))
        entry = {"person_talk_id": 1, "at": work.now, "by": "system", "words_sealed": work.seal(before)}
        work.conn.execute(t.talk_entry.insert().values(entry))
        OpenDeskItem("defect", before, account_id=1).run(work)
    data = json.loads(client.get(f"{link(phone)}.json").data)
    said = "您：[关注了公众号]\n机器人：您好，住户：好\n您：厨房漏水"
    (talk,) = data["和工作人员的谈话"]
    assert (talk["谁"], talk["话"]) == ("您和机器人，在这之前", said)
    assert [one["交给工作人员的话"] for one in data["请工作人员看的事"]] == [said]
    assert data["最近的聊天"][0]["您"] == "[关注了公众号]"


def test_everything_that_can_be_heard_has_a_name() -> None:
    assert set(get_args(HeardKind)) - {"text"} == set(KINDS)

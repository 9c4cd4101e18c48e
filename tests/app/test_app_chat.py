"""What a worker says in the app's chat: the same short grammar as alone with the smart robot, and photos."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.ports import Callback
from models import tables as t
from models.actions.binding import MakeBindingWord
from models.actions.orders import AddWords
from models.actions.staff import Claim
from tests.app.conftest import Firm
from tests.words import faults
from workers import photos


@pytest.fixture
def order_id(firm: Firm) -> int:
    """An order whose cards have been sent."""
    made = firm.order()
    firm.deliver()
    return made


def test_an_order_from_claim_to_finish_in_words(firm: Firm, order_id: int) -> None:
    said = [
        firm.says("chen1", words)
        for words in ("接 1001", "到场 1001", "进度 1001 配件下午到", "完成 1001 换了水管")
    ]
    assert said[0].startswith("1001 由您接单。门牌和电话请发：详情 1001")
    assert "已办结" in said[-1]
    assert [faults(words) for words in said] == [[]] * 4
    assert firm.town.row(order_id).state == "closed"


def test_the_door_is_for_the_holder_after_the_claim(firm: Firm, order_id: int) -> None:
    assert "602" not in firm.says("chen1", "详情 1001")
    firm.says("chen1", "接 1001")
    assert "602" in firm.says("chen1", "详情 1001")
    assert "602" not in firm.says("chen2", "详情 1001")


def test_who_is_second_is_told_who_has_it(firm: Firm, order_id: int) -> None:
    firm.says("chen1", "接 1001")
    assert "已经由陈一接单" in firm.says("chen2", "接 1001")


def test_a_photo_belongs_to_the_only_order_in_hand_and_is_fetched_with_the_token(
    firm: Firm, order_id: int
) -> None:
    firm.says("chen1", "接 1001")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    firm.played.media["MEDIA-1"] = picture.getvalue()
    assert "进展已转给住户" in firm.hears(firm.played.photo("chen1", "MEDIA-1"))["Content"]
    (photo,) = firm.town.rows(t.photo)
    assert (photo.channel, photo.media) == ("wecom_app:anju-app", "MEDIA-1")
    photos.fetch(photo.id)
    assert firm.town.rows(t.photo)[0].state == "kept"


def test_looking_at_an_order_brings_its_photos(firm: Firm, order_id: int) -> None:
    with firm.town.store.work(firm.town.clock.now()) as work:
        now = firm.town.clock.now()
        row = {
            "work_order_id": order_id,
            "channel": "wechat_oa",
            "media": "m",
            "made_at": now,
            "next_at": now,
        }
        work.conn.execute(t.photo.insert(), [{**row, "state": "kept", "file": f"{n}.jpg"} for n in range(4)])
    said = firm.says("chen1", "查 1001")
    assert said.endswith("照片 3 张，马上发给您。")
    assert faults(said) == []
    firm.deliver()
    assert firm.played.images == [("chen1", "UP-1"), ("chen1", "UP-2"), ("chen1", "UP-3")]
    assert [b"jpeg of 3.jpg" in one for one in firm.played.uploaded] == [False, False, True]


def test_a_lost_photo_is_told_to_its_worker_alone(firm: Firm, order_id: int) -> None:
    firm.says("chen1", "接 1001")
    firm.hears(firm.played.photo("chen1", "GONE"))
    photos.fetch(firm.town.rows(t.photo)[0].id)
    firm.played.texts.clear()
    firm.deliver()
    ((userid, words),) = firm.played.texts
    assert userid == "chen1"
    assert "「进度 1001」" in words


def test_what_the_resident_adds_goes_to_the_holder_alone_and_masked(firm: Firm, order_id: int) -> None:
    firm.town.do(Claim(order_id, firm.workers["chen2"]))
    firm.deliver()
    account = firm.town.rows(t.order_follower)[0].account_id
    firm.town.do(AddWords(order_id, account, "我是2单元602，电话13812345678"))
    firm.deliver()
    ((userid, words),) = firm.played.texts
    assert userid == "chen2"
    assert "回复「回复 1001 内容」" in words
    for private in ("602", "13812345678", "@"):
        assert private not in words


def test_binding_and_the_stranger(firm: Firm) -> None:
    assert "还没有绑定" in firm.says("newcomer", "接 1001")
    wang = firm.town.planted.workers["王伟"]
    word = firm.town.do(MakeBindingWord(worker_id=wang))["word"]
    assert "绑定好了" in firm.says("newcomer", f"绑定 {word}")
    firm.played.members.add("newcomer")
    assert firm.says("newcomer", "待办") == "您手上没有未办结的工单。"
    assert "没有群" in firm.says("newcomer", "绑定本群 ABCD2345")


def test_opening_the_chat_greets_once_in_half_a_day(firm: Firm) -> None:
    def enter(userid: str) -> str:
        firm.town.clock.forward(minutes=1)
        return str(firm.hears(firm.played.enter(userid)).get("Content", ""))

    assert "接 1024" in enter("chen1")
    assert enter("chen1") == ""
    assert "还没有绑定" in enter("somebody")
    firm.town.clock.forward(hours=13)
    assert "接 1024" in enter("chen1")


def test_the_same_delivery_twice_is_one_step_and_the_same_words(firm: Firm, order_id: int) -> None:
    callback = firm.played.text("chen1", "接 1001")
    assert firm.hears(callback)["Content"] == firm.hears(callback)["Content"]
    assert len(firm.town.rows(t.order_entry, step="claim")) == 1


def test_words_that_are_too_late_are_sent_once(firm: Firm, order_id: int) -> None:
    firm.says("chen1", "接 1001")
    (row,) = [row for row in firm.town.rows(t.inbox) if row.sender == "chen1"]
    firm.given_up(row.key)
    firm.given_up(row.key)
    firm.deliver()
    assert [userid for userid, words in firm.played.texts if "由您接单" in words] == ["chen1"]


def test_what_a_callback_left_behind_is_played_and_answered(firm: Firm, order_id: int) -> None:
    channel = firm.switchboard.get("wecom_app:anju-app")
    query, body = firm.played.press(firm.card("chen5").task, "claim")
    heard = channel.hear(Callback("POST", query, body))
    firm.turns.keep(heard, firm.town.clock.now())
    assert [one.words for _, one in firm.staff.left_over(heard.channel, "chen5")] != []
    firm.deliver()
    assert firm.town.row(order_id).holder_id == firm.workers["chen5"]
    assert firm.card("chen5").keys == ["arrive", "finish_hint"]
    assert [userid for userid, _ in firm.played.texts] == ["chen5"]

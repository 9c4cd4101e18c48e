"""The group robot: what it posts, how it waits its turn, and what every failure means."""

from __future__ import annotations

import pytest
from samples import ROBOT, Said, error, ok, platform, tools

from bot.channels.failures import load
from bot.channels.wecom_robot import WeComRobot
from bot.message import Option, Receipt, Reply, Told
from bot.ports import Answer, Callback, Rate
from bot.refusals import BadMessage, Busy, NoMedia, NotAllowed, NotGenuine, NotTold, TooMany, Unsure

TOLD = Told("wecom_robot:firm", "", "工单 1024：三号楼电梯", rung="robot", mention=("wangqing", "@all"))


def robot(base: str = "", rate: Rate | None = None) -> WeComRobot:
    return WeComRobot.build("wecom_robot:firm", {**ROBOT, "api_base": base}, tools(rate=rate))


def test_a_text_mentions_people() -> None:
    with platform(lambda asked: ok()) as fake:
        assert robot(fake.url).tell(TOLD) == Receipt()
    (one,) = fake.heard
    assert (one.path, one.query) == ("/cgi-bin/webhook/send", {"key": ROBOT["key"]})
    assert one.json == {
        "msgtype": "text",
        "text": {"content": "工单 1024：三号楼电梯", "mentioned_list": ["wangqing", "@all"]},
    }
    assert "三号楼".encode() in one.body


def test_options_are_numbered_and_nobody_need_be_mentioned() -> None:
    with platform(lambda asked: ok()) as fake:
        robot(fake.url).tell(Told("wecom_robot:firm", "", "谁去？", options=(Option("1", "我去", "我去"),)))
    assert fake.heard[0].json["text"] == {"content": "谁去？\n1. 我去"}


def test_a_long_text_is_cut_and_says_where_the_rest_is() -> None:
    with platform(lambda asked: ok()) as fake:
        robot(fake.url).tell(Told("wecom_robot:firm", "", "长" * 1000))
    (one,) = fake.heard
    content = one.json["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.startswith("长长")
    assert "详情" in content


class Waiting:
    """A rate that makes everyone wait, and remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def wait(self, key: str, per_minute: int) -> float:
        self.asked.append((key, per_minute))
        return 2.5


def test_over_the_rate_nothing_is_posted() -> None:
    rate = Waiting()
    with platform(lambda asked: ok()) as fake, pytest.raises(TooMany) as caught:
        robot(fake.url, rate).tell(TOLD)
    assert fake.heard == []
    assert caught.value.after is not None
    assert caught.value.after.total_seconds() == 2.5
    ((key, per_minute),) = rate.asked
    assert per_minute == 20
    assert ROBOT["key"] not in key


CODES = [code for code in load("wecom_errors") if code != "default"]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_is_its_refusal(code: str) -> None:
    said = error(int(code), "x, hint: [1700000000_7_abc], from ip: 1.2.3.4")
    with platform(lambda asked: said) as fake, pytest.raises(NotTold) as caught:
        robot(fake.url).tell(TOLD)
    assert caught.value.reason == load("wecom_errors")[code]["refusal"]
    assert caught.value.detail == f"{code} hint: [1700000000_7_abc"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, Unsure),
        ((500, b""), Unsure),
        ((200, b""), Unsure),
        ((200, b'{"errcode": "x"}'), Unsure),
        ((302, b""), Busy),
        ((403, b""), Busy),
        ((429, b""), TooMany),
    ],
)
def test_other_failures(said: Said, expected: type[NotTold]) -> None:
    with platform(lambda asked: said) as fake, pytest.raises(expected) as caught:
        robot(fake.url).tell(TOLD)
    failure: BaseException | None = caught.value
    while failure is not None:
        assert ROBOT["key"] not in repr(failure)
        failure = failure.__cause__ or failure.__context__


def test_nobody_listening_is_busy() -> None:
    with pytest.raises(Busy) as caught:
        robot("http://127.0.0.1:1").tell(TOLD)
    assert caught.value.__context__ is None


def test_it_hears_nothing() -> None:
    callback = Callback("POST", {}, b"")
    with pytest.raises(NotGenuine):
        robot().verify(callback)
    with pytest.raises(NotGenuine):
        robot().hear(callback)
    with pytest.raises(NoMedia):
        robot().fetch("https://a.myqcloud.com/1")
    assert robot().answer(callback, None, Reply("a")) == Answer(200, b"")


def test_other_rungs_and_no_words() -> None:
    with pytest.raises(NotAllowed):
        robot().tell(Told("wecom_robot:firm", "", "a", rung="late_answer"))
    with pytest.raises(BadMessage):
        robot().tell(Told("wecom_robot:firm", "", " "))


def test_a_missing_key_is_explained() -> None:
    with pytest.raises(ValueError, match="key is empty"):
        WeComRobot.build("wecom_robot:firm", {}, tools())

"""Voice messages without words: the job, its timer, and the turn that follows. Who listens is a fake."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from bot import whisper
from bot.message import Heard
from bot.refusals import NoMedia
from bot.settings import Settings
from bot.supervisor import NotStarted
from bot.voice import Child, Unheard, chosen, refuse_missing
from models import tables as t
from models.limits import load_limits
from programs import everything
from tests.chat import Community, found
from tests.workers.stage import NOW, Stage
from tests.workers.test_jobs import a_voice
from workers import due, jobs, timers, voice

LIMITS = load_limits()
TYPE = "请打字告诉我"
WAIT = "收到语音，正在听，请稍等；也可以直接打字。"


@dataclass
class Ears:
    """Hears what it is told to hear, and notes what it got."""

    hears: str | Exception = ""
    got: list[tuple[bytes, float]] = field(default_factory=list)

    def words(self, sound: bytes, seconds: float) -> str:
        self.got.append((sound, seconds))
        if isinstance(self.hears, Exception):
            raise self.hears
        return self.hears


def ears(stage: Stage, hears: str | Exception) -> Ears:
    one = Ears(hears)
    object.__setattr__(stage.hands, "recogniser", one)
    return one


def heard(stage: Stage) -> list[str]:
    return [Heard.from_json(row.payload).text for row in stage.rows(t.inbox)]


@pytest.mark.parametrize(
    ("hears", "words"),
    [
        ("三號樓電梯壞了", "三号楼电梯坏了"),
        ("家裡著火了", "家里着火了"),
        ("  ", ""),
        ("", ""),
        (Unheard("TimeoutExpired"), ""),
    ],
)
def test_what_is_heard_comes_as_a_message_once(stage: Stage, hears: str | Exception, words: str) -> None:
    listener, note = ears(stage, hears), a_voice(stage)
    for _ in range(2):
        voice.listen(note)
    assert heard(stage) == [words]
    assert stage.row(t.voice_note, note).state == ("heard" if words else "unheard")
    assert listener.got == [(b"#!AMR", LIMITS["voice_listening_seconds"])]
    (row,) = stage.rows(t.inbox)
    late = Heard.from_json(row.payload)
    assert (late.kind, late.sender, late.media, late.extra) == ("voice", "o-0", (), {"voice_note": str(note)})


def test_the_relay_has_it_played_at_once(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    voice.listen(a_voice(stage))
    kind = next(one for one in due.KINDS if one.mark == "in")
    with stage.store.look(NOW + timedelta(milliseconds=1)) as work:
        assert due.any_due(work, kind)


def test_where_nobody_listens_the_person_is_answered(stage: Stage) -> None:
    voice.listen(a_voice(stage))
    assert heard(stage) == [""]


def test_what_is_too_large_is_not_listened_to(stage: Stage) -> None:
    listener, note = ears(stage, "电梯坏了"), a_voice(stage)
    stage.oa.media["v"] = bytes(LIMITS["voice_bytes"] + 1)
    voice.listen(note)
    assert (heard(stage), listener.got) == ([""], [])


def test_a_sound_that_the_platform_does_not_give_is_asked_for_again_or_given_up(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    note = a_voice(stage)
    stage.oa.media["v"] = NoMedia("busy", retry=True)
    voice.listen(note)
    row = stage.row(t.voice_note, note)
    assert (heard(stage), row.state, row.attempts, row.next_at > NOW) == ([], "wanted", 1, True)
    stage.oa.media["v"] = NoMedia("gone")
    voice.listen(note)
    assert heard(stage) == [""]


def test_a_channel_that_is_gone_gives_nothing(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    note = a_voice(stage)
    stage.change(t.account, stage.row(t.voice_note, note).account_id, channel="gone")
    voice.listen(note)
    assert heard(stage) == [""]


def test_too_late_is_answered_by_the_timer_and_then_nothing_more_is_heard(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    note = a_voice(stage)
    base = {"kind": "voice_late", "subject": note, "stamp": 0}
    timers.fire(stage.insert(t.timer, **base, due_at=NOW, next_at=NOW))
    voice.listen(note)
    assert heard(stage) == [""]


def test_a_timer_after_the_words_says_nothing(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    note = a_voice(stage)
    voice.listen(note)
    base = {"kind": "voice_late", "subject": note, "stamp": 0}
    timers.fire(stage.insert(t.timer, **base, due_at=NOW, next_at=NOW))
    assert (heard(stage), stage.row(t.voice_note, note).state) == (["电梯坏了"], "heard")


def test_nothing_is_heard_of_somebody_who_has_left(stage: Stage) -> None:
    ears(stage, "电梯坏了")
    note = a_voice(stage)
    stage.change(t.account, stage.row(t.voice_note, note).account_id, left_at=NOW)
    voice.listen(note)
    assert heard(stage) == []


def test_words_never_reach_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    ears(stage, Unheard("TimeoutExpired"))
    voice.listen(a_voice(stage))
    ears(stage, "我家的电话是 13800001111")
    voice.listen(a_voice(stage))
    assert "TimeoutExpired" in caplog.text
    assert "138" not in caplog.text


# --- the turn -------------------------------------------------------------------------------------------


@pytest.fixture
def community(tmp_path: Path) -> Community:
    one = found(tmp_path)
    one.residents = replace(one.residents, listens=True)
    return one


def settle(community: Community, *words: str) -> None:
    """The oldest voice messages that wait say `words`; then they are played."""
    waiting = [row.id for row in community.rows(t.voice_note) if row.state == "wanted"]
    with community.store.work(community.clock.now()) as work:
        for note_id, one in zip(waiting, words, strict=False):
            assert voice.settle(work, note_id, one)
    community.residents.left_over("wechat_oa", "openid-zhang")


def said(community: Community) -> list[str]:
    return [community.words(row) for row in community.told("said")]


def test_switched_off_the_answer_is_to_type(community: Community) -> None:
    community.residents = replace(community.residents, listens=False)
    assert TYPE in community.resident().says("[语音]")
    assert community.rows(t.voice_note) == []


def test_where_nothing_can_be_said_later_the_answer_is_to_type(community: Community) -> None:
    mute = replace(community.residents.flags("wechat_oa"), speaks_first=False)
    community.residents = replace(community.residents, flags=lambda name: mute)
    assert TYPE in community.resident().says("[语音]")


def test_only_so_many_wait(community: Community) -> None:
    answers = [community.resident().says("[语音]") for _ in range(LIMITS["voice_waiting"] + 1)]
    assert answers[:-1] == [WAIT] * LIMITS["voice_waiting"]
    assert TYPE in answers[-1]
    assert community.resident("li").says("[语音]") == WAIT


def test_the_timer_is_set(community: Community) -> None:
    community.resident().says("[语音]")
    (timer,) = [row for row in community.rows(t.timer) if row.kind == "voice_late"]
    assert timer.due_at - community.clock.now() == timedelta(seconds=LIMITS["voice_late_seconds"])


def test_words_open_no_window_that_the_voice_has_not_opened(community: Community) -> None:
    community.resident().says("[语音]")
    before = community.rows(t.account)[-1].talk_ends_at
    community.clock.forward(seconds=30)
    settle(community, "人工")
    assert community.rows(t.account)[-1].talk_ends_at == before


@pytest.mark.parametrize(
    ("words", "acts"),
    [("1", False), ("取消", False), ("对", False), ("电梯坏了", True), ("家里着火了", True)],
)
def test_who_has_written_meanwhile_is_not_answered_by_an_old_word(
    community: Community, words: str, acts: bool
) -> None:
    zhang = community.resident()
    zhang.says("[语音]")
    zhang.says("报修")
    settle(community, words)
    (late,) = said(community)
    assert ("没有照办" in late) is not acts
    assert words in late or acts


def test_two_voice_messages_do_not_overtake_each_other(community: Community) -> None:
    zhang = community.resident()
    zhang.says("报修")
    zhang.says("[语音]")
    zhang.says("[语音]")
    settle(community, "取消", "帮助")
    assert len(said(community)) == 1
    assert "没有照办" not in said(community)[0]
    assert "报修先不办了" in said(community)[0]


@pytest.mark.parametrize("how", ["unfollow", "revoked"])
def test_who_leaves_is_not_heard_any_more(community: Community, how: str) -> None:
    zhang = community.resident()
    zhang.says("[语音]")
    zhang.says("[语音]")
    note = community.rows(t.voice_note)[0].id
    with community.store.work(community.clock.now()) as work:
        voice.settle(work, note, "电梯坏了")
    zhang.does(how)
    assert community.rows(t.voice_note) == []
    settle(community)
    assert "电梯坏了" not in str([row.payload for row in community.rows(t.inbox)])


# --- the child process, the setting ---------------------------------------------------------------------


def child(program: str, *more: str) -> Child:
    return Child([sys.executable, "-c", program, *more])


ECHO = "import sys, json; print(json.dumps({'words': sys.stdin.buffer.read().decode()}))"


def test_a_child_gets_the_sound_and_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_WECHAT_SECRET", "secret")
    assert child(ECHO).words("电梯".encode(), 20.0) == "电梯"
    names = "import os, json; print(json.dumps({'words': ' '.join(os.environ)}))"
    assert "LINLI" not in child(names).words(b"", 20.0)


@pytest.mark.parametrize(
    ("program", "seconds", "why"),
    [
        ("import signal; signal.pause()", 0.2, "TimeoutExpired"),
        ("raise SystemExit(1)", 20.0, "CalledProcessError"),
        ("print('no JSON')", 20.0, "JSONDecodeError"),
        ("print('{}')", 20.0, "KeyError"),
    ],
)
def test_whatever_becomes_of_a_child_is_one_refusal(program: str, seconds: float, why: str) -> None:
    with pytest.raises(Unheard, match=f"^{why}$"):
        child(program).words(b"sound", seconds)


def test_only_sound_files_are_opened(tmp_path: Path) -> None:
    for sound in (b"#EXTM3U\nhttp://192.0.2.1/", b"", b"\x00" * 100):
        with pytest.raises(ValueError, match="not a sound"):
            whisper.words(sound, tmp_path, 60.0)


def packages(folder: Path, monkeypatch: pytest.MonkeyPatch, halves: Sequence[bytes]) -> None:
    for (package, name), half in zip(whisper.PARTS, halves, strict=True):
        data = folder / package / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        (data / name).write_bytes(half)
    for name in whisper.BESIDE:
        (folder / whisper.PACKAGES[2] / "data" / name).write_text("{}")
    monkeypatch.syspath_prepend(str(folder))


def test_the_model_is_put_together_once_and_no_other_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages(tmp_path / "site", monkeypatch, [b"first ", b"second"])
    folder = tmp_path / "data" / "whisper"
    with pytest.raises(whisper.NotOurModel):
        whisper.model_folder(folder)
    assert list(folder.parent.iterdir()) == []
    monkeypatch.setattr(whisper, "SHA256", hashlib.sha256(b"first second").hexdigest())
    for _ in range(2):
        assert (whisper.model_folder(folder) / "model.bin").read_bytes() == b"first second"
    assert {path.name for path in folder.iterdir()} == {"model.bin", *whisper.BESIDE}


def test_what_is_not_installed_is_said_with_what_to_change(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "PACKAGES", ("json", "no_such_package"))
    with pytest.raises(NotStarted, match=r"no-such-package .*LINLI_VOICE=off"):
        refuse_missing()
    with pytest.raises(NotStarted):
        jobs.work(jobs.VOICE, stage.hands.redis)


@pytest.mark.parametrize(("setting", "there"), [("off", False), ("whisper", True)])
def test_who_listens_and_its_worker_are_there_only_where_switched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: Literal["off", "whisper"], there: bool
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, voice=setting)
    monkeypatch.setattr(whisper, "PACKAGES", ("json",))
    assert (jobs.VOICE in everything.queues(settings)) is there
    listener = chosen(settings, 60)
    assert (listener is not None) is there
    if isinstance(listener, Child):
        assert list(listener.argv[-2:]) == [str(tmp_path / "whisper"), "60"]


def test_what_is_one_syllable_over_and_over_was_not_said() -> None:
    heard = [
        SimpleNamespace(text="电梯坏了", compression_ratio=0.9),
        SimpleNamespace(text="Q" * 200, compression_ratio=15.0),
    ]
    assert whisper.said(heard) == "电梯坏了"
    assert whisper.said(heard[1:]) == ""

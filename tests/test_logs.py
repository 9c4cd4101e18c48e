"""No log line holds a secret, a phone or an openid, wherever it stood; and a line is a line."""

from __future__ import annotations

import contextvars
import io
import json
import logging
import secrets
import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot import logs
from bot.redaction import HIDDEN, Redaction

MINE = "Kx9-mysecret-of-this-house"

digits = st.text(string.digits, min_size=9, max_size=9)
phones = st.builds(
    lambda head, rest, gap: f"1{head}{rest[0]}{gap}{rest[1:5]}{gap}{rest[5:]}",
    st.sampled_from("3456789"),
    digits,
    st.sampled_from(["", " ", "-"]),
)
base64url = string.ascii_letters + string.digits + "-_"
openids = st.text(base64url, min_size=26, max_size=26).map(lambda rest: f"oA{rest}")
tokens = st.text(base64url, min_size=24, max_size=160).map(lambda rest: f"{rest}aZ9")
uuids = st.uuids().map(str)
private = st.one_of(phones, openids, tokens, uuids, st.just(MINE))
# What stands around it: anything that does not make another word of it.
around = st.text(max_size=12).map(lambda text: f"{text} ")
places = st.sampled_from(["argument", "message", "extra", "deep", "error", "cause"])


class Kept(logging.Handler):
    """Formats what is logged as the product does."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.out = io.StringIO()
        self.setFormatter(logs.make_formatter(how, [MINE]))

    def emit(self, record: logging.LogRecord) -> None:
        self.out.write(self.format(record) + "\n")


def logged(how: str, say: Any) -> str:
    handler, log = Kept(how), logging.Logger("linli.test")
    log.addHandler(handler)
    say(log)
    return handler.out.getvalue()


def say_at(place: str, words: str) -> Any:
    def fail() -> None:
        try:
            raise KeyError(words)
        except KeyError as cause:
            raise RuntimeError("outer" if place == "cause" else words) from cause

    def say(log: logging.Logger) -> None:
        if place in ("error", "cause"):
            try:
                fail()
            except RuntimeError:
                log.exception("it failed")
        elif place == "argument":
            log.info("got %s today", words)
        elif place == "message":
            log.info(words.replace("%", "%%"))
        else:
            log.info("got", extra={"what": {"list": [words]} if place == "deep" else words})

    return say


@given(private, around, around, places, st.sampled_from(["json", "console"]))
def test_what_is_private_never_reaches_a_line(
    found: str, before: str, after: str, place: str, how: str
) -> None:
    out = logged(how, say_at(place, f"{before}{found} {after}"))
    assert found not in out
    assert HIDDEN in out


@given(
    st.sampled_from(
        ["access_token", "secret", "openid", "phone", "robot_key", "Authorization", "aes_key", "password"]
    ),
    st.text(base64url, min_size=1, max_size=40).filter(lambda value: value.strip("-_")),
    st.sampled_from(["?{}={}&x=1", "{}={}", "'{}': '{}'", '"{}": "{}"', "{}: {}"]),
)
def test_a_named_value_is_hidden_whatever_it_looks_like(name: str, value: str, shape: str) -> None:
    assume(value not in shape.format(name, ""))
    assert value not in Redaction().text(shape.format(name, value))
    assert Redaction().field(name, value) == HIDDEN


def test_what_an_operator_needs_stays() -> None:
    line = (
        "message 1024 not told: KeyRefused 40001 rid: 6740a1b2-1a2b3c4d-5e6f7a8b ob-17-1762345678901 "
        "sqlalchemy.exc.OperationalError in deliver, line 57: /srv/linli/code/workers/outbox.py SerializationFailure"
    )
    assert Redaction().text(line) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("postgresql+psycopg://linli:hunter2@db/linli", f"postgresql+psycopg://linli:{HIDDEN}@db/linli"),
        ("DETAIL:  Key (channel, address)=(wechat_oa, 张三) already exists.", f"DETAIL: {HIDDEN}"),
        ("[parameters: ('张三', '3-301')]", f"[parameters: {HIDDEN}"),
        ("身份证 11010519491231002X", f"身份证 {HIDDEN}"),
        ("１３８００００００００", HIDDEN),
        ("/cgi-bin/webhook/send?key=abc&x=1", f"/cgi-bin/webhook/send?key={HIDDEN}&x=1"),
    ],
)
def test_shapes_that_hold_something_private(line: str, shown: str) -> None:
    assert Redaction().text(line) == shown


def test_a_json_line_is_one_object_with_the_marks_of_its_request() -> None:
    def say(log: logging.Logger) -> None:
        logs.mark_request()
        with logs.marked(job="ob-1-2"):
            log.warning("two\nlines", extra={"channel": "wechat_oa"})

    (line,) = contextvars.copy_context().run(logged, "json", say).splitlines()
    found = json.loads(line)
    assert {name: found[name] for name in ("event", "level", "logger", "channel", "job")} == {
        "event": "two\nlines",
        "level": "warning",
        "logger": "linli.test",
        "channel": "wechat_oa",
        "job": "ob-1-2",
    }
    assert len(found["request"]) == 8
    assert found["timestamp"].endswith("Z")


def test_nobody_writes_a_line_of_their_own() -> None:
    out = logged("console", lambda log: log.info("said %s", "x\n2026-01-01 CRITICAL all is lost"))
    assert len(out.splitlines()) == 1


def test_a_traceback_stays_readable() -> None:
    out = logged("console", say_at("error", "no such table"))
    assert "Traceback (most recent call last)" in out
    assert "RuntimeError: no such table" in out
    assert "test_logs.py" in out


def test_a_random_secret_of_the_house_is_hidden_everywhere() -> None:
    mine = secrets.token_hex(3)
    assert mine not in Redaction([mine]).text(f"x{mine}y={mine}")

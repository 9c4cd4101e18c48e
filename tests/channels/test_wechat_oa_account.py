"""What else an account is for: pictures, the menu, QR codes; its self-check and its settings."""

from __future__ import annotations

import json

import pytest
from oa_stage import assert_clean, channel, fake
from samples import OA, OPENID, Platform, Said, error, ok, platform, token_then, tools

from bot.channels.wechat_oa import WeChatOA, limits
from bot.message import Doorbell, Told
from bot.refusals import BadMessage, NoMedia

__all__ = ["fake"]

# Media, menu, QR codes, self-check


def fetched(said: Said, later: Said | None = None) -> bytes:
    answers = [said, later or said]

    with platform(token_then(lambda asked: answers.pop(0) if len(answers) > 1 else answers[0])) as fake:
        raw = channel(fake.url).fetch("media-1")
    assert fake.heard[-1].query == {"media_id": "media-1", "access_token": "TOKEN-1"}
    return raw


def test_media_is_fetched() -> None:
    assert fetched((200, b"\xff\xd8\xff jpeg")) == b"\xff\xd8\xff jpeg"
    assert fetched((200, b'{"a": 1}')) == b'{"a": 1}'
    assert fetched((200, b"{ broken")) == b"{ broken"


def test_media_after_a_refused_token() -> None:
    assert fetched(error(42001), (200, b"jpeg")) == b"jpeg"


@pytest.mark.parametrize(
    ("said", "retry"),
    [
        (error(40007), False),
        (error(-1), True),
        (error(40001), True),
        ((500, b""), True),
        ((302, b""), True),
        (None, True),
        ((200, b"x" * (10 * 1024 * 1024 + 1)), False),
    ],
)
def test_media_that_cannot_be_had(said: Said, retry: bool) -> None:
    with pytest.raises(NoMedia) as caught:
        fetched(said)
    assert caught.value.retry is retry
    assert_clean(caught.value)


def test_the_menu_is_published(fake: Platform) -> None:
    menu = {"button": [{"type": "click", "name": "订餐", "key": "meal"}]}
    channel(fake.url).publish_menu(menu)
    assert (fake.heard[-1].path, fake.heard[-1].json) == ("/cgi-bin/menu/create", menu)


def test_a_qr_code_is_made_for_ever() -> None:
    with platform(token_then(lambda asked: ok(ticket="T", url="http://weixin.qq.com/q/abc"))) as fake:
        assert channel(fake.url).create_qr("bld:12") == ("T", "http://weixin.qq.com/q/abc")
    assert fake.heard[-1].json == {
        "action_name": "QR_LIMIT_STR_SCENE",
        "action_info": {"scene": {"scene_str": "bld:12"}},
    }


@pytest.mark.parametrize("scene", ["", "x" * 65])
def test_a_scene_has_1_to_64_characters(scene: str, fake: Platform) -> None:
    with pytest.raises(BadMessage):
        channel(fake.url).create_qr(scene)


@pytest.mark.parametrize(
    ("said", "what", "well", "part"),
    [
        (ok(ip_list=[]), "token", True, "有效"),
        (
            error(40164, "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist rid: 1"),
            "ip",
            False,
            "加上 1.2.3.4，",
        ),
        (error(40164, "no address given"), "ip", False, "公网地址"),
        (error(40125), "token", False, "AppSecret 不对"),
        (error(40001), "token", False, "核对"),
        (error(-1), "token", False, "连不上微信"),
        (error(48001), "token", False, "接口权限"),
        (error(99999), "token", False, "99999"),
    ],
)
def test_the_self_check_says_what_to_do(said: Said, what: str, well: bool, part: str) -> None:
    with platform(token_then(lambda asked: said)) as fake:
        finding = channel(fake.url).check()[0]
    assert (finding.what, finding.ok) == (what, well)
    assert part in finding.words
    assert OA["secret"] not in finding.words


def test_every_kind_says_what_it_cannot_do_and_what_happens_instead() -> None:
    for kind in ("verified-service", "test", "unverified"):
        assert limits(kind)
        for one in limits(kind):
            assert set(one) == {"cannot", "instead"}


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"appid": ""}, "appid"),
        ({"secret": ""}, "secret"),
        ({"token": ""}, "token"),
        ({"aes_key": ""}, "aes_key"),
        ({"kind": "service"}, "kind"),
        ({"choices": "buttons"}, "choices"),
        ({"api_base": "api.weixin.qq.com"}, "api_base"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(ValueError, match=setting) as caught:
        WeChatOA.build("wechat_oa", {**OA, **change}, tools())
    assert json.dumps(OA["secret"]) not in str(caught.value)


def test_fields_go_by_the_names_of_the_accounts_own_template(fake: Platform) -> None:
    names = {"template.progress.thing1": "thing7", "template.progress.phrase3": ""}
    doorbell = Doorbell("progress", {"thing1": "电梯", "phrase3": "已接单", "time4": "2026年11月18日 10:00"})
    ours = channel(fake.url, **{"template.progress": "T", **names})
    ours.tell(Told("wechat_oa", OPENID, "", rung="template", doorbell=doorbell, once="linli-1"))
    assert set(fake.heard[-1].json["data"]) == {"thing7", "time4"}

"""What an operator may set, where it came from, and what is said when it is wrong."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot import settings as s
from bot.keys import load_or_make
from bot.private import NotPrivate, read_private, write_private
from bot.settings_shown import HIDDEN, Explained, describe

REAL = {
    "LINLI_WECHAT_APPID": "wx0123456789abcdef",
    "LINLI_WECHAT_SECRET": "0123456789abcdef0123456789abcdef",
    "LINLI_WECHAT_TOKEN": "atoken",
    "LINLI_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "LINLI_WECHAT_ACCOUNT": "gh_0123456789ab",
    "LINLI_WECHAT_API_BASE": "https://api.weixin.qq.com/",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith(s.PREFIX) and not s.NOT_OURS.fullmatch(name):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def _explained(settings: s.Settings, name: str) -> Explained:
    return next(explained for explained in describe(settings) if explained.name == name)


def _refused() -> list[str]:
    with pytest.raises(s.SettingsRefused) as refused:
        s.load()
    return refused.value.lines


def test_nothing_need_be_set(tmp_path: Path) -> None:
    settings = s.load()
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/linli.db"
    assert settings.keys_file == tmp_path / "var" / "keys.json"
    assert settings.emulated
    assert settings.redis_url is None
    assert settings.port is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "80a", 'is "80a", but must be a number from 1 to 65535.'),
        ("PORT", "65536", 'is "65536", but must be a number from 1 to 65535.'),
        ("WEB_THREADS", "0", 'is "0", but must be a number from 1 to 64.'),
        ("SAMPLE", "maybe", 'is "maybe", but must be 1 or 0.'),
        ("WECHAT_KIND", "service", 'is "service", but must be verified-service, test or unverified.'),
        ("WECHAT_CHOICES", "cards", 'is "cards", but must be menu, links or plain.'),
        ("WECHAT_APPID", "wx 12", "must be letters and digits without spaces"),
        ("WECHAT_ACCOUNT", "gh-1", "must be letters and digits"),
        ("WECHAT_TEMPLATES", "{a", "must be a JSON object like"),
        ("WECHAT_TEMPLATES", '["a"]', "must be a JSON object like"),
        ("PUBLIC_URL", "bot.example.cn", "must be like https://bot.example.cn."),
        ("WECHAT_API_BASE", "ftp://a", "must be a web address like https://api.weixin.qq.com."),
        ("WECOM_MEDIA_HOSTS", "a.cn,http://b", "must be host names with commas between them"),
    ],
)
def test_a_wrong_value_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"LINLI_{name}", value)
    (line,) = _refused()
    assert line.startswith(f"LINLI_{name} (environment)")
    assert words in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_SECRET", "hush hush"),
        ("WECHAT_TOKEN", "hush hush"),
        ("WECHAT_AES_KEY", "hush hush"),
        ("WECHAT_AES_KEY_PREVIOUS", "hush" * 11),
        ("DATABASE_URL", "mysql://user:hush@host/name"),
        ("REDIS_URL", "http://:hush@host"),
    ],
)
def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"LINLI_{name}", value)
    (line,) = _refused()
    assert line.startswith(f"LINLI_{name} (environment) must be ")
    assert "hush" not in line


def test_every_wrong_value_has_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_PORT=x\nLINLI_SAMPLE=y\n")
    monkeypatch.setenv("LINLI_SAMPLE", "z")
    assert _refused() == [
        'LINLI_SAMPLE (environment) is "z", but must be 1 or 0.',
        'LINLI_PORT (.env file) is "x", but must be a number from 1 to 65535.',
    ]


def test_a_misspelt_name_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, {"LINLI_WECHAT_APID": "wx", "LINLI_TEST_BROWSER": "require", "LINLI_QQ": "1"})
    assert _refused() == [
        "LINLI_QQ (environment) is not a setting: remove it.",
        "LINLI_WECHAT_APID (environment) is not a setting: did you mean LINLI_WECHAT_APPID?",
    ]


def test_a_real_account_must_be_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, REAL)
    monkeypatch.delenv("LINLI_WECHAT_SECRET")
    (line,) = _refused()
    assert line.startswith("LINLI_WECHAT_SECRET is not set: a real account needs it")


def test_a_real_account_is_not_emulated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, {**REAL, "LINLI_EMULATOR_URL": "http://127.0.0.1:8001"})
    settings = s.load()
    assert not settings.emulated
    assert settings.wechat_api == "https://api.weixin.qq.com"
    assert settings.wecom_api == s.WECOM_API
    assert s.invented(settings) is settings
    assert not (tmp_path / "var").exists()


def test_the_emulator_answers_for_both_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_EMULATOR_URL", "http://127.0.0.1:8001")
    settings = s.load()
    assert settings.wechat_api == "http://127.0.0.1:8001/api.weixin.qq.com"
    assert settings.wecom_api == "http://127.0.0.1:8001/qyapi.weixin.qq.com"


def test_sources_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_HOST=0.0.0.0\nLINLI_PORT=9000\nLINLI_WEB_THREADS=\n")
    _set(monkeypatch, {"LINLI_PORT": "9001", "LINLI_WECHAT_APPID": "wx0123456789abcdef"})
    settings = s.invented(s.load())
    assert (settings.host, settings.port, settings.web_threads) == ("0.0.0.0", 9001, 4)
    sources = {explained.name: explained.source for explained in describe(settings)}
    assert sources["LINLI_HOST"] == ".env file"
    assert sources["LINLI_PORT"] == "environment"
    assert sources["LINLI_WEB_THREADS"] == "default"
    assert sources["LINLI_WECHAT_APPID"] == "environment"
    assert sources["LINLI_WECHAT_SECRET"] == "invented and kept"


def test_every_setting_is_explained() -> None:
    for explained in describe(s.load()):
        assert explained.meaning
        assert explained.default not in ("", "None", "PydanticUndefined")
        assert explained.value not in ("", "None")


def test_secrets_are_hidden_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "LINLI_WECHAT_SECRET": "5ecre75ecre75ecre75ecre75ecre7ab",
        "LINLI_WECHAT_AES_KEY": "5ecre7" * 7 + "A",
        "LINLI_DATABASE_URL": "postgresql+psycopg://linli:5ecre7@host/linli",
        "LINLI_REDIS_URL": "redis://:5ecre7@host:6379/0",
    }
    _set(monkeypatch, secrets)
    settings = s.load()
    assert "5ecre7" not in repr(settings) + str(describe(settings))
    assert _explained(settings, "LINLI_WECHAT_SECRET").value == HIDDEN
    assert (
        _explained(settings, "LINLI_DATABASE_URL").value == f"postgresql+psycopg://linli:{HIDDEN}@host/linli"
    )
    assert _explained(settings, "LINLI_REDIS_URL").value == f"redis://:{HIDDEN}@host:6379/0"


def test_an_invented_account_is_kept_and_valid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = s.invented(s.load())
    assert s.invented(s.load()) == first
    assert first.missing() == []
    assert stat.S_IMODE((tmp_path / "var" / "invented.json").stat().st_mode) == 0o600
    kept = read_private(tmp_path / "var" / "invented.json") or {}
    _set(monkeypatch, {s.PREFIX + field.upper(): value for field, value in kept.items()})
    assert s.load().model_dump() == first.model_dump()


def test_half_an_invented_account_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "var" / "invented.json", {"wechat_appid": "wx"})
    with pytest.raises(NotPrivate, match="remove it"):
        s.invented(s.load())


def test_blanks_around_a_copied_value_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, {name: f" {value} " for name, value in REAL.items()})
    settings = s.load()
    assert settings.wechat_secret is not None
    assert settings.wechat_secret.get_secret_value() == REAL["LINLI_WECHAT_SECRET"]
    assert settings.wechat_appid == REAL["LINLI_WECHAT_APPID"]


def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    keys = load_or_make(tmp_path / "deep" / "keys.json")
    assert load_or_make(tmp_path / "deep" / "keys.json") == keys
    assert stat.S_IMODE((tmp_path / "deep" / "keys.json").stat().st_mode) == 0o600
    assert repr(keys) == "Keys()"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    load_or_make(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(mode)
    with pytest.raises(NotPrivate, match="chmod 600"):
        load_or_make(tmp_path / "keys.json")


@pytest.mark.parametrize(
    "content",
    [
        '{"fernet": []',
        "[]",
        "{}",
        '{"fernet": [], "blind_index": "", "sessions": [], "ops": ""}',
        '{"fernet": ["abc"], "blind_index": "00", "sessions": ["a"], "ops": "b"}',
    ],
)
def test_damaged_keys_are_refused_and_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(NotPrivate, match="put back"):
        load_or_make(path)
    assert path.read_text() == content


def test_of_two_writers_both_get_the_first_ones_content(tmp_path: Path) -> None:
    assert write_private(tmp_path / "a.json", {"a": 1}) == {"a": 1}
    assert write_private(tmp_path / "a.json", {"a": 2}) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_credential_of_systemd_shows_the_mask_of_its_acl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    write_private(path, {"a": 1})
    path.chmod(0o440)
    with pytest.raises(NotPrivate):
        read_private(path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "other"))
    with pytest.raises(NotPrivate):
        read_private(path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_private(path) == {"a": 1}
    path.chmod(0o444)
    with pytest.raises(NotPrivate):
        read_private(path)

"""What an operator may set: one frozen object, from the environment (prefix LINLI_) or a .env file.

Every field says what it means, what it is when nobody sets it, and what it must look like.
"""

from __future__ import annotations

import base64
import difflib
import json
import os
import re
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.private import NotPrivate, read_private, write_private

PREFIX = "LINLI_"
WECHAT_API = "https://api.weixin.qq.com"
WECOM_API = "https://qyapi.weixin.qq.com"
# Names with our prefix that the Makefile and the tests read, not the product.
NOT_OURS = re.compile(r"LINLI_(TEST_\w+|PYTHON|CHROMIUM)")

Source = Literal["environment", ".env file", "invented and kept", "default"]


class SettingsRefused(Exception):
    """Settings that cannot be used. `lines`: one sentence a field, each says what to change."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _like(pattern: str) -> AfterValidator:
    def check(value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise ValueError(pattern)
        return value

    return AfterValidator(check)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("no web address")
    return value.rstrip("/")


def _mapping(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _whole_path(path: Path) -> Path:
    return path.expanduser().absolute()


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


WholePath = Annotated[Path, AfterValidator(_whole_path)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Host = Annotated[str, _like(r"(\*\.)?[A-Za-z0-9.-]+")]
Secret = Annotated[SecretStr, BeforeValidator(_trimmed)]
# WeChat docs: EncodingAESKey is 43 characters, a base64 text of 32 bytes without its "=".
AesKey = Annotated[Secret, _like(r"[A-Za-z0-9+/]{43}")]


def _setting(meaning: str, must: str, default: Any = None, *, unset: str = "", **more: Any) -> Any:
    """A field. `must`: ends the sentence "must be ..."; `unset`: words for what holds when it is not set."""
    if "default_factory" not in more:
        more["default"] = default
    return Field(description=meaning, json_schema_extra={"must": must, "unset": unset}, **more)


class Settings(BaseSettings):
    """All settings. Made by load(); a test may call Settings(_env_file=None, field=value)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        validate_default=True,
    )
    _sources: dict[str, Source] = PrivateAttr(default_factory=dict)

    data_dir: WholePath = _setting(
        "Folder for everything that must outlive a restart", "a folder", Path("var")
    )
    database_url: Annotated[str, _like(r"(sqlite:///|postgresql(\+psycopg)?://).+")] = _setting(
        "Where the community's data is",
        "like sqlite:////srv/linli/linli.db or postgresql+psycopg://user:password@host/name",
        unset="sqlite, linli.db in the data folder",
        default_factory=lambda data: f"sqlite:///{data['data_dir']}/linli.db",
        repr=False,
    )
    redis_url: Annotated[str, _like(r"(redis|rediss|unix)://.+")] | None = _setting(
        "The Redis or Valkey that wakes the workers",
        "like redis://host:6379/0 or unix:///run/redis/redis.sock",
        unset="an embedded Valkey, started together with the rest",
        repr=False,
    )
    keys_file: WholePath = _setting(
        "File with the keys that encrypt personal data; keep a copy, apart from the database's",
        "a file",
        unset="keys.json in the data folder",
        default_factory=lambda data: data["data_dir"] / "keys.json",
    )
    sample: bool = _setting("Start with a sample neighbourhood when there is none yet", "1 or 0", True)

    host: str = _setting("Address the web server listens on", "a host name or address", "127.0.0.1")
    port: int | None = _setting(
        "Port the web server listens on",
        "a number from 1 to 65535",
        unset="the next free one from 8000",
        ge=1,
        le=65535,
    )
    public_url: WebAddress | None = _setting(
        "Address under which phones reach the web server, used in links and QR codes",
        "like https://bot.example.cn",
        unset="http:// and the host and port listened on",
    )
    web_processes: int = _setting("Processes of the web server", "a number from 1 to 64", 2, ge=1, le=64)
    web_threads: int = _setting(
        "Threads of each web process; each may hold one connection to the database",
        "a number from 1 to 64",
        4,
        ge=1,
        le=64,
    )

    language_model: Literal["auto", "off"] = _setting(
        "Whether the language model helps to find service items; off, or where it cannot run, words alone do",
        "auto or off",
        "auto",
    )

    voice: Literal["off", "whisper"] = _setting(
        "Whether voice messages that come without words are listened to; whisper needs packages of its own",
        "off or whisper",
        "off",
    )

    log_format: Literal["console", "json"] = _setting(
        "How log lines look: for eyes, or one JSON object a line for a collector",
        "console or json",
        "console",
    )

    wechat_appid: Annotated[str, _like(r"[0-9A-Za-z_-]{4,64}")] | None = _setting(
        "AppID of the Official Account",
        "letters and digits without spaces, as mp.weixin.qq.com shows it (wx…)",
    )
    wechat_secret: Annotated[Secret, _like(r"\S{4,128}")] | None = _setting(
        "AppSecret of the Official Account", "what mp.weixin.qq.com showed once, without spaces"
    )
    wechat_token: Annotated[Secret, _like(r"[0-9A-Za-z]{3,32}")] | None = _setting(
        "Token that signs callbacks", "3 to 32 letters and digits, the same as on mp.weixin.qq.com"
    )
    wechat_aes_key: AesKey | None = _setting(
        "EncodingAESKey that seals callbacks", "the 43 characters from mp.weixin.qq.com"
    )
    wechat_aes_key_previous: AesKey | None = _setting(
        "The EncodingAESKey before the last change, so that callbacks under way are still read",
        "43 characters, or not set at all",
    )
    wechat_account: Annotated[str, _like(r"\w{3,64}")] | None = _setting(
        "Original id (原始 ID) of the account; a callback for another one is refused",
        "letters and digits, as mp.weixin.qq.com shows it (gh_…)",
    )
    wechat_kind: Literal["verified-service", "test", "unverified"] = _setting(
        "Kind of account; what it cannot do is switched off",
        "verified-service, test or unverified",
        "verified-service",
    )
    wechat_choices: Literal["menu", "links", "plain"] = _setting(
        "How a choice is shown to residents: tappable menu, tappable links or plain numbers",
        "menu, links or plain",
        "menu",
    )
    wechat_templates: Annotated[Mapping[str, str], NoDecode, BeforeValidator(_mapping)] = _setting(
        "Template ids of the account; and how it calls our fields thing1, character_string2, phrase3, time4",
        'a JSON object like {"progress": "template id", "progress.thing1": "thing7"}',
        unset="no templates",
        default_factory=dict,
    )
    wechat_api_base: WebAddress | None = _setting(
        f"Address of WeChat's API; {WECHAT_API} for a real account",
        f"a web address like {WECHAT_API}",
        unset="the emulator plays WeChat",
    )
    wecom_api_base: WebAddress | None = _setting(
        "Address of WeCom's API", f"a web address like {WECOM_API}", unset=f"{WECOM_API}, or the emulator"
    )
    wecom_media_hosts: Annotated[tuple[Host, ...], NoDecode, BeforeValidator(_listed)] = _setting(
        "Hosts from which photos sent in WeCom are fetched",
        "host names with commas between them, like *.myqcloud.com",
        ("*.myqcloud.com",),
    )
    emulator_url: WebAddress | None = _setting(
        "Where the emulator answers; `run` sets it for the processes it starts",
        "like http://127.0.0.1:8001",
        unset="no emulator is running",
    )

    @model_validator(mode="after")
    def _whole_account(self) -> Settings:
        if self.wechat_api_base is not None and (missing := self.missing()):
            raise ValueError(
                "\n".join(f"{name} is not set: a real account needs it, {_must(name)}." for name in missing)
            )
        return self

    @property
    def emulated(self) -> bool:
        """Whether the emulator plays the platforms: true until an API address is set."""
        return self.wechat_api_base is None

    @property
    def wechat_api(self) -> str:
        """The address of WeChat's API to call now: the one set, else the emulator's, else the real one."""
        return self.wechat_api_base or self._played("api.weixin.qq.com") or WECHAT_API

    @property
    def wecom_api(self) -> str:
        """The address of WeCom's API to call now: the one set, else the emulator's, else the real one."""
        return self.wecom_api_base or self._played("qyapi.weixin.qq.com") or WECOM_API

    def _played(self, host: str) -> str:
        return f"{self.emulator_url}/{host}" if self.emulated and self.emulator_url else ""

    def official_account(self, templates: Mapping[str, str]) -> dict[str, str] | None:
        """The account as its channel takes it, with `templates` where none are set; None without an AppID."""
        if self.wechat_appid is None:
            return None
        names = ("appid", "secret", "token", "aes_key", "aes_key_previous", "account", "kind", "choices")
        values = {name: getattr(self, f"wechat_{name}") for name in names}
        plain = {k: v.get_secret_value() if isinstance(v, SecretStr) else v for k, v in values.items()}
        ids = {f"template.{name}": one for name, one in (self.wechat_templates or templates).items()}
        return {**{k: str(v) for k, v in plain.items() if v}, **ids, "api_base": self.wechat_api}

    def source_of(self, field: str) -> Source:
        """Where a setting's value came from."""
        return self._sources.get(field, "default")

    def secrets(self) -> list[str]:
        """Every value that no log may show, passwords inside addresses included."""
        values = (getattr(self, field) for field in type(self).model_fields)
        hidden = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return hidden + [
            word for url in (self.database_url, self.redis_url or "") if (word := urlsplit(url).password)
        ]

    def missing(self) -> list[str]:
        """Names of the account's settings that are not set."""
        return [env_name(field) for field in _INVENTIONS if getattr(self, field) is None]


def env_name(field: str) -> str:
    """The setting's name in the environment."""
    return PREFIX + field.upper()


def extra(field: str, key: str) -> str:
    """What a setting says of itself: `must` or `unset`."""
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra[key]) if isinstance(extra, dict) else ""


def _must(name: str) -> str:
    return extra(name.removeprefix(PREFIX).lower(), "must")


def _is_secret(field: str) -> bool:
    return "SecretStr" in repr(Settings.model_fields[field].annotation)


def _given(env_file: Path | None) -> dict[str, tuple[str, Source]]:
    """Upper-case name → (value, source) of everything with our prefix that is set and not empty."""
    layers: list[tuple[Mapping[str, str | None], Source]] = [(os.environ, "environment")]
    if env_file is not None:
        layers.insert(0, (dotenv_values(env_file, encoding="utf-8"), ".env file"))
    return {
        name.upper(): (value, source)
        for values, source in layers
        for name, value in values.items()
        if value and name.upper().startswith(PREFIX)
    }


def _unknown(given: Mapping[str, tuple[str, Source]]) -> Iterator[str]:
    known = [env_name(field) for field in Settings.model_fields]
    for name, (_, source) in sorted(given.items()):
        if name in known or NOT_OURS.fullmatch(name):
            continue
        # The prefix they share would make any two names alike.
        near = difflib.get_close_matches(name, known, 1, cutoff=0.8)
        advice = f"did you mean {near[0]}?" if near else "remove it."
        yield f"{name} ({source}) is not a setting: {advice}"


def _complaints(refused: ValidationError, given: Mapping[str, tuple[str, Source]]) -> Iterator[str]:
    for error in refused.errors(include_url=False):
        if not error["loc"]:
            yield from str(error["ctx"]["error"]).splitlines()
        elif error["type"] != "default_factory_not_called":
            field = str(error["loc"][0])
            value, source = given.get(env_name(field), ("", "default"))
            shown = "" if _is_secret(field) or "://" in value else f' is "{value}", but'
            yield f"{env_name(field)} ({source}){shown} must be {extra(field, 'must')}."


def load(env_file: Path | None = Path(".env")) -> Settings:
    """The settings, from the environment first, then `env_file`, then the defaults.

    Raises SettingsRefused with one line for each field that is wrong.
    """
    given = _given(env_file)
    lines = list(_unknown(given))
    settings = None
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as refused:
        lines += dict.fromkeys(_complaints(refused, given))
    if lines or settings is None:
        raise SettingsRefused(lines)
    for name, (_, source) in given.items():
        settings._sources[name.removeprefix(PREFIX).lower()] = source
    return settings


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


_INVENTIONS: Mapping[str, Callable[[], str]] = {
    "wechat_appid": lambda: "wx" + secrets.token_hex(8),
    "wechat_secret": lambda: secrets.token_hex(16),
    "wechat_token": lambda: _letters(32),
    "wechat_aes_key": lambda: base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    "wechat_account": lambda: "gh_" + secrets.token_hex(6),
}


def invented(settings: Settings, data_dir: Path | None = None) -> Settings:
    """The same settings with an account for the emulator to play, where none is set.

    What is invented is kept in invented.json of `data_dir` (the settings' own when not given), so that
    the account is the same tomorrow and in every process. Settings of a real account come back unchanged.
    Raises NotPrivate when others may read that file, or when it is not whole.
    """
    missing = [field for field in _INVENTIONS if getattr(settings, field) is None]
    if not settings.emulated or not missing:
        return settings
    path = (data_dir or settings.data_dir) / "invented.json"
    kept = read_private(path) or write_private(path, {field: make() for field, make in _INVENTIONS.items()})
    if not kept.keys() >= _INVENTIONS.keys():
        raise NotPrivate(f"{path} is not whole: remove it, and another account is invented.")
    wrap = {field: SecretStr if _is_secret(field) else str for field in missing}
    filled = settings.model_copy(update={field: wrap[field](kept[field]) for field in missing})
    filled._sources.update(dict.fromkeys(missing, "invented and kept"))
    return filled

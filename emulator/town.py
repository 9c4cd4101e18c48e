"""The town file: who and what the emulator plays. Written by the product's start command."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

Kind = Literal["verified-service", "test", "unverified"]


class BadTown(Exception):
    """The town file lacks something or says something impossible."""


@dataclass(frozen=True)
class Account:
    """An official account. kind decides what it may do; account is its gh_ id."""

    appid: str
    secret: str
    token: str
    aes_key: str
    account: str
    kind: Kind = "verified-service"
    name: str = "邻里"


@dataclass(frozen=True)
class Template:
    """A category template: fields maps a typed key (thing1) to its label."""

    template_id: str
    title: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Bot:
    """An AIBot (智能机器人) in URL callback mode; display is the name people @."""

    name: str
    display: str
    aibotid: str
    token: str
    aes_key: str
    corp: str = ""


@dataclass(frozen=True)
class Group:
    """A WeCom group; bot is empty and robot_key is empty when it has none."""

    chatid: str
    name: str
    bot: str = ""
    robot_key: str = ""
    robot_name: str = "工单提醒"
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Member:
    """A person in WeCom; bot is the AIBot they may also write to alone."""

    userid: str
    name: str
    bot: str = ""


@dataclass(frozen=True)
class App:
    """A self-built app (自建应用) of a firm's corp, in whose chat its members talk with the bot.

    secret opens the API, token and aes_key seal the callbacks. callback: a path below callback_base
    or a whole address, with {name} filled in; empty when the firm has set none, so that the app
    hears nothing. users: who sees the app. accounts: how many the corp may have (账号上限数).
    """

    name: str
    corpid: str
    agentid: int
    secret: str
    token: str
    aes_key: str
    display: str = "邻里工单"
    corp: str = ""
    callback: str = "/callback/wecom/{name}"
    users: list[str] = field(default_factory=list)
    accounts: int = 200


@dataclass(frozen=True)
class Resident:
    """A person with WeChat who may follow the account."""

    openid: str
    name: str


@dataclass(frozen=True)
class Scene:
    """A QR code glued to a door."""

    scene: str
    label: str


@dataclass(frozen=True)
class Town:
    """Everything the emulator starts with; see emulator/README.md for the file."""

    account: Account
    callback_base: str = "http://127.0.0.1:8000"
    ops_secret: str = ""
    templates: list[Template] = field(default_factory=list)
    bots: list[Bot] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    residents: list[Resident] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)

    def bot(self, name: str) -> Bot | None:
        """The AIBot of that name."""
        return next((bot for bot in self.bots if bot.name == name), None)

    def group(self, chatid: str) -> Group | None:
        """The group of that chatid (case matters, as in WeCom)."""
        return next((group for group in self.groups if group.chatid == chatid), None)

    def member(self, userid: str) -> Member | None:
        """The member of that userid."""
        return next((member for member in self.members if member.userid == userid), None)

    def app(self, name: str) -> App | None:
        """The app of that name."""
        return next((app for app in self.apps if app.name == name), None)

    def template(self, template_id: str) -> Template | None:
        """The category template of that id."""
        return next((one for one in self.templates if one.template_id == template_id), None)


_LISTS: dict[str, type[Any]] = {
    "templates": Template,
    "bots": Bot,
    "groups": Group,
    "members": Member,
    "apps": App,
    "residents": Resident,
    "scenes": Scene,
}


def read_town(data: dict[str, Any]) -> Town:
    """Build a Town from the file's JSON; raises BadTown with what to change."""
    try:
        parts: dict[str, Any] = {name: data[name] for name in ("callback_base", "ops_secret") if name in data}
        parts |= {name: [kind(**row) for row in data.get(name, [])] for name, kind in _LISTS.items()}
        town = Town(account=Account(**data["account"]), **parts)
    except (KeyError, TypeError) as error:
        raise BadTown(f"the town file cannot be used: {error}; see emulator/README.md") from error
    if town.account.kind not in get_args(Kind):
        raise BadTown(f"account.kind must be one of {', '.join(get_args(Kind))}")
    for group in town.groups:
        _check_group(town, group)
    for app in town.apps:
        _check_app(town, app)
    return town


def _check_group(town: Town, group: Group) -> None:
    if group.bot and not town.bot(group.bot):
        raise BadTown(f"group {group.chatid}: add a bot named {group.bot!r} or leave bot empty")
    strangers = [userid for userid in group.members if not town.member(userid)]
    if strangers:
        raise BadTown(f"group {group.chatid}: add {', '.join(strangers)} to members")


def _check_app(town: Town, app: App) -> None:
    if town.bot(app.name) or town.app(app.name) is not app:
        raise BadTown(f"app {app.name}: each bot and app needs a name of its own")
    if not isinstance(app.agentid, int):
        raise BadTown(f"app {app.name}: agentid must be a number")
    if any(other is not app and _same_agent(other, app) for other in town.apps):
        raise BadTown(f"app {app.name}: agentid {app.agentid} is taken in this corp")
    strangers = [userid for userid in app.users if not town.member(userid)]
    if strangers:
        raise BadTown(f"app {app.name}: add {', '.join(strangers)} to members")


def _same_agent(one: App, other: App) -> bool:
    return (one.corpid, one.agentid) == (other.corpid, other.agentid)


def load_town(path: Path) -> Town:
    """Read the town file; raises BadTown when it is not JSON or not a town."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadTown(f"cannot read the town file {path.name}: {error}") from error
    if not isinstance(data, dict):
        raise BadTown(f"the town file {path.name} must hold one JSON object")
    return read_town(data)

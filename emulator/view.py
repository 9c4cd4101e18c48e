"""What the page shows, as one JSON document."""

from dataclasses import asdict

from emulator.store import Json
from emulator.town import App
from emulator.wecom_app_pace import drops
from emulator.wecom_app_send import sees
from emulator.world import World

MESSAGES_SHOWN = 2000


def state_of(world: World, since: int = 0) -> Json:
    """The town, its people and the messages that changed after version `since`. No secrets."""
    with world.store.lock:
        town = world.town
        return {
            "version": world.store.version,
            "epoch": world.epoch,
            "now": world.clock.now(),
            "offset_seconds": world.clock.offset,
            "account": {"name": town.account.name, "kind": town.account.kind},
            "mode": world.setting("mode", "safe"),
            "menu": (world.store.get("setting", "menu") or {"button": []})["button"],
            "residents": [_resident(world, one) for one in world.store.all("resident").values()],
            "scenes": list(world.store.all("scene").values()),
            "bots": [{"name": bot.name, "display": bot.display, "corp": bot.corp} for bot in town.bots],
            "groups": [_group(group) for group in map(asdict, town.groups)],
            "apps": [_app(world, app) for app in town.apps],
            "members": [asdict(member) for member in town.members],
            "faults": world.faults.all(),
            "counts": world.store.message_counts(),
            "messages": world.store.messages(since=since, limit=MESSAGES_SHOWN),
        }


def _group(group: Json) -> Json:
    return {name: value for name, value in group.items() if name != "robot_key"}


def _app(world: World, app: App) -> Json:
    return {
        "name": app.name,
        "display": app.display,
        "corp": app.corp,
        "users": [userid for userid in app.users if sees(world, app, userid)],
        "hears": bool(app.callback),
        "dropped": drops(world, app),
    }


def _resident(world: World, resident: Json) -> Json:
    openid = resident["openid"]
    typing = world.store.get("typing", openid)
    return {
        **resident,
        "window": world.windows.left(openid),
        "typing": bool(typing and typing["until"] > world.clock.now()),
    }

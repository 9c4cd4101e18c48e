"""How fast an app may write.

Source: WeCom docs "发送应用消息" (path/90236): one member at most 30 times a minute and 1000 an hour,
what is more is thrown away without an error; the app at most accounts x 200 receivers a day.
"""

from emulator.errors import Refused
from emulator.town import App
from emulator.world import World

A_MINUTE = 30
AN_HOUR = 1000
A_DAY_FOR_EACH = 200


def dropped(world: World, app: App, userid: str) -> bool:
    """Whether a message to the member is thrown away for coming too fast; else it is counted."""
    key, now = f"{app.name}/{userid}", world.clock.now()
    sent = [at for at in (world.store.get("app_sent", key) or {"at": []})["at"] if at > now - 3600]
    fast = len([at for at in sent if at > now - 60]) >= A_MINUTE or len(sent) >= AN_HOUR
    if fast:
        lost = world.store.get("app_dropped", key) or {"count": 0}
        world.store.put("app_dropped", key, {"count": lost["count"] + 1})
    else:
        world.store.put("app_sent", key, {"at": [*sent, now]})
    return fast


def spend_day(world: World, app: App, receivers: int) -> None:
    """Count receivers against the app's day in China; raises Refused 45009 beyond."""
    today = world.clock.today()
    saved = world.store.get("app_day", app.name) or {}
    used = saved["count"] if saved.get("day") == today else 0
    if used + receivers > app.accounts * A_DAY_FOR_EACH:
        raise Refused(45009)
    world.store.put("app_day", app.name, {"day": today, "count": used + receivers})


def drops(world: World, app: App) -> dict[str, int]:
    """How many messages to each member were thrown away, for the page."""
    saved = world.store.all("app_dropped")
    return {userid: saved[key]["count"] for userid in app.users if (key := f"{app.name}/{userid}") in saved}

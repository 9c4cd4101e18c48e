"""The account's menu. Source: WeChat docs "创建自定义菜单" (api_createcustommenu)."""

from emulator.errors import Refused
from emulator.store import Json
from emulator.world import World

TOP_BUTTONS = 3
SUB_BUTTONS = 5
TOP_NAME_BYTES = 16
SUB_NAME_BYTES = 60
KEY_BYTES = 128
URL_BYTES = 1024
NEEDS_KEY = (
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
    "location_select",
)  # fmt: skip
OTHER_TYPES = ("view", "miniprogram", "media_id", "article_id", "article_view_limited")


def menu_create(world: World, data: Json) -> Json:
    """Replace the menu; raises Refused with the code of the first button that breaks a limit."""
    buttons = data.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP_BUTTONS:
        raise Refused(40016)
    for button in buttons:
        _check_name(button, TOP_NAME_BYTES, 40018)
        subs = button.get("sub_button") or []
        if len(subs) > SUB_BUTTONS:
            raise Refused(40023)
        for sub in subs:
            _check_name(sub, SUB_NAME_BYTES, 40025)
            _check_action(sub)
        if not subs:
            _check_action(button)
    world.store.put("setting", "menu", {"button": buttons})
    return {"errcode": 0, "errmsg": "ok"}


def menu_get(world: World, data: Json) -> Json:
    """The menu; raises Refused 46003 when there is none."""
    menu = world.store.get("setting", "menu")
    if not menu:
        raise Refused(46003)
    return {"menu": menu}


def menu_delete(world: World, data: Json) -> Json:
    """Take the menu away."""
    world.store.drop("setting", "menu")
    return {"errcode": 0, "errmsg": "ok"}


def leaves(world: World) -> list[Json]:
    """The buttons that do something."""
    menu = world.store.get("setting", "menu") or {"button": []}
    return [leaf for button in menu["button"] for leaf in (button.get("sub_button") or [button])]


def _check_name(button: Json, limit: int, code: int) -> None:
    if not 1 <= len(str(button.get("name", "")).encode()) <= limit:
        raise Refused(code, str(button.get("name", "")))


def _check_action(button: Json) -> None:
    kind = button.get("type")
    if kind in NEEDS_KEY:
        if not 1 <= len(str(button.get("key", "")).encode()) <= KEY_BYTES:
            raise Refused(40019)
    elif kind not in OTHER_TYPES:
        raise Refused(40017)
    elif kind == "view" and not 1 <= len(str(button.get("url", "")).encode()) <= URL_BYTES:
        raise Refused(40020)

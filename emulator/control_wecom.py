"""The control API's WeCom part: groups, single chats, apps, cards, robots, and URL verification."""

from flask import Blueprint, Response, jsonify

from emulator import app_members, members, wechat_push, wecom_app_push, wecom_push
from emulator.chats import app_chat, group_chat, single_chat
from emulator.control import dispatch, form, with_photo
from emulator.courier import NoAnswer
from emulator.residents import Impossible
from emulator.wecom_api import ROBOT_STATES
from emulator.world import World


def control_wecom(world: World, routes: Blueprint) -> None:
    """Add the routes to the control API."""
    _group_routes(world, routes)
    _single_routes(world, routes)
    _app_routes(world, routes)
    _verify_route(world, routes)


def _group_routes(world: World, routes: Blueprint) -> None:

    @routes.post("/groups/<chatid>/say")
    def say(chatid: str) -> Response:
        data = with_photo(world, form())
        return dispatch(world, group_chat(chatid), data, lambda: members.say_in_group(world, chatid, data))

    @routes.post("/groups/<chatid>/robot")
    def robot(chatid: str) -> Response:
        state = str(form().get("state"))
        if state not in ROBOT_STATES or not world.town.group(chatid):
            raise ValueError(f"state must be one of {', '.join(ROBOT_STATES)}, and the group must exist")
        world.set_setting(f"robot/{chatid}", state)
        return jsonify({"ok": True})

    @routes.post("/cards/<message_id>/click")
    def click(message_id: str) -> Response:
        data, card = form(), world.chats.find(message_id)
        if not card:
            raise Impossible("没有这张卡片")
        pressed = app_members.click if "app" in card.body else members.click
        return dispatch(world, card.chat, data, lambda: pressed(world, message_id, data))


def _single_routes(world: World, routes: Blueprint) -> None:
    @routes.post("/bots/<bot>/single/<userid>/say")
    def say_alone(bot: str, userid: str) -> Response:
        data = with_photo(world, form())
        chat = single_chat(bot, userid)
        return dispatch(world, chat, data, lambda: members.say_alone(world, bot, userid, data))

    @routes.post("/bots/<bot>/single/<userid>/enter")
    def enter(bot: str, userid: str) -> Response:
        chat = single_chat(bot, userid)
        return dispatch(world, chat, form(), lambda: members.enter(world, bot, userid))

    @routes.post("/bots/<bot>/single/<userid>/event")
    def any_event(bot: str, userid: str) -> Response:
        chat, data = single_chat(bot, userid), form()
        return dispatch(world, chat, data, lambda: members.any_event(world, bot, userid, data))


def _app_routes(world: World, routes: Blueprint) -> None:
    @routes.post("/apps/<app>/members/<userid>/<action>")
    def member_acts(app: str, userid: str, action: str) -> Response:
        data = with_photo(world, form())
        chat = app_chat(app, userid)
        return dispatch(world, chat, data, lambda: app_members.act(world, app, userid, action, data))


def _verify_route(world: World, routes: Blueprint) -> None:
    @routes.post("/verify")
    def verify() -> Response:
        results = {bot.name: wecom_push.verify(world, bot) for bot in world.town.bots}
        apps = {app.name: wecom_app_push.verify(world, app) for app in world.town.apps if app.callback}
        try:
            account = wechat_push.verify(world)
        except NoAnswer:
            account = {"ok": False, "status": None}
        return jsonify(
            {
                "ok": account["ok"] and all(one["ok"] for one in [*results.values(), *apps.values()]),
                "account": account,
                "bots": results,
                "apps": apps,
            }
        )

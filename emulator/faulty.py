"""Lets a scripted fault strike an API call."""

from collections.abc import Callable

from flask import Response, jsonify

from emulator.errors import Refused
from emulator.faults import API_FAULTS, Fault
from emulator.world import World

Perform = Callable[[], Response]


def answer_with_faults(world: World, name: str, perform: Perform) -> Response:
    """Do a call, unless a fault set for its name says otherwise."""
    fault = world.faults.take(name, API_FAULTS)
    return STRIKES[fault.what](world, fault, perform) if fault else perform()


def _errcode(world: World, fault: Fault, perform: Perform) -> Response:
    body = Refused(fault.errcode).body("emulated-fault")
    return jsonify(body | ({"errmsg": fault.errmsg} if fault.errmsg else {}))


def _http(world: World, fault: Fault, perform: Perform) -> Response:
    return Response("<html><h1>Bad Gateway</h1></html>", status=fault.status)


def _hang(world: World, fault: Fault, perform: Perform) -> Response:
    world.wait(fault.seconds)
    return perform()


def _garbage(world: World, fault: Fault, perform: Perform) -> Response:
    return Response("<html><body>系统维护中</body></html>", mimetype="text/html")


def _lost(world: World, fault: Fault, perform: Perform) -> Response:
    perform()
    return Response("", status=fault.status)


def _expire_token(world: World, fault: Fault, perform: Perform) -> Response:
    world.tokens.expire()
    world.app_tokens.expire()
    return perform()


STRIKES: dict[str, Callable[[World, Fault, Perform], Response]] = {
    "errcode": _errcode,
    "http": _http,
    "hang": _hang,
    "garbage": _garbage,
    "lost": _lost,
    "expire_token": _expire_token,
}

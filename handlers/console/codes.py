"""A sheet with a QR code for each building's door."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.refusals import NotAllowed, NotTold
from handlers.console.desk import here
from handlers.console.pages import found, looking, me, show
from models import views

CANNOT = "这个公众号没有生成二维码的权限（要已认证的服务号）。认证之后，再来打印。"
LATER = "微信那边暂时没有生成二维码，请过几分钟再打开这一页。"
NO_SCENE = "{}还没有二维码编号。请先在小区登记里给它一个编号，再来打印。"


def codes() -> ResponseReturnValue:
    """The buildings by estate."""
    with looking() as work:
        estates = [
            {"id": estate.id, "name": estate.name, "buildings": views.buildings(work, estate.id)}
            for estate in views.own_estates(work, me().asker)
        ]
    return show("codes.html", estates=estates)


def sheet(building_id: int) -> ResponseReturnValue:
    """One A4 page to print."""
    with looking() as work:
        building = found(views.own_building(work, me().asker, building_id))
    return _sheets(building.place, (building,))


def sheets(estate_id: int) -> ResponseReturnValue:
    """A page for each building of an estate."""
    with looking() as work:
        estate = found(
            next((one for one in views.own_estates(work, me().asker) if one.id == estate_id), None)
        )
        buildings = views.buildings(work, estate_id)
    return _sheets(estate.name, buildings)


def _sheets(title: str, buildings: Sequence[views.Building]) -> str:
    """The platform is asked for codes outside of any transaction; its first refusal ends the asking."""
    problems = [NO_SCENE.format(one.name) for one in buildings if one.scene is None]
    drawn = []
    try:
        for one in buildings:
            if one.scene is not None:
                drawn.append((one, _drawn(here().scene_url(one.scene))))
    except NotAllowed:
        problems.append(CANNOT)
    except NotTold:
        problems.append(LATER)
    return show("sheet.html", title=title, sheets=drawn, problem="".join(problems))


def _drawn(address: str) -> Markup:
    """The code as SVG. segno draws modules only: no text of the address gets into the page."""
    return Markup(segno.make(address, error="q", micro=False).svg_inline(border=2, omitsize=True))  # noqa: S704

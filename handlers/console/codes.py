"""A sheet with a QR code for each building's door."""

from __future__ import annotations

import segno
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.refusals import NotAllowed, NotTold
from handlers.console.desk import here
from handlers.console.pages import found, looking, show
from models import views

CANNOT = "这个公众号没有生成二维码的权限（要已认证的服务号）。认证之后，再来打印。"
LATER = "微信那边暂时没有生成二维码，请过几分钟再打开这一页。"
NO_SCENE = "这栋楼还没有二维码编号。请先在小区登记里给它一个编号，再来打印。"


def codes() -> ResponseReturnValue:
    """The buildings by estate."""
    with looking() as work:
        estates = [
            {"name": estate.name, "buildings": views.buildings(work, estate.id)}
            for estate in views.estates(work)
        ]
    return show("codes.html", estates=estates)


def sheet(building_id: int) -> ResponseReturnValue:
    """One A4 page to print. The platform is asked for the code outside of any transaction."""
    with looking() as work:
        building = found(next((one for one in views.buildings(work) if one.id == building_id), None))
    code, problem = _code(building.scene)
    return show("sheet.html", building=building, code=code, problem=problem)


def _code(scene: str | None) -> tuple[Markup, str]:
    if scene is None:
        return Markup(""), NO_SCENE
    try:
        address = here().scene_url(scene)
    except NotAllowed:
        return Markup(""), CANNOT
    except NotTold:
        return Markup(""), LATER
    # Drawn by segno from modules alone: no text of the address gets into the page.
    drawn = segno.make(address, error="q", micro=False).svg_inline(border=2, omitsize=True)
    return Markup(drawn), ""  # noqa: S704

"""The console: a few pages for clerks, administrators and firms. make_blueprint() is its door."""

from __future__ import annotations

import logging
from functools import partial

from flask import Blueprint, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from handlers.console.desk import EXTENSION, Desk
from handlers.console.guard import csrf, make_guard, token
from handlers.console.headers import harden
from handlers.console.routes import ROUTES
from handlers.console.words import FILTERS

__all__ = ["Desk", "make_blueprint"]

log = logging.getLogger(__name__)

# What a person is told, by HTTP status: (title, what to do next).
PROBLEMS = {
    400: ("没有办成", "页面打开得太久，或者内容不完整。请回到上一页，刷新后再试一次。"),
    403: ("这一页您看不了", "您的账号不能打开这一页。需要的话，请找管理员帮忙。"),
    404: ("没有找到", "没有这一页，或者不归您管。请核对工单号，或回到工单列表查找。"),
    413: ("文件太大", "请分成几个文件，一个一个上传。"),
    503: ("暂时办不了", "系统正忙，请过一分钟再试；还是不行，请告诉管理员。"),
}


def make_blueprint(desk: Desk) -> Blueprint:
    """The pages under /console. The application needs a SECRET_KEY; cookies are set up on registration."""
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    for route in ROUTES:
        blueprint.add_url_rule(route.rule, route.view.__name__, route.view, methods=[route.method])
    blueprint.before_request(make_guard({f"console.{route.view.__name__}": route for route in ROUTES}))
    blueprint.after_request(harden)
    blueprint.register_error_handler(CSRFError, _problem)
    for away in (OperationalError, TimeoutError):
        blueprint.register_error_handler(away, _busy)
    for status in PROBLEMS:
        blueprint.register_error_handler(status, _problem)
    blueprint.record_once(partial(_settle, desk))
    return blueprint


def _settle(desk: Desk, state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions[EXTENSION] = desk
    app.config.update(
        SESSION_COOKIE_NAME="linli_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.public_url.startswith("https://"),
        # Callbacks are signed by the platform and bear no token: the guard checks the console alone.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token lives as long as its session; the guard ends that.
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["token"] = token


def _busy(away: Exception) -> ResponseReturnValue:
    log.warning("the database did not answer in time: %s", type(away).__name__)
    return _problem(ServiceUnavailable())


def _problem(error: Exception) -> ResponseReturnValue:
    status = error.code if isinstance(error, HTTPException) and error.code in PROBLEMS else 400
    title, advice = PROBLEMS[status]
    return render_template("console/problem.html", title=title, advice=advice), status

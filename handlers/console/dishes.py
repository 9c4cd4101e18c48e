"""The page 菜品: a canteen's register of dishes, each with its price, what is in it, and a photo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.photos import clean, written
from bot.refusals import NoMedia
from handlers.console.desk import here
from handlers.console.forms import Choices, Typed, read
from handlers.console.menus import asked_canteen
from handlers.console.pages import found, looking, me, show, whole, working
from handlers.console.photos import thumbnail_of
from handlers.console.section import FIELDS
from handlers.console.settings import errors_of
from models.actions.menus import SaveDish
from models.rules.diets import ALLERGENS, MARKS
from models.views import canteens

PHOTO_BYTES = 12_000_000
NO_PHOTO = "这不是照片，或者照片太大。请换一张 JPG 或 PNG 的照片。"
CHOICES: Mapping[str, Choices] = {"marks": MARKS, "allergens": ALLERGENS}
FORM = FIELDS["dishes"]


def dishes() -> ResponseReturnValue:
    """The register of one canteen, and the form for a new dish."""
    with looking() as work:
        canteen = asked_canteen(canteens.own_canteens(work, me().asker), request.args)
    return _page(canteen, None, {"active": True}, {})


def _page(
    canteen: canteens.SetupCanteen | None,
    dish: canteens.SetupDish | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> str:
    with looking() as work:
        mine = canteens.own_canteens(work, me().asker)
        register = canteens.dishes_of(work, canteen.id) if canteen else ()
    facts = {"canteens": mine, "canteen": canteen, "register": register, "dish": dish}
    form = {"fields": FORM, "values": values, "errors": errors, "choices": CHOICES}
    return show("dishes.html", **facts, **form, allergens=ALLERGENS)


def dish(dish_id: int) -> ResponseReturnValue:
    """The form of one dish."""
    with looking() as work:
        one = found(canteens.own_dish(work, me().asker, dish_id))
        canteen = canteens.own_canteen(work, me().asker, one.canteen_id)
    names = ("name", "cents", "ingredients", "marks", "allergens", "active")
    return _page(canteen, one, {name: getattr(one, name) for name in names}, {})


def make_dish() -> ResponseReturnValue:
    """A new dish."""
    with looking() as work:
        canteen = canteens.own_canteen(work, me().asker, whole("canteen", request.form))
    if canteen is None:
        flash("请先选食堂，再登记菜品。", "bad")
        return redirect(url_for("console.dishes"))
    return _save(canteen, None)


def save_dish(dish_id: int) -> ResponseReturnValue:
    """A change of one."""
    with looking() as work:
        one = found(canteens.own_dish(work, me().asker, dish_id))
        canteen = canteens.own_canteen(work, me().asker, one.canteen_id)
    return _save(found(canteen), one)


def _save(canteen: canteens.SetupCanteen, one: canteens.SetupDish | None) -> ResponseReturnValue:
    typed = read(FORM, request.form, CHOICES, changes=one is not None)
    errors = dict(typed.errors)
    try:
        photo = _photo()
    except NoMedia:
        photo, errors["photo"] = None, NO_PHOTO
    outcome: Mapping[str, Any] = {"ok": False}
    if not errors:
        outcome = _saved(canteen, one, typed, photo)
    if not outcome["ok"]:
        return _page(canteen, one, request.form, {**errors, **errors_of(FORM, typed, outcome)}), 422
    flash(f"{typed.values['name']}已经保存。", "good")
    return redirect(url_for("console.dishes", canteen=canteen.id))


def _saved(
    canteen: canteens.SetupCanteen, one: canteens.SetupDish | None, typed: Typed, photo: str | None
) -> Mapping[str, Any]:
    dish_id = one.id if one else None
    with working() as work:
        return SaveDish(g.me.id, canteen.id, **typed.values, photo=photo, dish_id=dish_id).run(work)


def _photo() -> str | None:
    """The name of the picture that was sent, drawn anew and kept; None keeps what is there. Raises NoMedia."""
    sent = request.files.get("photo")
    if "no_photo" in request.form:
        return ""
    if sent is None or not sent.filename:
        return None
    picture = clean(sent.read())
    folder = here().photo_dir
    written(folder, picture.jpeg).replace(folder / picture.file)
    return picture.file


def dish_photo(dish_id: int) -> Response:
    """A thumbnail of the dish."""
    with looking() as work:
        one = found(canteens.own_dish(work, me().asker, dish_id))
    return thumbnail_of(one.photo)

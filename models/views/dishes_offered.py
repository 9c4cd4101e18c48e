"""The dishes that a person can order now, and those that their canteens ever cook."""

from __future__ import annotations

from sqlalchemy import select

from models import tables as t
from models.store import Work
from models.views.calendar import today
from models.views.meals import AHEAD, lives_there, open_menu_ids

_OFFERED = (
    select(t.dish.c.name, t.menu.c.id)
    .join_from(t.menu, t.menu_dish)
    .join(t.dish, t.dish.c.id == t.menu_dish.c.dish_id)
    .join(t.canteen, t.canteen.c.id == t.menu.c.canteen_id)
    .where(t.menu.c.id.in_(open_menu_ids()), t.canteen.c.active)
    .order_by(t.menu.c.day, t.menu.c.starts_at, t.menu.c.id)
)
_LIVES = lives_there().subquery()
_COOKED = (
    select(t.dish.c.name)
    .join_from(t.dish, t.canteen)
    .join(t.estate_canteen, t.estate_canteen.c.canteen_id == t.canteen.c.id)
    .join(_LIVES, _LIVES.c.estate_id == t.estate_canteen.c.estate_id)
    .where(t.dish.c.active, t.canteen.c.active)
    .group_by(t.dish.c.name)
    .order_by(t.dish.c.name)
)


def dishes_offered(work: Work, person_id: int) -> dict[str, list[int]]:
    """The dishes on the menus from which a person can order now, each with the ids of those menus, the earliest
    first; whether any is left of it is not looked at."""
    since = today(work)
    said = {"person": person_id, "since": since, "until": since + AHEAD, "meal": "", "now": work.now}
    found: dict[str, list[int]] = {}
    for name, menu_id in work.conn.execute(_OFFERED, said):
        found.setdefault(name, []).append(menu_id)
    return found


def dishes_known(work: Work, person_id: int) -> list[str]:
    """The dishes of the canteens that serve a person's homes, on a menu now or not."""
    return list(work.conn.execute(_COOKED, {"person": person_id}).scalars())

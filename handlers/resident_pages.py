"""Every page that residents open in a browser."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from bot.clock import Clock
from handlers import album, meal_code, my_data, privacy
from models.store import Store


def make_blueprints(store: Store, clock: Clock, photo_dir: Path) -> tuple[Blueprint, ...]:
    """The album of an order, what is kept of somebody, the code of a meal, and the privacy notice."""
    shown = album.make_blueprint(store, clock, photo_dir)
    own = (my_data.make_blueprint(store, clock), meal_code.make_blueprint(store, clock))
    return (shown, *own, privacy.make_blueprint())

"""A canteen for tests: it serves 幸福小区 every day, and cooks two dishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.actions.canteens import SaveCanteen, SaveEstateCanteen, SaveSlot
from models.actions.menus import MenuDish, PublishMenus, SaveDish, SaveMenu
from models.views import today
from tests.town import TestTown

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
SLOTS: dict[str, dict[str, Any]] = {
    "breakfast": {
        "starts": "06:30", "ends": "08:30", "order_days": 1, "order_until": "20:00",
        "cancel_days": 1, "cancel_until": "20:00", "capacity": 50,
    },
    "lunch": {
        "starts": "11:00", "ends": "13:00", "order_until": "09:30", "cancel_until": "09:00", "capacity": 100,
        "delivers": True, "delivery_cents": 100,
    },
    "dinner": {"starts": "16:30", "ends": "18:30", "order_until": "14:30", "cancel_until": "14:30", "capacity": 80},
}  # fmt: skip


@dataclass(frozen=True)
class Kitchen:
    """A canteen with its dishes by name."""

    town: TestTown
    canteen: int
    dishes: dict[str, int]
    day: date

    def menu(self, meal: str = "lunch", day: date | None = None, *names: str) -> int:
        """A draft of these dishes, all without names."""
        wanted = names or tuple(self.dishes)
        on_it = tuple(MenuDish(self.dishes[name], None, 10) for name in wanted)
        saved = self.town.do(SaveMenu(None, self.canteen, day or self.day, meal, on_it))
        assert saved["ok"], saved
        return int(saved["menu_id"])

    def published(self, meal: str = "lunch", day: date | None = None, *names: str) -> int:
        """A menu from which one may order."""
        menu_id = self.menu(meal, day, *names)
        assert self.town.do(PublishMenus(None, (menu_id,)))["published"] == 1
        return menu_id


def kitchen(town: TestTown, name: str = "东门食堂") -> Kitchen:
    """Make one, of the unit 安居物业."""
    unit = town.planted.units["安居物业"]
    canteen = int(town.do(SaveCanteen(name, unit))["id"])
    for meal, slot in SLOTS.items():
        assert town.do(SaveSlot(canteen, meal, EVERY_DAY, **slot))["ok"]
    town.do(SaveEstateCanteen(town.planted.estates["幸福小区"], canteen))
    prices = {"红烧肉": 1500, "麻婆豆腐": 800}
    dishes = {one: int(town.do(SaveDish(None, canteen, one, cents))["id"]) for one, cents in prices.items()}
    return Kitchen(town, canteen, dishes, town.see(today))

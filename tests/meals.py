"""Meals of two canteens put straight into the tables, for what only reads them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert

from models import tables as t
from models.store import Work


@dataclass
class Canteens:
    """和平食堂 of a firm in the first community serves both estates, 幸福食堂 of the second community the second."""

    work: Work
    areas: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    estates: dict[str, int] = field(default_factory=dict)
    canteens: dict[str, int] = field(default_factory=dict)
    dishes: dict[tuple[str, str], int] = field(default_factory=dict)
    tiers: dict[str, int] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _menus: dict[tuple[str, date, str], int] = field(default_factory=dict)

    def plant(self) -> Canteens:
        """The street with two communities, an estate, a unit and a canteen in each, and two payers."""
        self.areas["和平街道"] = self._add(t.area, level="street", name="和平街道")
        for community, estate, kind, unit, canteen in (
            ("东社区", "东园", "firm", "和平公司", "和平食堂"),
            ("西社区", "西园", "community", "西社区居委会", "幸福食堂"),
        ):
            place = {"level": "community", "name": community, "parent_id": self.areas["和平街道"]}
            self.areas[community] = self._add(t.area, **place)
            self.estates[estate] = self._add(t.estate, name=estate, area_id=self.areas[community])
            self.units[unit] = self._add(t.handling_unit, kind=kind, name=unit, area_id=self.areas[community])
            self.canteens[canteen] = self._add(t.canteen, name=canteen, unit_id=self.units[unit])
            for dish, cents in (("红烧肉", 1200), ("豆腐", 650)):
                self.dishes[canteen, dish] = self._add(
                    t.dish, canteen_id=self.canteens[canteen], name=dish, cents=cents
                )
        for estate, canteen in (("东园", "和平食堂"), ("西园", "和平食堂"), ("西园", "幸福食堂")):
            self._add(t.estate_canteen, estate_id=self.estates[estate], canteen_id=self.canteens[canteen])
        for payer, cents in (("区民政", 300), ("街道", 500)):
            tier = {"name": f"{payer}补贴", "payer": payer, "cents": cents, "starts_on": date(2026, 1, 1)}
            self.tiers[payer] = self._add(t.subsidy_tier, **tier)
        return self

    def meal(
        self,
        day: date,
        *,
        canteen: str = "和平食堂",
        estate: str | None = "东园",
        state: str = "served",
        age_band: str = "70-79",
        dishes: tuple[tuple[str, int], ...] = (("红烧肉", 1),),
        paid: tuple[tuple[str, int], ...] = (),
        score: int | None = None,
        meal: str = "lunch",
    ) -> int:
        """An order with its dishes, what payers paid of it (payer, cents) and its digit; its id."""
        prices = {"红烧肉": 1200, "豆腐": 650}
        price, subsidy = sum(prices[dish] * count for dish, count in dishes), sum(c for _, c in paid)
        number, at = next(self._numbers), datetime.combine(day, time(1), UTC)
        order = self._add(
            t.meal_order, number=number, menu_id=self._menu(canteen, day, meal), canteen_id=self.canteens[canteen],
            day=day, meal=meal, state=state, how="pickup", estate_id=self.estates.get(estate or ""),
            portions=sum(count for _, count in dishes), price_cents=price, subsidy_cents=subsidy,
            pay_cents=price - subsidy, pays="pickup", age_band=age_band, code=f"{number:06d}", via="console",
            made_at=at, changed_at=at,
        )  # fmt: skip
        for dish, count in dishes:
            counted = {"count": count, "cents": prices[dish], "dish_id": self.dishes[canteen, dish]}
            self._add(t.meal_order_dish, meal_order_id=order, **counted)
        for payer, cents in paid:
            line = {"subsidy_tier_id": self.tiers[payer], "day": day, "cents": cents}
            self._add(t.meal_subsidy, meal_order_id=order, **line)
        if score is not None:
            self._add(t.meal_rating, meal_order_id=order, asked_at=at, score=score, at=at)
        return order

    def _menu(self, canteen: str, day: date, meal: str) -> int:
        if (canteen, day, meal) not in self._menus:
            at = datetime.combine(day, time(1), UTC)
            times = dict.fromkeys(("starts_at", "ends_at", "order_until", "cancel_until"), at)
            of = {"canteen_id": self.canteens[canteen], "day": day, "meal": meal, "state": "frozen"}
            self._menus[canteen, day, meal] = self._add(t.menu, **of, capacity=99, **times)
        return self._menus[canteen, day, meal]

    def _add(self, table: Any, **values: Any) -> int:
        made = insert(table).values(values).returning(table.c.id)
        return int(self.work.conn.execute(made).scalar_one())

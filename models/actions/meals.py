"""A meal is ordered, changed, cancelled: in one transaction with its portions, its subsidy and its money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update

from models import tables as t
from models.actions.kitchen import Correct
from models.actions.meal_in_hand import Account, By, Portions, codes, wanted
from models.actions.meal_telling import tell_of_carer
from models.rules.meals import age_band
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.meal_price import (
    DinerFacts,
    Offer,
    Place,
    Price,
    diner_of,
    given_back,
    offer_of,
    price_of,
    support_of,
)

HOW = ("pickup", "delivery")


def _live() -> Any:
    """The person's order of the meal of that menu, at whatever canteen: one meal, one subsidy."""
    o, m = t.meal_order.c, t.menu.c
    same = select(o.id).join_from(t.meal_order, t.menu, and_(m.day == o.day, m.meal == o.meal))
    return same.where(m.id == bindparam("menu"), o.person_id == bindparam("person"), o.state != "cancelled")


# Of every meal, so built once.
_LIVE = _live()
_ORDER = select(t.meal_order).where(t.meal_order.c.id == bindparam("order"))
_DISHES = select(t.meal_order_dish.c.dish_id, t.meal_order_dish.c.count.label("portions")).where(
    t.meal_order_dish.c.meal_order_id == bindparam("order")
)
_SET_DISHES, _SET_SUBSIDIES = insert(t.meal_order_dish), insert(t.meal_subsidy)
_PLACED = update(t.meal_order).where(
    t.meal_order.c.id == bindparam("order"), t.meal_order.c.state == "placed"
)


@dataclass(frozen=True, slots=True)
class PlaceMeal:
    """Order one person's meal: `dishes` is how many of which dish of that menu.

    `how`: pickup, or delivery to `home_id` (the first home that the canteen serves, where it is left out).
    `by_person_id`: an agreed carer who orders; `account_id`: who is told. `via`: wechat, standing, group, console,
    with `by_id` the worker or user. `late`: staff order after the cut-off, up to the end of the meal.

    Gives {"meal_order_id", "number", "code", "price_cents", "subsidy_cents", "pay_cents", "pays", "lines"}. Refusals:
    sold_out (dish_id, left), full (left), too_late, already (meal_order_id), not_served, cap (most), not_yours,
    unknown.
    """

    menu_id: int
    person_id: int
    dishes: Mapping[int, int]
    how: str
    home_id: int | None = None
    account_id: int | None = None
    by_person_id: int | None = None
    via: str = "wechat"
    by_id: int | None = None
    late: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """The same meal a second time, also at another canteen, is refused, and says which order it has."""
        account = Account.lock(work, self.person_id)
        if account is None:
            return Refusal(Why.UNKNOWN)
        if not may_order(work, self.by_person_id, self.person_id):
            return Refusal(Why.NOT_YOURS)
        same = {"menu": self.menu_id, "person": self.person_id}
        known = work.conn.execute(_LIVE, same).scalar()
        if known is not None:
            return Refusal(Why.ALREADY, meal_order_id=known)
        asked = Asked.read(work, self.person_id, self.menu_id, wanted(self.dishes), self.how, self.home_id)
        if isinstance(asked, Refusal):
            return asked
        taken = Portions.between(self.menu_id, {}, asked.dishes).take(work, late=self.late)
        if isinstance(taken, Refusal):
            return taken
        entered = self._enter(work, account, asked)
        _correct(work, taken, self.menu_id)
        if self.via == "wechat":  # of a standing order each day is not told
            _tell_diner(work, entered["meal_order_id"], self.person_id, self.by_person_id, "placed")
        return entered

    def _enter(self, work: Work, account: Account, asked: Asked) -> dict[str, Any]:
        pays = account.whence(asked.price.pay_cents)
        number = work.next_number(t.MEAL_NUMBER)
        row = asked.columns() | asked.paid(work, pays) | self._whose(work) | {"number": number}
        order_id, code = _made(work, row)
        _write_lines(work, order_id, asked)
        if pays != "pickup" and asked.price.pay_cents:
            account.enter("meal", -asked.price.pay_cents, self._by, order_id)
        return {"ok": True, "meal_order_id": order_id, "number": number, "code": code, "pays": pays} | (
            asked.price.shown()
        )

    def _whose(self, work: Work) -> dict[str, Any]:
        return {
            "person_id": self.person_id,
            "by_person_id": None if self.by_person_id == self.person_id else self.by_person_id,
            "account_id": self.account_id,
            "via": self.via,
            "by_id": self.by_id,
            "made_at": work.now,
        }

    @property
    def _by(self) -> By:
        return By(self.via, self.by_id or self.by_person_id or self.person_id)


@dataclass(frozen=True, slots=True)
class ChangeMeal:
    """Put other dishes, or another way to get them, in the place of what was ordered; the price is made anew.

    To add goes until orders end, to take away until cancelling ends. `how` and `home_id` stay where they are left
    out. `by_person_id`: the diner, or an agreed carer. Results and refusals as of PlaceMeal, and "refund_cents": what
    went back to the diner's account; already: it has been served or cancelled.
    """

    meal_order_id: int
    dishes: Mapping[int, int]
    how: str | None = None
    home_id: int | None = None
    by_person_id: int | None = None
    via: str = "wechat"
    by_id: int | None = None
    late: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """The same change a second time changes nothing."""
        held = Held.take(work, self.meal_order_id, self.by_person_id)
        if isinstance(held, Refusal):
            return held
        order = held.order
        how, home = self.how or order.how, self.home_id or order.home_id
        dishes = wanted(self.dishes)
        asked = Asked.read(work, order.person_id, order.menu_id, dishes, how, home, order)
        if isinstance(asked, Refusal):
            return asked
        portions = Portions.between(order.menu_id, held.dishes, asked.dishes)
        taken = portions.take(work, late=self.late)
        if isinstance(taken, Refusal):
            return taken
        pays = held.whence(asked.price.pay_cents)
        row = asked.columns() | asked.paid(work, pays)
        if not work.conn.execute(_PLACED.values(row), {"order": order.id}).rowcount:
            portions.give_back(work)
            return Refusal(Why.ALREADY, meal_order_id=order.id)
        _write_lines(work, order.id, asked, anew=True)
        cost = asked.price.pay_cents if pays != "pickup" else 0
        refund = max(held.paid_cents - cost, 0)
        held.move(cost, "change", held.by(self))
        ways = (asked.how, asked.columns()["home_id"]) != (order.how, order.home_id)
        _correct(work, taken, order.menu_id, ways)
        _tell_diner(work, order.id, order.person_id, self.by_person_id, "changed", refund)
        told = {"ok": True, "meal_order_id": order.id, "number": order.number, "code": order.code}
        return told | {"pays": pays, "refund_cents": refund} | asked.price.shown()


@dataclass(frozen=True, slots=True)
class CancelMeal:
    """The meal is not cooked; its portions are free again, and what was paid goes back to the diner's account.

    `by_person_id`: the diner, or an agreed carer. `late`: by staff after the cut-off, or because the menu was
    withdrawn. Gives {"refund_cents"}. Refusals: too_late, already (cancelled or served), not_yours, unknown.
    """

    meal_order_id: int
    by_person_id: int | None = None
    via: str = "wechat"
    by_id: int | None = None
    late: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """It stays as a cancelled order: nothing brings it back."""
        held = Held.take(work, self.meal_order_id, self.by_person_id)
        if isinstance(held, Refusal):
            return held
        order, portions = held.order, Portions.between(held.order.menu_id, held.dishes, {})
        taken = portions.take(work, late=self.late)
        if isinstance(taken, Refusal):
            return taken
        ended = {"state": "cancelled", "changed_at": work.now, "ended_at": work.now}
        if not work.conn.execute(_PLACED.values(ended), {"order": order.id}).rowcount:
            portions.give_back(work)
            return Refusal(Why.ALREADY, meal_order_id=order.id)
        refund = held.paid_cents
        held.move(0, "refund", held.by(self))
        _correct(work, taken, order.menu_id)
        _tell_diner(work, order.id, order.person_id, self.by_person_id, "cancelled", refund)
        return {"ok": True, "meal_order_id": order.id, "refund_cents": refund}


def _tell_diner(
    work: Work, order_id: int, person_id: int, by_person_id: int | None, end: str, refund_cents: int = 0
) -> None:
    """Whoever eats hears of it, where somebody else has done it."""
    if by_person_id is not None and by_person_id != person_id:
        tell_of_carer(work, order_id, by_person_id, end, refund_cents)


def _correct(work: Work, state: str, menu_id: int, ways: bool = False) -> None:
    """After a change in a menu of that state: where the kitchen has its count, it gets a correction."""
    if state == "frozen":
        Correct(menu_id, ways).run(work)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, once it can be had: where it goes and what it costs."""

    offer: Offer
    diner: DinerFacts
    place: Place
    dishes: Mapping[int, int]
    how: str
    price: Price

    @classmethod
    def read(
        cls,
        work: Work,
        person_id: int,
        menu_id: int,
        dishes: Mapping[int, int],
        how: str,
        home_id: int | None,
        before: Any = None,
    ) -> Asked | Refusal:
        """`before`: the order that is changed; it may stay where it goes, also once the canteen serves nobody there.

        Refusals: unknown (menu, dish, or no portions), not_served, cap (most).
        """
        offer = offer_of(work, menu_id)
        if offer is None or how not in HOW or not _on_menu(offer, dishes):
            return Refusal(Why.UNKNOWN)
        most = int(work.limits["meal_portions"])
        if sum(dishes.values()) > most:
            return Refusal(Why.CAP, most=most)
        diner = diner_of(work, person_id, offer.canteen_id)
        home_id = home_id if how == "delivery" else None
        place = _stays(before, how, home_id) or _goes(offer, diner, how, home_id)
        if diner is None or place is None:
            return Refusal(Why.NOT_SERVED)
        support = support_of(work, diner, (offer.day,), before.id if before else 0)
        return cls(offer, diner, place, dishes, how, price_of(offer, support, dishes, how))

    def columns(self) -> dict[str, Any]:
        """The order's columns that follow from it."""
        return {
            "menu_id": self.offer.menu_id,
            "canteen_id": self.offer.canteen_id,
            "day": self.offer.day,
            "meal": self.offer.meal,
            "how": self.how,
            "home_id": self.place.home_id if self.how == "delivery" else None,
            "building_id": self.place.building_id,
            "estate_id": self.place.estate_id,
            "portions": sum(self.dishes.values()),
            "price_cents": self.price.price_cents,
            "subsidy_cents": self.price.subsidy_cents,
            "pay_cents": self.price.pay_cents,
            "age_band": age_band(self.diner.age(self.offer.day)),
        }

    def paid(self, work: Work, pays: str) -> dict[str, Any]:
        """Whence it is paid, and whether it is: a bill is paid at the end of its month."""
        paid_at = work.now if pays == "balance" or not self.price.pay_cents else None
        return {"pays": pays, "paid_at": paid_at, "changed_at": work.now}


def _stays(before: Any, how: str, home_id: int | None) -> Place | None:
    """Where the order went before, if it goes there still."""
    if before is None or (before.how, before.home_id) != (how, home_id):
        return None
    return Place(home_id or 0, before.building_id, before.estate_id, None, False, True)


def _goes(offer: Offer, diner: DinerFacts | None, how: str, home_id: int | None) -> Place | None:
    return diner.place(home_id) if diner and (how == "pickup" or offer.delivers) else None


def _on_menu(offer: Offer, dishes: Mapping[int, int]) -> bool:
    return bool(dishes) and all(one in offer.dishes and count > 0 for one, count in dishes.items())


def may_order(work: Work, by_person_id: int | None, person_id: int) -> bool:
    """Whether somebody may order for this diner: for themselves, or as a carer to whom the diner has agreed."""
    if by_person_id in (None, person_id):
        return True
    c = t.carer.c
    agreed = select(c.id).where(c.elder_id == person_id, c.carer_id == by_person_id, c.state == "agreed")
    return work.conn.execute(agreed).first() is not None


def _made(work: Work, row: Mapping[str, Any]) -> tuple[int, str]:
    for code in codes(work, row["menu_id"], row["number"]):
        made = work.made(t.meal_order, {**row, "state": "placed", "code": code})
        if made is not None:
            return made, code
    raise RuntimeError(f"no pickup code is free in menu {row['menu_id']}")


def _write_lines(work: Work, order_id: int, asked: Asked, *, anew: bool = False) -> None:
    """The dishes at their prices, and what each tier pays."""
    if anew:
        for table in (t.meal_order_dish, t.meal_subsidy):
            work.conn.execute(delete(table).where(table.c.meal_order_id == order_id))
    dishes = [
        {"meal_order_id": order_id, "dish_id": one, "count": count, "cents": asked.offer.dishes[one].cents}
        for one, count in asked.dishes.items()
    ]
    work.conn.execute(_SET_DISHES, dishes)
    whose = {"meal_order_id": order_id, "person_id": asked.diner.person_id, "day": asked.offer.day}
    paid = [whose | {"subsidy_tier_id": one.tier_id, "cents": one.cents} for one in asked.price.lines]
    if paid:
        work.conn.execute(_SET_SUBSIDIES, paid)


@dataclass(frozen=True, slots=True)
class Held:
    """An order that is still to come, with its diner's account locked."""

    account: Account
    order: Any
    dishes: Mapping[int, int]

    @classmethod
    def take(cls, work: Work, order_id: int, by_person_id: int | None) -> Held | Refusal:
        """Refusals: unknown, not_yours, already."""
        found = work.conn.execute(_ORDER, {"order": order_id}).first()
        account = Account.lock(work, found.person_id) if found and found.person_id else None
        if account is None:
            return Refusal(Why.UNKNOWN)
        if not may_order(work, by_person_id, account.person_id):
            return Refusal(Why.NOT_YOURS)
        order = work.conn.execute(_ORDER, {"order": order_id}).one()
        if order.state != "placed":
            return Refusal(Why.ALREADY, meal_order_id=order_id)
        rows = work.conn.execute(_DISHES, {"order": order_id})
        return cls(account, order, {row.dish_id: row.portions for row in rows})

    @property
    def paid_cents(self) -> int:
        """What the order has cost the diner up to now: what would go back."""
        return given_back(self.order)

    def whence(self, pay_cents: int) -> str:
        """Whence the changed order is paid."""
        return self.account.whence(pay_cents, back=self.paid_cents)

    def move(self, cents: int, kind: str, by: By) -> None:
        """From now on the order costs the diner's account so much."""
        if self.paid_cents != cents:
            self.account.enter(kind, self.paid_cents - cents, by, self.order.id)

    def by(self, action: ChangeMeal | CancelMeal) -> By:
        """Whose hand it is."""
        return By(action.via, action.by_id or action.by_person_id or self.account.person_id)

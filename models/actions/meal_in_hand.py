"""What every change of a meal shares: the diner's account, the portions of the menu, the diner's money.

Locks are taken in one order: the account, the menu, its dishes, the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.meal_price import NOW, paid_from

WHOSE = {"wechat": "resident", "standing": "system", "group": "worker", "console": "console"}
"""By whose hand something was entered, by the way it came."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # a time that every cut-off is after
OFF = ("draft", "withdrawn")  # not cooked: what was ordered can be given back also after the meal's time
_N = bindparam("n", type_=Integer)


@cache
def _lock_account(dialect: str) -> Any:
    """The diner's account, made where there is none, and locked: one statement for both."""
    a, p = t.meal_account.c, t.person.c
    made: Any = (postgresql if dialect == "postgresql" else sqlite).insert(t.meal_account)
    fresh = select(p.id, literal("pickup"), literal(0), NOW).where(p.id == bindparam("person"))
    made = made.from_select(["person_id", "pays", "balance_cents", "changed_at"], fresh)
    touched = {"changed_at": made.excluded.changed_at}
    return made.on_conflict_do_update(index_elements=[a.person_id], set_=touched).returning(
        a.id, a.person_id, a.pays, a.balance_cents
    )


def _take_portions() -> Any:
    m = t.menu.c
    return (
        update(t.menu)
        .where(m.id == bindparam("menu"), m.state.in_(bindparam("states", expanding=True)))
        .where(m.order_until > bindparam("adding", type_=m.order_until.type))
        .where(m.cancel_until > bindparam("removing", type_=m.order_until.type))
        .where(or_(m.ends_at > NOW, m.state.in_(OFF)), or_(_N <= 0, m.taken + _N <= m.capacity))
        .values(taken=m.taken + _N)
        .returning(m.state)
    )


def _take_dish() -> Any:
    d = t.menu_dish.c
    enough = or_(_N <= 0, d.portions.is_(None), d.taken + _N <= d.portions)
    this = update(t.menu_dish).where(d.menu_id == bindparam("menu"), d.dish_id == bindparam("dish"), enough)
    return this.values(taken=d.taken + _N)


def _back() -> Any:
    return update(t.menu).where(t.menu.c.id == bindparam("menu")).values(taken=t.menu.c.taken - _N)


# Of every meal, so built once.
_TAKE, _TAKE_DISH, _BACK = _take_portions(), _take_dish(), _back()
_MENU = select(t.menu).where(t.menu.c.id == bindparam("menu"))
_DISH = select((t.menu_dish.c.portions - t.menu_dish.c.taken).label("left")).where(
    t.menu_dish.c.menu_id == bindparam("menu"), t.menu_dish.c.dish_id == bindparam("dish")
)
_MOVE = (
    update(t.meal_account)
    .where(t.meal_account.c.id == bindparam("account"))
    .values(balance_cents=t.meal_account.c.balance_cents + bindparam("cents", type_=Integer))
)
_ENTER = insert(t.meal_entry)


@dataclass(frozen=True, slots=True)
class By:
    """By whom something is done: the way it came (wechat, standing, group, console) and who."""

    via: str = "wechat"
    by_id: int | None = None

    def columns(self) -> dict[str, Any]:
        """As an entry in a diner's ledger names it."""
        return {"by": WHOSE[self.via], "by_id": self.by_id}


@dataclass(slots=True)
class Account:
    """A diner's account, locked until the transaction ends."""

    work: Work
    id: int
    person_id: int
    pays: str
    balance_cents: int

    @classmethod
    def lock(cls, work: Work, person_id: int) -> Account | None:
        """The account of that person, made if need be; None where there is no such person."""
        said = {"person": person_id, "now": work.now}
        row = work.conn.execute(_lock_account(work.conn.dialect.name), said).first()
        return cls(work, *row) if row else None

    def enter(self, kind: str, cents: int, by: By, order_id: int | None = None, note: str = "") -> None:
        """Add a line to the ledger, and its cents to the balance."""
        self.balance_cents += cents
        row = {"meal_account_id": self.id, "at": self.work.now, "kind": kind, "cents": cents, "note": note}
        self.work.run(_MOVE, {"account": self.id, "cents": cents})
        self.work.run(_ENTER, row | {"meal_order_id": order_id} | by.columns())

    def whence(self, pay_cents: int, *, back: int = 0) -> str:
        """Whence a meal is paid. `back`: what its order gives back first."""
        return paid_from(self.pays, self.balance_cents + back, pay_cents)


@dataclass(frozen=True, slots=True)
class Portions:
    """What is taken from a menu, by dish id; less than nothing is given back."""

    menu_id: int
    dishes: Mapping[int, int]

    @classmethod
    def between(cls, menu_id: int, old: Mapping[int, int], new: Mapping[int, int]) -> Portions:
        """What has to be taken to come from the one to the other."""
        both = {one: new.get(one, 0) - old.get(one, 0) for one in sorted({*old, *new})}
        return cls(menu_id, {one: count for one, count in both.items() if count})

    @property
    def count(self) -> int:
        """Portions of all dishes together."""
        return sum(self.dishes.values())

    def take(self, work: Work, *, late: bool) -> str | Refusal:
        """Take them and give the menu's state, or take nothing.

        `late`: staff may after the cut-off. Refusals: too_late, not_served, full (left), sold_out (dish_id, left).
        """
        adds, removes = self._adds, any(count < 0 for count in self.dishes.values())
        said = {
            "menu": self.menu_id,
            "n": self.count,
            "now": work.now,
            "states": ["published", "frozen", *OFF] if late and not adds else _states(late),
            "adding": work.now if adds and not late else LONG_AGO,
            "removing": work.now if removes and not late else LONG_AGO,
        }
        state = work.run(_TAKE, said).scalar()
        if state is None:
            return self._refusal(work, late)
        return self._take_dishes(work) or str(state)

    @property
    def _adds(self) -> bool:
        """A change of nothing, such as of the way it comes, is one of ordering."""
        return not self.dishes or any(count > 0 for count in self.dishes.values())

    def _take_dishes(self, work: Work) -> Refusal | None:
        taken: dict[int, int] = {}
        for dish, count in sorted(self.dishes.items()):
            said = {"menu": self.menu_id, "dish": dish, "n": count}
            if not work.run(_TAKE_DISH, said).rowcount:
                replace(self, dishes=taken).give_back(work, of_menu=self.count)
                left = work.run(_DISH, said).scalar()
                return Refusal(Why.SOLD_OUT, dish_id=dish, left=max(left or 0, 0))
            taken[dish] = count
        return None

    def give_back(self, work: Work, of_menu: int | None = None) -> None:
        """Undo take(). `of_menu`: portions of the menu, where not all dishes were taken."""
        portions = self.count if of_menu is None else of_menu
        work.run(_BACK, {"menu": self.menu_id, "n": portions})
        for dish, count in self.dishes.items():
            work.run(_TAKE_DISH, {"menu": self.menu_id, "dish": dish, "n": -count})

    def _refusal(self, work: Work, late: bool) -> Refusal:
        menu = work.run(_MENU, {"menu": self.menu_id}).first()
        if menu is None:
            return Refusal(Why.UNKNOWN)
        if menu.state in OFF:
            return Refusal(Why.NOT_SERVED)
        if menu.state not in _states(late) or not self._in_time(work, menu, late):
            return Refusal(Why.TOO_LATE)
        return Refusal(Why.FULL, left=max(menu.capacity - menu.taken, 0))

    def _in_time(self, work: Work, menu: Any, late: bool) -> bool:
        if late:
            return bool(menu.ends_at > work.now)
        until = [menu.order_until] if self._adds else []
        until += [menu.cancel_until] if any(count < 0 for count in self.dishes.values()) else []
        return bool(work.now < min(until))


def _states(late: bool) -> list[str]:
    return ["published", "frozen"] if late else ["published"]


def wanted(dishes: Mapping[Any, Any]) -> dict[int, int]:
    """Dishes by id in their order, also from JSON, whose keys are text."""
    return dict(sorted((int(dish), int(count)) for dish, count in dishes.items()))


def codes(work: Work, menu_id: int, number: int) -> Iterator[str]:
    """Pickup codes for an order, to be tried until one is free; nobody can guess another's from their own."""
    for attempt, digits in enumerate((4, 4, 4, 5, 5, 6, 6, 6, 6, 6)):
        told = work.index(f"pickup {menu_id} {number} {attempt}")
        yield str(int(told, 16) % 10**digits).zfill(digits)

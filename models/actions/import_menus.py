"""Lines of dishes and of menus. A table of menus is brought in whole or not at all: half a week helps nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.canteens import SaveEstateCanteen, runs
from models.actions.import_lines import Brought, Line, differing, estate_ids
from models.actions.menus import MenuDish, SaveDish, SaveMenu, plan
from models.rules.import_cells import plain_name
from models.rules.meals import MEALS
from models.rules.orders import Refusal, Why
from models.store import Work


def bring_estate_canteens(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Each line lets an estate's people order from a canteen; what is there and in no line stays."""
    estates, registers = estate_ids(work), _registers(work, lines, brought)
    ec = t.estate_canteen.c
    rows = work.conn.execute(select(ec.id, ec.estate_id, ec.canteen_id, ec.is_default))
    known = {(row.estate_id, row.canteen_id): row for row in rows}
    for line in lines:
        estate, register = estates.get(line.values["estate"]), registers.get(line.values["canteen"])
        if estate is None:
            brought.wrong(line, "estate", "unknown_estate")
        elif register is None:
            brought.wrong(line, "canteen", "unknown_canteen")
        else:
            there = known.get((estate, register.canteen_id))
            first = line.values.get("is_default") == "yes"
            changed = there is None or (first and not there.is_default)
            if there is None:
                brought.counts["new"] += 1
            else:
                brought.known(changed)
            if changed and brought.writes:
                row_id = there.id if there is not None else None
                SaveEstateCanteen(estate, register.canteen_id, first, row_id).run(work)


def bring_dishes(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """Each line is a dish of a canteen's register; what it leaves empty stays, but a new one needs a price."""
    registers = _registers(work, lines, brought)
    for line in lines:
        register = registers.get(line.values["canteen"])
        if register is None:
            brought.wrong(line, "canteen", "unknown_canteen")
            continue
        known = register.of(line.values["dish"])
        if known is None and "price" not in line.values:
            brought.wrong(line, "price", "no_price")
            continue
        said = {"cents": line.values.get("price")}
        said |= {name: line.values.get(name) for name in ("ingredients", "marks", "allergens")}
        _bring_dish(work, register, line.values["dish"], said, known, brought)


def _bring_dish(
    work: Work, register: _Register, name: str, said: Mapping[str, Any], known: Any, brought: Brought
) -> None:
    changes = differing(known, said) if known else said
    if known is None:
        brought.counts["new"] += 1
    else:
        brought.known(bool(changes))
    if not brought.writes or not changes:
        return
    old = known._mapping if known else {}
    values: dict[str, Any] = {one: said[one] if said[one] is not None else old.get(one) for one in said}
    values |= {one: tuple(values[one] or ()) for one in ("marks", "allergens")}
    values |= {"ingredients": values["ingredients"] or "", "active": known.active if known else True}
    dish_id, plain = (known.id, known.name) if known else (None, name)
    SaveDish(brought.user_id, register.canteen_id, plain, dish_id=dish_id, **values).run(work)


@dataclass
class _Register:
    """A canteen's dishes, by name as people write it."""

    canteen_id: int
    dishes: dict[str, Any] = field(default_factory=dict)
    coming: dict[str, int] = field(default_factory=dict)  # prices of dishes that some line tells

    def of(self, name: str) -> Any:
        return self.dishes.get(plain_name(name))


def _registers(work: Work, lines: Sequence[Line], brought: Brought) -> dict[str, _Register]:
    """The canteens that the lines name and that whoever imports runs."""
    c, d = t.canteen.c, t.dish.c
    names = {line.values["canteen"] for line in lines}
    rows = work.conn.execute(select(c.id, c.name).where(c.name.in_(names), c.active).order_by(c.id))
    found = {row.name: _Register(row.id) for row in rows.all() if runs(work, brought.user_id, row.id)}
    ids = {one.canteen_id: one for one in found.values()}
    for dish in work.conn.execute(select(t.dish).where(d.canteen_id.in_(ids)).order_by(d.id)):
        ids[dish.canteen_id].dishes[plain_name(dish.name)] = dish
    return found


def bring_menus(work: Work, lines: Sequence[Line], brought: Brought) -> None:
    """The lines of one canteen, day and meal are that menu from now on; a new one is a draft."""
    registers = _registers(work, lines, brought)
    meals: dict[tuple[str, date, str], _Meal] = {}
    for line in lines:
        values = line.values
        if values["canteen"] not in registers:
            brought.wrong(line, "canteen", "unknown_canteen")
            continue
        key = (values["canteen"], date.fromisoformat(values["day"]), values["meal"])
        register = registers[values["canteen"]]
        if "price" in values:
            register.coming.setdefault(plain_name(values["dish"]), values["price"])
        meals.setdefault(key, _Meal(work, brought, register, *key[1:])).lines.append(line)
    # In one order everywhere, since each menu is locked until the end.
    ordered = [meals[key] for key in sorted(meals, key=lambda one: (one[0], one[1], MEALS.index(one[2])))]
    for meal in ordered:
        meal.check()
    if brought.faults:
        brought.counts.update(new=-brought.counts["new"], changed=-brought.counts["changed"])
    elif brought.writes:
        for meal in ordered:
            meal.save()


@dataclass
class _Meal:
    """One canteen's one meal of one day, as some lines tell it."""

    work: Work
    brought: Brought
    register: _Register
    day: date
    meal: str
    lines: list[Line] = field(default_factory=list)
    there: dict[int, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Find what is wrong, and count what is new; the menu that is there is locked if it is to be written."""
        planned = plan(self.work, self.register.canteen_id, self.day, self.meal)
        if isinstance(planned, Refusal):
            late, closed = planned["why"] == Why.TOO_LATE.value, planned.get("closed")
            why = "past_day" if late else "closed_day" if closed else "not_served"
            self._all_wrong("meal" if why == "not_served" else "day", why)
            return
        menu = self._menu()
        if menu is not None and (menu.state == "frozen" or menu.frozen_at or menu.ends_at <= self.work.now):
            self._all_wrong("meal", "menu_over")
            return
        if menu is not None and menu.state == "withdrawn" and menu.taken:
            self._all_wrong("meal", "being_withdrawn")
            return
        self._dishes_there(menu)
        for place, line in enumerate(self.lines, 1):
            self._check_line(place, line)
        self._check_rest()

    def _menu(self) -> Any:
        m = t.menu.c
        same = (m.canteen_id == self.register.canteen_id, m.day == self.day, m.meal == self.meal)
        query = select(t.menu).where(*same)
        return self.work.conn.execute(query.with_for_update() if self.brought.writes else query).first()

    def _dishes_there(self, menu: Any) -> None:
        md = t.menu_dish.c
        on = select(t.menu_dish).where(md.menu_id == (menu.id if menu is not None else None))
        self.there = {row.dish_id: row for row in self.work.conn.execute(on)}

    def _all_wrong(self, column: str, why: str) -> None:
        for line in self.lines:
            self.brought.wrong(line, column, why)

    def _check_line(self, place: int, line: Line) -> None:
        dish = self.register.of(line.values["dish"])
        there = self.there.get(dish.id) if dish is not None else None
        portions = line.values.get("portions")
        if dish is None and plain_name(line.values["dish"]) not in self.register.coming:
            self.brought.wrong(line, "price", "no_price")
        elif dish is not None and not dish.active and there is None:
            self.brought.wrong(line, "dish", "stopped_dish")
        elif there is not None and portions is not None and portions < there.taken:
            self.brought.wrong(line, "portions", "too_few")
        elif there is None:
            self.brought.counts["new"] += 1
        else:
            same = (there.place, there.cents, there.portions) == (place, self._cents(line, there), portions)
            self.brought.known(not same)

    def _check_rest(self) -> None:
        """What is on the menu and in no line goes, unless somebody ordered it."""
        said = {dish.id for line in self.lines if (dish := self.register.of(line.values["dish"])) is not None}
        gone = [row for dish_id, row in self.there.items() if dish_id not in said]
        if any(row.taken for row in gone):
            self.brought.wrong(self.lines[0], "dish", "ordered_gone")
        elif gone:
            self.brought.counts["changed"] += len(gone)

    @staticmethod
    def _cents(line: Line, there: Any) -> int | None:
        """The price that the line says, else that of the menu; None: that of the register."""
        cents: int | None = line.values.get("price", there.cents if there is not None else None)
        return cents

    def save(self) -> None:
        """Everything is right: write it. New dishes join the register."""
        who, canteen = self.brought.user_id, self.register.canteen_id
        saved = SaveMenu(who, canteen, self.day, self.meal, tuple(self._on_it())).run(self.work)
        if not saved["ok"]:
            # Nothing else of the table may stay: the transaction ends here, and the worker tries again.
            raise RuntimeError(f"a menu that was checked was refused: {saved['why']}")

    def _on_it(self) -> Iterator[MenuDish]:
        for line in self.lines:
            dish_id = self._dish_id(line)
            there = self.there.get(dish_id)
            yield MenuDish(dish_id, self._cents(line, there), line.values.get("portions"))

    def _dish_id(self, line: Line) -> int:
        name = line.values["dish"]
        known = self.register.of(name)
        if known is None:
            cents = self.register.coming[plain_name(name)]
            SaveDish(self.brought.user_id, self.register.canteen_id, name, cents).run(self.work)
            d = t.dish.c
            mine = select(t.dish).where(d.canteen_id == self.register.canteen_id, d.name == name)
            known = self.register.dishes[plain_name(name)] = self.work.conn.execute(mine).one()
        return int(known.id)

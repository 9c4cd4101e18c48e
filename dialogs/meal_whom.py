"""For whom a meal is ordered: oneself, or an elder who has agreed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.language.dining import elder_spoken_of, named_elder
from bot.talk import Choice, Look, Open, Part, World
from models import views

SELF = "self"


@dataclass(frozen=True)
class Diner:
    """Who eats. `word`: what the person who orders calls them (我妈); empty for themselves. `by`: who orders."""

    person_id: int
    word: str = ""
    by: int | None = None

    @property
    def whose(self) -> str:
        """Whose order it is, in a confirmation."""
        return f"给{self.word}订的" if self.word else ""


def whom(world: World) -> Part[Diner | Open]:
    """The diner whom the opening names, the only one there can be, or whom the carer chooses; who is not linked yet
    is asked for their consent."""
    people = yield from Look("people", views.served_people, world.who.person_id)
    own, said = Diner(world.who.person_id), world.opening.text
    named = named_elder(said) or elder_spoken_of(said)
    fits = [one for one in people if named and one["word"] == named]
    if named:
        return of(world, fits[0]) if fits else Open("carer", opening=True)
    if not people:
        return own
    eats = yield from Look("own_canteen", views.canteen_for, world.who.person_id)
    if len(people) == 1 and not eats:
        return of(world, people[0])
    picked = yield from Choice(
        "whom", "给谁订？", "请回复前面的数字，比如 1。", choices=choices(people, own=bool(eats)), names=True
    )
    return own if picked == SELF else of(world, next(p for p in people if str(p["person_id"]) == picked))


def choices(people: Sequence[dict[str, Any]], *, own: bool) -> dict[str, str]:
    """Whom one may order for; oneself last."""
    others = {str(one["person_id"]): one["word"] for one in people[:4]}
    return {**others, SELF: "我自己"} if own else others


def of(world: World, person: dict[str, Any]) -> Diner:
    """An elder as a diner."""
    return Diner(person["person_id"], person["word"], world.who.person_id)

"""What a worker can do on the page: one line for each form, made of the same actions as the grammar of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.page.words import WORDS
from models import views
from models.actions import Action
from models.actions.staff import (
    Arrive,
    AskResident,
    Claim,
    Finish,
    Progress,
    ReplyResident,
    Return,
)
from models.actions.worker_photos import KeptPhoto
from models.rules.orders import ENDS, HELD, refused

SOURCE = "page"


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and chosen."""

    words: str = ""
    end: str = "resolved"
    photos: tuple[KeptPhoto, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """One form. `name` is also the step of the order. `words`, `photos`, `ends`: what it asks for."""

    name: str
    action: Callable[[int, int, Form], Action]
    words: bool = True
    photos: bool = False
    ends: bool = False
    folded: bool = False

    @property
    def text(self) -> Mapping[str, str]:
        """Its title, hint, label and button."""
        text: Mapping[str, str] = WORDS["verbs"][self.name]
        return text


VERBS: Mapping[str, Verb] = {
    one.name: one
    for one in (
        Verb("claim", lambda order, worker, form: Claim(order, worker, SOURCE), words=False),
        Verb("arrive", lambda order, worker, form: Arrive(order, worker, SOURCE), words=False),
        Verb(
            "progress",
            lambda order, worker, form: Progress(order, worker, form.words, form.photos, SOURCE),
            photos=True,
        ),
        Verb(
            "finish",
            lambda order, worker, form: Finish(order, worker, form.words, form.end, form.photos, SOURCE),
            photos=True,
            ends=True,
        ),
        Verb(
            "ask",
            lambda order, worker, form: AskResident(order, worker, form.words, SOURCE),
            folded=True,
        ),
        Verb(
            "reply",
            lambda order, worker, form: ReplyResident(order, worker, form.words, SOURCE),
            folded=True,
        ),
        Verb(
            "return",
            lambda order, worker, form: Return(order, worker, form.words, SOURCE),
            folded=True,
        ),
    )
}


def offered(order: views.Order, *, on_duty: bool) -> list[Verb]:
    """What a worker may do with the order now, on duty or not; the actions decide again."""
    if order.state in HELD and not order.mine and not on_duty:
        return []
    return [verb for verb in VERBS.values() if refused(verb.name, order.state, "worker") is None]


def ends() -> list[str]:
    """The honest ends, the usual one first."""
    return list(ENDS)


def typed(values: Mapping[str, Any], most: int) -> Form:
    """The words and the end of a form, without its photos."""
    return Form(str(values.get("words", "")).strip()[:most], str(values.get("end", "resolved")))

"""What a worker can do on the page: one line for each form, made of the same actions as the grammar of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.page.moments import chosen
from handlers.page.words import WORDS
from models.actions import Action
from models.actions.appointment import Appoint
from models.actions.helpers import AddHelper, DismissHelper, HelperDone
from models.actions.merge import Merge
from models.actions.offers import Offers
from models.actions.pause import Pause, Resume
from models.actions.staff import (
    Arrive,
    AskResident,
    Claim,
    Finish,
    Progress,
    ReplyResident,
    Return,
)
from models.actions.transfer import Transfer
from models.actions.worker_photos import KeptPhoto
from models.rules.orders import ENDS, Refusal, Why

SOURCE = "page"


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and chosen. `day` and `clock`: as the lists give them; `who`: a worker's id; `to`: who gets the
    order, "worker-3" or "unit-4"; `into`: the number of another order."""

    words: str = ""
    end: str = "resolved"
    photos: tuple[KeptPhoto, ...] = ()
    day: str = ""
    clock: str = ""
    who: int | None = None
    to: str = ""
    into: int | None = None

    @property
    def at(self) -> datetime | None:
        """The moment that was chosen."""
        return chosen(self.day, self.clock)


@dataclass(frozen=True, slots=True)
class Verb:
    """One form. `name` is also the step of the order. `asks`: for what, of words, photos, end, moment,
    who, to, into."""

    name: str
    action: Callable[[int, int, Form], Action]
    asks: frozenset[str] = frozenset()
    folded: bool = False

    @property
    def text(self) -> Mapping[str, str]:
        """Its title, hint, label and button."""
        text: Mapping[str, str] = WORDS["verbs"][self.name]
        return text


def _asks(*what: str) -> frozenset[str]:
    return frozenset(what)


def _claim(order: int, worker: int, form: Form) -> Action:
    return Claim(order, worker, SOURCE)


def _resume(order: int, worker: int, form: Form) -> Action:
    return Resume(order, "worker", worker, SOURCE)


def _arrive(order: int, worker: int, form: Form) -> Action:
    return Arrive(order, worker, SOURCE)


def _progress(order: int, worker: int, form: Form) -> Action:
    return Progress(order, worker, form.words, form.photos, SOURCE)


def _helped(order: int, worker: int, form: Form) -> Action:
    return HelperDone(order, worker, form.words, form.photos, SOURCE)


def _finish(order: int, worker: int, form: Form) -> Action:
    return Finish(order, worker, form.words, form.end, form.photos, SOURCE)


def _ask(order: int, worker: int, form: Form) -> Action:
    return AskResident(order, worker, form.words, SOURCE)


def _reply(order: int, worker: int, form: Form) -> Action:
    return ReplyResident(order, worker, form.words, SOURCE)


def _appoint(order: int, worker: int, form: Form) -> Action:
    return Appoint(order, "worker", worker, form.at, source=SOURCE)


def _pause(order: int, worker: int, form: Form) -> Action:
    return Pause(order, "worker", worker, form.words, form.at, SOURCE)


def _help(order: int, worker: int, form: Form) -> Action:
    return AddHelper(order, "worker", worker, form.words, form.who, SOURCE)


def _dismiss(order: int, worker: int, form: Form) -> Action:
    return DismissHelper(order, "worker", worker, worker_id=form.who, source=SOURCE)


def _transfer(order: int, worker: int, form: Form) -> Action:
    kind, _, key = form.to.partition("-")
    chosen = _number(key) or 0  # nobody has the id 0: without a choice the words name nobody either
    to = {"to_unit_id": chosen} if kind == "unit" else {"to_worker_id": chosen}
    return Transfer(order, "worker", worker, form.words, **to, source=SOURCE)


def _merged(order: int, worker: int, form: Form) -> Action:
    return Merge(order, form.into, "worker", worker, SOURCE)


def _return(order: int, worker: int, form: Form) -> Action:
    return Return(order, worker, form.words, SOURCE)


VERBS: Mapping[str, Verb] = {
    one.name: one
    for one in (
        Verb("claim", _claim),
        Verb("resume", _resume),
        Verb("arrive", _arrive),
        Verb("progress", _progress, _asks("words", "photos")),
        Verb("helped", _helped, _asks("words", "photos")),
        Verb("finish", _finish, _asks("words", "photos", "end")),
        Verb("ask", _ask, _asks("words"), folded=True),
        Verb("reply", _reply, _asks("words"), folded=True),
        Verb("appoint", _appoint, _asks("moment"), folded=True),
        Verb("pause", _pause, _asks("words", "moment"), folded=True),
        Verb("help", _help, _asks("who", "words"), folded=True),
        Verb("dismiss", _dismiss, _asks("who"), folded=True),
        Verb("transfer", _transfer, _asks("to", "words"), folded=True),
        Verb("merged", _merged, _asks("into"), folded=True),
        Verb("return", _return, _asks("words"), folded=True),
    )
}
# Whose words may be left out: a photo does as well, or whom it is about.
WORDLESS = frozenset({"progress", "helped", "finish", "help", "transfer"})
GIVEN_AWAY = frozenset({"return", "transfer"})  # after them the order may be another unit's
HINTED = (Why.CAP, Why.HELPERS)


def offered(open_to: Offers) -> list[Verb]:
    """The forms of what would not be refused whatever is typed; who helps finishes their part, not the order."""
    verbs = [verb for verb in VERBS.values() if open_to.refused[verb.name] is None]
    return [verb for verb in verbs if not (open_to.helps and verb.name == "finish")]


def hindered(open_to: Offers) -> list[Refusal]:
    """Why something is not offered that a worker would look for."""
    return [one for one in open_to.refused.values() if one and one["why"] in HINTED]


def people(open_to: Offers) -> Mapping[str, Mapping[int, str]]:
    """Who can be chosen, by id, for each form that asks for somebody."""
    return {"help": open_to.free, "dismiss": open_to.helpers}


def takers(open_to: Offers) -> Mapping[str, str]:
    """Who can be given the order, as the form sends it."""
    return {f"{kind}-{key}": name for (kind, key), name in open_to.takers.items()}


def ends() -> list[str]:
    """The honest ends, the usual one first."""
    return list(ENDS)


def typed(values: Mapping[str, str], most: int) -> Form:
    """What a form says, without its photos."""
    return Form(
        words=values.get("words", "").strip()[:most],
        end=values.get("end", "resolved"),
        day=values.get("day", ""),
        clock=values.get("clock", ""),
        who=_number(values.get("who", "")),
        to=values.get("to", ""),
        into=_number(values.get("into", "").strip()),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None

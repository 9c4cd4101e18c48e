"""The registered dialogs by what opens them, and how one is put on top of a talk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.frames import Frame, pack_said
from bot.talk import Dialog
from bot.turn import Turn

DOUBT: Final = "maybe_danger"  # the intent of words that may tell of danger
PERSON: Final = "person"  # the intent of words that only ask for a person; the bare words are a control word
WHOLE: Final = frozenset(
    {
        PERSON,
        "bind_home",
        "my_orders",
        "my_data",
        "erase_me",
        "withdraw_consent",
        "privacy",
        "phones",
        "catalogue",
        "fields",
    }
)  # intents of sentences that mean nothing else
ANSWERS: Final = "faq"  # the intent of a question that a service item surely answers


@dataclass(frozen=True)
class Book:
    """The dialogs. `emergency`, `hello` and `menu` name those which the engine itself opens,
    `report` the one that is left by words which would take back its order."""

    dialogs: Mapping[str, Dialog]
    emergency: str = "emergency"
    hello: str = "hello"
    menu: str = "menu"
    report: str = "report"

    def of(self, frame: Frame) -> Dialog:
        """The dialog that this frame remembers."""
        return self.dialogs[frame.dialog]

    def by_intent(self, intent: str) -> str | None:
        """The dialog that opens on an intent."""
        return next((one.name for one in self.dialogs.values() if intent in one.opens), None)

    def by_menu(self, key: str) -> str:
        """The dialog behind a key of the account's menu; the list of what there is for a key of another release."""
        return next((one.name for one in self.dialogs.values() if key in one.menu), self.menu)

    def by_push(self, kind: str) -> str | None:
        """The dialog that answers a kind of open question."""
        return next((one.name for one in self.dialogs.values() if one.push == kind), None)

    def wanted(self, turn: Turn) -> list[str]:
        """The dialogs that what was said opens, the surest first; a photo opens one where nothing is asked for."""
        found = [self.by_intent(intent) for intent in self._intents(turn)]
        names = [name for name in found if name is not None]
        if turn.said.kind == "photo" and (turn.top is None or turn.waits):
            names.append(next((d.name for d in self.dialogs.values() if d.photos and d.opens), self.menu))
        return names

    def goes_before(self, turn: Turn, frame: Frame) -> str | None:
        """The other dialog that what was said surely opens in the middle of `frame`, or None.

        Where the frame's own matter is done and its question may be left, the same dialog begins anew.
        """
        names = [name for name in self.wanted(turn) if not self.dialogs[name].weak]
        anew = turn.may_leave and frame.has_done()
        return names[0] if names and (names[0] != frame.dialog or anew) else None

    def another(self, turn: Turn, frame: Frame) -> bool:
        """Whether what was said surely opens the dialog under way once more, for something else: nothing of it is
        done yet, and it has not been said already."""
        name = next(iter(self.wanted(turn)), None)
        anew = name == frame.dialog and not self.whole(turn)
        return anew and not frame.has_done() and not frame.heard(turn.said.text)

    def said_again(self, turn: Turn, frame: Frame) -> bool:
        """Whether what was said has surely opened this dialog, or is an answer that it has: nothing came back yet."""
        text = turn.said.text
        if text == frame.opening.get("text"):
            return self.wanted(turn)[:1] == [frame.dialog]
        return not turn.bare and frame.heard(text)

    def whole(self, turn: Turn) -> bool:
        """Whether what was said is a wish from end to end, and no answer to a question that takes any sentence."""
        return bool(WHOLE.intersection(self._intents(turn)[:1]))

    def _intents(self, turn: Turn) -> list[str]:
        """What was said wants to open. Whoever calls for somebody in danger is no matter apart: that is passed on."""
        found, top = turn.host.intents(turn.said.text), turn.top
        danger = top is not None and top.dialog in (self.emergency, self.by_intent(DOUBT))
        return [one for one in found if one != PERSON or not danger]

    def open(self, turn: Turn, name: str, *, aside: bool = False, beside: bool = False) -> bool:
        """Put a dialog on top. What may be left is left for it; a question that waits is asked again afterwards.

        `beside`: what is on top goes on afterwards.
        """
        if turn.top and not beside and self._left(turn, turn.top, name):
            left = self.of(turn.state.stack.pop())
            turn.words += [left.left] if left.left and name not in (left.name, self.emergency) else []
        turn.state.stack.append(Frame(name, pack_said(turn.said), aside=aside))
        return True

    @staticmethod
    def _left(turn: Turn, top: Frame, name: str) -> bool:
        """Whether the dialog on top ends because `name` opens."""
        if turn.waits and top.has_done():
            return False
        return top.dialog == name or turn.may_leave

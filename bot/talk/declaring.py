"""How a file declares its dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.talk.steps import Script, World

NOTHING = "什么都没有登记。"
FIXED = "前面的已经办好了，在这里改不了。要改请回复 人工，找工作人员。"


@dataclass(frozen=True)
class Dialog:
    """A dialog as it was declared. `opens`: intents that start it; `menu`: keys of the account's menu;

    `push`: the kind of open question that it answers; `photos`: photos are welcome at any of its questions;
    `weak`: it opens only where no talk is under way; `aside`: it says its words in the midst of any talk;
    `informs`: even where a question is open that takes any sentence as its answer;
    `undone`: what is said of it when it is cancelled before anything was done; `left`: when it is left for another;
    `fixed`: what is said when an answer is corrected that something has been done with;
    `within`: the dialogs in the midst of which it opens at once, and which go on afterwards;
    `mends`: what it has done may be done once more with another answer, right after its end;
    `adds`: so may what is said then and means nothing else, as an addition.
    """

    name: str
    script: Callable[[World], Script]
    about: str
    opens: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()
    push: str = ""
    photos: bool = False
    weak: bool = False
    aside: bool = False
    informs: bool = False
    undone: str = NOTHING
    left: str = ""
    fixed: str = FIXED
    mends: bool = False
    within: tuple[str, ...] = ()
    adds: bool = False


def dialog(
    name: str,
    *,
    about: str,
    opens: tuple[str, ...] = (),
    menu: tuple[str, ...] = (),
    push: str = "",
    photos: bool = False,
    weak: bool = False,
    aside: bool = False,
    informs: bool = False,
    undone: str = NOTHING,
    left: str = "",
    fixed: str = FIXED,
    mends: bool = False,
    within: tuple[str, ...] = (),
    adds: bool = False,
) -> Callable[[Callable[[World], Script]], Dialog]:
    """Declare the dialog of this file. `about` is what it does in a few words, as a person is asked about it."""

    def declare(script: Callable[[World], Script]) -> Dialog:
        says = (undone, left, fixed)
        how = (photos, weak, aside, informs)
        return Dialog(name, script, about, opens, menu, push, *how, *says, mends, within, adds)

    return declare

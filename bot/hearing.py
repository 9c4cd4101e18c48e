"""The order of hearing: each step says whether it has dealt with what was said. No dialog writes any of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.answering import answer, answer_newer, miss, photo
from bot.book import ANSWERS, DOUBT, Book
from bot.controls import CONTROLS
from bot.correcting import add, ask_once_more, correct, mend, restate, reword
from bot.frames import Frame, pack_said, unpack_said
from bot.language.commands import control, drops, ends_talk
from bot.spoken import read_back, read_back_answered
from bot.talk import Place, Question, Switch, Took
from bot.turn import Turn

ALWAYS = frozenset({"my_data", "erase_me", "withdraw_consent"})  # a right, also while a person has taken over


def _event(book: Book, turn: Turn) -> bool:
    said = turn.said
    if said.kind == "menu":
        return book.open(turn, book.by_menu(said.option))
    if said.kind in ("follow", "scan") and not _wants_place(turn.shown):
        return book.open(turn, book.hello)
    return False


def _taken_over(book: Book, turn: Turn) -> bool:
    """A person has taken over: what is said goes to them, and the bot keeps quiet.

    Danger goes before, and so does a dialog that danger or the menu has opened meanwhile; the answer to a
    question that was shown after the last word; and the word that ends it.
    """
    if turn.talk is None:
        return False
    emergency = turn.top is not None and turn.top.dialog == book.emergency
    if turn.may_leave and not emergency and not turn.chosen:
        turn.leave()
    danger = turn.host.danger(turn.said.text)
    if danger or turn.top is not None or ALWAYS.intersection(turn.host.intents(turn.said.text)):
        if danger or (emergency and not turn.chosen):
            turn.host.tell_person(turn.said)
        return False
    if ends_talk(turn.said.text):
        turn.words.append(turn.host.end_talk())
    elif control(turn.said.text) or not answer_newer(book, turn, turn.talk.last_at):
        turn.words.append(turn.host.tell_person(turn.said))
    return True


def _control(book: Book, turn: Turn) -> bool:
    word = control(turn.said.text) if turn.said.kind != "photo" else None
    if word is None and _takes_back(book, turn):
        word = "cancel"  # nothing is registered yet that could be taken back
    if word in (None, "more"):
        return False
    if word == "person":
        return turn.call("asked")
    if turn.top is None:
        return book.open(turn, book.menu)
    CONTROLS[word](turn, turn.top, book.of(turn.top))
    return True


def _takes_back(book: Book, turn: Turn) -> bool:
    top = turn.top
    return top is not None and top.dialog == book.report and not top.has_done() and drops(turn.said.text)


def _danger(book: Book, turn: Turn) -> bool:
    if not turn.host.danger(turn.said.text):
        return False
    top, asks = turn.top.dialog if turn.top else "", book.by_intent(DOUBT)
    if asks and top not in (asks, book.emergency) and not turn.host.surely_danger(turn.said.text):
        return book.open(turn, asks, aside=True)
    if top != book.emergency:
        return book.open(turn, book.emergency)
    if _wants_place(turn.shown) and turn.host.find("place", turn.said.text):
        return False  # it answers where
    turn.state.stack.append(Frame(book.emergency, pack_said(turn.said)))
    return True


def _switching(book: Book, turn: Turn) -> bool:
    waiting, turn.state.switch = turn.state.switch, None
    if not waiting:
        return False
    reading = _switch(waiting["first"], waiting["then"]).read(turn.said, None, turn.host.find)
    if not isinstance(reading, Took):
        return False
    if reading.value == "first":
        turn.said = unpack_said(waiting["said"])
        return book.open(turn, waiting["dialog"], beside=True)
    return True


def _asked_meanwhile(book: Book, turn: Turn) -> bool:
    """A question about what is done here, or one that a service item surely answers where any sentence would be taken
    as an answer."""
    if turn.shown is None or turn.top is None:
        return False
    first = next(iter(book.wanted(turn)), None)
    if first is not None and book.dialogs[first].informs:
        return book.open(turn, first, aside=True)
    return turn.shown.free and turn.host.faq(turn.said.text).asks and _faq(book, turn)


def _faq(book: Book, turn: Turn) -> bool:
    """In the midst of a talk a question is answered, and then the talk goes on."""
    name = book.by_intent(ANSWERS)
    leaves = turn.may_leave and not turn.waits
    if name is None or turn.top is None or leaves or turn.host.faq(turn.said.text).kind != "sure":
        return False
    return book.wanted(turn)[:1] == [name] and book.open(turn, name, aside=True)


def _opening(book: Book, turn: Turn) -> bool:
    names, frame = book.wanted(turn), turn.top
    if not names:
        return False
    if frame is None or (turn.may_leave and not turn.waits):
        return book.open(turn, names[0])
    name = book.goes_before(turn, frame)
    if name is None:
        return book.another(turn, frame) and _offer_switch(book, turn, frame, frame.dialog)
    aside = book.dialogs[name].aside or frame.dialog in book.dialogs[name].within
    if aside or turn.waits:
        return book.open(turn, name, aside=aside)
    return _offer_switch(book, turn, frame, name)


def _offer_switch(book: Book, turn: Turn, frame: Frame, name: str) -> bool:
    first, then = book.dialogs[name].about, book.of(frame).about
    if name == frame.dialog:
        first, then = f"新的{first}", f"刚才的{then}"
    said = pack_said(turn.said)
    turn.state.switch = {"dialog": name, "said": said, "first": first, "then": then}
    turn.question = _switch(first, then)
    return True


def _switch(first: str, then: str) -> Switch:
    labels, values = (f"先办{first}", f"接着{then}"), ("first", "then")
    return Switch("switch", f"先办“{first}”，还是接着“{then}”？", labels=labels, values=values)


def _not_understood(book: Book, turn: Turn) -> bool:
    """Never the same sentence twice, unless the person says the same twice."""
    frame, question = turn.top, turn.shown
    if frame is None:
        return book.open(turn, book.hello if turn.host.first else book.menu)
    if question is None or book.said_again(turn, frame):
        return True  # nothing has been shown yet, or it was said once more before the answer came: the dialog asks
    return miss(turn, frame, question)


def _wants_place(question: Question[object] | None) -> bool:
    return isinstance(question, Place) and not question.home


HEARING: Sequence[Callable[[Book, Turn], bool]] = (
    read_back_answered,
    _event,
    _taken_over,
    _control,
    _danger,
    _switching,
    read_back,
    photo,
    mend,
    _asked_meanwhile,
    correct,
    answer,
    reword,
    _faq,
    add,
    _opening,
    restate,
    ask_once_more,
    _not_understood,
)

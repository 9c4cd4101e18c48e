"""What was said as an answer: to the question shown, to one that waits below it, to a push, to a photo's wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.book import Book
from bot.frames import Frame, State, mark_of, pack, pack_said, unpack
from bot.language.replies import small_talk
from bot.play import Push, play, questions_met
from bot.talk import More, Place, Question, Reading, Several, Took, Which, Wrong
from bot.turn import Turn

LEFT_AFTER: Final = timedelta(minutes=30)  # a question that need not be answered
MOST_EARLY = 9  # photos before they are asked for
# What opens these may be the answer to a question that staff have just asked.
ANSWERS_TOO = frozenset(
    {
        "report",
        "maybe_report",
        "order_number",
        "phone_number",
        "thanks",
        "maybe_faq",
        "unanswered",
        "maybe_order",
        "dish_named",
    }
)


def answer(book: Book, turn: Turn) -> bool:
    """The question shown and the open questions of pushes; a bare digit belongs to what was shown last."""
    pushes = [p for p in turn.host.pushes() if book.by_push(p.kind)]
    takers: list[Callable[[], bool]] = [partial(_shown, book, turn)]
    for push in pushes:
        takers.append(partial(answer_push, book, turn, push))
    newest = pushes[0].shown_at.isoformat() if pushes else ""
    if (turn.bare or turn.may_leave) and newest > turn.state.shown_at:
        takers = [*takers[1:], takers[0]]
    taken = any(take() for take in takers) or _below(turn)
    turn.words += [] if taken else turn.hints
    return taken


def _shown(book: Book, turn: Turn) -> bool:
    frame, question = turn.top, turn.shown
    if frame is None or question is None:
        return False
    if _takes_any(question) and book.whole(turn):
        return False
    lightly = question.optional and not question.eager and not turn.chosen
    sure = question.surely(turn.said, turn.host.find) if question.optional else None
    if isinstance(sure, Wrong):
        return take(turn, frame, question, sure)
    if lightly and turn.host.intents(turn.said.text):
        return False
    if lightly and _below(turn):
        return True
    other = question.waits and book.goes_before(turn, frame)
    if other and not question.eager:
        return False
    reading = _reading(book, turn, frame, question)
    if other and not isinstance(reading, Took):
        return False
    if reading is None and frame.dialog == book.emergency and small_talk(turn.said.text):
        return _ask_again(turn, question)
    return take(turn, frame, question, reading)


def _takes_any(question: Question[Any]) -> bool:
    return question.free or (isinstance(question, Place) and question.loose)


def _reading(book: Book, turn: Turn, frame: Frame, question: Question[Any]) -> Reading:
    """What the question reads; where it is which of several was meant, also what the first question reads."""
    so_far = frame.recall(f"more:{question.key}")
    reading = question.read(turn.said, so_far, turn.host.find)
    if reading is None and isinstance(question, Which):
        first = questions_met(book.of(frame), frame, turn.host).get(question.key)
        reading = first.read(turn.said, so_far, turn.host.find) if first else None
    return reading


def _below(turn: Turn) -> bool:
    """A question that was put aside, where all above it may be left and it surely reads what was said."""
    stack = turn.state.stack
    for at in range(len(stack) - 1, 0, -1):
        above, shown = stack[at].shown, stack[at - 1].shown
        if not above or not unpack(above).optional or not shown:
            return False
        reading = unpack(shown).surely(turn.said, turn.host.find)
        if isinstance(reading, Took):
            del stack[at:]
            return take(turn, stack[at - 1], unpack(shown), reading)
    return False


def take(turn: Turn, frame: Frame, question: Question[Any], reading: Reading) -> bool:
    """Do with an answer what its reading says; False when it is none."""
    match reading:
        case None:
            return False
        case Wrong(why):
            _refuse(turn, frame, question, why)
        case More(value, words):
            frame.remember(f"more:{question.key}", value)
            turn.ask = False
            turn.say_once(words) if turn.said.media else turn.words.append(words)
        case Several(options, words):
            which = Which(question.key, words, labels=tuple(options), values=tuple(options.values()))
            frame.shown = pack(which)
            turn.question = which
        case Took(value):
            frame.remember(question.key, value)
            _lead(turn, frame, question)
            if question.binds:
                frame.bind(question.key, question.text)
            frame.misses, frame.shown = 0, None
    return True


def _lead(turn: Turn, frame: Frame, question: Question[Any]) -> None:
    """Offer the words of an answer to what is asked next, together with those that were said before it."""
    before = frame.recall(f"more:{question.key}") if question.leads else None
    said = turn.said.text if question.leads and not turn.bare and not turn.chosen else ""
    words = [one for one in (before, said) if one]
    if words:
        frame.offer(replace(turn.said, text="，".join(words)))


def _refuse(turn: Turn, frame: Frame, question: Question[Any], why: str) -> None:
    """Say what is wrong with an answer, once; then it is as good as not understood. Nobody is called for one that
    need not be given."""
    if frame.knows(mark_of(why)):
        if question.optional:
            _ask_again(turn, question)
        else:
            miss(turn, frame, question)
        return
    frame.remember(mark_of(why), 1)
    turn.words.append(why)
    turn.question, turn.ask = question, False


def _ask_again(turn: Turn, question: Question[Any]) -> bool:
    """Ask in other words; it counts as no miss."""
    turn.words.append(question.again)
    turn.question, turn.ask = question, False
    return True


def miss(turn: Turn, frame: Frame, question: Question[Any]) -> bool:
    """First an example; then something easier, or the choices, and 人工; then a person is called."""
    frame.misses += 1
    turn.question, turn.ask = question, False
    if turn.said.kind == "photo":
        turn.words.append("照片看到了，不过这一步请用文字或数字回答。")
    elif frame.misses == 1:
        turn.words.append(question.again)
    elif frame.misses == 2:
        easier = question.easier(turn.host.find)
        turn.question = easier or question
        turn.words.append(_once_more(turn.question, easier is not None))
    else:
        return turn.call("not_understood")
    return True


def _once_more(question: Question[Any], easier: bool) -> str:
    if easier:
        return "那请选一个近的，回复前面的数字；都不是，请回复 人工，我找工作人员来问您。"
    lead = "还是没明白。请回复下面的数字" if question.options() else "还是没明白。请再换个说法"
    return f"{lead}；回复 0 返回，回复 人工 找工作人员。"


def photo(book: Book, turn: Turn) -> bool:
    """A photo that no question asked for: kept for the dialog, or added to what has been done."""
    frame, question = turn.top, turn.shown
    if turn.said.kind != "photo" or (question and question.kind == "photos"):
        return False
    if frame and book.of(frame).photos and not frame.has_done():
        frame.opening["media"] = [*frame.opening.get("media", []), *turn.said.media][:MOST_EARLY]
        turn.say_once("照片收到了。")
        return True
    words = turn.host.late_photos(turn.said.media, frame.results() if frame else [])
    if words is None:
        return False
    turn.say_once(words)
    turn.ask = not turn.quiet
    return True


# --- the open questions of pushes ---------------------------------------------------------------------------


def answer_newer(book: Book, turn: Turn, last_at: datetime) -> bool:
    """Whether it answers a push that was shown after `last_at`: what was read last is meant."""
    pushes = [p for p in turn.host.pushes() if book.by_push(p.kind) and p.shown_at > last_at]
    return any(answer_push(book, turn, push) for push in pushes)


def answer_push(book: Book, turn: Turn, push: Push) -> bool:
    """Whether it answers this push."""
    name = book.by_push(push.kind)
    assert name is not None
    said = pack_said(turn.said)
    frame = Frame(name, said, subject=push.subject, stamp=push.stamp, push=push.id, offers=False)
    question = play(book.of(frame), frame, turn.host).question
    if question is None:
        return False
    busy = turn.top is not None and not turn.may_leave
    if question.free and (busy or _means_else(turn, push)):
        return False
    if not question.free and turn.bare and turn.past(push.shown_at):
        turn.hints = [question.in_words] if question.in_words and not busy else []
        return False
    trial = Turn(State(stack=[frame]), turn.said, turn.host)
    if not take(trial, frame, question, question.read(turn.said, None, turn.host.find)):
        return False
    if turn.may_leave and not turn.waits:
        turn.state.stack.pop()
    turn.state.stack.append(frame)
    return True


def _means_else(turn: Turn, push: Push) -> bool:
    """Whether a sentence surely opens something else and is no answer to a question just shown."""
    text, fresh = turn.said.text, turn.host.now - push.shown_at < LEFT_AFTER
    opens = turn.host.intents(text)
    if not opens or not fresh:
        return bool(opens)
    wish = turn.host.find("content", text) != text.strip()  # 报修 … is said in so many words
    own = opens[0] == "order_number" and turn.host.find("own_order", text)  # as every message promises
    return opens[0] not in ANSWERS_TOO or (opens[0] == "report" and wish) or bool(own)

"""改成…, 不是三号楼是五号楼, 说错了: an earlier answer is changed, or added to, whatever is asked just now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.book import Book
from bot.frames import Frame, pack, plain
from bot.language.corrections import Correction, mistaken, not_so, read_correction
from bot.language.quantities import says_servings
from bot.language.replies import small_talk
from bot.language.visits import about_visit, suits
from bot.play import questions_met
from bot.talk import Question, Reading, Said, Several, Took, Which, Wrong
from bot.turn import Turn

Met = Mapping[str, Question[Any]]
COUNTS = frozenset({"items", "number", "which"})  # kinds of question that 两份 may answer
CHANGED = "好的，改过来了。"
# What opens these may as well go on with what was said to staff before.
GOES_ON = frozenset({"maybe_order", "maybe_report"})
ASKS = frozenset({"maybe_faq", "unanswered"})  # of a question, which only a time may be in spite of it
ADDED_WITHIN = timedelta(minutes=5)  # people write in bursts; what comes later is another matter
ASKS_WHAT = "没关系。要改哪里？直接说对的，比如“改成 5 号楼”；要退回上一步，请回复 0。"


def correct(book: Book, turn: Turn) -> bool:
    """The latest answer that surely reads the new words, first one that the old words were, is changed."""
    frame, said = turn.top, read_correction(turn.said.text)
    if frame is None or (turn.bare and said is None and not _says_amount(turn)):
        return False
    met = questions_met(book.of(frame), frame, turn.host)
    keys = [key for key in reversed(frame.open_answers()) if key in met]
    if _edited(turn, frame, met, keys):
        return True
    found = list(_fitting(turn, frame, met, said, frame.open_answers())) if said else []
    for kind in (Took, Several, Wrong):
        for key, reading in found:
            if isinstance(reading, kind) and said:
                return _settle(turn, frame, met, said, key, reading)
    return False


def _says_amount(turn: Turn) -> bool:
    """Whether 两份, and nothing else, is said where it is not asked how many: it is no option's number."""
    return turn.shown is not None and turn.shown.kind not in COUNTS and says_servings(turn.said.text)


def _edited(turn: Turn, frame: Frame, met: Met, keys: list[str]) -> bool:
    """加一份, 不要…, 明天中午: whatever of what was answered one sentence changes; what it leaves open is asked."""
    edits = {key: met[key].edited(turn.said, frame.recall(key), turn.host.find) for key in reversed(keys)}
    new = {
        key: plain(edit.value)
        for key, edit in edits.items()
        if isinstance(edit, Took) and plain(edit.value) != frame.recall(key)
    }
    kinds = {kind for key in new for kind in met[key].anew}
    anew = [key for key, edit in edits.items() if edit is not None and met[key].kind in kinds]
    for key in anew:
        frame.forget(key)
    for key in (key for key in new if key not in anew):
        frame.remember(key, new[key])
    if new:
        frame.ask_again()
        frame.offer(turn.said)
        turn.words.append(CHANGED)
    asks = [key for key, edit in edits.items() if isinstance(edit, (Several, Wrong)) and key not in anew]
    said = Correction(None, turn.said.text)
    return any(_settle(turn, frame, met, said, key, edits[key]) for key in asks[:1]) or bool(new)


def _fitting(
    turn: Turn, frame: Frame, met: Met, said: Correction, keys: list[str]
) -> Iterator[tuple[str, Reading]]:
    """Keys of answers that the new words would change, with what they are read as; where the old words fit first."""

    def read(key: str, words: str) -> Reading:
        return met[key].corrected(Said(words), frame.recall(key), turn.host.find)

    def same(key: str, reading: Reading) -> bool:
        return isinstance(reading, Took) and plain(reading.value) == frame.recall(key)

    typed = [key for key in reversed(keys) if key in met and not met[key].free]
    was = [key for key in typed if said.old and same(key, read(key, said.old))]
    for key in [*was, *(key for key in typed if key not in was)]:
        reading = read(key, said.new)
        if reading is not None and not same(key, reading):
            yield key, reading


def _settle(turn: Turn, frame: Frame, met: Met, said: Correction, key: str, reading: Reading) -> bool:
    """Change the answer, ask which of several was meant, or say why it cannot be; the rest stays as it is."""
    match reading:
        case Took(value) if plain(value) != frame.recall(key):
            return _change(turn, frame, met, said, key, plain(value))
        case Several(options, words):
            which = Which(key, words, labels=tuple(options), values=tuple(options.values()))
            frame.shown, turn.question = pack(which), which
            return True
        case Wrong(why):
            turn.words.append(why)
            return True
    return False


def _change(turn: Turn, frame: Frame, met: Met, said: Correction, key: str, value: Any) -> bool:
    for other in frame.open_answers():
        words = frame.recall(other)
        if other in met and met[other].free and isinstance(words, str):
            frame.remember(other, met[key].reworded(words, said.old, said.new))
    frame.remember(key, value)
    frame.ask_again()
    turn.words.append(CHANGED)
    return True


def reword(book: Book, turn: Turn) -> bool:
    """Where no typed answer is meant: free words are; or it is too late, and what can be done is said."""
    frame, said = turn.top, read_correction(turn.said.text)
    if frame is None or (said is None and not mistaken(turn.said.text)):
        return False
    if said is None:
        turn.words += [ASKS_WHAT] if frame.open_answers() else []
        turn.ask = not frame.open_answers()
        turn.question = None if turn.ask else turn.shown
        return bool(frame.open_answers())
    met = questions_met(book.of(frame), frame, turn.host)
    free = [key for key in frame.open_answers() if key in met and met[key].free and frame.recall(key)]
    for key in reversed(free):
        words = str(frame.recall(key))
        if said.old and said.old in words:
            return _change(turn, frame, met, said, key, words.replace(said.old, said.new))
    used = [key for key in frame.answers() if key not in frame.open_answers()]
    if any(isinstance(reading, Took) for _, reading in _fitting(turn, frame, met, said, used)):
        turn.words.append(book.of(frame).fixed)
        return True
    if free and said.old is None:
        return _change(turn, frame, met, said, free[-1], said.new)
    return False


def restate(book: Book, turn: Turn) -> bool:
    """5 号楼, and nothing else, where something else is asked: an earlier answer that surely reads it is changed."""
    frame = turn.top
    if frame is None or turn.bare:
        return False
    met = questions_met(book.of(frame), frame, turn.host)
    for key in reversed(frame.open_answers()):
        reading = met[key].restated(turn.said, frame.recall(key), turn.host.find) if key in met else None
        asks = isinstance(reading, Several) and not met[key].free
        if asks or (isinstance(reading, Took) and plain(reading.value) != frame.recall(key)):
            return _settle(turn, frame, met, Correction(None, turn.said.text), key, reading)
    return False


def mend(book: Book, turn: Turn) -> bool:
    """说错了 right after a talk has ended: where it may be mended, its answer is changed, or asked once more, and it
    is played on from there; where its end is fixed, what can still be done is said. What has been asked meanwhile by
    a push goes first."""
    frame, said = _corrected(turn)
    if frame is None or _asked_since(turn):
        return False
    if not book.of(frame).mends:
        turn.words.append(book.of(frame).fixed)
        return True
    met = questions_met(book.of(frame), frame, turn.host)
    found = _mended(turn, frame, met, said) if said else _last(frame, met)
    if found is None:
        return False
    _go_back(turn, frame, found[0])
    if said:
        frame.remember(*found)
    return True


def _asked_since(turn: Turn) -> bool:
    return any(push.shown_at.isoformat() > turn.before for push in turn.host.pushes())


def _corrected(turn: Turn) -> tuple[Frame | None, Correction | None]:
    """The dialog that has just ended, if it is corrected now, and how."""
    said = read_correction(turn.said.text)
    heard = turn.top is None and (said or not_so(turn.said.text))
    return (turn.state.ended if heard else None), said


def _go_back(turn: Turn, frame: Frame, key: str) -> None:
    frame.rewind(key)
    frame.ask_again()
    frame.mended, frame.added, turn.state.ended = True, False, None
    turn.state.stack.append(frame)


def _last(frame: Frame, met: Met) -> tuple[str, Any] | None:
    """The answer that was given last."""
    return next(((key, None) for key in reversed(frame.answers()) if key in met), None)


def _mended(turn: Turn, frame: Frame, met: Met, said: Correction) -> tuple[str, Any] | None:
    """Which answer the new words change, and to what: a typed one that reads them, else free words."""
    keys = frame.answers()
    for key, reading in _fitting(turn, frame, met, said, keys):
        if isinstance(reading, Took):
            return key, plain(reading.value)
    free = [key for key in keys if key in met and met[key].free and frame.recall(key)]
    for key in reversed(free):
        words = str(frame.recall(key))
        if said.old and said.old in words:
            return key, words.replace(said.old, said.new)
    return (free[-1], said.new) if free and (said.old is None or len(free) == 1) else None


def ask_once_more(book: Book, turn: Turn) -> bool:
    """The same where the new words fit no answer and mean nothing else: what was answered last is asked again."""
    frame, _ = _corrected(turn)
    last = _last(frame, questions_met(book.of(frame), frame, turn.host)) if frame else None
    if frame is None or last is None:
        return False
    _go_back(turn, frame, last[0])
    return True


def add(book: Book, turn: Turn) -> bool:
    """Right after an answer that a person reads, what is said about their coming and means nothing else goes on with
    it: people write in bursts. A bare digit and mere politeness do not, nor does what comes after another push has
    asked."""
    frame, said = turn.state.ended, turn.said
    if turn.top is not None or frame is None or not book.of(frame).adds or not _goes_on(turn):
        return False
    last = _last(frame, questions_met(book.of(frame), frame, turn.host))
    if last is None:
        return False
    _go_back(turn, frame, last[0])
    frame.mended, frame.added = False, True
    frame.remember(last[0], said.text)
    return True


def _goes_on(turn: Turn) -> bool:
    said = turn.said
    free = said.kind == "text" and not turn.bare and not small_talk(said.text) and about_visit(said.text)
    means = GOES_ON | ASKS if suits(said.text) else GOES_ON
    if not free or _asked_since(turn) or not means.issuperset(turn.host.intents(said.text)):
        return False
    return turn.host.now - datetime.fromisoformat(turn.before) < ADDED_WITHIN

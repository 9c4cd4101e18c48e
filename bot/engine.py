"""Plays dialogs: pure, JSON in, JSON out. Each turn plays the top dialog from its first line (keyed replay).

The order of hearing is the table HEARING below; see ARCHITECTURE section 4. No dialog writes any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.controls import CONTROLS
from bot.frames import Frame, State, pack, pack_said, unpack, unpack_said
from bot.language.commands import control, ends_talk
from bot.language.corrections import corrected
from bot.message import Option, Reply
from bot.play import Host, Push, play, questions_met
from bot.spoken import read_back, read_back_answered
from bot.talk import Dialog, More, Open, Person, Place, Question, Said, Several, Took, Which, Wrong
from bot.turn import Turn

KEPT_FOR = timedelta(hours=24)  # an abandoned talk
GO_ON = "我们接着刚才的："
LEFT_AFTER = timedelta(minutes=30)  # a question that need not be answered
ANSWERS_TOO = frozenset({"report", "maybe_report", "order_number", "phone_number", "thanks"})
ALWAYS = frozenset({"my_data", "erase_me", "withdraw_consent"})  # a right, also while a person has taken over
MOST_EARLY = 9  # photos before they are asked for


class Engine:
    """Plays the registered dialogs. `emergency`, `hello` and `menu` name the dialogs the engine itself opens."""

    def __init__(
        self,
        dialogs: Mapping[str, Dialog],
        *,
        emergency: str = "emergency",
        hello: str = "hello",
        menu: str = "menu",
    ) -> None:
        self.dialogs = dialogs
        self.emergency, self.hello, self.menu = emergency, hello, menu
        self._by_intent = {intent: d.name for d in dialogs.values() for intent in d.opens}
        self._by_menu = {key: d.name for d in dialogs.values() for key in d.menu}
        self._by_push = {d.push: d.name for d in dialogs.values() if d.push}

    def hear(self, stored: str, said: Said, host: Host) -> tuple[Reply, str]:
        """One turn: what is answered, and the state to store."""
        turn = Turn(State.load(stored), said, host)
        state = turn.state
        state.turn += 1
        if state.at and host.now - datetime.fromisoformat(state.at) > KEPT_FOR:
            state.stack, state.switch = [], None
        if state.shown_at and host.now - datetime.fromisoformat(state.shown_at) > LEFT_AFTER:
            turn.leave()
        turn.said, turn.talk, turn.before = turn.tapped(), host.talk, state.at
        state.at = host.now.isoformat()
        next(step for step in HEARING if step(self, turn))
        self._play_on(turn)
        return self._reply(turn), state.dump()

    def overdue(self, stored: str, turn: int, host: Host) -> tuple[Reply, str] | None:
        """A timer of `turn` rang: one gentle reminder of the open question, or None when the talk has moved on."""
        state = State.load(stored)
        if state.turn != turn or not state.stack or state.stack[-1].nudged or not state.stack[-1].shown:
            return None
        frame = state.stack[-1]
        frame.nudged = True
        question = unpack(frame.shown or {})
        ready = Turn(state, Said(), host, [f"不着急，我们停在这里：\n{question.text}"], question, ask=False)
        return self._reply(ready), state.dump()

    def asks(self, stored: str) -> bool:
        """Whether a question that wants an answer is open, so that a reminder makes sense."""
        state = State.load(stored)
        frame = state.stack[-1] if state.stack else None
        return bool(frame and frame.shown and not frame.nudged and not unpack(frame.shown).optional)

    # --- the order of hearing: each says whether it has dealt with what was said ---------------------------

    def _event(self, turn: Turn) -> bool:
        said = turn.said
        if said.kind == "menu":
            return self._open(turn, self._by_menu.get(said.option, self.menu))
        if said.kind in ("follow", "scan") and not _wants_place(turn.shown):
            return self._open(turn, self.hello)
        return False

    def _taken_over(self, turn: Turn) -> bool:
        """A person has taken over: what is said goes to them, and the bot keeps quiet.

        Danger goes before, and so does a dialog that danger or the menu has opened meanwhile; the answer to a
        question that was shown after the last word; and the word that ends it.
        """
        if turn.talk is None:
            return False
        emergency = turn.top is not None and turn.top.dialog == self.emergency
        if turn.may_leave and not emergency and not turn.chosen:
            turn.leave()
        danger = turn.host.danger(turn.said.text)
        if danger or turn.top is not None or ALWAYS.intersection(turn.host.intents(turn.said.text)):
            if danger or (emergency and not turn.chosen):
                turn.host.tell_person(turn.said)
            return False
        if ends_talk(turn.said.text):
            turn.words.append(turn.host.end_talk())
        elif control(turn.said.text) or not self._answer_newer(turn, turn.talk.last_at):
            turn.words.append(turn.host.tell_person(turn.said))
        return True

    def _answer_newer(self, turn: Turn, last_at: datetime) -> bool:
        """Whether it answers a push that was shown after `last_at`: what was read last is meant."""
        pushes = [p for p in turn.host.pushes() if p.kind in self._by_push and p.shown_at > last_at]
        return any(self._answer_push(turn, push) for push in pushes)

    def _control(self, turn: Turn) -> bool:
        word = control(turn.said.text) if turn.said.kind != "photo" else None
        if word in (None, "more"):
            return False
        if word == "person":
            return self._call(turn, "asked")
        if turn.top is None:
            return self._open(turn, self.menu)
        CONTROLS[word](turn, turn.top, self.dialogs[turn.top.dialog])
        return True

    def _danger(self, turn: Turn) -> bool:
        if not turn.host.danger(turn.said.text):
            return False
        if turn.top is None or turn.top.dialog != self.emergency:
            return self._open(turn, self.emergency)
        if _wants_place(turn.shown) and turn.host.find("place", turn.said.text):
            return False  # it answers where
        turn.state.stack.append(Frame(self.emergency, pack_said(turn.said)))
        return True

    def _switching(self, turn: Turn) -> bool:
        waiting, turn.state.switch = turn.state.switch, None
        if not waiting:
            return False
        reading = _switch(waiting["first"], waiting["then"]).read(turn.said, None, turn.host.find)
        if not isinstance(reading, Took):
            return False
        if reading.value == "first":
            turn.said = unpack_said(waiting["said"])
            return self._open(turn, waiting["dialog"])
        return True

    def _answer(self, turn: Turn) -> bool:
        """The question shown and the open questions of pushes; a bare digit belongs to what was shown last."""
        pushes = [p for p in turn.host.pushes() if p.kind in self._by_push]
        takers: list[Callable[[], bool]] = [lambda: self._answer_shown(turn)]
        takers += [lambda p=p: self._answer_push(turn, p) for p in pushes]  # type: ignore[misc]
        newest = pushes[0].shown_at.isoformat() if pushes else ""
        if (turn.bare or turn.may_leave) and newest > turn.state.shown_at:
            takers = [*takers[1:], takers[0]]
        taken = any(take() for take in takers)
        turn.words += [] if taken else turn.hints
        return taken

    def _answer_shown(self, turn: Turn) -> bool:
        frame, question = turn.top, turn.shown
        if frame is None or question is None:
            return False
        gives_way = question.optional and not question.eager and not turn.chosen
        if gives_way and turn.host.intents(turn.said.text):
            return False
        if _waits(turn) and self._goes_before(turn, frame):
            return False
        return self._take(turn, frame, question)

    def _photo(self, turn: Turn) -> bool:
        """A photo that no question asked for: kept for the dialog, or added to what has been done."""
        frame, question = turn.top, turn.shown
        if turn.said.kind != "photo" or (question and question.kind == "photos"):
            return False
        if frame and self.dialogs[frame.dialog].photos and not frame.has_done():
            frame.opening["media"] = [*frame.opening.get("media", []), *turn.said.media][:MOST_EARLY]
            turn.say_once("照片收到了。")
            return True
        words = turn.host.late_photos(turn.said.media, frame.results() if frame else [])
        if words is None:
            return False
        turn.say_once(words)
        turn.ask = not turn.quiet
        return True

    def _take(self, turn: Turn, frame: Frame, question: Question[Any]) -> bool:
        reading = question.read(turn.said, frame.recall(f"more:{question.key}"), turn.host.find)
        match reading:
            case None:
                return False
            case Wrong(why):
                turn.words.append(why)
                turn.ask = False
            case More(value, words):
                frame.remember(f"more:{question.key}", value)
                turn.ask = False
                turn.say_once(words)
            case Several(options, words):
                which = Which(question.key, words, labels=tuple(options), values=tuple(options.values()))
                frame.shown = pack(which)
                turn.question = which
            case Took(value):
                frame.remember(question.key, value)
                frame.misses, frame.shown = 0, None
        return True

    def _answer_push(self, turn: Turn, push: Push) -> bool:
        frame = Frame(
            self._by_push[push.kind],
            pack_said(turn.said),
            subject=push.subject,
            stamp=push.stamp,
            push=push.id,
        )
        frame.offers = False
        trial = Turn(State(stack=[frame]), turn.said, turn.host)
        question, _ = self._play(trial, frame)
        if question is None:
            return False
        busy = turn.top is not None and not turn.may_leave
        if question.free and (busy or self._means_else(turn, push)):
            return False
        if not question.free and turn.bare and turn.past(push.shown_at):
            turn.hints = [question.in_words] if question.in_words and not busy else []
            return False
        if not self._take(trial, frame, question):
            return False
        if turn.may_leave:
            turn.state.stack.pop()
        turn.state.stack.append(frame)
        return True

    def _means_else(self, turn: Turn, push: Push) -> bool:
        """Whether a sentence surely opens something else and is no answer to a question just shown."""
        text, fresh = turn.said.text, turn.host.now - push.shown_at < LEFT_AFTER
        opens = turn.host.intents(text)
        if not opens or not fresh:
            return bool(opens)
        wish = turn.host.find("content", text) != text.strip()  # 报修 … is said in so many words
        own = opens[0] == "order_number" and turn.host.find("own_order", text)  # as every message promises
        return opens[0] not in ANSWERS_TOO or (opens[0] == "report" and wish) or bool(own)

    def _correction(self, turn: Turn) -> bool:
        """改成…, 不是…是…: the latest answer that surely reads the new words is changed."""
        frame, new = turn.top, corrected(turn.said.text)
        if frame is None or new is None:
            return False
        met = questions_met(self.dialogs[frame.dialog], frame, turn.host)
        for key in reversed(frame.open_answers()):
            question = met.get(key)
            if question is None or question.free:
                continue
            reading = question.read(Said(text=new), None, turn.host.find)
            if isinstance(reading, Took) and reading.value != frame.recall(key):
                frame.remember(key, reading.value)
                frame.ask_again()
                turn.words.append("好的，改过来了。")
                return True
        return False

    def _opening(self, turn: Turn) -> bool:
        names, frame = self._wanted(turn), turn.top
        if not names:
            return False
        if frame is None or turn.may_leave:
            return self._open(turn, names[0])
        name = self._goes_before(turn, frame)
        if name is None:
            return False
        at_once = _waits(turn) or self.dialogs[name].aside
        return self._open(turn, name) if at_once else self._offer_switch(turn, frame, name)

    def _wanted(self, turn: Turn) -> list[str]:
        """The dialogs that what was said opens, the surest first; a photo opens one where nothing is asked for."""
        names = [self._by_intent[i] for i in turn.host.intents(turn.said.text) if i in self._by_intent]
        if turn.said.kind == "photo" and (turn.top is None or _waits(turn)):
            names.append(next((d.name for d in self.dialogs.values() if d.photos and d.opens), self.menu))
        return names

    def _goes_before(self, turn: Turn, frame: Frame) -> str | None:
        """The other dialog that what was said surely opens in the middle of `frame`, or None."""
        names = [name for name in self._wanted(turn) if not self.dialogs[name].weak]
        return names[0] if names and names[0] != frame.dialog else None

    def _offer_switch(self, turn: Turn, frame: Frame, name: str) -> bool:
        first, then = self.dialogs[name].about, self.dialogs[frame.dialog].about
        said = pack_said(turn.said)
        turn.state.switch = {"dialog": name, "said": said, "first": first, "then": then}
        turn.question = _switch(first, then)
        return True

    def _not_understood(self, turn: Turn) -> bool:
        """First an example; then the choices and 人工; then a person is called. Never the same sentence twice."""
        frame, question = turn.top, turn.shown
        if frame is None:
            return self._open(turn, self.hello if turn.host.first else self.menu)
        if question is None:
            return True  # nothing has been shown yet: the dialog asks
        frame.misses += 1
        turn.question, turn.ask = question, False
        if turn.said.kind == "photo":
            turn.words.append("照片看到了，不过这一步请用文字或数字回答。")
        elif frame.misses == 1:
            turn.words.append(question.again)
        elif frame.misses == 2:
            lead = "还是没明白。请回复下面的数字" if question.options() else "还是没明白。请再换个说法"
            turn.words.append(f"{lead}；回复 0 返回，回复 人工 找工作人员。")
        else:
            return self._call(turn, "not_understood")
        return True

    def _call(self, turn: Turn, why: str) -> bool:
        """A person takes over: whatever dialog was under way is over."""
        turn.words.append(turn.host.call_person(why))
        turn.state.stack, turn.state.switch, turn.question = [], None, None
        return True

    # --- playing --------------------------------------------------------------------------------------------

    def _open(self, turn: Turn, name: str) -> bool:
        if turn.top and (turn.top.dialog == name or turn.may_leave):
            left = self.dialogs[turn.state.stack.pop().dialog]
            turn.words += [left.left] if left.left and name not in (left.name, self.emergency) else []
        turn.state.stack.append(Frame(name, pack_said(turn.said)))
        return True

    def _play_on(self, turn: Turn) -> None:
        """Play the top dialog; as dialogs end, those below go on."""
        while turn.state.stack and turn.question is None:
            frame = turn.state.stack[-1]
            question, outcome = self._play(turn, frame)
            if question is not None and not (turn.talk and frame.push and question.optional):
                turn.question = question
                return
            turn.state.stack.remove(frame)
            turn.leave()  # what need not be answered is not asked again
            if isinstance(outcome, Person):
                self._call(turn, "asked")
            if isinstance(outcome, Open):
                turn.state.stack.append(Frame(outcome.dialog, frame.opening if outcome.opening else {}))
            elif turn.state.stack:
                turn.words.append(GO_ON)
            turn.ask = True

    def _play(self, turn: Turn, frame: Frame) -> tuple[Question[Any] | None, Open | Person | None]:
        played = play(self.dialogs[frame.dialog], frame, turn.host)
        turn.words += played.words
        return played.question, played.outcome

    # --- what is answered -----------------------------------------------------------------------------------

    def _reply(self, turn: Turn) -> Reply:
        if turn.quiet:
            return Reply()
        question, state = turn.question, turn.state
        if question is None:
            return Reply("\n".join(turn.words))
        if turn.top and state.switch is None and state.spoken is None:
            turn.top.shown = pack(question)
        state.shown_at, state.shown_turn = turn.host.now.isoformat(), state.turn
        words = [*turn.words, question.text] if turn.ask else turn.words
        options = tuple(
            Option(f"q:{state.turn}:{mark}", label, label, mark) for mark, label in question.options()
        )
        return Reply("\n".join(words), options)


def _switch(first: str, then: str) -> Which:
    return Which(
        "switch",
        f"先办“{first}”，还是接着“{then}”？",
        labels=(f"先办{first}", f"接着{then}"),
        values=("first", "then"),
    )


def _waits(turn: Turn) -> bool:
    return turn.shown is not None and turn.shown.waits


def _wants_place(question: Question[Any] | None) -> bool:
    return isinstance(question, Place) and not question.home


HEARING: Sequence[Callable[[Engine, Turn], bool]] = (
    read_back_answered,
    Engine._event,
    Engine._taken_over,
    Engine._control,
    Engine._danger,
    Engine._switching,
    read_back,
    Engine._photo,
    Engine._answer,
    Engine._correction,
    Engine._opening,
    Engine._not_understood,
)

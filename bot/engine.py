"""Plays dialogs: pure, JSON in, JSON out. Each turn plays the top dialog from its first line (keyed replay).

The order of hearing is the table HEARING below; see ARCHITECTURE section 4. No dialog writes any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.frames import Frame, State, pack, pack_said, unpack, unpack_said
from bot.language.commands import control
from bot.language.corrections import corrected
from bot.language.numbers import bare_number, read_yes_no
from bot.message import Option, Reply
from bot.play import Host, Push, play, questions_met
from bot.talk import Dialog, More, Open, Person, Question, Said, Several, Took, Which, Wrong

KEPT_FOR = timedelta(hours=24)  # an abandoned talk
GO_ON = "我们接着刚才的："
BURST = timedelta(seconds=10)  # photos of one burst get one answer


@dataclass
class _Turn:
    state: State
    said: Said
    host: Host
    words: list[str] = field(default_factory=list)
    question: Question[Any] | None = None
    ask: bool = True  # whether the question's own text is said (not after a miss)
    quiet: bool = False  # a burst: nothing at all is said

    @property
    def top(self) -> Frame | None:
        return self.state.stack[-1] if self.state.stack else None

    @property
    def may_leave(self) -> bool:
        """Whether the open question may be left unanswered."""
        return self.shown is not None and self.shown.optional

    @property
    def shown(self) -> Question[Any] | None:
        return unpack(self.top.shown) if self.top and self.top.shown else None


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
        turn = _Turn(State.load(stored), said, host)
        state = turn.state
        state.turn += 1
        if state.at and host.now - datetime.fromisoformat(state.at) > KEPT_FOR:
            state.stack, state.switch = [], None
        state.at = host.now.isoformat()
        turn.said = self._tapped(turn)
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
        ready = _Turn(state, Said(), host, [f"不着急，我们停在这里：\n{question.text}"], question, ask=False)
        return self._reply(ready), state.dump()

    def asks(self, stored: str) -> bool:
        """Whether a question that wants an answer is open, so that a reminder makes sense."""
        state = State.load(stored)
        frame = state.stack[-1] if state.stack else None
        return bool(frame and frame.shown and not frame.nudged and not unpack(frame.shown).optional)

    # --- the order of hearing: each says whether it has dealt with what was said ---------------------------

    def _event(self, turn: _Turn) -> bool:
        said = turn.said
        if said.kind == "menu":
            return self._open(turn, self._by_menu.get(said.option, self.menu))
        if said.kind in ("follow", "scan") and not _wants_place(turn.shown):
            return self._open(turn, self.hello)
        return False

    def _control(self, turn: _Turn) -> bool:
        word = control(turn.said.text) if turn.said.kind != "photo" else None
        if word in (None, "more"):
            return False
        if word == "person":
            turn.words.append(turn.host.call_person("asked"))
            turn.state.stack.clear()
            return True
        if turn.top is None:
            return self._open(turn, self.menu)
        CONTROLS[word](self, turn, turn.top)
        return True

    def _danger(self, turn: _Turn) -> bool:
        if not turn.host.danger(turn.said.text):
            return False
        if turn.top is None or turn.top.dialog != self.emergency:
            return self._open(turn, self.emergency)
        if turn.host.find("place", turn.said.text):
            return False  # it answers where
        turn.state.stack.append(Frame(self.emergency, pack_said(turn.said)))
        return True

    def _switching(self, turn: _Turn) -> bool:
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

    def _answer(self, turn: _Turn) -> bool:
        """The question shown and the open questions of pushes; a bare digit belongs to what was shown last."""
        pushes = [p for p in turn.host.pushes() if p.kind in self._by_push]
        takers: list[Callable[[], bool]] = [lambda: self._answer_shown(turn)]
        takers += [lambda p=p: self._answer_push(turn, p) for p in pushes]  # type: ignore[misc]
        bare = bare_number(turn.said.text) is not None or read_yes_no(turn.said.text) is not None
        newest = pushes[0].shown_at.isoformat() if pushes else ""
        if (bare or turn.may_leave) and newest > turn.state.shown_at:
            takers = [*takers[1:], takers[0]]
        return any(take() for take in takers)

    def _answer_shown(self, turn: _Turn) -> bool:
        frame, question = turn.top, turn.shown
        if frame is None or question is None:
            return False
        if turn.said.kind == "photo" and question.kind != "photos":
            return self._early_photo(turn, frame)
        if question.optional and question.free and turn.host.intents(turn.said.text):
            return False
        return self._take(turn, frame, question)

    def _early_photo(self, turn: _Turn, frame: Frame) -> bool:
        if not self.dialogs[frame.dialog].photos:
            return False
        frame.opening["media"] = [*frame.opening.get("media", []), *turn.said.media]
        turn.words.append("照片收到了。")
        return True

    def _take(self, turn: _Turn, frame: Frame, question: Question[Any]) -> bool:
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
                self._burst(turn, words)
            case Several(options, words):
                which = Which(question.key, words, labels=tuple(options), values=tuple(options.values()))
                frame.shown = pack(which)
                turn.question = which
            case Took(value):
                frame.remember(question.key, value)
                frame.misses, frame.shown = 0, None
        return True

    def _burst(self, turn: _Turn, words: str) -> None:
        last, turn.state.more_at = turn.state.more_at, turn.host.now.isoformat()
        if last and turn.host.now - datetime.fromisoformat(last) < BURST:
            turn.quiet = True
        else:
            turn.words.append(words)

    def _answer_push(self, turn: _Turn, push: Push) -> bool:
        frame = Frame(
            self._by_push[push.kind],
            pack_said(turn.said),
            subject=push.subject,
            stamp=push.stamp,
            push=push.id,
        )
        frame.offers = False
        trial = _Turn(State(stack=[frame]), turn.said, turn.host)
        question, _ = self._play(trial, frame)
        if question is None:
            return False
        busy = turn.top is not None and not turn.may_leave
        if question.free and (busy or turn.host.intents(turn.said.text)):
            return False
        if not self._take(trial, frame, question):
            return False
        if turn.may_leave:
            turn.state.stack.pop()
        turn.state.stack.append(frame)
        return True

    def _correction(self, turn: _Turn) -> bool:
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
                frame.offers, frame.shown, frame.misses = False, None, 0
                turn.words.append("好的，改过来了。")
                return True
        return False

    def _opening(self, turn: _Turn) -> bool:
        names = [self._by_intent[i] for i in turn.host.intents(turn.said.text) if i in self._by_intent]
        if turn.said.kind == "photo" and turn.top is None:
            names.append(next((d.name for d in self.dialogs.values() if d.photos and d.opens), self.menu))
        if not names:
            return False
        frame = turn.top
        if frame is None or turn.may_leave:
            return self._open(turn, names[0])
        if frame.dialog == names[0]:
            return False
        return self._offer_switch(turn, frame, names[0])

    def _offer_switch(self, turn: _Turn, frame: Frame, name: str) -> bool:
        first, then = self.dialogs[name].about, self.dialogs[frame.dialog].about
        said = pack_said(turn.said)
        turn.state.switch = {"dialog": name, "said": said, "first": first, "then": then}
        turn.question = _switch(first, then)
        return True

    def _not_understood(self, turn: _Turn) -> bool:
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
            turn.words.append(turn.host.call_person("not_understood"))
            turn.state.stack.clear()
            turn.question = None
        return True

    # --- control words --------------------------------------------------------------------------------------

    def _back(self, turn: _Turn, frame: Frame) -> None:
        answers = frame.open_answers()
        if answers:
            frame.forget(answers[-1])
            frame.offers, frame.shown, frame.misses = False, None, 0
        elif turn.may_leave:
            turn.state.stack.pop()
            turn.words.append("好的，需要时再找我。")
        elif frame.has_done():
            turn.words.append("上一步已经办好了，不能再退回。")
        else:
            turn.words.append("已经是第一步了。不想办了，请回复 取消。")

    def _cancel(self, turn: _Turn, frame: Frame) -> None:
        turn.state.stack.pop()
        about = self.dialogs[frame.dialog].about
        done = "前面已经办好的不受影响。" if frame.has_done() else "什么都没有登记。"
        turn.words.append(f"好的，{about}先不办了，{done}")

    def _restart(self, turn: _Turn, frame: Frame) -> None:
        if frame.has_done():
            turn.words.append("前面的已经办好了，不能重来。")
            return
        frame.memory, frame.offers, frame.shown, frame.misses = [], False, None, 0
        frame.opening.pop("media", None)

    def _help(self, turn: _Turn, frame: Frame) -> None:
        about = self.dialogs[frame.dialog].about
        turn.words.append(f"我们正在办：{about}。回复 0 返回上一步，回复 取消 不办了，回复 人工 找工作人员。")

    # --- playing --------------------------------------------------------------------------------------------

    def _open(self, turn: _Turn, name: str) -> bool:
        if turn.top and (turn.top.dialog == name or turn.may_leave):
            turn.state.stack.pop()
        turn.state.stack.append(Frame(name, pack_said(turn.said)))
        return True

    def _play_on(self, turn: _Turn) -> None:
        """Play the top dialog; as dialogs end, those below go on."""
        while turn.state.stack and turn.question is None:
            frame = turn.state.stack[-1]
            question, outcome = self._play(turn, frame)
            if question is not None:
                turn.question = question
                return
            turn.state.stack.remove(frame)
            while turn.may_leave:  # what need not be answered is not asked again
                turn.state.stack.pop()
            if isinstance(outcome, Person):
                turn.words.append(turn.host.call_person("asked"))
            if isinstance(outcome, Open):
                turn.state.stack.append(Frame(outcome.dialog, {}))
            elif turn.state.stack:
                turn.words.append(GO_ON)
            turn.ask = True

    def _play(self, turn: _Turn, frame: Frame) -> tuple[Question[Any] | None, Open | Person | None]:
        played = play(self.dialogs[frame.dialog], frame, turn.host)
        turn.words += played.words
        return played.question, played.outcome

    # --- what is answered -----------------------------------------------------------------------------------

    def _tapped(self, turn: _Turn) -> Said:
        """A tap on one of our own choices says the number printed before it, if it is still that question."""
        parts = turn.said.option.split(":")
        if len(parts) == 3 and parts[0] == "q" and parts[1] == str(turn.state.shown_turn):
            return replace(turn.said, text=parts[2])
        return turn.said

    def _reply(self, turn: _Turn) -> Reply:
        if turn.quiet:
            return Reply()
        question, state = turn.question, turn.state
        if question is None:
            return Reply("\n".join(turn.words))
        if turn.top and state.switch is None:
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


def _wants_place(question: Question[Any] | None) -> bool:
    return question is not None and question.kind == "place"


HEARING: Sequence[Callable[[Engine, _Turn], bool]] = (
    Engine._event,
    Engine._control,
    Engine._danger,
    Engine._switching,
    Engine._answer,
    Engine._correction,
    Engine._opening,
    Engine._not_understood,
)

CONTROLS: Mapping[str | None, Callable[[Engine, _Turn, Frame], None]] = {
    "back": Engine._back,
    "cancel": Engine._cancel,
    "restart": Engine._restart,
    "help": Engine._help,
}

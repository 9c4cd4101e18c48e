"""Control words inside a dialog: back, cancel, restart, help. No dialog writes any of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.frames import Frame
from bot.talk import Dialog
from bot.turn import Turn


def _back(turn: Turn, frame: Frame, dialog: Dialog) -> None:
    """Drop the last answer; stop at a step that has been done."""
    answers = frame.open_answers()
    if answers:
        frame.forget(answers[-1])
        frame.ask_again()
    elif turn.may_leave:
        turn.state.stack.pop()
        turn.words.append("好的，需要时再找我。")
    elif frame.has_done():
        turn.words.append("上一步已经办好了，不能再退回。")
    else:
        turn.words.append("已经是第一步了。不想办了，请回复 取消。")


def _cancel(turn: Turn, frame: Frame, dialog: Dialog) -> None:
    """Leave, and say what was not done."""
    turn.state.stack.pop()
    done = "前面已经办好的不受影响。" if frame.has_done() else dialog.undone
    turn.words.append(f"好的，{dialog.about}先不办了，{done}")


def _restart(turn: Turn, frame: Frame, dialog: Dialog) -> None:
    """From the first question again, unless something has been done."""
    if frame.has_done():
        turn.words.append("前面的已经办好了，不能重来。")
        return
    frame.memory = []
    frame.ask_again()
    frame.opening.pop("media", None)


def _help(turn: Turn, frame: Frame, dialog: Dialog) -> None:
    """Where we are, and the words that lead out."""
    turn.words.append(
        f"我们正在办：{dialog.about}。回复 0 返回上一步，回复 取消 不办了，回复 人工 找工作人员。"
    )


CONTROLS: Mapping[str | None, Callable[[Turn, Frame, Dialog], None]] = {
    "back": _back,
    "cancel": _cancel,
    "restart": _restart,
    "help": _help,
}

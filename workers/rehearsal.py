"""Where a message goes: to its addressee, or, while a rehearsal is on, to the one group that gets everything."""

from __future__ import annotations

from dataclasses import replace

from bot.ports import Flags
from bot.wording import Worded
from models import views
from models.actions.outbox import Message
from models.rules.rehearsal import was_rehearsed
from models.store import Work

ENDED = "RehearsalEnded"  # the reason of what was made in a rehearsal and not sent before it ended
ANSWERS = ("said", "order_picture")
HEAD = "【演练：原应发给 {name}】\n"


def addressed(work: Work, message: Message) -> Message | None:
    """The message with the target that it has now, read in the transaction that claims it.

    Residents get their own messages, rehearsal or not. Anything else goes to the group of the rehearsal; its row
    keeps the true target. None: it was made in a rehearsal that has ended, and nobody gets it any more.
    """
    value = views.rehearsal_setting(work) if _for_others(message) else None
    if value is None:
        return message
    if now := views.rehearsal(work):
        return replace(
            message,
            channel=f"wecom_robot:{now.work_group_id}",
            address="",
            group=now.group,
            robot_group_id=now.work_group_id,
            instead_of=message.group or "工作人员",
        )
    return None if was_rehearsed(value, message.made_at) else message


def _for_others(message: Message) -> bool:
    """Residents' own messages, what a worker alone has just asked for (it may hold a door), and operators' alarms
    are never sent elsewhere."""
    asked_for = message.worker_account_id is not None and message.kind in ANSWERS
    return message.account_id is None and not asked_for and message.kind != "alarm"


def room(message: Message, flags: Flags) -> Flags:
    """What the channel can show of the words themselves, under the line that names the true addressee."""
    return replace(flags, text_bytes=flags.text_bytes - len(_head(message).encode()))


def marked(message: Message, said: Worded) -> Worded:
    """The words as they are told: in a rehearsal the true addressee stands first and nobody is called by name."""
    if not message.instead_of:
        return said
    return replace(said, words=_head(message) + said.words, mention=(), card=None)


def _head(message: Message) -> str:
    return HEAD.format(name=" ".join(message.instead_of.split())) if message.instead_of else ""

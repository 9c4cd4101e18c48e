"""What staff do with a talk from their group: 回复 T12 …, 结束 T12, 查 T12; or the same, quoting our message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.clock import local_text
from bot.language.staff import Command
from bot.message import Heard, Reply
from models import views
from models.actions.person_talk import AnswerTalk, EndTalk
from models.store import Work

LINES, PICTURES = 10, 3
HOW = "对话请这样回：回复 T{number} 要说的话；说完了：结束 T{number}；看前面说过什么：查 T{number}"
WHICH = "请写上对话号，比如：结束 T12。工单办结请发：完成 1024 结果"
OPEN = "有 {count} 个居民对话没有结束，请写上对话号："
ORDERS = "回工单请写工单号：{numbers}。"
EXAMPLES: Mapping[str, str] = {
    "reply": "比如：回复 {number} {words}",
    "end_talk": "比如：结束 {number}。工单办结请发：完成 1024 结果",
}
LETTERS, NO_WORDS = 20, "〔照片〕"  # of what was said
SENT = "T{number} 已发给住户。说完了请发：结束 T{number}"
SENT_AFTER = "T{number} 已发给住户。这次对话住户已经结束，他要接着说会再找人工。"
ENDED = "T{number} 已结束，住户会收到通知。还要联系他请发：回复 T{number} 要说的话"
PHOTOS = "{count} 张照片也给住户了，他点开链接看。"
NO_PHOTOS = "照片发不到住户那里，只发了文字。"
WHY: Mapping[str, str] = {
    "unknown": "没有找到对话 T{number}。要回复工单请写工单号，比如：回复 1024 明天上午来",
    "needs_words": "请把话写在后面，比如：回复 T{number} 您好，我是社区小王",
    "too_late": "T{number} 的住户已经取消关注，发不出去了。",
    "already": "T{number} 已经结束了。还要联系住户请发：回复 T{number} 要说的话",
}
SAYS: Mapping[str, str] = {"resident": "住户", "worker": "{name}", "console": "工作台"}


def answer(work: Work, asker: views.Staff, heard: Heard, command: Command, number: int) -> Reply:
    """Do what is said about talk T`number`; the words for the group."""
    talk = views.person_talk(work, asker, number)
    if talk is None:
        return Reply(WHY["unknown"].format(number=number))
    return DO.get(command.verb, _how)(work, asker, heard, command, talk)


def unnamed(work: Work, asker: views.Staff, heard: Heard, command: Command) -> Reply | None:
    """What to do with 回复 or 结束 that name neither talk nor order: 回复 goes to the only open talk.

    With more open talks, or an order in the sender's hands too, which is asked, and always before one is ended;
    None: no talk is open.
    """
    talks = views.person_talks(work, asker) if command.verb in EXAMPLES else ()
    orders = views.open_orders_of(work, asker) if talks and command.verb == "reply" else ()
    if len(talks) == 1 and command.verb == "reply" and not orders:
        return _reply(work, asker, heard, command, talks[0])
    return Reply(_which(command, talks, [one.number for one in orders])) if talks else None


def _which(command: Command, talks: Sequence[views.PersonTalk], orders: Sequence[int]) -> str:
    words = command.rest[:LETTERS] or "您好"
    example = EXAMPLES[command.verb].format(number=f"T{talks[0].number}", words=words)
    lines = [
        f"T{one.number} {one.place or '住址没有登记'}：“{one.words[:LETTERS] or NO_WORDS}”"
        for one in talks[:LINES]
    ]
    numbers = "、".join(map(str, orders))
    parts = [OPEN.format(count=len(talks)), *lines, ORDERS.format(numbers=numbers) if orders else "", example]
    return "\n".join(part for part in parts if part)


def waiting(work: Work, asker: views.Staff) -> str:
    """The open talks of the unit that wait for an answer, in a line; empty when there are none."""
    numbers = [f"T{one.number}" for one in views.person_talks(work, asker) if one.waits]
    return f"等着回话的居民：{'、'.join(numbers)}。看内容请发：查 {numbers[0]}" if numbers else ""


def _how(work: Work, asker: views.Staff, heard: Heard, command: Command, talk: views.PersonTalk) -> Reply:
    return Reply(HOW.format(number=talk.number))


def _reply(work: Work, asker: views.Staff, heard: Heard, command: Command, talk: views.PersonTalk) -> Reply:
    said = AnswerTalk(talk.id, "worker", asker.worker_id, command.rest, heard.channel, heard.media).run(work)
    if not said["ok"]:
        return _refused(said["why"], talk)
    sent = (SENT if said["open"] else SENT_AFTER).format(number=talk.number)
    photos = PHOTOS.format(count=len(heard.media)) if said["photos"] else NO_PHOTOS
    return Reply(f"{sent}\n{photos}" if heard.media else sent)


def _end(work: Work, asker: views.Staff, heard: Heard, command: Command, talk: views.PersonTalk) -> Reply:
    done = EndTalk(talk.id, "worker", asker.worker_id).run(work)
    return Reply(ENDED.format(number=talk.number)) if done["ok"] else _refused(done["why"], talk)


def _refused(why: str, talk: views.PersonTalk) -> Reply:
    return Reply(WHY.get(why, WHY["unknown"]).format(number=talk.number))


def _show(work: Work, asker: views.Staff, heard: Heard, command: Command, talk: views.PersonTalk) -> Reply:
    lines = views.talk_lines(work, asker, talk.number)
    said = "\n".join(_line(one) for one in lines[-LINES:] if one.by != "system")
    before = "\n".join(one.words for one in lines[:1] if one.by == "system")
    kept = [one.file for one in views.talk_photos(work, asker, talk.number) if one.file]
    head = f"【T{talk.number}】{talk.place or '住址没有登记'}{'' if talk.state == 'open' else '（已结束）'}"
    text = "\n".join(
        part for part in (head, _of_resident(before), said, HOW.format(number=talk.number)) if part
    )
    return Reply(text, pictures=tuple(kept[-PICTURES:]))


def _of_resident(before: str) -> str:
    """What the resident said to the bot before, without its answers."""
    return "\n".join(line for line in before.splitlines() if line.startswith(SAYS["resident"]))


def _line(one: views.TalkLine) -> str:
    who = SAYS[one.by].format(name=one.name or "工作人员")
    photos = f"〔照片 {one.photos} 张〕" if one.photos else ""
    return f"{local_text(one.at)} {who}：{one.words}{photos}"


Act = Callable[[Work, views.Staff, Heard, Command, views.PersonTalk], Reply]
DO: Mapping[str, Act] = {"reply": _reply, "end_talk": _end, "show": _show}

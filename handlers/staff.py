"""What staff say to the bot, in groups and alone: a small grammar, one transaction a message, nothing remembered."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.language.staff import Command, number_in, read_command, talk_in
from bot.language.staff_proxy import read_meals
from bot.language.staff_questions import read_about_question
from bot.message import Card, Heard, Reply
from handlers import pace, staff_app, staff_gone, staff_meals, staff_questions, staff_talk, trying
from handlers import staff_words as words
from handlers.staff_dispatch import DISPATCH, Said
from models import tables as t
from models import views
from models.actions.binding import BindGroup, BindWorker
from models.actions.desk import Audit, OpenDeskItem
from models.actions.offers import offers
from models.actions.staff import Arrive, AskResident, Claim, Finish, Progress, ReplyResident, Return
from models.store import Store, Work

log = logging.getLogger("linli.staff")
_CARD = re.compile(r"^o(\d+)-")
_ASKS_DOOR = re.compile("详情|地址|电话|门牌")
PICTURES = 3
LISTED = 10
OPEN_TO_ALL = frozenset({"bind", "bind_group", "help"})


@dataclass(frozen=True)
class Staffroom:
    """Plays what staff say to the bots."""

    store: Store
    clock: Clock

    def answer(self, heard: Heard, since: float | None) -> Reply:
        """Do what is said, once; the words to answer. A repeated delivery finds the stored words.

        `since`: when the callback arrived, None for workers, who get only the words of what they played
        themselves. A defect is tried once more, then the sender reads an apology and the desk is called.
        Raises SQLAlchemyError when the database is at fault: the message stays and is tried again.
        """
        by = "queued" if since is None else "passive"
        return trying.once_more(
            lambda: self._turn(heard, by, lambda work: _Message(work, heard).answer()),
            lambda: self._turn(heard, by, lambda work: _set_aside(work, heard)),
        )

    def _turn(self, heard: Heard, by: str, play: Callable[[Work], Reply]) -> Reply:
        with self.store.work(self.clock.now()) as work:
            mine = select(t.inbox).where(t.inbox.c.key == heard.key).with_for_update()
            row = work.conn.execute(mine).first()
            if row is None or row.state != "new":
                return trying.said_again(work, heard.key) if by == "passive" else Reply()
            reply = play(work)
            staff_app.answered(work, heard, reply, passive=by == "passive")
            done = {"state": "done", "done_at": work.now, "reply": reply.to_json(), "reply_by": by}
            work.conn.execute(update(t.inbox).where(t.inbox.c.id == row.id).values(done))
        return reply

    def left_over(self, channel: str, sender: str) -> Iterator[tuple[Heard, Reply]]:
        """Do what a callback left behind; for the workers. Each message played here, with the words to send late.

        While the database is at fault a message waits 1, 5, 30, 300 s, then it is dead and the desk is called.
        """
        i = t.inbox.c
        undone = select(t.inbox).where(i.channel == channel, i.sender == sender, i.state == "new")
        with self.store.look(self.clock.now()) as work:
            rows = work.conn.execute(undone.order_by(i.id)).all()
        for row in rows:
            if row.attempts and row.next_at > self.clock.now():
                continue
            heard = self._readable(row)
            if heard is None:
                continue
            try:
                reply = self.answer(heard, None)
            except SQLAlchemyError:
                log.warning("the database is at fault: a command of staff waits")
                with self.store.work(self.clock.now()) as work:
                    trying.put_off(work, row)
                return
            yield heard, reply

    def _readable(self, row: Any) -> Heard | None:
        """What was heard; None when the row holds nothing that can be read, which the staff then see."""
        try:
            return Heard.from_json(row.payload)
        except (TypeError, ValueError, KeyError):
            this = update(t.inbox).where(t.inbox.c.id == row.id, t.inbox.c.state == "new")
            with self.store.work(self.clock.now()) as work:
                work.conn.execute(this.values(state="poison", note="still unreadable"))
            return None


def _set_aside(work: Work, heard: Heard) -> Reply:
    """After a defect: the desk gets the words, their sender an apology."""
    said = heard.text.replace("\0", "") or f"[{heard.kind}]"
    OpenDeskItem("defect", words.DEFECT.format(words=said)).run(work)
    return Reply(words.SORRY)


class _Message:
    """One message of one member of staff."""

    def __init__(self, work: Work, heard: Heard) -> None:
        self.work = work
        self.heard = heard
        name = heard.channel.partition(":")[2]
        self.bot = next((one for one in views.bots(work) if one.name == name), None)
        self.worker = views.worker_of(work, self.bot.id, heard.sender) if self.bot else None

    def answer(self) -> Reply:
        """The words for the sender."""
        if self.bot is None or self.heard.kind in ("other", "receipt"):
            return Reply()
        if pace.too_fast(self.work, self.heard):
            log.warning("a message of staff was refused: too many in a minute", extra={"bot": self.bot.name})
            return Reply(words.TOO_FAST)
        if self.heard.kind == "enter":
            return Reply(self._greeting())
        if self._cannot_be_kept() and self.worker is not None:
            return Reply(words.ONLY_PICTURES)
        about = read_about_question(self.heard.text, self.heard.quote)
        if about is not None and self.worker is not None and not self._in_foreign_group():
            return staff_questions.answer(self.work, self.asker, about)
        meals = self._about_meals()
        if meals is not None:
            return meals
        command = self._command()
        if command is None and self.worker is not None:
            talk = talk_in(self.heard.quote)
            return Reply(words.NOT_UNDERSTOOD if talk is None else staff_talk.HOW.format(number=talk))
        if self.worker is None and (command is None or command.verb not in OPEN_TO_ALL):
            log.warning("a stranger's command was refused", extra={"bot": self.bot.name})
            return Reply(words.STRANGER)
        assert command is not None
        if command.verb in OPEN_TO_ALL:
            return OPEN[command.verb](self, command)
        if self._in_foreign_group():
            log.warning("a command in another unit's group was refused", extra={"bot": self.bot.name})
            return Reply(words.OTHER_GROUP)
        return self._carry_out(command)

    def _greeting(self) -> str:
        if not staff_app.greets(self.work, self.heard):
            return ""
        return self._help_words() if self.worker else words.STRANGER

    def _help_words(self) -> str:
        cooks = self.worker is not None and staff_meals.runs_canteen(self.work, self.asker)
        return words.HELP + staff_meals.HELP if cooks else words.HELP

    def _about_meals(self) -> Reply | None:
        """What somebody of a canteen, or who takes themselves for one, wants of its meals; None: nothing."""
        known = self.worker is not None and self.heard.kind != "card"
        about = read_meals(self.heard.text, self.heard.quote, views.today(self.work)) if known else None
        if about is None:
            return None
        if self._in_foreign_group():
            return Reply(words.OTHER_GROUP)
        return staff_meals.answer(self.work, self.asker, about)

    def _cannot_be_kept(self) -> bool:
        unheard = self.heard.kind == "voice" and not self.heard.text.strip()
        return unheard or self.heard.kind in ("video", "file")

    def _command(self) -> Command | None:
        if self.heard.kind == "card":
            return Command(self.heard.choice, None, "", None)  # type: ignore[arg-type]  # checked in VERBS
        command = read_command(self.heard.text)
        if command is None and self.heard.media and not self.heard.text.strip():
            return Command("progress")
        return command

    def _in_foreign_group(self) -> bool:
        if not self.heard.chat or self.bot is None or self.worker is None:
            return False
        group = views.group_of(self.work, self.bot.id, self.heard.chat)
        return group is None or group.unit_id != self.worker.unit_id

    def _carry_out(self, command: Command) -> Reply:
        if command.verb in LISTS:
            return LISTS[command.verb](self)
        talk = command.talk or (talk_in(self.heard.quote) if command.number is None else None)
        if talk is not None:
            return staff_talk.answer(self.work, self.asker, self.heard, command, talk)
        if command.number is None and number_in(self.heard.quote) is None:
            meant = staff_talk.unnamed(self.work, self.asker, self.heard, command)
            if meant is not None:
                return meant
        if command.verb == "end_talk":
            return Reply(staff_talk.WHICH)
        if command.verb not in VERBS:
            return Reply(words.NOT_UNDERSTOOD)
        number = command.number or number_in(self.heard.quote)
        order = self._order(command, number)
        if order is None:
            if number is None:
                return Reply(words.WHICH.format(verb=LABELS.get(command.verb, "查")))
            return Reply(staff_gone.answer(self.work, self.asker, command.verb, number))
        return VERBS[command.verb](self, command, order)

    @property
    def asker(self) -> views.Staff:
        """This worker, as the views know them."""
        assert self.worker is not None
        return views.Staff(self.worker.id, self.worker.unit_id, aloud=bool(self.heard.chat))

    def _order(self, command: Command, number: int | None) -> views.Order | None:
        """By card, number, quoted number, or the sender's only open order."""
        pressed = _CARD.match(self.heard.card)
        if pressed:
            return views.order_by_id(self.work, self.asker, int(pressed[1]))
        if number is not None:
            return views.order_by_number(self.work, self.asker, number)
        mine = views.open_orders_of(self.work, self.asker)
        return mine[0] if len(mine) == 1 else None

    # --- verbs ----------------------------------------------------------------------------------------------

    def _help(self, command: Command) -> Reply:
        return Reply(self._help_words())

    def _bind(self, command: Command) -> Reply:
        assert self.bot is not None
        bound = BindWorker(self.bot.id, self.heard.sender, command.rest).run(self.work)
        if not bound["ok"]:
            return Reply(self._wrong_word(bound))
        return Reply(f"绑定好了：{bound['unit']} {bound['name']}。看怎么用请发：帮助")

    def _bind_group(self, command: Command) -> Reply:
        assert self.bot is not None
        if staff_app.is_app(self.heard):
            return Reply(words.NO_GROUP)
        if not self.heard.chat:
            return Reply("请在要绑定的群里 @ 我发这句话。")
        bind = BindGroup(self.bot.id, self.heard.chat, command.rest, self.heard.sender)
        bound = bind.run(self.work)
        if not bound["ok"]:
            return Reply(self._wrong_word(bound))
        return Reply(f"本群已绑定为“{bound['name']}”。新工单会发到这里，接单请 @ 我发：接 工单号")

    def _wrong_word(self, refused: Mapping[str, Any]) -> str:
        if refused["why"] == "unknown":
            return "口令不对，或者已经用过、过期了。请向管理员再要一个，原样发给我。"
        return words.refusal("bind", refused, None)

    def _todo(self) -> Reply:
        orders = views.open_orders_of(self.work, self.asker)
        lines = "\n".join(words.about(order) for order in orders)
        mine = f"您手上有 {len(orders)} 个工单：\n{lines}" if orders else "您手上没有未办结的工单。"
        return Reply(f"{mine}\n{staff_talk.waiting(self.work, self.asker)}".strip())

    def _waiting(self) -> Reply:
        waiting = views.Wanted("waiting")
        total = views.queue_length(self.work, self.asker, waiting)
        if not total:
            return Reply("您单位没有等着接的工单。")
        lines = "\n".join(
            words.about(order) for order in views.queue(self.work, self.asker, waiting).orders[:LISTED]
        )
        more = f"\n还有 {total - LISTED} 个没有列出。" if total > LISTED else ""
        return Reply(f"您单位有 {total} 个工单等着接，急的在前：\n{lines}{more}\n接单请发：接 工单号")

    def _show(self, command: Command, order: views.Order) -> Reply:
        asks_door = _ASKS_DOOR.search(self.heard.text) is not None
        about = words.about(order)
        if not self.heard.chat and order.mine:
            about = f"{about}\n{self._door(order)}".strip()
        elif asks_door:
            hint = "门牌和电话只给接单人，请接单后在单聊里发" if not order.mine else "门牌和电话请在单聊里发"
            about = f"{about}\n{hint}：详情 {order.number}"
        about += words.untold(order, command.rest)
        card = None if asks_door else self._shown(order, self._card_id(order))
        kept = [one.file for one in views.photos(self.work, self.asker, order.id) if one.file][-PICTURES:]
        if staff_app.is_app(self.heard):
            return Reply(about + staff_app.show_pictures(self.work, self.heard, order, kept), card=card)
        return Reply(about, card=card, pictures=tuple(kept))

    def _door(self, order: views.Order) -> str:
        """Door, name and phone; that this worker looked is written down."""
        found = views.door_of(self.work, self.asker, order.id)
        if found is None:
            return ""
        Audit(None, "door", str(order.number), self.asker.worker_id).run(self.work)
        return words.door(found)

    def _shown(self, order: views.Order, card_id: str) -> Card:
        return words.card(order, card_id, alone=not self.heard.chat)

    def _card_id(self, order: views.Order) -> str:
        if self.heard.card:
            return self.heard.card
        safe = re.sub(r"[^0-9A-Za-z_@-]", "", self.heard.key)[-64:]
        return f"o{order.id}-{safe}"

    def _act(self, command: Command, order: views.Order, action: Any) -> Reply:
        """Run an action; the words, and on a card's press the card as it is now."""
        result = action.run(self.work)
        text = words.outcome(command.verb, result, order.number, in_app=staff_app.is_app(self.heard))
        if not self.heard.card:
            return Reply(text)
        now = views.order_by_id(self.work, self.asker, order.id) or order
        shown = self._shown(now, self.heard.card)
        return Reply(text, card=replace(shown, text=f"{now.place}。\n{text}"))

    def _claim(self, command: Command, order: views.Order) -> Reply:
        return self._act(command, order, Claim(order.id, self.asker.worker_id, self.heard.channel))

    def _arrive(self, command: Command, order: views.Order) -> Reply:
        return self._act(command, order, Arrive(order.id, self.asker.worker_id, self.heard.channel))

    def _progress(self, command: Command, order: views.Order) -> Reply:
        action = Progress(order.id, self.asker.worker_id, command.rest, self.heard.media, self.heard.channel)
        return self._act(command, order, action)

    def _finish(self, command: Command, order: views.Order) -> Reply:
        end = command.end or "resolved"
        media, source = self.heard.media, self.heard.channel
        action = Finish(order.id, self.asker.worker_id, command.rest, end, media, source)
        return self._act(command, order, action)

    def _finish_hint(self, command: Command, order: views.Order) -> Reply:
        open_to = offers(self.work, order.id, self.asker.worker_id, ("finish",))
        refusal = open_to.refused["finish"] if open_to else None
        hint = f"办结请发：完成 {order.number} 怎么修的（可带照片）"
        said = words.refusal("finish", refusal, order.number) if refusal else hint
        shown = self._shown(order, self.heard.card)
        return Reply(said, card=replace(shown, text=f"{order.place}。\n{said}"))

    def _return(self, command: Command, order: views.Order) -> Reply:
        action = Return(order.id, self.asker.worker_id, command.rest, self.heard.channel)
        return self._act(command, order, action)

    def _ask(self, command: Command, order: views.Order) -> Reply:
        action = AskResident(order.id, self.asker.worker_id, command.rest, self.heard.channel)
        return self._act(command, order, action)

    def _reply(self, command: Command, order: views.Order) -> Reply:
        action = ReplyResident(order.id, self.asker.worker_id, command.rest, self.heard.channel)
        return self._act(command, order, action)

    def _dispatch(self, command: Command, order: views.Order) -> Reply:
        worker_id, source = self.asker.worker_id, self.heard.channel
        said = Said(order.id, worker_id, command.rest, source, self.work.now)
        return self._act(command, order, DISPATCH[command.verb](said))


OPEN: Mapping[str, Callable[[_Message, Command], Reply]] = {
    "help": _Message._help,
    "bind": _Message._bind,
    "bind_group": _Message._bind_group,
}
LISTS: Mapping[str, Callable[[_Message], Reply]] = {"todo": _Message._todo, "waiting": _Message._waiting}
VERBS: Mapping[str, Callable[[_Message, Command, views.Order], Reply]] = {
    "claim": _Message._claim,
    "arrive": _Message._arrive,
    "progress": _Message._progress,
    "finish": _Message._finish,
    "finish_hint": _Message._finish_hint,
    "return": _Message._return,
    "ask": _Message._ask,
    "reply": _Message._reply,
    "show": _Message._show,
    **dict.fromkeys(DISPATCH, _Message._dispatch),
}
LABELS: Mapping[str, str] = {
    "claim": "接",
    "arrive": "到场",
    "progress": "进度",
    "finish": "完成",
    "return": "退",
    "transfer": "转",
    "pause": "暂停",
    "add_helper": "叫",
    "dismiss": "不用叫",
    "merge": "合并",
    "resume": "恢复",
    "appoint": "约",
    "ask": "问",
    "reply": "回复",
    "show": "查",
}

"""Golden conversations as plain text that a social worker can read and correct.

    住户: 电梯坏了            a resident says something; 住户乙 is a neighbour; [照片] …: see tests/chat.py
    机器人: 要报的是：…        the whole answer; lines without a speaker belong to it
    推送: …                   what a resident is told unasked, in order
    李华: 接 1001             a worker in the group of their unit; 李华(单聊): alone with the bot; 引用【1001】 …
    群消息: …                 what a group is told unasked
    ——过了40分钟——          the clock moves on, timers ring
    ——轮派：王伟、陈静——     their unit gives its orders by turns, and these have a shift for the next 12 hours
    ——王伟请假，陈静代班——   somebody is away for 12 hours, somebody else stands in
    ——开着语音识别——         voice messages without words are listened to from now on
    ——到了第二天 8:00——     the clock moves on to that time of the next day; ——到了 9:31—— of the same day
    ——红烧肉只剩 1 份——     of that dish there are so many on every menu
    ——王桂芳住在 3 号楼 2 单元 601 室——   somebody without WeChat, known by the register alone
    ——住户叫李秀英——         the name of whoever has that phone
    ——问饭菜好不好——         the duty of the evening asks those who ate
    ——听出来：电梯坏了——     the oldest of them that waits has been listened to; ——听不出来——

`pytest tests/test_golden.py --update` writes down what is answered now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.clock import SHANGHAI
from models import tables as t
from models.actions.meal_rating import AskMealRatings
from models.actions.people import BindHome
from models.actions.residents import set_name
from models.actions.roster import SetLeave, SetShift
from tests.chat import Community, Resident
from workers import timers, voice

_LINE = re.compile(r"^(?P<who>[^\s:：#（(]{1,6})(?P<alone>\(单聊\))?: (?P<words>.*)$")
_PAUSE = re.compile(r"^——过了\s*(?P<count>\d+)\s*(?P<unit>分钟|小时|天)——$")
_TURNS = re.compile(r"^——轮派：(?P<names>.+)——$")
_LEAVE = re.compile(r"^——(?P<who>\w+)请假，(?P<substitute>\w+)代班——$")
_UNTIL = re.compile(r"^——到了(?P<next>第二天)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})——$")
_LEFT = re.compile(r"^——(?P<dish>\w+?)只剩 (?P<left>\d+) 份——$")
_LIVES = re.compile(r"^——(?P<name>\w+?)住在 (?P<building>\d+) 号楼 (?P<unit>\d+) 单元 (?P<room>\d+) 室——$")
_CALLED = re.compile(r"^——(?P<who>住户\w?)叫(?P<name>\w+)——$")
_ASKS = "——问饭菜好不好——"
_LISTENS = "——开着语音识别——"
_HEARD = re.compile(r"^——听(?:不出来|出来：(?P<words>.+))——$")
_SHIFT = timedelta(hours=12)
_STEP = {"分钟": "minutes", "小时": "hours", "天": "days"}
ANSWERS = ("机器人", "推送", "群消息")


@dataclass
class Play:
    """Plays a conversation and writes down what is answered."""

    community: Community
    lines: list[str] = field(default_factory=list)
    _told: int = 0

    def run(self, text: str) -> str:
        """The conversation as it goes now, in the same form."""
        for raw in text.splitlines():
            line = raw.rstrip()
            said = _LINE.match(line)
            pause = _PAUSE.match(line)
            if line.startswith("#") or (not line and self.lines and self.lines[-1].startswith("#")):
                self.lines.append(line)
            elif turns := _TURNS.match(line):
                self.lines.append(line)
                self._by_turns(turns["names"].split("、"))
            elif leave := _LEAVE.match(line):
                self.lines.append(line)
                self._away(leave["who"], leave["substitute"])
            elif until := _UNTIL.match(line):
                self.lines.append(line)
                self._wait_until(bool(until["next"]), int(until["hour"]), int(until["minute"]))
                self._pushed()
            elif left := _LEFT.match(line):
                self.lines.append(line)
                self._sell(left["dish"], int(left["left"]))
            elif lives := _LIVES.match(line):
                self.lines.append(line)
                self._move_in(**lives.groupdict())
            elif called := _CALLED.match(line):
                self.lines.append(line)
                self._name(self.resident(called["who"]), called["name"])
            elif line == _ASKS:
                self.lines.append(line)
                self._wait(seconds=0)  # the meal is over: its timer was set while the clock moved on
                with self.community.store.work(self.community.clock.now()) as work:
                    AskMealRatings().run(work)
                self._pushed()
            elif line == _LISTENS:
                self.lines.append(line)
                self.community.residents = replace(self.community.residents, listens=True)
            elif heard := _HEARD.match(line):
                self.lines.append(line)
                self._listened(heard["words"] or "")
                self._pushed()
            elif pause:
                self.lines.append(line)
                self._wait(**{_STEP[pause["unit"]]: int(pause["count"])})
                self._pushed()
            elif said and said["who"] not in ANSWERS:
                self.lines.append(line)
                self._say(said["who"], said["words"], alone=bool(said["alone"]))
                self._pushed()
        return "\n".join(self.lines) + "\n"

    def _by_turns(self, names: list[str]) -> None:
        community = self.community
        workers = [community.town.workers[name] for name in names]
        with community.store.work(community.clock.now()) as work:
            unit = select(t.worker.c.unit_id).where(t.worker.c.id == workers[0]).scalar_subquery()
            work.conn.execute(update(t.route).where(t.route.c.unit_id == unit).values(mode="round_robin"))
            for worker_id in workers:
                SetShift(worker_id, work.now, work.now + _SHIFT).run(work)

    def _away(self, who: str, substitute: str) -> None:
        workers = self.community.town.workers
        with self.community.store.work(self.community.clock.now()) as work:
            SetLeave(workers[who], work.now, work.now + _SHIFT, workers[substitute]).run(work)

    def _wait_until(self, next_day: bool, hour: int, minute: int) -> None:
        now = self.community.clock.now().astimezone(SHANGHAI)
        then = now.replace(hour=hour, minute=minute) + timedelta(days=int(next_day))
        self._wait(seconds=(then - now).total_seconds())

    def _sell(self, dish: str, left: int) -> None:
        """All but so many portions of a dish are taken."""
        on, d = t.menu_dish.c, t.dish.c
        of = select(d.id).where(d.name == dish)
        with self.community.store.work(self.community.clock.now()) as work:
            sold = update(t.menu_dish).where(on.dish_id.in_(of)).values(portions=on.taken + left)
            work.conn.execute(sold)

    def _move_in(self, name: str, building: str, unit: str, room: str) -> None:
        """Somebody who is known by the register alone."""
        b, h = t.building.c, t.home.c
        this = (
            select(h.id)
            .join_from(t.home, t.building)
            .where(b.key == building, h.unit == unit, h.room == room)
        )
        with self.community.store.work(self.community.clock.now()) as work:
            made = insert(t.person).values(made_at=work.now).returning(t.person.c.id)
            person_id = work.conn.execute(made).scalar_one()
            set_name(work, person_id, name)
            BindHome(person_id, work.conn.execute(this.order_by(h.id).limit(1)).scalar_one()).run(work)

    def _name(self, phone: Resident, name: str) -> None:
        a = t.account.c
        with self.community.store.work(self.community.clock.now()) as work:
            whose = select(a.person_id).where(a.address == phone.sender)
            set_name(work, work.conn.execute(whose).scalar_one(), name)

    def _listened(self, words: str) -> None:
        store, now = self.community.store, self.community.clock.now()
        with store.work(now) as work:
            n = t.voice_note.c
            note = work.conn.execute(select(func.min(n.id)).where(n.state == "wanted")).scalar_one()
            assert note is not None, "no voice message waits"
            voice.settle(work, note, words)
        self._play_left_over()

    def _play_left_over(self) -> None:
        """As the workers play what no callback has played."""
        i = t.inbox.c
        with self.community.store.look(self.community.clock.now()) as work:
            new = work.conn.execute(select(i.channel, i.sender).where(i.state == "new").distinct()).all()
        for row in new:
            self.community.residents.left_over(row.channel, row.sender)

    def _say(self, who: str, words: str, *, alone: bool) -> None:
        if who.startswith("住户"):
            answer = self.resident(who).says(words)
        else:
            member = next(one for one in self.community.town.members if one.name == who)
            worker = self.community.worker(member.userid, "" if alone else None)
            photo = "[照片]" in words
            media = {"media": (f"https://media/{self.community.heard}",)} if photo else {}
            quoted = re.match(r"引用【(T?\d+)】\s*(.*)", words)
            quote = {"quote": f"【{quoted[1]}】"} if quoted else {}
            text = (quoted[2] if quoted else words).replace("[照片]", "").strip()
            answer = worker.says(text, **media, **quote)
        if answer:
            self.lines.append(f"机器人: {answer}")

    def resident(self, who: str) -> Resident:
        """住户, 住户乙 …: each has a phone of their own."""
        return self.community.resident(who)

    def _wait(self, **step: float) -> None:
        clock = self.community.clock
        clock.forward(**step)
        with self.community.store.work(clock.now()) as work:
            timer = t.timer.c
            query = select(t.timer).where(timer.due_at <= clock.now(), timer.done_at.is_(None))
            for row in work.conn.execute(query.order_by(timer.due_at)).all():
                ring = timers.OURS.get(row.kind) or self.community.residents.overdue
                ring(work, row.subject, row.stamp)
                work.conn.execute(update(t.timer).where(timer.id == row.id).values(done_at=clock.now()))
        self._play_left_over()

    def _pushed(self) -> None:
        rows = self.community.told()
        for row in rows[self._told :]:
            if row.kind == "kitchen_count" and not row.facts.get("orders"):
                continue  # the sample canteen has nothing to cook: of no matter to any conversation
            self.lines.append(f"{self._addressee(row)}: {self.community.words(row)}")
        self._told = len(rows)
        self.community.show_pushes()

    def _addressee(self, row: Any) -> str:
        return "群消息" if row.work_group_id else "推送"


def said_by(text: str, speakers: tuple[str, ...]) -> list[tuple[str, str]]:
    """(speaker, words) of the lines of these speakers, in order."""
    found = [_LINE.match(line.strip()) for line in text.splitlines()]
    return [(one["who"], one["words"]) for one in found if one and one["who"] in speakers]

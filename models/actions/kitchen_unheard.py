"""Who hears of a canteen's counts; and where nobody of it does, the level above is told and somebody phones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.order_telling import groups_of
from models.actions.routing import Region
from models.rules.days import day_words
from models.rules.meals import MEAL_NAMES
from models.rules.orders import Refusal, Why
from models.store import To, Work
from models.views.staff import on_duty_accounts

UNHEARD = "kitchen_not_told"
OFF = "kitchen_withdrawn"  # the message that a meal is not cooked after all
HEAD = "{canteen} {day}{meal}："
CALL = "{head}食堂的群没有收到{what}。请马上打电话告诉后厨{phone}，一共 {portions} 份{dishes}。"
CALL_OFF = "{head}食堂的群没有收到撤下的消息。请马上打电话告诉后厨{phone}，这一餐不用做了。"
NEAR = 1000  # so close are the ids of messages that one transaction queues, however many others do at once
REACHED = ("accepted", "delivered")
UNDER_WAY = ("queued", "sending")


@dataclass(frozen=True, slots=True)
class PassUpCount:
    """A message about a count, of the outbox, has reached nobody. Once neither has any other of the same, it is
    passed up.

    Gives {"unit_id"}: the unit that was told; None where there is none above that can be reached.
    """

    message_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (about no count), already (passed up, heard by somebody, or still under way to one)."""
        m = t.outbox.c
        columns = (m.id, m.kind, m.facts, m.made_at, m.state, m.reason)
        message = work.conn.execute(select(*columns).where(m.id == self.message_id)).first()
        count_id = message.facts.get("count_id") if message else None
        if message is None or count_id is None:
            return Refusal(Why.UNKNOWN)
        near = m.id.between(message.id - NEAR, message.id + NEAR)
        together = (near, m.kind == message.kind, m.made_at == message.made_at, m.id != message.id)
        for other in work.conn.execute(select(*columns).where(*together)):
            under_way = other.state in UNDER_WAY and not other.reason
            if other.facts.get("count_id") == count_id and (other.state in REACHED or under_way):
                return Refusal(Why.ALREADY)
        return pass_up(work, message.kind, message.facts)


def pass_up(work: Work, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Let the first level above that can be reached, and the desk, know what the kitchen has not heard. Once a count.

    `facts`: of the message that nobody heard, with `count_id`. Gives what PassUpCount gives.
    """
    k, m, c = t.kitchen_count.c, t.menu.c, t.canteen.c
    of_count = select(m.id).join_from(t.menu, t.kitchen_count).where(k.id == facts["count_id"])
    menu_id = work.conn.execute(of_count).scalar_one()
    menu = work.conn.execute(select(t.menu).where(m.id == menu_id).with_for_update()).one()
    canteen = work.conn.execute(select(t.canteen).where(c.id == menu.canteen_id)).one()
    off = kind == OFF
    words = _words(facts, canteen.phone, off)
    if not _first(work, facts["count_id"], words, off):
        return Refusal(Why.ALREADY)
    OpenDeskItem(UNHEARD, words, canteen_id=canteen.id).run(work)
    up = Region.of(work, _estate(work, canteen.id)).charge(canteen.unit_id, above=True)
    if not up.reached or up.unit_id is None:
        return {"ok": True, "unit_id": None}
    names = ("canteen", "day", "meal", "portions", "orders", "correction", "changes", "dishes")
    told = {name: facts.get(name, "") for name in names} | {
        "phone": canteen.phone,
        "off": "这一餐撤下了" if off else "",
    }
    if off:
        told |= {"dishes": [], "correction": ""}
    for to, said in hearers(work, up.unit_id):
        work.tell(to, "kitchen_passed_up", {**told, **said})
    return {"ok": True, "unit_id": up.unit_id}


def heard_of(work: Work, menu: Any) -> None:
    """The kitchen knows of every count of that menu by now: nobody need phone."""
    k, d = t.kitchen_count.c, t.desk_item.c
    unheard = (k.menu_id == menu.id, k.unheard_at.is_not(None), k.acknowledged_at.is_(None))
    if work.conn.execute(select(k.id).where(*unheard).limit(1)).first() is not None:
        return
    canteen = work.conn.execute(
        select(t.canteen.c.name).where(t.canteen.c.id == menu.canteen_id)
    ).scalar_one()
    head = HEAD.format(canteen=canteen, day=day_words(menu.day), meal=MEAL_NAMES[menu.meal])
    calls = (d.kind == UNHEARD, d.state == "open", d.words.startswith(head, autoescape=True))
    work.conn.execute(update(t.desk_item).where(*calls).values(state="done", done_at=work.now))


def hearers(work: Work, unit_id: int) -> Iterator[tuple[To, dict[str, Any]]]:
    """Whom of a unit to tell, and what to call the bot there. A group without a bot answers in the console."""
    for group_id, display, _ in groups_of(work, None, unit_id):
        yield To(work_group_id=group_id), {"bot": display} if display else {"console": "工作台"}
    for account in on_duty_accounts(work, unit_id):
        yield To(worker_account_id=account.id), {"alone": True}


def _first(work: Work, count_id: int, words: str, off: bool) -> bool:
    """Whether it is passed up for the first time; the menu is locked."""
    if off:
        d = t.desk_item.c
        known = select(d.id).where(d.kind == UNHEARD, d.words == words)
        return work.conn.execute(known.limit(1)).first() is None
    k = t.kitchen_count.c
    this = update(t.kitchen_count).where(k.id == count_id, k.unheard_at.is_(None))
    return bool(work.conn.execute(this.values(unheard_at=work.now)).rowcount)


def _words(facts: Mapping[str, Any], phone: str, off: bool) -> str:
    number = facts.get("correction")
    said = {
        "head": HEAD.format_map(facts),
        "what": f"第 {number} 次更正（{facts['changes']}）" if number else "份数",
        "phone": f"（电话 {phone}）" if phone else "",
        "portions": facts["portions"],
        "dishes": f"：{'、'.join(facts['dishes'])}" if facts["dishes"] else "",
    }
    return (CALL_OFF if off else CALL).format_map(said)


def _estate(work: Work, canteen_id: int) -> int | None:
    """An estate that the canteen serves: its community is the level above a firm that names none."""
    e = t.estate_canteen.c
    mine = select(e.estate_id).where(e.canteen_id == canteen_id).order_by(e.is_default.desc(), e.id)
    found: int | None = work.conn.execute(mine.limit(1)).scalar()
    return found

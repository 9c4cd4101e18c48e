"""Timers: what falls due is done in one transaction with its effects; a stale one is done by doing nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, update

from models import tables as t
from models.actions.appointment import VisitSoon
from models.actions.erasure import ForgetErased
from models.actions.escalation import Unattended, Unclaimed
from models.actions.kitchen import COUNT_TIMER, OVER_TIMER, UNREAD_TIMER, Freeze, MissMeals, RepeatCorrection
from models.actions.meal_withdrawal import CancelWithdrawn
from models.actions.menus import WITHDRAWN_TIMER
from models.actions.pause import PauseOver
from models.actions.person_talk import Silent
from models.actions.standing_days import RunStandingMenu
from models.actions.standing_woken import STANDING_TIMER
from models.store import Work
from workers import ladders, voice
from workers.hands import Hands, Timed, here

UNKNOWN = timedelta(hours=1)  # until a release that knows the kind


def _unclaimed(work: Work, order_id: int, stage: int) -> object:
    return Unclaimed(order_id, stage).run(work)


def _unattended(work: Work, order_id: int, stage: int) -> object:
    return Unattended(order_id, stage).run(work)


def _paused(work: Work, order_id: int, stage: int) -> object:
    return PauseOver(order_id, stage).run(work)


def _visit_soon(work: Work, order_id: int, stage: int) -> object:
    return VisitSoon(order_id, stage).run(work)


def _silent(work: Work, talk_id: int, stage: int) -> object:
    return Silent(talk_id, stage).run(work)


def _forget_person(work: Work, person_id: int, _stamp: int) -> object:
    return ForgetErased(person_id).run(work)


def _kitchen(work: Work, menu_id: int, stage: int) -> object:
    return Freeze(menu_id, stage).run(work)


def _kitchen_unread(work: Work, count_id: int, _stamp: int) -> object:
    return RepeatCorrection(count_id).run(work)


def _meal_over(work: Work, menu_id: int, _stamp: int) -> object:
    return MissMeals(menu_id).run(work)


def _meal_withdrawn(work: Work, order_id: int, _stamp: int) -> object:
    return CancelWithdrawn(order_id, None).run(work)


def _standing_menu(work: Work, standing_order_id: int, menu_id: int) -> object:
    return RunStandingMenu(standing_order_id, menu_id).run(work)


def _voice_late(work: Work, note_id: int, _stamp: int) -> object:
    return voice.settle(work, note_id, "")


OURS: Mapping[str, Timed] = {
    "unclaimed": _unclaimed,
    "unattended": _unattended,
    "paused": _paused,
    "visit_soon": _visit_soon,
    "person_talk": _silent,
    "forget_person": _forget_person,
    "voice_late": _voice_late,
    COUNT_TIMER: _kitchen,
    UNREAD_TIMER: _kitchen_unread,
    OVER_TIMER: _meal_over,
    WITHDRAWN_TIMER: _meal_withdrawn,
    STANDING_TIMER: _standing_menu,
}


def fire(timer_id: int) -> None:
    """Do what a timer was set for. Raises what its action raises, after putting it off."""
    hands = here()
    try:
        with hands.store.work(hands.clock.now()) as work:
            _fire(work, hands, timer_id)
    except Exception:
        _put_off(hands, timer_id)
        raise


def _fire(work: Work, hands: Hands, timer_id: int) -> None:
    due = (t.timer.c.id == timer_id) & t.timer.c.done_at.is_(None) & (t.timer.c.due_at <= work.now)
    row = work.conn.execute(select(t.timer).where(due).with_for_update()).one_or_none()
    if row is None:
        return
    action = OURS.get(row.kind) or hands.timers.get(row.kind)
    if action is None:
        hands.log.error("timer of unknown kind %s", row.kind)
        _set(work, timer_id, next_at=work.now + UNKNOWN)
        return
    action(work, row.subject, row.stamp)
    _set(work, timer_id, done_at=work.now)


def _put_off(hands: Hands, timer_id: int) -> None:
    with hands.store.work(hands.clock.now()) as work:
        tries = work.conn.execute(select(t.timer.c.attempts).where(t.timer.c.id == timer_id)).scalar_one()
        _set(work, timer_id, attempts=tries + 1, next_at=work.now + ladders.pause(tries))


def _set(work: Work, timer_id: int, **values: object) -> None:
    work.conn.execute(update(t.timer).where(t.timer.c.id == timer_id).values(**values))

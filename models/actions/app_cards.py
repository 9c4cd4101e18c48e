"""Workers alone in their firm's WeCom app: who is told of an order, and whose cards must change when it moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from models import tables as t
from models.rules.orders import HELD
from models.store import To, Work
from models.views.staff import app_accounts_of, on_duty_accounts

UPDATE = "card_update"
CODE_LASTS = timedelta(hours=72)  # WeCom docs 94888: for so long a card may be changed, once with each code
UNSURE = -1  # the stage of a card of which nobody knows what it shows


def hearers(work: Work, worker_ids: Iterable[int], unit_id: int | None) -> Sequence[Any]:
    """The app accounts (id, worker_id) that hear of an order: those workers', else those on duty in the unit."""
    if unit_id is None:
        return ()
    theirs = [
        account for worker_id in dict.fromkeys(worker_ids) for account in app_accounts_of(work, worker_id)
    ]
    return theirs or on_duty_accounts(work, unit_id)


def tell_accounts(
    work: Work,
    order: Any,
    kind: str,
    facts: Mapping[str, Any],
    worker_ids: Iterable[int],
    unit_id: int | None,
) -> None:
    """Tell each of them alone what a group would be told. `order`: its row.

    `buttons` is the order's state where its next step may be pressed by whoever is told, else empty.
    """
    for account in hearers(work, worker_ids, unit_id):
        may_press = order.unit_id == unit_id and (
            order.state == "waiting" or (order.state in HELD and order.holder_id == account.worker_id)
        )
        alone = {"alone": True, "stage": order.stage, "buttons": order.state if may_press else ""}
        work.tell(To(worker_account_id=account.id), kind, {**facts, **alone}, order_id=order.id)


def move_cards(work: Work, order_id: int, stage: int) -> None:
    """The order has come to `stage`: queue a change of each card that shows an earlier one and can be changed."""
    stale = {"order": order_id, "stage": stage, "now": work.now}
    for card in work.run(_STALE, stale).all():
        queue_update(work, card.id, card.worker_account_id, order_id)


def queue_update(work: Work, card_id: int, worker_account_id: int, order_id: int) -> None:
    """Have one card changed to what the order is by then."""
    work.tell(To(worker_account_id=worker_account_id), UPDATE, {"card_id": card_id}, order_id=order_id)


_CARD = t.app_card.c
# Asked at every step of every order, so built once.
_STALE = (
    select(_CARD.id, _CARD.worker_account_id)
    .where(_CARD.work_order_id == bindparam("order"), _CARD.stage < bindparam("stage"))
    .where(_CARD.response_code != "", _CARD.code_ends_at > bindparam("now"))
    .order_by(_CARD.id)
)

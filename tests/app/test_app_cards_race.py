"""A card that has just been sent and an order that moves meanwhile: whoever comes second sees the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from models import tables as t
from models.actions.app_card_updates import KeepCard
from models.actions.staff import Claim
from tests.app.conftest import Firm


@pytest.mark.parametrize("round", range(5))
def test_a_card_kept_while_its_order_is_claimed_is_changed(firm: Firm, round: int) -> None:
    order_id = firm.order()
    account = firm.town.rows(t.worker_account, userid="chen5")[0].id
    keep = KeepCard(account, order_id, f"o{order_id}-{round}", 0, "CODE")
    with ThreadPoolExecutor(2) as pool:
        for done in (
            pool.submit(firm.town.do, keep),
            pool.submit(firm.town.do, Claim(order_id, firm.workers["chen1"])),
        ):
            assert done.result()["ok"]
    (told,) = firm.town.told("card_update")
    assert told.worker_account_id == account

"""Groups that can only be written to, the page's address, and the phones that act on it."""

from __future__ import annotations

import pytest

from bot.language.reports import CATEGORIES
from bot.ports import Flags
from bot.wording import word
from models import tables as t
from models import views
from models.actions.binding import BindGroup, BindWorker, MakeBindingWord, UnbindGroup
from models.actions.escalation import Unclaimed
from models.actions.page import BindPhone, EndPhone
from models.actions.register import SaveGroup, SwitchWorker
from models.actions.staff import Claim, Finish, Progress, Return
from models.actions.transfer import Transfer
from models.actions.worker_photos import KeptPhoto
from models.limits import load_limits
from tests.town import TestTown

URL = "https://linli.example"
GROUP = Flags(hears=False, speaks_first=True, text_bytes=2048)


@pytest.fixture
def street(town: TestTown) -> TestTown:
    """The street's office, which has no group yet, gets one that can only be written to."""
    town.store.limits = load_limits(public_url=URL)
    unit = town.planted.units["幸福街道办事处"]
    assert town.do(SaveGroup("街道值班群", None, "robot-of-street", unit_id=unit))["new"]
    return town


def _word(town: TestTown, name: str = "王伟") -> str:
    return str(town.do(MakeBindingWord(worker_id=town.planted.workers[name]))["word"])


def _bind(town: TestTown, word: str, **more: object) -> dict[str, object]:
    facts = {
        "unit_id": town.planted.units["安居物业"],
        "visitor": "v1",
        "address": "192.0.2.1",
        "device": "微信",
    }
    return town.do(BindPhone(word=word, at=town.clock.now(), **(facts | more)))  # type: ignore[arg-type]


def test_a_group_without_a_bot_is_reached_and_told_the_page(street: TestTown) -> None:
    """The last level above firm and community."""
    for group in street.planted.groups[::2]:
        street.do(UnbindGroup(group.id))
    made = street.order()
    assert (made["unit"], made["reached"]) == ("幸福街道办事处", True)
    (told,) = street.told("new_order")
    assert "bot" not in told.facts
    assert told.facts["mention"] == []
    with street.store.look(street.clock.now()) as work:
        head = views.page_of(work, told.facts["page"].removeprefix(f"{URL}/p/"))
    assert head is not None
    assert (head.number, head.unit_id) == (made["number"], street.planted.units["幸福街道办事处"])


def test_who_gave_it_to_a_group_without_a_bot_reads_what_that_group_can_do(street: TestTown) -> None:
    made, worker = street.order(), street.planted.workers["王伟"]
    street.do(Claim(made["order_id"], worker))
    office = street.planted.units["幸福街道办事处"]
    assert street.do(Transfer(made["order_id"], "worker", worker, to_unit_id=office))["ok"]
    (left,) = street.told("order_left")
    assert left.facts["paged"] == "幸福街道办事处"
    words = word("order_left", left.facts, channel=GROUP, names=CATEGORIES, at=left.made_at).words
    assert "打电话告诉幸福街道办事处：接单以后，在工单页面点“退回”" in words
    assert "@" not in words


def test_a_return_is_told_to_groups_without_a_bot_above_and_below(street: TestTown) -> None:
    firm, office = street.planted.units["安居物业"], street.planted.units["幸福街道办事处"]
    for group in street.planted.groups[::2]:
        street.do(UnbindGroup(group.id))
    street.do(SaveGroup("物业维修群", None, "robot-of-firm", unit_id=firm))
    made, worker = street.order(), street.planted.workers["王伟"]
    assert street.do(Claim(made["order_id"], worker, "page"))["ok"]
    assert street.do(Return(made["order_id"], worker, "要换主机", "page"))["unit"] == "幸福街道办事处"
    above, below = street.told("new_order")[-1], street.told("order_left")[-1]
    groups = {group.id: group.unit_id for group in street.see(views.groups)}
    assert [groups[told.work_group_id] for told in (above, below)] == [office, firm]
    assert above.facts["returned_by"] == "王伟"
    assert all(told.facts["page"].startswith(f"{URL}/p/") for told in (above, below))


@pytest.mark.parametrize("missing", ["public_url", "bound", "robot"])
def test_it_is_passed_over_when_nobody_there_could_act(street: TestTown, missing: str) -> None:
    group = street.see(views.groups)[-1]
    if missing == "public_url":
        street.store.limits = load_limits()
    if missing == "bound":
        street.do(UnbindGroup(group.id))
    if missing == "robot":
        with street.store.work(street.clock.now()) as work:
            work.conn.execute(t.work_group.update().values(robot_key_sealed=None))
    for planted in street.planted.groups:
        street.do(UnbindGroup(planted.id))
    assert street.order()["reached"] is False
    assert street.told() == []


def test_its_robots_address_binds_it_again(street: TestTown) -> None:
    group = street.see(views.groups)[-1]
    street.do(UnbindGroup(group.id))
    renamed = SaveGroup("街道群", None, work_group_id=group.id)
    assert street.do(renamed)["ok"]
    assert not street.see(views.group_by_id, group.id).bound
    assert street.do(SaveGroup("街道群", None, "robot-of-street", work_group_id=group.id))["ok"]
    found = street.see(views.group_by_id, group.id)
    assert (found.bound, found.speaks, found.bot, found.display) == (True, True, "", "")
    assert found.unit_id == street.planted.units["幸福街道办事处"]


@pytest.mark.parametrize(
    ("more", "field", "why"),
    [
        ({"unit_id": None}, "unit_id", "unknown"),
        ({"unit_id": 999}, "unit_id", "unknown"),
        ({"robot_key": ""}, "robot_key", "needs_words"),
        ({"name": " "}, "name", "needs_words"),
        ({"name": "街道值班群"}, "name", "already"),
    ],
)
def test_a_group_without_a_bot_needs_a_unit_a_name_and_a_robot(
    street: TestTown, more: dict[str, object], field: str, why: str
) -> None:
    good = {
        "name": "新群",
        "bot_id": None,
        "robot_key": "robot",
        "unit_id": street.planted.units["幸福街道办事处"],
    }
    refused = street.do(SaveGroup(**(good | more)))  # type: ignore[arg-type]
    assert (refused["field"], refused["why"]) == (field, why)


def test_a_bot_that_joins_makes_it_a_group_like_others(street: TestTown) -> None:
    unit = street.planted.units["安居物业"]
    group_id = street.do(SaveGroup("夜班群", None, "robot-of-night", unit_id=unit))["id"]
    word = street.do(MakeBindingWord(work_group_id=group_id))["word"]
    assert street.do(BindGroup(street.planted.bots[0].id, "wrNight", word, "LiHua"))["ok"]
    street.order()
    told = [row for row in street.told("new_order") if row.work_group_id == group_id]
    assert [("page" in row.facts, row.facts["bot"]) for row in told] == [(False, "小邻")]


def test_both_kinds_of_groups_of_one_unit_hear_each_in_its_way(street: TestTown) -> None:
    unit = street.planted.units["安居物业"]
    street.do(SaveGroup("夜班群", None, "robot-of-night", unit_id=unit))
    made = street.order()
    street.clock.forward(minutes=30)
    street.do(Unclaimed(made["order_id"], 0))
    for kind in ("new_order", "order_assigned"):
        assert [("page" in row.facts, "bot" in row.facts) for row in street.told(kind)] == [
            (False, True),
            (True, False),
        ]
    assert [row.facts["mention"] for row in street.told("order_assigned")] == [["LiHua"], []]


def test_the_address_ends_and_dies_with_the_unit(street: TestTown) -> None:
    made, unit = street.order(), street.planted.units["安居物业"]
    link = street.see(views.page_link, made["order_id"], unit).removeprefix(f"{URL}/p/")
    assert street.see(views.page_of, link).number == made["number"]
    other = street.see(views.page_link, made["order_id"], street.planted.units["阳光物业"])
    assert street.see(views.page_of, other.removeprefix(f"{URL}/p/")) is None
    for wrong in ("", ".", "1.2.3.4", f"{link}0", link.upper(), f"１{link[1:]}"):
        assert street.see(views.page_of, wrong) is None
    street.clock.forward(days=7, seconds=1)
    assert street.see(views.page_of, link) is None
    street.store.limits = load_limits()
    assert street.see(views.page_link, made["order_id"], unit) == ""


def test_an_albums_signature_opens_no_page(street: TestTown) -> None:
    made = street.order()
    album = street.see(views.album_link, made["order_id"], street.planted.units["安居物业"])
    assert street.see(views.page_of, album.rpartition("/")[2]) is None


def test_one_word_is_for_a_phone_or_for_wecom_not_for_both(town: TestTown) -> None:
    word = _word(town)
    bound = _bind(town, f" {word[:4].lower()}-{word[4:]}")
    assert bound["worker_id"] == town.planted.workers["王伟"]
    assert _bind(town, word) == bound
    assert _bind(town, word, visitor="v2")["why"] == "unknown"
    assert town.do(BindWorker(town.planted.bots[0].id, "NewPhone", word))["why"] == "unknown"
    row = town.rows(t.worker_phone)[0]
    assert "v1" not in str(row)
    assert "192.0.2.1" not in str(town.rows(t.binding_try))
    assert word not in repr(BindPhone(1, word, "v1", "192.0.2.1", "", town.clock.now()))


def test_a_phone_acts_until_it_is_over_ended_or_its_worker_has_gone(town: TestTown) -> None:
    phone_id = _bind(town, _word(town))["phone_id"]
    unit = town.planted.units["安居物业"]
    assert town.see(views.phone_of, phone_id).worker.name == "王伟"
    assert [one.id for one in town.see(views.worker_phones, unit)] == [phone_id]
    town.do(SwitchWorker(town.planted.workers["王伟"], False))
    assert town.see(views.phone_of, phone_id) is None
    town.do(SwitchWorker(town.planted.workers["王伟"], True))
    town.clock.forward(days=30)
    assert town.see(views.phone_of, phone_id) is None
    assert town.see(views.worker_phones, unit) == ()
    town.clock.forward(days=-30)
    assert town.do(EndPhone(phone_id))["ok"]
    assert town.do(EndPhone(phone_id))["why"] == "already"
    assert town.see(views.phone_of, phone_id) is None


def test_an_ended_phone_does_not_come_back_by_its_old_word(town: TestTown) -> None:
    word = _word(town)
    town.do(EndPhone(int(_bind(town, word)["phone_id"])))  # type: ignore[call-overload]
    assert _bind(town, word)["why"] == "unknown"


def test_photos_that_are_kept_already_are_fetched_by_nobody(town: TestTown) -> None:
    made, worker = town.order(), town.planted.workers["王伟"]
    town.do(Claim(made["order_id"], worker))
    photos = tuple(KeptPhoto(f"{n:064x}.jpg", 640, 480) for n in range(2))
    for _ in range(2):
        assert town.do(Progress(made["order_id"], worker, "", photos, "page"))["ok"]
    assert town.do(Finish(made["order_id"], worker, "", media=photos[:1], source="page"))["ok"]
    rows = town.rows(t.photo)
    assert [(row.file, row.state, row.width) for row in rows] == [(one.file, "kept", 640) for one in photos]
